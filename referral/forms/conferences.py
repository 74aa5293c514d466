"""The record of a case conference."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from referral.forms.acts import LINE, Text
from referral.forms.care import DatedForm
from referral.forms.when import Moment


class ConferenceForm(DatedForm):
    """The record of a conference; who may hear what was shown before."""

    organisations = forms.MultipleChoiceField(
        label=_("Which organisations take part?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose who takes part.")},
    )
    attendance = Text(
        label=_("Who was there, by function"),
        required=False,
        max_length=5 * LINE,
        help_text=_("Kept locked in this file."),
    )
    view = Text(
        label=_("What does the person wish?"),
        help_text=_("Asked before the conference, in the person’s own words."),
        error_messages={"required": _("Ask the person first, and write what she or he wishes.")},
    )
    record = Text(
        label=_("What was decided, and why"), required=False, help_text=_("Kept locked in this file.")
    )
    decision = forms.CharField(
        label=_("A decision to be carried out (optional)"),
        max_length=LINE,
        required=False,
        help_text=_("It becomes a task of the case owner."),
    )
    decision_due = Moment(label=_("By when?"), required=False)
    field_order = [
        "key",
        "version",
        "occurred_at",
        "organisations",
        "attendance",
        "view",
        "record",
        "decision",
        "decision_due",
    ]

    def __init__(
        self, *args: Any, at: datetime, organisations: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, at=at, **kwargs)
        self.fields["occurred_at"].label = _("When was it held?")
        self.fields["organisations"].choices = organisations
        self.fields["decision_due"].between(at, None)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("decision") and not cleaned.get("decision_due") and "decision_due" not in self.errors:
            self.add_error("decision_due", _("Say by when it is to be done."))
        return cleaned

    def organisation_ids(self) -> list[UUID]:
        return [UUID(pk) for pk in self.cleaned_data["organisations"]]
