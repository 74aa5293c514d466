"""Questions that several forms ask."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical
from partners.models import Region

TELEPHONE = RegexValidator(
    r"^\+?[0-9 .-]{3,20}$", _("Write a telephone number, for example +221 33 800 00 00.")
)


class VersionForm(forms.Form):
    """A form about a row that exists: it carries the version that was shown."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, error_messages={"required": _("This page is incomplete. Open it again.")}
    )


def region(**options: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=_("Region"),
        queryset=Region.objects.order_by(Alphabetical("name")),
        empty_label=_("Choose a region"),
        **options,
    )


def count(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, min_value=0, max_value=2000)
