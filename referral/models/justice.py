"""What happens around the file: steps of justice, case conferences, the questions of a ministry."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, CodeTextField, SealedJSONField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from referral.enums import Group
from referral.kinds import QuestionKind
from referral.prosecution import JusticeStepKind

#: As many questions of its own as a ministry may ask for one service.
MOST_QUESTIONS = 10


class OfCase(Recorded):
    """A row of the file, sealed under the case's own key."""

    case = models.ForeignKey("referral.Case", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.case_id, self.case_id)


class JusticeStep(OfCase):
    """One step by its date; the registry of the court that it names confirms it."""

    case = models.ForeignKey(
        "referral.Case", on_delete=models.PROTECT, related_name="justice_steps", verbose_name=_("case")
    )
    kind = CodeField(_("step"), max_length=16, choices=JusticeStepKind)
    on = models.DateField(_("date"))
    court = models.ForeignKey(
        "partners.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("court or service"),
    )
    number = SealedTextField(_("case number of the court"), null=True, blank=True)
    closed_hearing = models.BooleanField(_("closed hearing"), default=False)
    #: A statement in the reflection period: only because the person asked for it.
    asked_by_person = models.BooleanField(_("the person asks for it"), default=False)
    entered_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: Entered by mistake, or called off: kept, and counted no more.
    struck_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("justice step")
        ordering = ["on", "entered_at"]
        indexes = [models.Index(fields=["court", "on"], name="justice_step_of_court")]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="step_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("entered_by")),
                name="step_needs_second_person",
            ),
        ]


class CaseConference(OfCase):
    """Several services sat together about one person; what each may hear was decided before (design §5)."""

    case = models.ForeignKey(
        "referral.Case", on_delete=models.PROTECT, related_name="conferences", verbose_name=_("case")
    )
    held_at = models.DateTimeField(_("held at"))
    organisations = ArrayField(models.UUIDField(), verbose_name=_("organisations"))
    #: {organisation id: [groups that it was allowed to hear]}, as it stood.
    heard = SealedJSONField(_("what each could hear"))
    attendance = SealedTextField(_("who was there"), padding="long", null=True, blank=True)
    view = SealedTextField(_("what the person wishes"), secret=True, padding="long")
    record = SealedTextField(_("record"), secret=True, padding="long", null=True, blank=True)
    written_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("case conference")
        ordering = ["-held_at"]


class ServiceQuestion(Recorded):
    """A question that a ministry adds to a service. Its words never change: to change them is to ask another one."""

    service = CodeField(_("service"), max_length=60)
    number = models.PositiveSmallIntegerField(_("place in the list"))
    kind = CodeField(_("how it is answered"), max_length=8, choices=QuestionKind)
    #: With which part of the file the answer is shared, where that part is.
    group = CodeField(_("shared with"), max_length=10, choices=Group)
    text_fr = CodeField(_("question in French"), max_length=200)
    text_en = CodeField(_("question in English"), max_length=200)
    #: One answer a line, French before English: "Oui, souvent / Yes, often".
    choices = CodeTextField(_("answers"), blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("question of the ministry")
        ordering = ["service", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "number"], condition=Q(retired_at=None), name="one_question_a_place"
            ),
            models.CheckConstraint(
                condition=Q(number__range=(1, MOST_QUESTIONS)), name="ten_questions_a_service"
            ),
            models.CheckConstraint(
                condition=Q(kind="choice") ^ Q(choices=""), name="choice_iff_answers_named"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return self.text_en if (get_language() or "fr").startswith("en") else self.text_fr

    @property
    def answers(self) -> list[str]:
        return [line.strip() for line in self.choices.splitlines() if line.strip()]


class QuestionAnswers(OfCase):
    """What was answered for one referral: the sender's, and shared only with the group of each question."""

    referral = models.OneToOneField(
        "referral.Referral", on_delete=models.PROTECT, related_name="question_answers"
    )
    #: {question id: answer}
    answers = SealedJSONField(_("answers"))

    class Meta:
        verbose_name = _("answers to the ministry’s questions")
