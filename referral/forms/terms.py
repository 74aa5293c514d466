"""How long is a deadline, and for whom? Which days are holidays?"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import Organisation, Region
from referral.deadlines import BY_URGENCY, LONGEST, PLAIN, WALL_TIME, Span, WorkingDays
from referral.enums import Clock, Urgency
from referral.forms.acts import ActForm
from referral.models import Holiday, Term
from referral.services.holidays import Day
from referral.services.terms import Scope

HOURS, DAYS, WORKING = "hours", "days", "working_days"
#: Shorter than this is said in hours.
IN_DAYS = timedelta(days=3)
MOST_WORKING_DAYS = 260


def told(span: Span) -> tuple[int, str]:
    """The number and the unit in which a person would say it."""
    if isinstance(span, WorkingDays):
        return span.count, WORKING
    if span >= IN_DAYS and span % timedelta(days=1) == timedelta():
        return span.days, DAYS
    return int(span.total_seconds() // 3600), HOURS


class LengthForm(ActForm):
    """A number and its unit."""

    amount = forms.IntegerField(
        label=_("How long?"),
        min_value=1,
        max_value=LONGEST // timedelta(hours=1),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    unit = forms.ChoiceField(
        label=_("Counted in"),
        widget=forms.RadioSelect,
        choices=[(HOURS, _("hours")), (DAYS, _("days")), (WORKING, _("working days"))],
        help_text=_("Saturdays, Sundays and holidays are no working days. Emergencies never wait for one."),
        initial=HOURS,
    )

    def __init__(self, *args: Any, clock: Clock, urgency: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_urgency = urgency
        if clock in WALL_TIME:
            self.fields["unit"].choices = [(HOURS, _("hours")), (DAYS, _("days"))]
            self.fields["unit"].help_text = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        amount, unit = cleaned.get("amount"), cleaned.get("unit")
        urgency = cleaned.get("urgency", self.of_urgency)
        if amount is None or unit is None:
            return cleaned
        if unit == WORKING and urgency == Urgency.EMERGENCY:
            self.add_error("unit", _("An emergency does not wait for a working day: choose hours."))
        elif (unit == WORKING and amount > MOST_WORKING_DAYS) or (
            unit == DAYS and timedelta(days=amount) > LONGEST
        ):
            self.add_error("amount", _("This is longer than a year."))
        else:
            cleaned["span"] = (
                WorkingDays(amount)
                if unit == WORKING
                else timedelta(hours=amount if unit == HOURS else 24 * amount)
            )
        return cleaned


class AddTermForm(LengthForm):
    where = forms.ChoiceField(label=_("For whom?"))
    urgency = forms.ChoiceField(label=_("For which urgency?"), widget=forms.RadioSelect, required=False)
    field_order = ["key", "where", "urgency", "amount", "unit"]

    def __init__(
        self,
        *args: Any,
        clock: Clock,
        regions: Sequence[Region],
        organisations: Sequence[Organisation],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, clock=clock, **kwargs)
        self.fields["where"].choices = [
            ("everywhere", _("Everywhere")),
            (_("Only in one region"), [(f"region:{each.pk}", each.name) for each in regions]),
            (_("Only for one organisation"), [(f"organisation:{each.pk}", each.name) for each in organisations]),
        ]  # fmt: skip
        if clock in BY_URGENCY:  # one value for all would slow emergencies down
            self.fields["urgency"].choices = Urgency.choices
            self.fields["urgency"].required = True
            self.fields["urgency"].error_messages["required"] = _("Choose the urgency.")
        elif clock in PLAIN:
            self.fields["urgency"].widget = forms.HiddenInput()
            self.fields["urgency"].choices = [("", "")]
        else:
            self.fields["urgency"].choices = [("", _("Every urgency")), *Urgency.choices]
            self.fields["urgency"].initial = ""

    def scope(self) -> Scope:
        kind, _colon, pk = self.cleaned_data["where"].partition(":")
        return Scope(
            urgency=self.cleaned_data["urgency"],
            region_id=UUID(pk) if kind == "region" else None,
            organisation_id=UUID(pk) if kind == "organisation" else None,
        )


class ChangeTermForm(LengthForm):
    def __init__(self, *args: Any, term: Term, **kwargs: Any) -> None:
        super().__init__(*args, clock=Clock(term.clock), urgency=term.urgency, version=term.version, **kwargs)
        self.fields["amount"].initial, self.fields["unit"].initial = told(term.span)


class RemoveForm(ActForm):
    """Nothing to say."""


class HolidayForm(ActForm):
    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={"invalid": _("Give a day, such as 21/11/2026.")},
    )
    name_fr = forms.CharField(label=_("Name in French"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)
    announced = forms.BooleanField(
        label=_("The day is an estimate until it is announced"),
        help_text=_("A feast by the moon. Take the tick away once the day is certain."),
        required=False,
    )

    def __init__(self, *args: Any, holiday: Holiday | None = None, **kwargs: Any) -> None:
        super().__init__(*args, version=holiday.version if holiday else None, **kwargs)
        if holiday is not None:
            for name in Day.__dataclass_fields__:
                self.fields[name].initial = getattr(holiday, name)

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not 2000 <= day.year <= 2100:
            raise forms.ValidationError(_("Give a day, such as 21/11/2026."))
        return day

    def said(self) -> Day:
        return Day(**{name: self.cleaned_data[name] for name in Day.__dataclass_fields__})


class ProposalForm(ActForm):
    days = forms.MultipleChoiceField(
        label=_("Which of these days are holidays?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day.")},
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].choices = choices
        self.fields["days"].initial = [value for value, _label in choices]

    def clean_days(self) -> list[date]:
        return [date.fromisoformat(value) for value in self.cleaned_data["days"]]
