"""The referral: one promise by one organisation for one person, and what was shown because of it."""

from datetime import datetime
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedJSONField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from partners.enums import Sex
from referral.enums import (
    OPEN,
    AgeBand,
    Basis,
    Group,
    MessageKind,
    PlacementState,
    Purpose,
    Side,
    State,
    Urgency,
)
from referral.lifecycle import ReferralLifecycle
from referral.models.order import next_number


class Referral(ReferralLifecycle, Recorded):
    """Columns in clear are those of design §5; all else about the person is in sealed rows beside it."""

    #: Internal order of lists, never shown.
    seq = models.BigIntegerField(editable=False, db_default=next_number("referral_referral_seq"))
    reference = CodeField(_("reference"), max_length=9, unique=True)
    case = models.ForeignKey(
        "referral.Case", on_delete=models.PROTECT, related_name="referrals", verbose_name=_("case")
    )
    referring_organisation = models.ForeignKey(
        "partners.Organisation",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("referring organisation"),
    )
    receiving_organisation = models.ForeignKey(
        "partners.Organisation",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("receiving organisation"),
    )
    service = CodeField(_("service"), max_length=60)
    purpose = CodeField(_("purpose"), max_length=10, choices=Purpose)
    urgency = CodeField(_("urgency"), max_length=10, choices=Urgency)
    is_child = models.BooleanField(_("child"))
    sex = CodeField(_("sex"), max_length=8, choices=Sex)
    released_groups = ArrayField(
        CodeField(max_length=10, choices=Group), verbose_name=_("shared"), default=list
    )
    basis = CodeField(_("basis"), max_length=8, choices=Basis, blank=True)
    ground = models.ForeignKey(
        "referral.LegalGround", on_delete=models.PROTECT, null=True, blank=True, related_name="referrals"
    )
    #: When the basis ends; closes the snapshot at the next request without moving the state.
    basis_until = models.DateTimeField(null=True, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    #: The one act by which several persons were referred together; empty for a referral by itself.
    group_referral = models.ForeignKey(
        "referral.GroupReferral", on_delete=models.PROTECT, null=True, blank=True, related_name="referrals"
    )
    created_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    #: From when the time to `due_at` is counted, where that is not the entry into the state.
    due_since = models.DateTimeField(null=True, blank=True)
    #: Written up later than it happened: until then the clock lets the desk finish writing.
    quiet_until = models.DateTimeField(null=True, blank=True)

    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    info_requested_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    answered_late = models.BooleanField(default=False)
    worker = models.ForeignKey(
        "partners.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("named worker"),
    )
    expected_arrival_at = models.DateTimeField(_("expected arrival"), null=True, blank=True)
    #: Sealed to the sender's side: the person or the escort brings it, the desk types it.
    arrival_code = SealedTextField(_("arrival code"), null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    #: Does the person agree that the sender hears, in one coded sentence, that all goes on? Asked at the arrival.
    tell_back = models.BooleanField(_("the sender is told how it goes"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    decline_reason = CodeField(_("reason for declining"), max_length=30, blank=True)
    withdraw_reason = CodeField(_("reason for withdrawing"), max_length=30, blank=True)
    outcome = CodeField(_("outcome"), max_length=30, blank=True)
    #: Stepped back for a conflict of interest: not counted as a decline (design §6).
    stepped_back = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("referral")
        default_permissions = ()
        # One codename per side: an organisation that refers to itself holds the row twice.
        permissions = [
            (f"hold_{side.value}", f"hold as {side.value}")
            for side in (Side.REFERRING, Side.RECEIVING, Side.COORDINATING)
        ]
        indexes = [
            models.Index(fields=["case", "-seq"], name="referral_of_case"),
            models.Index(fields=["referring_organisation", "state", "due_at"], name="referral_sent_due"),
            # The inbox asks for its groups at each visit, and hardly a referral is of one.
            models.Index(
                fields=["receiving_organisation", "state"],
                condition=Q(group_referral__isnull=False),
                name="referral_of_group",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=sorted(OPEN), due_at__isnull=False, ended_at=None)
                | (~Q(state__in=sorted(OPEN)) & Q(due_at=None, ended_at__isnull=False)),
                name="open_iff_due",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | (Q(sent_at__isnull=False) & ~Q(basis="")),
                name="sent_has_basis",
            ),
            models.CheckConstraint(condition=~Q(state="draft") | Q(sent_at=None), name="draft_is_unsent"),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "in_service", "no_show", "completed"])
                | (Q(accepted_at__isnull=False) & Q(worker__isnull=False)),
                name="accepted_has_worker",
            ),
            models.CheckConstraint(
                condition=Q(state="declined") ^ Q(decline_reason=""), name="declined_iff_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn") ^ Q(withdraw_reason=""), name="withdrawn_iff_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="completed") ^ Q(outcome=""), name="completed_iff_outcome"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["in_service", "completed"]) | Q(started_at__isnull=False),
                name="in_service_has_start",
            ),
            models.UniqueConstraint(
                fields=["case", "receiving_organisation", "service"],
                condition=Q(state__in=sorted(OPEN - {State.DRAFT})),
                name="one_open_referral_per_need",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.case_id, self.case_id)

    @property
    def counted_from(self) -> datetime:
        """The beginning of the time that ends at `due_at`."""
        return self.due_since or self.state_since

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def within_one_organisation(self) -> bool:
        return self.referring_organisation_id == self.receiving_organisation_id


class OfReferral(Recorded):
    """A row beside a referral, sealed under the key of what both sides exchange unless it says otherwise."""

    referral_id: UUID
    #: The case whose destruction destroys this row's key too; a copy, so that a key is found without a join.
    case_id = models.UUIDField(editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.EXCHANGE, self.referral_id, self.case_id)


class Preview(OfReferral):
    """What the receiving desk sees before it accepts: codes, never identity (design §6)."""

    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="preview")
    age_band = CodeField(max_length=8)
    region = models.ForeignKey("partners.Region", on_delete=models.PROTECT, related_name="+")
    risk = CodeField(max_length=10)
    #: {"languages": [...], "children": [...], "flags": [...], "days": int|None}
    details = SealedJSONField()

    class Meta:
        verbose_name = _("preview")


class Snapshot(OfReferral):
    """Exactly what check-answers showed, frozen at `send`; its key dies with the referral's end."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveSmallIntegerField()
    groups = ArrayField(CodeField(max_length=10, choices=Group))
    sealed_at = models.DateTimeField()
    #: {group: {field: value}}
    payload = SealedJSONField()

    class Meta:
        verbose_name = _("snapshot")
        constraints = [models.UniqueConstraint(fields=["referral", "number"], name="snapshot_numbered_once")]

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.DISCLOSURE, self.referral_id, self.case_id)


class SafetyExtract(OfReferral):
    """What a centre that still lodges the person keeps after the end: health alerts, safe contact, custody title."""

    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="extract")
    payload = SealedJSONField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("safety extract")


class Placement(OfReferral):
    """A place promised to one referral: held, then occupied, then left."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="placements")
    places = models.ForeignKey("partners.Places", on_delete=models.PROTECT, related_name="placements")
    state = CodeField(max_length=10, choices=PlacementState)
    label = SealedTextField(_("room or bed"), null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    #: Held on a telephone yes that the receiver has not confirmed yet.
    by_telephone = models.BooleanField(default=False)
    occupied_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    #: On leave ("permission"): away for some nights, and expected back.
    away_since = models.DateTimeField(_("away since"), null=True, blank=True)
    away_until = models.DateTimeField(_("back"), null=True, blank=True)
    #: On leave the place is held for the person, or given to others: then a return needs a free one.
    place_kept = models.BooleanField(_("the place is kept"), default=True)

    class Meta:
        verbose_name = _("placement")
        constraints = [
            models.UniqueConstraint(
                fields=["referral"], condition=Q(state__in=["held", "occupied"]), name="one_live_placement"
            ),
            models.CheckConstraint(
                condition=~Q(state="occupied") | Q(occupied_at__isnull=False), name="occupied_has_start"
            ),
            models.CheckConstraint(condition=Q(state="left") ^ Q(left_at=None), name="left_iff_stamped"),
            models.CheckConstraint(
                condition=Q(away_since=None, away_until=None)
                | Q(state="occupied", away_since__isnull=False, away_until__isnull=False),
                name="away_while_lodged",
            ),
        ]


class Waiting(OfReferral):
    """A referral on the waiting list of a desk that is full. On it while the desk has said neither yes nor no.

    Its clock runs on: waiting for a place is no answer.
    """

    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="waiting")
    since = models.DateTimeField(_("since"))
    put_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    #: When the desk was told that a place is free for this person; empty again once it is not.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("waiting list")


class WalkIn(Recorded):
    """Somebody whom a house lodges without a referral: in codes, nameless, counted in `Places.occupied` until left.

    Whoever is then referred to that house goes on in the place of that referral, and leaves this list.
    """

    places = models.ForeignKey("partners.Places", on_delete=models.PROTECT, related_name="walk_ins")
    sex = CodeField(_("sex"), max_length=8, choices=Sex)
    age_band = CodeField(_("age"), max_length=8, choices=AgeBand)
    #: Who came along; they take no place of their own.
    children = models.PositiveSmallIntegerField(_("children with the person"), default=0)
    arrived_at = models.DateTimeField(_("arrived"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    entered_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    #: The same person's, by a referral.
    placement = models.OneToOneField(
        Placement, on_delete=models.PROTECT, null=True, blank=True, related_name="walked_in"
    )

    class Meta:
        verbose_name = _("walk-in")
        constraints = [
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=models.F("arrived_at")),
                name="walk_in_leaves_after_arriving",
            ),
            models.CheckConstraint(
                condition=Q(placement=None) | Q(left_at__isnull=False), name="walk_in_ends_into_a_referral"
            ),
        ]


class TelephoneAnswer(OfReferral):
    """A yes or no given by telephone, recorded by the sender or the duty officer: never the receiver's own act."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="telephone_answers")
    yes = models.BooleanField()
    said_by = SealedTextField(_("who answered"))
    said_at = models.DateTimeField(_("when"))
    recorded_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("telephone answer")


class Message(OfReferral):
    """Coded questions and answers before acceptance, free messages after it. Closed at the end."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="messages")
    kind = CodeField(max_length=10, choices=MessageKind)
    code = CodeField(max_length=30, blank=True)
    from_organisation = models.ForeignKey("partners.Organisation", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    body = SealedTextField(padding="long", null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["question", "answer", "told_back"]) | ~Q(code=""),
                name="coded_message_has_code",
            ),
        ]
