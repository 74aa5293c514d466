"""Which quarter? A list of those that are over: nothing narrower can be asked for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.periods import Period
from reporting.wording import days


class QuarterForm(forms.Form):
    """Bound to the query of the address; the newest quarter where nothing is asked for."""

    quarter = forms.ChoiceField(label=_("Quarter"))

    def __init__(self, asked: Any, *, quarters: Sequence[Period]) -> None:
        super().__init__({"quarter": asked.get("quarter", quarters[0].first.isoformat())})
        self.quarters = {each.first.isoformat(): each for each in quarters}
        self.fields["quarter"].choices = [(first, days(each)) for first, each in self.quarters.items()]

    @property
    def period(self) -> Period:
        """Of a valid form."""
        return self.quarters[self.cleaned_data["quarter"]]
