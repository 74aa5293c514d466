"""Opening a file in an emergency, the review of it, and the end of a suspension."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referral.forms.acts import LINE, ActForm, Text
from referral.readings import LEAST_WORDS, GlassReason, Verdict
from referral.references import is_reference

WORDS = 5 * LINE


class GlassForm(ActForm):
    reference = forms.CharField(
        label=_("Reference of the file"),
        max_length=20,
        help_text=_("Nine characters, as whoever asks for help reads them out. There is no search."),
        error_messages={"required": _("Type the reference of the file.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.ChoiceField(
        label=_("Why can it not wait for the case owner?"),
        widget=forms.RadioSelect,
        choices=GlassReason.choices,
        error_messages={"required": _("Choose a reason.")},
    )
    words = Text(
        label=_("Justification"),
        min_length=LEAST_WORDS,
        max_length=WORDS,
        help_text=_("At least 40 characters. It is kept locked; whoever reviews this access reads it."),
        error_messages={
            "required": _("Say in at least 40 characters why it cannot wait."),
            "min_length": _("Say in at least 40 characters why it cannot wait."),
        },
    )
    password = forms.CharField(
        label=_("Your password, once more"),
        strip=False,
        max_length=LINE,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Type your password.")},
    )

    def clean_reference(self) -> str:
        typed: str = self.cleaned_data["reference"]
        if not is_reference(typed):
            raise forms.ValidationError(_("There is a slip in this reference. Have it read out again."))
        return typed


class GlassReviewForm(ActForm):
    verdict = forms.ChoiceField(
        label=_("Was this access justified?"),
        widget=forms.RadioSelect,
        choices=Verdict.choices,
        error_messages={"required": _("Say whether it was justified.")},
    )
    note = Text(
        label=_("Note"),
        required=False,
        max_length=WORDS,
        help_text=_("Kept locked. Needed unless the access was justified."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("verdict") not in (None, Verdict.JUSTIFIED) and not cleaned.get("note"):
            self.add_error("note", _("Write why: whoever controls it reads it."))
        return cleaned


class GlassLiftForm(ActForm):
    reason = Text(
        label=_("Why may this person open files in an emergency again?"),
        max_length=WORDS,
        help_text=_("Kept locked."),
        error_messages={"required": _("Write the reason.")},
    )
