"""One conversation as a whole: the seven points, the child's words, who agrees for the child, the paper."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from referral.forms.acts import LINE, Text
from referral.forms.consent import ConversationForm
from referral.talks import NOBODY, Answer, Point, ends

WORDS = 1000


class TalkForm(ConversationForm):
    assent = Text(
        label=_("What does the child want, in the child’s own words?"),
        required=False,
        max_length=WORDS,
        help_text=_("Yes, no, what frightens, what matters. If the child could not be asked, say why."),
    )
    guardian = forms.ChoiceField(
        label=_("Who agrees for the child?"), required=False, widget=forms.RadioSelect
    )
    original = forms.CharField(
        label=_("Where does the signed sheet lie? (if there is one)"),
        max_length=LINE,
        required=False,
        help_text=_(
            "Signing is never required. The sheet stays in the office: a person may be endangered by it."
        ),
    )

    def __init__(
        self, *args: Any, guardians: Sequence[tuple[str, str]] = (), child: bool = False, **kwargs: Any
    ) -> None:
        """
        Args:
            guardians: id and words of everybody recorded beside the child; who may not agree is refused by name.
        """
        super().__init__(*args, child=child, **kwargs)
        for point in Point:
            self.fields[point_name(point)] = forms.ChoiceField(
                label=point.label, choices=Answer.choices, required=False, widget=forms.RadioSelect
            )
        nobody = (NOBODY, _("None of them: a legal ground, the judge, the prosecutor or AEMO"))
        self.fields["guardian"].choices = [*guardians, nobody]
        if not child:
            del self.fields["assent"], self.fields["guardian"]
        if self.is_bound and ends(self._typed()):
            cells = {
                self.cell_name(question, group) for question in self.questions for group in question.groups
            }
            for name in ("explained", "language", "method", *cells):
                self.fields[name].required = False

    def _typed(self) -> Mapping[str, str]:
        typed = {point.value: self.data.get(point_name(point), "") for point in Point}
        return {point: answer for point, answer in typed.items() if answer}

    def clean(self) -> dict[str, Any]:
        if ends(self.answers()):
            return self.cleaned_data  # no witness is needed to a no, and nothing is taken back by it
        cleaned = super().clean()
        agreed = cleaned.get(point_name(Point.AGREES)) == Answer.YES
        if self.child and agreed and not cleaned.get("assent") and "assent" not in self.errors:
            self.add_error(
                "assent", _("Write down what the child wants, or why the child could not be asked.")
            )
        return cleaned

    def answers(self) -> dict[str, str]:
        """Point -> answer, of what was asked."""
        said = {point.value: self.cleaned_data.get(point_name(point), "") for point in Point}
        return {point: answer for point, answer in said.items() if answer}

    def guardian_id(self) -> UUID | None:
        chosen = self.cleaned_data.get("guardian") or NOBODY
        return None if chosen == NOBODY else UUID(chosen)


def point_name(point: str) -> str:
    return f"point_{point}"
