"""One need in codes, before at most three centres at once, and what each of them answers."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedJSONField
from crypto.scopes import Scope, ScopeKind
from partners.enums import Sex
from referral.call_lifecycle import CallLifecycle, OfferLifecycle
from referral.enums import AgeBand, Urgency
from referral.place_calls import MOST_ASKED, CallState


class PlaceCall(CallLifecycle, Recorded):
    """Asks for a place without saying for whom. Its codes are those of the preview, less what comes with a name."""

    reference = CodeField(_("reference"), max_length=9, unique=True)
    case = models.ForeignKey("referral.Case", on_delete=models.PROTECT, related_name="place_calls")
    service = CodeField(_("service"), max_length=60)
    urgency = CodeField(_("urgency"), max_length=10, choices=Urgency)
    sex = CodeField(_("sex"), max_length=8, choices=Sex)
    age_band = CodeField(_("age"), max_length=8, choices=AgeBand)
    is_child = models.BooleanField(_("child"))
    region = models.ForeignKey("partners.Region", on_delete=models.PROTECT, related_name="+")
    #: {"languages": [...], "children": [...], "flags": [...], "days": int|None}
    details = SealedJSONField()
    #: How the person agreed that one asks around without her or his name; this lets nobody be named.
    agreed_how = CodeField(_("how consent was given"), max_length=24)
    opened_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(_("due"))
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: The referral that was declined, or stayed without an answer, before one asked around.
    parent = models.ForeignKey(
        "referral.Referral", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: What the choice began: a draft, which needs consent or a legal ground like any other.
    referral = models.OneToOneField(
        "referral.Referral", on_delete=models.PROTECT, null=True, blank=True, related_name="place_call"
    )

    class Meta:
        ordering = ["-opened_at"]
        verbose_name = _("place call")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "service"], condition=Q(state=CallState.OPEN), name="one_open_call_per_need"
            ),
            models.CheckConstraint(condition=Q(state="open") ^ Q(ended_at__isnull=False), name="call_ends"),
            models.CheckConstraint(
                condition=Q(state="chosen") ^ Q(referral=None), name="call_chosen_iff_referral"
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("opened_at")), name="call_has_time"),
        ]

    def __str__(self) -> str:
        return self.reference

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.EXCHANGE, self.pk, self.case_id)


class PlaceOffer(OfferLifecycle, Recorded):
    """One centre that is asked. Offering holds a place, where the centre counts places."""

    call = models.ForeignKey(PlaceCall, on_delete=models.PROTECT, related_name="offers")
    organisation = models.ForeignKey("partners.Organisation", on_delete=models.PROTECT, related_name="+")
    #: The order in which the sender saw them; the database refuses a fourth.
    number = models.PositiveSmallIntegerField()
    #: Held while it is offered.
    places = models.ForeignKey(
        "partners.Places", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    offered_at = models.DateTimeField(null=True, blank=True)
    offered_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)

    class Meta:
        ordering = ["number"]
        verbose_name = _("place offer")
        constraints = [
            models.UniqueConstraint(fields=["call", "organisation"], name="asked_once_per_call"),
            models.UniqueConstraint(fields=["call", "number"], name="offers_numbered_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST_ASKED), name="at_most_three_asked"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["offered", "chosen"])
                | Q(offered_at__isnull=False, offered_by__isnull=False, held_until__isnull=False),
                name="offered_has_term",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation"],
                condition=Q(state__in=["asked", "offered", "chosen"]),
                name="offer_of_centre",
            ),
            models.Index(fields=["held_until"], condition=Q(state="offered"), name="offer_held"),
        ]

    def __str__(self) -> str:
        return str(self.id)
