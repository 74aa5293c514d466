"""What a person may ask about her or his data, what must not be erased, and what is (loi 2008-12)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from referral.retention import MOST_YEARS, RetentionKind
from referral.rights import ErasureReason, Identified, RequestKind, RequestResult


class OfCase(Recorded):
    """A row of a case file, sealed under its key."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        case_id = self.case_id  # type: ignore[attr-defined]  # each model names its own relation
        return Scope(ScopeKind.CASE, case_id, case_id)


class RightsRequest(OfCase):
    """A person asks what is held, or that it is corrected, not used, or erased."""

    case = models.ForeignKey(
        "referral.Case", on_delete=models.PROTECT, related_name="requests", verbose_name=_("case")
    )
    kind = CodeField(_("what is asked for"), max_length=12, choices=RequestKind)
    received_at = models.DateTimeField(_("received at"))
    identified = CodeField(_("how the person was identified"), max_length=12, choices=Identified)
    due_at = models.DateTimeField(_("to be answered by"))
    note = SealedTextField(_("what was said"), padding="long", null=True, blank=True)
    recorded_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    result = CodeField(_("answer"), max_length=10, choices=RequestResult, blank=True)
    answer = SealedTextField(_("what was answered"), padding="long", null=True, blank=True)

    class Meta:
        verbose_name = _("request of the person")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(answered_at=None), name="one_open_request_per_kind"
            ),
            models.CheckConstraint(
                condition=Q(result="", answered_at=None, answered_by=None)
                | (~Q(result="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="request_answered_by_somebody",
            ),
        ]


class LegalHold(OfCase):
    """A court or an inquiry needs the file: nothing of it is erased while this stands."""

    case = models.ForeignKey(
        "referral.Case", on_delete=models.PROTECT, related_name="holds", verbose_name=_("case")
    )
    #: The side that set it, which alone lifts it.
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    reason = SealedTextField(_("reason"), padding="long")
    set_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(_("since"))
    lifted_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("legal hold")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "organisation"],
                condition=Q(lifted_at=None),
                name="one_hold_per_organisation",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="hold_lifted_by_somebody",
            ),
        ]


class Erasure(OfCase):
    """Asked for by one person, approved by two others; then the keys of the case are destroyed. Codes only."""

    case = models.ForeignKey(
        "referral.Case", on_delete=models.PROTECT, related_name="erasures", verbose_name=_("case")
    )
    reason = CodeField(_("reason"), max_length=10, choices=ErasureReason)
    #: Of the person, where it answers one.
    request = models.ForeignKey(
        RightsRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="erasures"
    )
    asked_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    first_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_at = models.DateTimeField(null=True, blank=True)
    second_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    refused_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    refused_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("erasure")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(done_at=None, refused_at=None), name="one_open_erasure"
            ),
            models.CheckConstraint(
                condition=(Q(first_by=None) | ~Q(first_by=F("asked_by")))
                & (Q(second_by=None) | (~Q(second_by=F("asked_by")) & ~Q(second_by=F("first_by")))),
                name="erasure_needs_three_people",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, second_by=None)
                | Q(done_at__isnull=False, first_by__isnull=False, second_by__isnull=False, refused_at=None),
                name="erased_by_two",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.refused_at is None


class RetentionTerm(Recorded):
    """For how long a kind of closed file is kept, where it differs from what the software comes with."""

    kind = CodeField(_("kind of file"), max_length=16, choices=RetentionKind, unique=True)
    years = models.PositiveSmallIntegerField(_("years"))

    class Meta:
        verbose_name = _("retention")
        constraints = [
            models.CheckConstraint(condition=Q(years__range=(1, MOST_YEARS)), name="retention_is_in_years")
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
