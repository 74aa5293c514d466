from django import forms
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical
from partners.enums import OrganisationStatus, TokenScope
from partners.models import Organisation


class TokenForm(forms.Form):
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.filter(status=OrganisationStatus.ACTIVE).order_by(Alphabetical("name")),
        empty_label=_("Choose an organisation"),
    )
    name = forms.CharField(
        label=_("Program"),
        help_text=_("What reads with it, for example “Map of services”. No name of a person."),
        max_length=80,
    )
    scopes = forms.MultipleChoiceField(
        label=_("May read"), choices=TokenScope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=_("Works for"),
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("one year"))],
        coerce=int,
        initial=90,
        widget=forms.RadioSelect,
    )
