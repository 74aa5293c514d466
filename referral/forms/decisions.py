"""Decisions about a file as a whole."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical
from partners.enums import OTHER, Role
from partners.models import User
from partners.queries import active_people
from referral.disclosure import band_fits
from referral.enums import AgeBand, AgeStatus
from referral.forms.acts import LINE, ActForm, Text
from referral.forms.course import EndForm, closing_reasons
from referral.models import Case


class CloseForm(EndForm):
    reason = forms.ChoiceField(label=_("Reason for closing"), widget=forms.RadioSelect)
    other = Text(label=_("Which other reason?"), required=False, max_length=5 * LINE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = closing_reasons()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("reason") == OTHER and not cleaned.get("other") and "other" not in self.errors:
            self.add_error("other", _("Write the other reason."))
        return cleaned


class AssignForm(ActForm):
    owner = forms.ModelChoiceField(
        label=_("New case owner"), queryset=User.objects.none(), empty_label=_("Choose a person")
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        workers = active_people(case.organisation_id, [Role.CASEWORKER])
        if case.owner_id is not None:
            workers = workers.exclude(pk=case.owner_id)
        self.fields["owner"].queryset = workers.order_by(Alphabetical("name"))


class AgeForm(ActForm):
    age_status = forms.ChoiceField(
        label=_("What do you decide?"),
        widget=forms.RadioSelect,
        choices=[(AgeStatus.CHILD, _("Child (under 18)")), (AgeStatus.ADULT, _("Adult"))],
    )
    age_band = forms.ChoiceField(
        label=_("Age band"),
        choices=[("", _("Choose")), *AgeBand.choices],
        help_text=_("An estimate is enough."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if {"age_status", "age_band"} <= cleaned.keys() and not band_fits(
            cleaned["age_status"], cleaned["age_band"]
        ):
            self.add_error(
                "age_band", _("The age band and the answer about being a child contradict each other.")
            )
        return cleaned
