"""Steps of justice."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models import Organisation
from referral.forms.acts import NAME, ActForm
from referral.forms.basis import courts
from referral.prosecution import JusticeStepKind

#: What may lie ahead; everything else has happened.
PLANNED = frozenset({JusticeStepKind.STATEMENT, JusticeStepKind.HEARING, JusticeStepKind.JUDGMENT})


class StepForm(ActForm):
    """One step, by its date."""

    kind = forms.ChoiceField(
        label=_("What happens?"),
        choices=JusticeStepKind,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a step.")},
    )
    on = forms.DateField(
        label=_("On which day?"),
        widget=forms.SelectDateWidget(years=range(1900, 2101)),
        help_text=_("For example 21 11 2026. A hearing or a statement may lie ahead."),
    )
    court = forms.ModelChoiceField(
        label=_("Court, prosecution office or service"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("Choose"),
        help_text=_("Its registry is asked to confirm the number and the date, and reads nothing else."),
    )
    number = forms.CharField(
        label=_("Number of the case at the court"),
        max_length=NAME,
        required=False,
        help_text=_("Kept locked in this file."),
    )
    closed_hearing = forms.BooleanField(
        label=_("Closed hearing asked for or granted"),
        required=False,
        help_text=_("The law lets the court close the hearing and excuse the person from coming."),
    )
    asked_by_person = forms.BooleanField(
        label=_("The person asks for this statement"),
        required=False,
        help_text=_("In the reflection period nobody plans a statement unless the person asks for one."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["court"].queryset = courts()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind, on = cleaned.get("kind"), cleaned.get("on")
        if kind and on and kind not in PLANNED and on > timezone.localdate():
            self.add_error("on", _("This date is in the future."))
        return cleaned

    def values(self) -> dict[str, Any]:
        names = ("kind", "on", "court", "number", "closed_hearing", "asked_by_person")
        return {name: self.cleaned_data[name] for name in names}
