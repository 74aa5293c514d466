"""Questions that several forms ask."""

from typing import Any, cast

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical
from partners.models import Region
from partners.queries import code_choices

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


def phone(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=20, required=False, validators=[TELEPHONE]
    )


def years(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=_("In completed years."), min_value=0, max_value=120, required=False
    )


def clock_time(label: Any, help_text: Any = "") -> forms.TimeField:
    """A phone answers it with its own wheel."""
    return forms.TimeField(
        label=label,
        help_text=help_text,
        required=False,
        input_formats=["%H:%M", "%H h %M", "%H h"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Give a time, such as 08:30.")},
    )


def of_list(field: forms.Field, name: str, *first: tuple[str, Any]) -> None:
    """The choices of a coded list, after what stands first."""
    cast(forms.ChoiceField, field).choices = [*first, *code_choices(name)]


def count(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, min_value=0, max_value=2000)
