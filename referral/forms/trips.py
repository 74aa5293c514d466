"""The way to the centre: one plan for both sides, a night, an end before the arrival, an address for the escort."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical
from partners.forms.fields import TELEPHONE, region
from partners.models import Department, Site, User
from referral.forms.acts import LINE, NAME, ActForm, Text
from referral.forms.care import DatedForm
from referral.forms.receiving import FURTHEST_ARRIVAL
from referral.forms.when import Moment, shown
from referral.models import Trip
from referral.models.trip import LONGEST_RELEASE
from referral.services.trips import Plan
from referral.trips import Means, Payer

#: Beyond this nobody reads the list at a door.
MOST_THINGS = 40
#: How long an address may be read; whoever has arrived reads it no longer in any case.
HOURS = (2, 4, 8, LONGEST_RELEASE // timedelta(hours=1))


class PlanForm(ActForm):
    expected_arrival_at = Moment(label=_("When are they expected?"))
    departure_planned_at = Moment(label=_("When do they leave? (optional)"), required=False)
    means = forms.ChoiceField(label=_("How do they travel?"), choices=[("", _("Choose")), *Means.choices])
    payer = forms.ChoiceField(label=_("Who pays?"), choices=Payer.choices, initial=Payer.UNKNOWN)
    escort = forms.ModelChoiceField(
        label=_("Who goes along? With an account here"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody with an account"),
        help_text=_("Only an escort with an account can be given the address of a protected house."),
    )
    escort_name = forms.CharField(
        label=_("Escort without an account: name (optional)"), max_length=NAME, required=False
    )
    escort_telephone = forms.CharField(
        label=_("Telephone on the way (optional)"),
        max_length=20,
        required=False,
        validators=[TELEPHONE],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    escort_organisation = forms.CharField(
        label=_("Organisation of the escort (optional)"), max_length=NAME, required=False
    )
    meeting_point = Text(
        label=_("Where does the centre come to meet them? (optional)"),
        max_length=LINE,
        required=False,
        help_text=_("A bus station, a health post, an office. Never the house itself."),
    )
    belongings = Text(
        label=_("Belongings and papers that go along (optional)"),
        required=False,
        help_text=_("One on each line. The sheet for the two signatures lists them. No name."),
    )
    field_order = ["key", "version", "meeting_point", "expected_arrival_at", "departure_planned_at"]

    def __init__(
        self,
        *args: Any,
        at: datetime,
        escorts: Any,
        trip: Trip | None,
        expected: datetime | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["escort"].queryset = escorts
        self.fields["expected_arrival_at"].between(at - timedelta(days=1), at + FURTHEST_ARRIVAL)
        self.fields["departure_planned_at"].between(at - timedelta(days=2), at + FURTHEST_ARRIVAL)
        if trip is None:
            self.fields["expected_arrival_at"].initial = expected and shown(expected)
            return
        for name in self.fields.keys() - {"key", "version"}:
            value = getattr(trip, name)
            if name == "belongings":
                value = "\n".join(value or [])
            self.fields[name].initial = shown(value) if isinstance(value, datetime) else value
        self.fields["escort"].initial = trip.escort_id

    def clean_belongings(self) -> list[str]:
        things = [line.strip() for line in self.cleaned_data["belongings"].splitlines() if line.strip()]
        if len(things) > MOST_THINGS:
            raise forms.ValidationError(_("This list is too long: put small things together."))
        return things

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        leaves, arrives = cleaned.get("departure_planned_at"), cleaned.get("expected_arrival_at")
        if leaves and arrives and leaves >= arrives:
            self.add_error("expected_arrival_at", _("They arrive after they leave: look at the two times."))
        return cleaned

    def plan(self) -> Plan:
        said: dict[str, Any] = {
            name: value or None for name, value in self.cleaned_data.items() if name not in ("key", "version")
        }
        return Plan(**said)


class DepartForm(DatedForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].label = _("When did they leave?")


class NightForm(DatedForm):
    region = region()
    department = forms.ModelChoiceField(
        label=_("Department (optional)"),
        queryset=Department.objects.select_related("region").order_by(Alphabetical("name")),
        required=False,
        empty_label=_("Not known"),
    )
    lodged_with = forms.CharField(
        label=_("Who lodges them? (optional)"),
        max_length=LINE,
        required=False,
        help_text=_("Only the two sides of this referral read it."),
    )
    expected_arrival_at = Moment(label=_("When are they expected now?"))
    field_order = ["key", "version", "occurred_at", "region", "department", "lodged_with"]

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, at=at, **kwargs)
        self.fields["occurred_at"].label = _("Since when do they stop?")
        self.fields["expected_arrival_at"].between(at, at + FURTHEST_ARRIVAL)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        department, where = cleaned.get("department"), cleaned.get("region")
        if department is not None and where is not None and department.region_id != where.pk:
            self.add_error("department", _("This department lies in another region."))
        return cleaned


class BreakOffForm(DatedForm):
    reason = forms.CharField(
        label=_("Why? (optional)"),
        max_length=LINE,
        required=False,
        help_text=_("The other side reads this. No name."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].label = _("Since when?")


class ReleaseForm(ActForm):
    site = forms.ChoiceField(label=_("Which house?"), widget=forms.RadioSelect)
    hours = forms.TypedChoiceField(
        label=_("For how long at most?"),
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("It ends with the arrival in any case."),
    )

    def __init__(self, *args: Any, sites: Sequence[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].choices = _houses(sites)
        self.fields["site"].initial = str(sites[0].pk) if sites else None
        self.fields["hours"].initial = HOURS[1]
        self.fields["hours"].choices = [(count, _("%(count)d hours") % {"count": count}) for count in HOURS]

    def clean_site(self) -> UUID:
        return UUID(self.cleaned_data["site"])


def _houses(sites: Iterable[Site]) -> list[tuple[str, str]]:
    return [(str(site.pk), site.name) for site in sites]
