"""What one looks for in the directory, and what an organisation says of itself there."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical
from partners.enums import CodeList, OrganisationKind, Sex
from partners.forms.fields import VersionForm, of_list, phone, years
from partners.models import Region
from partners.queries import Wanted
from partners.services.entries import Description


class ProviderFilter(forms.Form):
    """Of which region, service and kind?"""

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
        of_list(self.fields["service"], CodeList.SERVICE, ("", _("All services")))


class DirectoryFilter(ProviderFilter):
    """And whom must one of the services take?"""

    sex = forms.ChoiceField(
        label=_("Sex"),
        choices=[("", _("Any")), (Sex.FEMALE, Sex.FEMALE.label), (Sex.MALE, Sex.MALE.label)],
        required=False,
    )
    age = years(_("Age"))
    language = forms.ChoiceField(label=_("Language"), required=False)
    children = forms.BooleanField(label=_("With children"), required=False)
    disability = forms.BooleanField(label=_("Accessible with a disability"), required=False)
    open_now = forms.BooleanField(label=_("Open now"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["age"].help_text = ""
        of_list(self.fields["language"], CodeList.LANGUAGE, ("", _("Any")))

    def wanted(self, at: datetime) -> Wanted:
        """Of a valid form."""
        data = self.cleaned_data
        return Wanted(
            service=data["service"],
            sex=data["sex"],
            age=data["age"],
            with_children=data["children"],
            language=data["language"],
            disability=data["disability"],
            open_at=at if data["open_now"] else None,
        )


class DescriptionForm(VersionForm):
    description = forms.CharField(
        label=_("What does your organisation do? (optional)"),
        help_text=_("Every signed-in partner reads it. Write no name and no address."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=600,
        required=False,
    )
    telephone = phone(
        _("Telephone of the desk (optional)"), _("Every signed-in partner sees it in the directory.")
    )
    night_telephone = phone(
        _("Night telephone (optional)"), _("Where somebody answers when the desk is closed.")
    )
    is_public = forms.BooleanField(
        label=_("Anybody may read this entry"),
        help_text=_(
            "Without signing in, by the open part of the directory. Never an address that is confidential."
        ),
        required=False,
    )

    def said(self) -> Description:
        return Description(**{name: self.cleaned_data[name] for name in Description.__dataclass_fields__})


class AgreementForm(VersionForm):
    until = forms.DateField(
        label=_("Last day of the agreement (optional)"),
        help_text=_("Nothing is sent to it afterwards. Leave it empty if the agreement has no end."),
        widget=forms.SelectDateWidget(),
        required=False,
    )
