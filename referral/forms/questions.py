"""The questions that a ministry adds to a service, and their answers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.enums import CodeList
from partners.queries import code_choices
from referral.enums import Group
from referral.forms.acts import LINE, ActForm, Text
from referral.forms.when import yes_no
from referral.kinds import QuestionKind
from referral.models import ServiceQuestion
from referral.models.justice import MOST_QUESTIONS

#: Groups with which an answer may be shared: never the narrative, and identity is asked for once, in the file.
SHARED_WITH = (Group.NEEDS, Group.HEALTH, Group.CHILDREN, Group.LEGAL)


class QuestionForm(ActForm):
    """A question of the ministry. Its words do not change later: who answered must have read the same."""

    service = forms.ChoiceField(label=_("For which service?"))
    text_fr = forms.CharField(label=_("Question in French"), max_length=LINE)
    text_en = forms.CharField(label=_("Question in English"), max_length=LINE)
    kind = forms.ChoiceField(label=_("How is it answered?"), choices=QuestionKind, widget=forms.RadioSelect)
    choices = Text(
        label=_("Answers to choose from"),
        required=False,
        max_length=5 * LINE,
        help_text=_("One a line; for an answer that is chosen."),
    )
    group = forms.ChoiceField(
        label=_("With which part of the file is the answer shared?"),
        choices=[(group.value, group.label) for group in SHARED_WITH],
        widget=forms.RadioSelect,
        help_text=_("It goes to the receiver only where the person agreed to share that part."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", _("Choose a service")), *code_choices(CodeList.SERVICE)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        lines = {line.strip() for line in cleaned.get("choices", "").splitlines() if line.strip()}
        if cleaned.get("kind") == QuestionKind.CHOICE:
            if len(lines) < 2:
                self.add_error("choices", _("Write at least two answers, one a line."))
        elif "choices" in cleaned:
            cleaned["choices"] = ""
        return cleaned

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("key", "version")}


class AnswersForm(ActForm):
    """The ministry's questions about one referral; none is compulsory."""

    def __init__(self, *args: Any, questions: Sequence[ServiceQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions[:MOST_QUESTIONS]
        for question in self.questions:
            self.fields[self.name_of(question)] = _field(question)

    def remember(self, answers: Mapping[str, str]) -> None:
        """What was answered before, by question id."""
        for question in self.questions:
            self.fields[self.name_of(question)].initial = answers.get(str(question.pk))

    @staticmethod
    def name_of(question: ServiceQuestion) -> str:
        return f"question_{question.pk.hex}"

    def answers(self) -> dict[str, str]:
        """What was answered, as text; an empty answer is none."""
        given = {str(q.pk): self.cleaned_data[self.name_of(q)] for q in self.questions}
        return {pk: _text(value) for pk, value in given.items() if value not in (None, "")}


def _field(question: ServiceQuestion) -> forms.Field:
    label = question.text
    if question.kind == QuestionKind.YES_NO:
        return yes_no(label=label, required=False, empty_value=None)
    if question.kind == QuestionKind.DATE:
        return forms.DateField(
            label=label, required=False, widget=forms.SelectDateWidget(years=range(1900, 2101))
        )
    if question.kind == QuestionKind.CHOICE:
        choices = [("", _("Not known, or does not wish to answer")), *((a, a) for a in question.answers)]
        return forms.ChoiceField(label=label, required=False, choices=choices)
    return Text(label=label, required=False, max_length=5 * LINE)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)
