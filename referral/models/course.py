"""The course of a case: who decided what the person is, what was feared, planned, heard, and who took it over."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedJSONField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from referral.course import ALARMING, OPEN_TRANSFER, GoalResult, HowItGoes, RiskAbout
from referral.enums import Basis, Group, Purpose, RiskLevel
from referral.transfer_lifecycle import TransferLifecycle


class OfCase(Recorded):
    """A row that lies in a case file, sealed under its key."""

    case = models.ForeignKey(
        "referral.Case", on_delete=models.PROTECT, related_name="%(class)ss", verbose_name=_("case")
    )
    recorded_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.case_id, self.case_id)


class StatusDecision(OfCase):
    """What somebody decided the person to be. Never replaced: several deciders may differ (domain §4.1, §5.4)."""

    status = CodeField(_("status"), max_length=40)
    decider = CodeField(_("who decided"), max_length=40)
    decided_on = models.DateField(_("decided on"))
    #: On what it rests; of another decider than the list has, who it is too.
    basis = SealedTextField(_("what it rests on"), padding="long")

    class Meta:
        verbose_name = _("decision on the status")
        ordering = ["-decided_on", "-recorded_at"]


class RiskAssessment(OfCase):
    """What was feared on a day, and when one looks again. The level of the person today is the case's own."""

    about = CodeField(_("what was assessed"), max_length=10, choices=RiskAbout, default=RiskAbout.PERSON)
    level = CodeField(_("level"), max_length=10, choices=RiskLevel)
    #: Codes of `RiskDimension`.
    dimensions = SealedJSONField(_("where the danger comes from"))
    reasons = SealedTextField(_("what it rests on"), padding="long", null=True, blank=True)
    assessed_at = models.DateTimeField(_("assessed at"))
    #: Of the person alone: a return is assessed when it is prepared.
    next_review = models.DateTimeField(_("assessed again by"), null=True, blank=True)

    class Meta:
        verbose_name = _("risk assessment")
        ordering = ["-assessed_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(level=RiskLevel.UNKNOWN), name="assessment_has_a_level")
        ]


class PlanGoal(OfCase):
    """What the person wants to reach, with which service, who sees to it, by when."""

    #: Empty in a file that was taken over, whose words stayed with the former organisation.
    goal = SealedTextField(_("goal"), padding="long", null=True, blank=True)
    service = CodeField(_("service"), max_length=60)
    owner = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("who sees to it")
    )
    target_on = models.DateField(_("target day"))
    own_words = SealedTextField(_("in the person’s own words"), padding="long", null=True, blank=True)
    result = CodeField(_("result"), max_length=10, choices=GoalResult, blank=True)
    #: Why it was given up; of one that is pursued again, why.
    reason = SealedTextField(_("reason"), padding="long", null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("goal of the plan")
        ordering = ["target_on", "recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(result="") ^ Q(ended_at__isnull=False), name="goal_ends_with_result"
            )
        ]


class FollowUp(OfCase):
    """How the person is, on a day, as far as one could hear."""

    answer = CodeField(_("how the person is"), max_length=16, choices=HowItGoes)
    heard_at = models.DateTimeField(_("heard at"))
    note = SealedTextField(_("note"), padding="long", null=True, blank=True)
    #: The question that was answered, where the clock asked.
    task = models.OneToOneField(
        "referral.Task", on_delete=models.PROTECT, null=True, blank=True, related_name="follow_up"
    )

    class Meta:
        verbose_name = _("follow-up")
        ordering = ["-heard_at", "-recorded_at"]

    @property
    def alarms(self) -> bool:
        return self.answer in ALARMING


class Transfer(TransferLifecycle, OfCase):
    """One organisation hands the responsibility for a person to another one. The file itself stays where it is.

    It shares as a referral does: `receiving_organisation`, `purpose` and `released_groups` are named alike.
    """

    receiving_organisation = models.ForeignKey(
        "partners.Organisation",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("receiving organisation"),
    )
    purpose = CodeField(_("purpose"), max_length=10, choices=Purpose)
    released_groups = ArrayField(CodeField(max_length=10, choices=Group), verbose_name=_("handed over"))
    basis = CodeField(_("basis"), max_length=8, choices=Basis, blank=True)
    reason_code = CodeField(_("reason"), max_length=60)
    reason = SealedTextField(_("reason in words"), padding="long", null=True, blank=True)
    #: Read by who takes over, not before.
    message = SealedTextField(_("message"), padding="long", null=True, blank=True)
    approved_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    decline_reason = CodeField(_("reason for declining"), max_length=30, blank=True)
    #: The file that the other organisation opened.
    new_case = models.OneToOneField(
        "referral.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="taken_over"
    )

    class Meta:
        verbose_name = _("transfer of a case")
        ordering = ["-recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=sorted(OPEN_TRANSFER)), name="one_open_transfer"
            ),
            # Once its former file is open again, it may be handed over anew: the newest counts.
            models.CheckConstraint(
                condition=Q(state="accepted") ^ Q(new_case=None), name="accepted_iff_taken_over"
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(OPEN_TRANSFER), due_at__isnull=False, ended_at=None)
                | (~Q(state__in=sorted(OPEN_TRANSFER)) & Q(due_at=None, ended_at__isnull=False)),
                name="transfer_open_iff_due",
            ),
            models.CheckConstraint(
                condition=Q(state="declined") ^ Q(decline_reason=""), name="transfer_declined_iff_reason"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("recorded_by")),
                name="transfer_needs_second_person",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "withdrawn"]) | Q(approved_by__isnull=False),
                name="transfer_proposed_is_approved",
            ),
        ]
