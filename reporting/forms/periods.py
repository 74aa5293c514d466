"""Of which days?"""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.periods import PRESETS, Period

LONGEST_YEARS = 5


class PeriodForm(forms.Form):
    """The days of a report; this month where nothing is asked for. Bound to the query of the address."""

    first = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=_("Last day"),
        help_text=_("This day included."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, asked: Any, *, today: date) -> None:
        preset = PRESETS["this_month"][1](today)
        super().__init__(
            {
                "first": asked.get("first", preset.first.isoformat()),
                "last": asked.get("last", preset.last.isoformat()),
            }
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first one."))
        elif last == date.max:  # it has no day after
            self.add_error("last", self.fields["last"].error_messages["invalid"])
        elif first and last and last.year - first.year > LONGEST_YEARS:
            self.add_error("last", _("This is longer than five years: choose a shorter period."))
        return data

    @property
    def period(self) -> Period:
        """Of a valid form."""
        return Period(self.cleaned_data["first"], self.cleaned_data["last"])
