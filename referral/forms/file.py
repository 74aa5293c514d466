"""Small questions on the list and on the page of a file."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from referral.disclosure import FIELDS
from referral.enums import CaseState, Group, RevealReason
from referral.models import Person


def _is_secret(name: str) -> bool:
    return getattr(Person._meta.get_field(name), "level", "") == "secret"


#: What is masked on the page of a file, by group; languages and the like are shown with the codes.
MASKED: dict[str, tuple[str, ...]] = {
    group: names
    for group, all_names in FIELDS.items()
    if (names := tuple(name for name in all_names if _is_secret(name)))
}


#: Masked too, in a row of its own beside the person.
SCREENING = "screening"


class CaseFilter(forms.Form):
    """The GET form above the list. What it does not know it leaves out: an old address still opens."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *CaseState.choices])
    after = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def chosen(self) -> str:
        self.is_valid()
        state: str = self.cleaned_data.get("state", "")
        return state

    def after_row(self) -> UUID | None:
        self.is_valid()
        return self.cleaned_data.get("after")


class RevealForm(forms.Form):
    """Which parts, and why."""

    groups = forms.MultipleChoiceField(
        label=_("What do you need to see?"),
        widget=forms.CheckboxSelectMultiple,
        choices=[
            *((group.value, group.label) for group in Group if group in MASKED),
            (SCREENING, _("Elements of trafficking")),
        ],
        error_messages={"required": _("Tick what you need to see.")},
    )
    reason = forms.ChoiceField(
        label=_("Why do you need to see it?"),
        widget=forms.RadioSelect,
        choices=RevealReason,
        help_text=_("The supervisor sees who looked, when and why."),
        error_messages={"required": _("Say why you need to see it.")},
    )

    def columns(self) -> list[str]:
        """Of the person."""
        chosen: list[Any] = self.cleaned_data["groups"]
        return [name for group in MASKED if group in chosen for name in MASKED[group]]

    def screening(self) -> bool:
        return SCREENING in self.cleaned_data["groups"]
