from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.actor import Actor
from partners.enums import OTHER, OverflowReason
from partners.services.ledger import Above


class AboveForm(forms.Form):
    """Where somebody may be taken above capacity: the explicit act, and why."""

    overflow = forms.ChoiceField(
        label=_("No place is free. Why do you take this person all the same?"),
        help_text=_("It is counted as overflow under your name, and forbidden to nobody."),
        choices=OverflowReason.choices,
        widget=forms.RadioSelect,
        required=False,
        error_messages={"required": _("Say why you go above capacity.")},
    )
    overflow_words = forms.CharField(
        label=_("In a few words"), help_text=_("Kept encrypted. No name."), max_length=200, required=False
    )

    def ask_above(self, needed: bool, *, required: bool = True) -> None:
        """Asks only where it is `needed`."""
        if needed:
            self.fields["overflow"].required = required
        else:
            del self.fields["overflow"], self.fields["overflow_words"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("overflow") == OTHER and not data.get("overflow_words"):
            self.add_error("overflow_words", _("Say in a few words what it is."))
        if data.get("overflow") != OTHER and "overflow_words" in data:
            data["overflow_words"] = ""  # a hidden box of another choice is not part of the answer
        return data

    def above(self, by: Actor, at: datetime) -> Above | None:
        """What was said, of a valid form; None where nobody was asked or nothing was chosen."""
        reason = self.cleaned_data.get("overflow")
        words = self.cleaned_data.get("overflow_words", "")
        return Above(reason, by.id, at, words) if reason else None
