"""Reviews of files: what was drawn and how, what the reviewer answered, what was found, what is done about it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedJSONField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from referral.draw import Member
from referral.file_reviews import (
    ActionState,
    Conclusion,
    DrawnFor,
    Quarter,
    ReviewKind,
    SeedSource,
    Severity,
)


class ReviewSeed(Recorded):
    """The number of one organisation's quarter, written and committed before anybody reads what could be drawn."""

    organisation = models.ForeignKey("partners.Organisation", on_delete=models.PROTECT, related_name="+")
    #: The first day of the quarter.
    begins_on = models.DateField(_("quarter"))
    value = CodeField(max_length=64)
    source = CodeField(max_length=10, choices=SeedSource)
    #: How many events that fingerprint of the audit stands for, so that anybody finds it and computes anew.
    checkpoint = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("number of a draw")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "begins_on"], name="one_seed_per_quarter")
        ]

    def __str__(self) -> str:
        return self.value


class FileReview(Recorded):
    """One look at the files of a quarter: all of an organisation's in codes, or a worker's drawn ones with content.

    Concluded, it never changes: a trigger of the database refuses it to everybody.
    """

    reference = CodeField(_("reference"), max_length=9, unique=True)
    kind = CodeField(_("kind"), max_length=10, choices=ReviewKind)
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    #: Whose files; empty for compliance, which is about all of them.
    worker = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("worker")
    )
    #: The first day of the quarter.
    begins_on = models.DateField(_("quarter"))
    seed = models.ForeignKey(ReviewSeed, on_delete=models.PROTECT, related_name="reviews")
    #: The ids of all files that could be drawn, in order: anyone draws again from them.
    population = ArrayField(models.UUIDField())
    population_digest = CodeField(max_length=64)
    #: Empty when the system drew by itself.
    drawn_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField(_("drawn at"))
    due_at = models.DateTimeField(_("due"))
    reviewer = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("reviewer")
    )
    named_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, null=True, related_name="+")
    named_at = models.DateTimeField(null=True)
    #: Of somebody of another organisation alone: the mandate ends then, concluded or not.
    mandate_until = models.DateTimeField(_("mandate until"), null=True)
    #: Until when the drawn files are open to somebody of another organisation.
    reads_until = models.DateTimeField(_("files open until"), null=True)
    conclusion = CodeField(_("conclusion"), max_length=12, choices=Conclusion, blank=True)
    concluded_at = models.DateTimeField(_("concluded at"), null=True)

    class Meta:
        verbose_name = _("review of files")
        ordering = ["-begins_on", "kind", "reference"]
        constraints = [
            # One draw for each: whoever does not like what was drawn cannot draw once more.
            models.UniqueConstraint(
                fields=["organisation", "kind", "begins_on", "worker"],
                name="one_draw_per_quarter",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind=ReviewKind.COMPLIANCE) ^ Q(worker__isnull=False), name="quality_of_somebody"
            ),
            models.CheckConstraint(
                condition=Q(worker=None) | Q(reviewer=None) | ~Q(reviewer=F("worker")),
                name="nobody_reviews_own_files",
            ),
            models.CheckConstraint(
                condition=Q(concluded_at=None, conclusion="")
                | (Q(concluded_at__isnull=False, reviewer__isnull=False) & ~Q(conclusion="")),
                name="review_concluded_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def quarter(self) -> Quarter:
        return Quarter(self.begins_on)

    @property
    def is_quality(self) -> bool:
        return self.kind == ReviewKind.QUALITY


class OfDrawnFile(Recorded):
    """A row whose words lie under the key of the file that they are about: erased with it."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        case_id = self.case_id  # type: ignore[attr-defined]
        return Scope(ScopeKind.CASE, case_id, case_id)


class DrawnFile(OfDrawnFile):
    """A file of a review, and its twelve answers."""

    review = models.ForeignKey(FileReview, on_delete=models.PROTECT, related_name="files")
    case = models.ForeignKey("referral.Case", on_delete=models.PROTECT, related_name="+")
    #: From 1, in the order of the draw: what those call it who may not know its reference.
    number = models.PositiveIntegerField(_("number"))
    reasons = ArrayField(CodeField(max_length=16, choices=DrawnFor))
    #: One `Mark` for each question, in their order; empty where it is not answered yet.
    answers = ArrayField(CodeField(max_length=8, blank=True), default=list, blank=True)
    #: By question, where the reviewer wrote one.
    remarks = SealedJSONField(_("remarks"), null=True, blank=True)

    class Meta:
        verbose_name = _("file of a review")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["review", "case"], name="one_file_once_per_review"),
            models.UniqueConstraint(fields=["review", "number"], name="one_number_per_review"),
        ]

    @property
    def answered(self) -> bool:
        return len(self.answers) > 0 and all(self.answers)

    def member(self) -> Member:
        """As it was in the population."""
        kept = {DrawnFor.SAMPLE.value, DrawnFor.ALL.value}
        return Member(self.case_id, tuple(sorted(set(self.reasons) - kept)))


class Finding(OfDrawnFile):
    """What is not as it should be in one file."""

    file = models.ForeignKey(DrawnFile, on_delete=models.PROTECT, related_name="findings")
    case = models.ForeignKey("referral.Case", on_delete=models.PROTECT, related_name="+")
    question = CodeField(_("question"), max_length=16)
    severity = CodeField(_("severity"), max_length=8, choices=Severity)
    words = SealedTextField(_("what was found"), padding="long")
    found_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField(_("found at"))

    class Meta:
        verbose_name = _("finding")
        ordering = ["found_at"]


class CorrectiveAction(OfDrawnFile):
    """What somebody does about a finding. The task says who and by when, and is made anew when it was not right."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="actions")
    case = models.ForeignKey("referral.Case", on_delete=models.PROTECT, related_name="+")
    task = models.OneToOneField("referral.Task", on_delete=models.PROTECT, related_name="corrects")
    words = SealedTextField(_("what is to be done"), padding="long")
    asked_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    #: How often it was done and found not right.
    reopened = models.PositiveSmallIntegerField(default=0)
    confirmed_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("corrective action")
        ordering = ["asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="action_confirmed_by_somebody",
            )
        ]

    @property
    def state(self) -> ActionState:
        if self.confirmed_at is not None:
            return ActionState.CONFIRMED
        return ActionState.OPEN if self.task.done_at is None else ActionState.DONE
