from typing import Any, cast

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical
from partners.enums import OrganisationStatus, Role
from partners.forms.fields import VersionForm
from partners.models import Invitation, Organisation, Region, User
from partners.queries import active_people


class PeopleFilter(forms.Form):
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.order_by(Alphabetical("name")),
        empty_label=_("All"),
        required=False,
    )


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), help_text=_("As colleagues will read it."), max_length=120)
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.filter(status=OrganisationStatus.ACTIVE).order_by(Alphabetical("name")),
        empty_label=_("Choose an organisation"),
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)
    deputy_for = forms.ModelChoiceField(
        label=_("As deputy of (optional)"),
        queryset=User.objects.none(),
        empty_label=_("Nobody"),
        required=False,
    )

    region = forms.ModelChoiceField(
        label=_("Of one region only (for “Audit”)"),
        help_text=_("Whoever audits then reads the files of this region and no others."),
        queryset=Region.objects.order_by(Alphabetical("name")),
        empty_label=_("Every region"),
        required=False,
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = active_people(user.organisation_id).exclude(pk=user.pk)
        cast("forms.ModelChoiceField[User]", self.fields["deputy_for"]).queryset = colleagues


class AuditedRegionForm(VersionForm):
    region = forms.ModelChoiceField(
        label=_("Region"),
        help_text=_("Whoever audits then reads the files of this region and no others."),
        queryset=Region.objects.order_by(Alphabetical("name")),
        empty_label=_("Every region"),
        required=False,
    )


class AcceptForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        help_text=_(
            "15 characters or more. Four words that only you would put together are easy to keep in mind."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        max_length=256,
    )
    again = forms.CharField(
        label=_("The same password once more"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        max_length=256,
    )

    def __init__(self, invitation: Invitation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.invitation.email, name=self.invitation.name))
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise ValidationError(_("The two passwords are not the same."))
        return again


class UndertakingForm(forms.Form):
    accepted = forms.BooleanField(
        label=_("I have read this and I undertake it"),
        error_messages={"required": _("Tick the box to go on, or sign out.")},
    )
