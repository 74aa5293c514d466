"""Why may something be shared: the person's consent, or a legal ground; and a child's custody title."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedJSONField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from referral.enums import GroundCode, Group, Purpose, TitleState
from referral.lifecycle import TitleLifecycle


class Consent(Recorded):
    """One cell of the grid: case × recipient × purpose × group. A conversation fills several cells at once."""

    case = models.ForeignKey(
        "referral.Case", on_delete=models.PROTECT, related_name="consents", verbose_name=_("case")
    )
    recipient = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("recipient")
    )
    purpose = CodeField(_("purpose"), max_length=10, choices=Purpose)
    group = CodeField(_("group of fields"), max_length=10, choices=Group)
    given = models.BooleanField(_("given"))
    #: A child's own word, with nobody who may agree for it: heard and kept, and no basis for sharing (design §5).
    assent = models.BooleanField(_("the child’s own word alone"), default=False)
    conversation = models.UUIDField(_("conversation"))
    method = CodeField(_("how consent was given"), max_length=24)
    language = CodeField(_("language"), max_length=8)
    explained_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("explained by")
    )
    witness = SealedTextField(_("witness or interpreter"), null=True, blank=True)
    given_at = models.DateTimeField(_("given at"))
    expires_at = models.DateTimeField(_("until"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    #: A later conversation about the same cell replaces the earlier one, which stays readable.
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "recipient", "purpose", "group"],
                condition=Q(withdrawn_at=None, replaced_at=None),
                name="one_live_consent_per_cell",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("given_at")), name="consent_has_a_life"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.case_id, self.case_id)


class LegalGround(Recorded):
    """What the law lets be shared without consent, with whom, by whose decision (design §5, domain §2.4, §3.4)."""

    case = models.ForeignKey(
        "referral.Case", on_delete=models.PROTECT, related_name="grounds", verbose_name=_("case")
    )
    code = CodeField(_("ground"), max_length=20, choices=GroundCode)
    recipient = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("recipient")
    )
    purpose = CodeField(_("purpose"), max_length=10, choices=Purpose)
    groups = ArrayField(CodeField(max_length=10, choices=Group), verbose_name=_("groups of fields"))
    reason = SealedTextField(_("reason"), padding="long")
    #: The three best-interest answers of `child_protection`: {"safety": ..., "view": ..., "guardian": ...}.
    best_interest = SealedJSONField(_("best interests"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    #: From when it releases anything: at once for a child, else from the second person's approval.
    valid_from = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        "partners.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("countersigned by"),
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    review_due = models.DateTimeField(_("to be reviewed by"))

    class Meta:
        verbose_name = _("legal ground")
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("recorded_by")),
                name="ground_needs_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(groups__overlap=["legal", "narrative", "documents"]),
                name="ground_never_releases_law_file",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None) | Q(refused_at=None), name="ground_approved_or_refused"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.case_id, self.case_id)


class CustodyTitle(TitleLifecycle, Recorded):
    """The paper under which a child is lodged. Entered from the paper; confirmed by the court's registry."""

    case = models.ForeignKey(
        "referral.Case", on_delete=models.PROTECT, related_name="titles", verbose_name=_("case")
    )
    court = models.ForeignKey(
        "partners.Organisation",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("court"),
    )
    number = SealedTextField(_("number"), null=True, blank=True)
    #: The child's name as it stands on the order: what the registry confirms, an audited look.
    name_on_order = SealedTextField(_("name on the order"), secret=True, null=True, blank=True)
    issued_on = models.DateField(_("date of the title"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    entered_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("custody title")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=~Q(state=TitleState.LIFTED), name="one_current_title"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="title_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.case_id, self.case_id)
