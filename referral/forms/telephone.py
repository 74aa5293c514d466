"""What was said on the telephone, written down by somebody else than the desk that said it."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referral.forms.acts import NAME, ActForm
from referral.forms.when import Moment, shown, yes_no


class TelephoneForm(ActForm):
    yes = yes_no(
        label=_("What did the centre answer?"),
        error_messages={"required": _("Say what the centre answered.")},
    )
    said_by = forms.CharField(
        label=_("Who answered?"), max_length=NAME, help_text=_("Name or function. Your side alone reads it."),
        error_messages={"required": _("Say who answered.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    said_at = Moment(label=_("When?"))

    def __init__(self, *args: Any, at: datetime, earliest: datetime | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said_at"].initial = shown(at)
        self.fields["said_at"].between(earliest, at)
        self.fields["yes"].choices = [("yes", _("Yes, it has a place")), ("no", _("No"))]
