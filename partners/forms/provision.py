from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical
from partners.enums import CodeList, OrganisationKind, PersonGroup, Sex
from partners.forms.fields import VersionForm, count, region
from partners.forms.overflow import AboveForm
from partners.models import Region, Site
from partners.queries import code_choices, sites_of
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
    name = forms.CharField(label=_("Name"), help_text=_("Only your organisation reads it."), max_length=80)
    region = region()
    address = forms.CharField(
        label=_("Address (optional)"),
        help_text=_(
            "Kept encrypted and shown to your desk alone, one look at a time; each look is written down."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        required=False,
    )
    confidential = forms.BooleanField(
        label=_("The address is confidential"),
        help_text=_("Arrivals then go by way of a meeting point."),
        required=False,
        initial=True,
    )


class ChangeSiteForm(VersionForm, SiteForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].label = _("New address (optional)")
        self.fields["address"].help_text = _("Leave it empty to keep the address as it is.")


class ServiceForm(forms.Form):
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
    takes_children_with_parent = forms.BooleanField(
        label=_("Children who come with their parent"), required=False, initial=True
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages spoken"), widget=forms.CheckboxSelectMultiple, required=False
    )
    active = forms.BooleanField(label=_("Offered now"), required=False, initial=True)

    def __init__(self, organisation_id: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _of_organisation(self.fields["site"], organisation_id)
        _of_list(self.fields["code"], CodeList.SERVICE)
        _of_list(self.fields["languages"], CodeList.LANGUAGE)

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if not data.get("takes_children") and not data.get("takes_adults"):
            self.add_error("takes_adults", _("Say whether you receive children, adults or both."))
        return data

    def offering(self) -> Offering:
        return Offering(**{name: self.cleaned_data[name] for name in Offering.__dataclass_fields__})


class ChangeServiceForm(VersionForm, ServiceForm):
    pass


class DirectoryFilter(forms.Form):
    region = forms.ModelChoiceField(
        label=_("Region"),
        queryset=Region.objects.order_by(Alphabetical("name")),
        to_field_name="code",
        empty_label=_("All regions"),
        required=False,
    )
    service = forms.ChoiceField(label=_("Service"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("All kinds")), *OrganisationKind.choices], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _of_list(self.fields["service"], CodeList.SERVICE, ("", _("All services")))


def _of_organisation(field: forms.Field, organisation_id: UUID) -> None:
    cast("forms.ModelChoiceField[Site]", field).queryset = sites_of(organisation_id)


def _of_list(field: forms.Field, name: str, *first: tuple[str, Any]) -> None:
    cast(forms.ChoiceField, field).choices = [*first, *code_choices(name)]
