from collections.abc import Sequence
from datetime import time
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical
from partners.enums import CodeList, PersonGroup, Sex, Weekday
from partners.forms.fields import VersionForm, clock_time, count, of_list, phone, region, years
from partners.forms.overflow import AboveForm
from partners.models import Department, Region, Site
from partners.queries import sites_of
from partners.services.provision import Offering


class CountForm(VersionForm, AboveForm):
    """The evening headcount: one number."""

    occupied = count(_("Persons lodged now"), _("All of them, also those who came by another way."))
    field_order = ["version", "capacity", "occupied", "overflow", "overflow_words"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whoever corrects a number is not asked why before it was found too high.
        self.ask_above(self.is_bound, required=False)
        if self.is_bound:
            self.fields["overflow"].label = _("More persons than places: why?")


class PlacesForm(CountForm):
    capacity = count(_("Places in all"))


class OpenPlacesForm(forms.Form):
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), empty_label=_("Choose a site")
    )
    group = forms.ChoiceField(label=_("For whom"), choices=PersonGroup.choices, widget=forms.RadioSelect)
    capacity = count(_("Places in all"))

    def __init__(self, organisation_id: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _of_organisation(self.fields["site"], organisation_id)


class SiteForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        help_text=_("For your organisation and national coordination; it is not in the directory."),
        max_length=80,
    )
    region = region()
    department = forms.ModelChoiceField(
        label=_("Department (optional)"),
        queryset=Department.objects.order_by(Alphabetical("name")),
        empty_label=_("Not said"),
        required=False,
    )
    confidential = forms.BooleanField(
        label=_("The address is confidential"),
        help_text=_("Arrivals then go by way of a meeting point, and the directory shows the region alone."),
        required=False,
        initial=True,
    )
    public_address = forms.CharField(
        label=_("Public address (optional)"),
        help_text=_("Of a house that anybody may find: it stands in the directory and on the printed list."),
        max_length=200,
        required=False,
    )
    address = forms.CharField(
        label=_("Sealed address (optional)"),
        help_text=_(
            "Kept encrypted and shown to your desk alone, one look at a time; each look is written down."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        required=False,
    )

    def __init__(self, *args: Any, addressed: bool = True, **kwargs: Any) -> None:
        """Args: addressed: whoever is asked may say where the house stands."""
        super().__init__(*args, **kwargs)
        if not addressed:
            del self.fields["address"]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if data.get("confidential") and data.get("public_address"):
            self.add_error("public_address", _("A confidential house has no public address: empty this box."))
        department = cast("Department | None", data.get("department"))
        if department and data.get("region") and department.region != data["region"]:
            self.add_error("department", _("This department is in another region."))
        return data


class ChangeSiteForm(VersionForm, SiteForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "address" in self.fields:
            self.fields["address"].label = _("New sealed address (optional)")
            self.fields["address"].help_text = _("Leave it empty to keep the address as it is.")


class ServiceForm(forms.Form):
    #: What every service says, then what may stay folded away.
    ALWAYS = (
        "code",
        "active",
        "site",
        "sexes",
        "takes_children",
        "takes_adults",
        "takes_children_with_parent",
        "minimum_age",
        "maximum_age",
    )
    FOLDED = (
        (_("Languages, access, papers"), ("languages", "disability_access", "title_needed")),
        (_("Regions from which people come"), ("regions",)),
        (_("Days, hours, telephone at night"), ("days", "opens_at", "closes_at", "night_telephone")),
        (_("What is good to know"), ("description",)),
    )

    code = forms.ChoiceField(label=_("Service"))
    site = forms.ModelChoiceField(
        label=_("Site (optional)"),
        queryset=Site.objects.none(),
        empty_label=_("None in particular"),
        required=False,
    )
    sexes = forms.MultipleChoiceField(
        label=_("Whom do you receive?"),
        help_text=_("Tick none if you receive everybody."),
        choices=Sex.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    takes_children = forms.BooleanField(label=_("Children (under 18)"), required=False, initial=True)
    takes_adults = forms.BooleanField(label=_("Adults"), required=False, initial=True)
    minimum_age = years(_("From which age? (optional)"))
    maximum_age = years(_("Up to which age? (optional)"))
    takes_children_with_parent = forms.BooleanField(
        label=_("Children who come with their parent"), required=False, initial=True
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages spoken"), widget=forms.CheckboxSelectMultiple, required=False
    )
    disability_access = forms.BooleanField(label=_("Accessible with a disability"), required=False)
    title_needed = forms.BooleanField(
        label=_("A custody title is needed first for a child"),
        help_text=_("It is said in the directory; a placement without one stays possible."),
        required=False,
    )
    regions = forms.MultipleChoiceField(
        label=_("From which regions do people come?"),
        help_text=_("Tick none if you receive from everywhere."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    days = forms.MultipleChoiceField(
        label=_("On which days is it open?"),
        help_text=_("Tick none if it is open every day."),
        choices=Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    opens_at = clock_time(_("Opens at (optional)"), _("Leave both empty if it is open round the clock."))
    closes_at = clock_time(_("Closes at (optional)"))
    night_telephone = phone(
        _("Night telephone (optional)"), _("If it is another one than your organisation’s.")
    )
    description = forms.CharField(
        label=_("What is good to know (optional)"),
        help_text=_("Every signed-in partner reads it. Write no name and no address."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=400,
        required=False,
    )
    active = forms.BooleanField(label=_("Offered now"), required=False, initial=True)

    def __init__(self, organisation_id: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _of_organisation(self.fields["site"], organisation_id)
        of_list(self.fields["code"], CodeList.SERVICE)
        of_list(self.fields["languages"], CodeList.LANGUAGE)
        served = Region.objects.order_by(Alphabetical("name")).values_list("code", "name")
        cast(forms.MultipleChoiceField, self.fields["regions"]).choices = list(served)

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if not data.get("takes_children") and not data.get("takes_adults"):
            self.add_error("takes_adults", _("Say whether you receive children, adults or both."))
        least, most = data.get("minimum_age"), data.get("maximum_age")
        if isinstance(least, int) and isinstance(most, int) and most < least:
            self.add_error("maximum_age", _("The last age comes before the first."))
        if ("opens_at" in data and "closes_at" in data) and (not data["opens_at"]) != (not data["closes_at"]):
            self.add_error("closes_at", _("Give both times, or none for round the clock."))
        return data

    def offering(self) -> Offering:
        return Offering(**{name: self.cleaned_data[name] for name in Offering.__dataclass_fields__})


class ChangeServiceForm(VersionForm, ServiceForm):
    pass


def in_words(form: ServiceForm, names: Sequence[str]) -> str:
    """What these boxes hold, on one line: for the heading under which they are folded away."""
    return ", ".join(word for name in names for word in _words(form.fields[name], form[name].value()))


def _words(field: forms.Field, value: Any) -> list[str]:
    if not value:
        return []
    if isinstance(field, forms.MultipleChoiceField):
        return [str(label) for code, label in cast("list[tuple[str, Any]]", field.choices) if code in value]
    if isinstance(field, forms.BooleanField):
        return [str(field.label)]
    return [f"{value:%H:%M}" if isinstance(value, time) else str(value)]


def _of_organisation(field: forms.Field, organisation_id: UUID) -> None:
    cast("forms.ModelChoiceField[Site]", field).queryset = sites_of(organisation_id)
