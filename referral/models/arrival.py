"""Many persons at once: an interception or a rescue, the numbered slips of its persons, their families, and the one
referral of several of them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from referral.enums import Purpose, Urgency
from referral.families import ArrivalKind, Kinship

MOST_PERSONS = 400


class Arrival(Recorded):
    """One interception or rescue. Each person has a file of their own; the arrival holds counts and codes."""

    #: Known to its organisation only.
    reference = CodeField(_("reference"), max_length=9, unique=True)
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    kind = CodeField(_("what happened"), max_length=16, choices=ArrivalKind)
    region = models.ForeignKey(
        "partners.Region", on_delete=models.PROTECT, related_name="+", verbose_name=_("region")
    )
    department = models.ForeignKey(
        "partners.Department",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department"),
    )
    occurred_at = models.DateTimeField(_("when it happened"))
    #: Heads counted at the landing or the door, before anybody was asked anything.
    counted = models.PositiveSmallIntegerField(_("persons counted"))
    note = SealedTextField(_("note"), padding="long", null=True, blank=True)
    opened_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened at"))

    class Meta:
        verbose_name = _("arrival")
        indexes = [models.Index(fields=["organisation", "-opened_at"], name="arrival_of_organisation")]
        constraints = [
            models.CheckConstraint(condition=Q(counted__range=(1, MOST_PERSONS)), name="arrival_of_somebody")
        ]

    def __str__(self) -> str:
        return self.reference

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.ORGANISATION, self.organisation_id)


class Slip(Recorded):
    """The number on a slip that staff keep for a person, and the file of that person."""

    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, related_name="slips")
    number = models.PositiveSmallIntegerField(_("slip"))
    case = models.OneToOneField("referral.Case", on_delete=models.PROTECT, related_name="slip")

    class Meta:
        verbose_name = _("slip")
        constraints = [
            models.UniqueConstraint(fields=["arrival", "number"], name="slip_once_per_arrival"),
            models.CheckConstraint(condition=Q(number__range=(1, MOST_PERSONS)), name="slip_is_a_number"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class FamilyLink(Recorded):
    """Two persons of one arrival who belong together; each pair of a family has its row.

    Between two files of which one person may see only one, it is shown to nobody but the arrival's keepers.
    """

    case = models.ForeignKey("referral.Case", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("referral.Case", on_delete=models.PROTECT, related_name="+")
    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, related_name="family_links")
    kind = CodeField(_("family link"), max_length=12, choices=Kinship)

    class Meta:
        verbose_name = _("family link")
        constraints = [
            models.UniqueConstraint(fields=["case", "other"], name="family_link_once"),
            models.CheckConstraint(condition=~Q(case=F("other")), name="family_link_of_two"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class GroupReferral(Recorded):
    """Several persons of one arrival referred in one act. Each has a referral of her or his own that points here."""

    #: Known to both sides, as a referral's own.
    reference = CodeField(_("reference"), max_length=9, unique=True)
    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, related_name="group_referrals")
    referring_organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    receiving_organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    service = CodeField(_("service"), max_length=60)
    purpose = CodeField(_("purpose"), max_length=10, choices=Purpose)
    urgency = CodeField(_("urgency"), max_length=10, choices=Urgency)
    size = models.PositiveSmallIntegerField(_("persons"))
    sent_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    #: Those whom another desk did not take, offered here together.
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    #: Why members of one family do not go together; the sender's side alone reads it.
    split_reason = SealedTextField(_("why a family is split"), null=True, blank=True)

    class Meta:
        verbose_name = _("group referral")
        constraints = [models.CheckConstraint(condition=Q(size__gte=1), name="group_of_somebody")]

    def __str__(self) -> str:
        return self.reference

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.ORGANISATION, self.referring_organisation_id)
