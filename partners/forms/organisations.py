from django import forms
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical
from partners.enums import OrganisationKind, OrganisationStatus
from partners.forms.fields import TELEPHONE, VersionForm, region
from partners.models import Organisation
from partners.services.organisations import Particulars


class OrganisationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Choose a kind")), *OrganisationKind.choices])
    region = region()
    telephone = forms.CharField(
        label=_("Telephone of the desk (optional)"),
        help_text=_("Every signed-in partner sees it in the directory."),
        max_length=20,
        required=False,
        validators=[TELEPHONE],
    )
    is_national_unit = forms.BooleanField(
        label=_("This is the national unit"),
        help_text=_("It coordinates, and takes in what nobody answers. There is only one."),
        required=False,
    )

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if data.get("is_national_unit") and data.get("kind") not in (
            "",
            None,
            OrganisationKind.NATIONAL_UNIT,
        ):
            self.add_error(
                "is_national_unit", _("Only an organisation of the kind “National unit” can be it.")
            )
        return data

    def particulars(self) -> Particulars:
        return Particulars(**{name: self.cleaned_data[name] for name in Particulars.__dataclass_fields__})


class ChangeOrganisationForm(VersionForm, OrganisationForm):
    pass


class ReportRuleForm(VersionForm):
    organisation = forms.ModelChoiceField(
        label=_("Reports from this region go to"),
        queryset=Organisation.objects.filter(status=OrganisationStatus.ACTIVE).order_by(Alphabetical("name")),
        empty_label=_("The national unit"),
        required=False,
    )
