"""The case file: a Case and its Person, sealed under the case's own key."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedBooleanField, SealedDateField, SealedJSONField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from partners.enums import Sex
from referral.enums import ENDED_CASE, AgeBand, AgeStatus, RiskLevel, Urgency
from referral.lifecycle import CaseLifecycle
from referral.models.order import next_number


class Case(CaseLifecycle, Recorded):
    #: Known to its organisation only, never on a receiver's page (design §4, Ids).
    reference = CodeField(_("reference"), max_length=9, unique=True)
    organisation = models.ForeignKey(
        "partners.Organisation",
        on_delete=models.PROTECT,
        related_name="cases",
        verbose_name=_("organisation"),
    )
    #: Empty while a report waits to be taken in.
    owner = models.ForeignKey(
        "partners.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_cases",
        verbose_name=_("case owner"),
    )
    region = models.ForeignKey(
        "partners.Region", on_delete=models.PROTECT, related_name="+", verbose_name=_("region")
    )
    risk = CodeField(_("risk"), max_length=10, choices=RiskLevel, default=RiskLevel.UNKNOWN)
    urgency = CodeField(_("urgency"), max_length=10, choices=Urgency, default=Urgency.STANDARD)
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    #: Set when a reporter's report made the case; they follow its codes only.
    reported_by = models.ForeignKey(
        "partners.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("reported by"),
    )
    reported_organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: From when the next risk assessment is counted; the opening where it is empty (domain §3.3).
    risk_assessed_at = models.DateTimeField(_("risk assessed at"), null=True, blank=True)
    #: Until when an adult has time to decide, recommended (domain §3.3); empty when no reflection runs.
    reflection_until = models.DateTimeField(_("time to decide until"), null=True, blank=True)
    #: When the person agreed with the plan as it stands; empty again once the plan is changed before its approval.
    plan_agreed_at = models.DateTimeField(_("plan agreed to"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    #: Its keys were destroyed: nothing sealed of this file can be read any more, here or in its history.
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)
    #: Internal order of lists, never shown.
    seq = models.BigIntegerField(editable=False, db_default=next_number("referral_case_seq"))

    class Meta:
        verbose_name = _("case")
        default_permissions = ()
        permissions = [("hold_case", "hold the case file")]
        indexes = [models.Index(fields=["organisation", "-seq"], name="case_of_organisation")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="signaled") | Q(owner__isnull=False), name="case_taken_in_has_owner"
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(ENDED_CASE), closed_at__isnull=False)
                | (~Q(state__in=sorted(ENDED_CASE)) & Q(closed_at=None)),
                name="case_closed_iff_stamped",
            ),
            models.CheckConstraint(
                condition=Q(state="archived") ^ Q(erased_at=None), name="case_archived_iff_erased"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.id, self.id)


class Person(Recorded):
    """The presumed victim of one case. The same human in two files is a link between them, never a shared row."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="person", verbose_name=_("case"))
    sex = CodeField(_("sex"), max_length=8, choices=Sex)
    age_status = CodeField(_("age"), max_length=8, choices=AgeStatus)
    age_band = CodeField(_("age band"), max_length=8, choices=AgeBand)

    family_name = SealedTextField(_("family name"), secret=True, null=True, blank=True)
    given_names = SealedTextField(_("given names"), secret=True, null=True, blank=True)
    birth_date = SealedDateField(_("date of birth"), secret=True, null=True, blank=True)
    nationality = SealedTextField(_("nationality"), secret=True, null=True, blank=True)
    #: How the person wishes to be called; serves instead of a name where they wish none.
    alias = SealedTextField(_("alias"), secret=True, null=True, blank=True)

    phone = SealedTextField(_("telephone"), secret=True, null=True, blank=True)
    #: {"channels": {"phone": true, ...}, "hours": ..., "words": ..., "who": ...}; default: no contact (domain §7.3).
    safe_contact = SealedJSONField(_("safe contact"), secret=True, null=True, blank=True)

    languages = SealedJSONField(_("languages"), null=True, blank=True)
    interpreter_needed = SealedBooleanField(_("interpreter needed"), null=True, blank=True)
    needs = SealedTextField(_("needs"), secret=True, padding="long", null=True, blank=True)
    health = SealedTextField(_("health"), secret=True, padding="long", null=True, blank=True)
    legal_situation = SealedTextField(
        _("legal situation"), secret=True, padding="long", null=True, blank=True
    )
    narrative = SealedTextField(_("what happened"), secret=True, padding="long", null=True, blank=True)
    #: Age bands of the children with the person, e.g. ["0-5", "6-8"].
    children = SealedJSONField(_("children with the person"), null=True, blank=True)
    documents = SealedTextField(_("documents"), secret=True, padding="long", null=True, blank=True)
    #: Of one identity paper: by it a second file of the same person is found.
    document_number = SealedTextField(_("number of a document"), secret=True, null=True, blank=True)
    #: Codes that a place depends on: late_pregnancy, acute_care, mobility, danger_nearby (design §6, Preview).
    flags = SealedJSONField(_("needs of the place"), null=True, blank=True)
    #: Codes of services, as they were heard first; the next step of the own file, told to nobody else.
    first_needs = SealedJSONField(_("needed first"), null=True, blank=True)
    #: Topics (`referral.topics`) that the person does not wish to speak about: nobody asks again.
    declined = SealedJSONField(_("does not wish to speak about"), null=True, blank=True)

    class Meta:
        verbose_name = _("person")

    def __str__(self) -> str:
        return str(self.case_id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.case_id, self.case_id)
