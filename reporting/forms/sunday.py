"""The weekly sheet: for each question a choice of one tap, and where it matters when it happened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.templatetags.interface import moment
from referral.forms.acts import ActForm
from referral.forms.when import Moment, shown
from reporting.enums import ANSWERS, DATED, Missing, SundayAnswer
from reporting.services.sunday import Answer, Question


class SundayForm(ActForm):
    """A question without an answer stays as it is."""

    def __init__(self, *args: Any, questions: Sequence[Question], at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        #: What can be answered here.
        self.questions = [each for each in questions if ANSWERS[each.kind]]
        for each in self.questions:
            self.fields[f"{each.code}-said"] = forms.ChoiceField(
                label=f"{each.kind.label} · {moment(each.since)}",
                choices=[(answer.value, answer.label) for answer in ANSWERS[each.kind]],
                widget=forms.RadioSelect,
                required=False,
            )
            self.fields[f"{each.code}-version"] = forms.IntegerField(
                widget=forms.HiddenInput, initial=each.version, required=False
            )
            if each.kind in DATED:
                # Of whoever came without a referral nothing says when it may have been but today.
                proposed = at if each.kind == Missing.WALK_IN else each.since
                when = Moment(label=_WHEN[each.kind], initial=shown(proposed), required=False)
                when.between(each.earliest, at)
                self.fields[f"{each.code}-when"] = when

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not any(data[f"{each.code}-said"] for each in self.questions):
            self.add_error(None, _("Nothing is answered yet. Answer at least one line."))
        return data

    @property
    def answers(self) -> list[Answer]:
        """Of a valid form. The version is that of the page: a row that has changed since is not touched."""
        return [
            Answer(
                each,
                self.cleaned_data[f"{each.code}-version"] or 0,
                SundayAnswer(said),
                self.cleaned_data.get(f"{each.code}-when") or self.at,
            )
            for each in self.questions
            if (said := self.cleaned_data[f"{each.code}-said"])
        ]


_WHEN = {
    Missing.AWAITED: _("When? If not arrived: since when missing"),
    Missing.DEPARTED: _("When did the person leave?"),
    Missing.WALK_IN: _("When did the person leave?"),
}
