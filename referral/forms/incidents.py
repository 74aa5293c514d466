"""An incident: what happened, what is known by now, who was told."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referral.forms.acts import LINE, ActForm, Text
from referral.forms.course import day
from referral.forms.requisitions import groups
from referral.forms.when import Moment, shown
from referral.models import Incident
from referral.oversight import Affected, AuthorityTold, IncidentKind

YEAR = timedelta(days=366)
MOST_PERSONS = 1_000_000


class KnownForm(ActForm):
    """What may be learned only later."""

    happened_at = Moment(label=_("When did it happen, if you know? (optional)"), required=False)
    affected = forms.MultipleChoiceField(
        label=_("Whose data? (optional)"),
        widget=forms.CheckboxSelectMultiple,
        choices=Affected.choices,
        required=False,
    )
    groups = groups(_("Which data? (optional)"), required=False)
    persons = forms.IntegerField(
        label=_("About how many persons, if you know? (optional)"),
        required=False,
        min_value=0,
        max_value=MOST_PERSONS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    measures = Text(
        label=_("What was done about it? (optional)"), required=False, help_text=_("Locked. Write no name.")
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today: date = at.date()
        self.fields["happened_at"].between(at - 5 * YEAR, at)


class IncidentForm(KnownForm):
    kind = forms.ChoiceField(
        label=_("What happened?"),
        widget=forms.RadioSelect,
        choices=IncidentKind.choices,
        error_messages={"required": _("Choose what happened.")},
    )
    noticed_at = Moment(label=_("When was it noticed?"))
    story = Text(
        label=_("What happened, in a few words?"),
        max_length=10 * LINE,
        help_text=_("Locked. Write no name of a person whom you accompany."),
        error_messages={"required": _("Write what happened.")},
    )
    field_order = ("kind", "noticed_at", "happened_at", "story")

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, at=at, **kwargs)
        self.fields["noticed_at"].initial = shown(at)
        self.fields["noticed_at"].between(at - YEAR, at)


class FollowUpForm(KnownForm):
    authority = forms.ChoiceField(
        label=_("Was the data-protection authority (CDP) told?"),
        widget=forms.RadioSelect,
        required=False,
        choices=[("", pgettext_lazy("answer", "Not yet")), *AuthorityTold.choices],
    )
    authority_told_on = day(label=_("When was the authority told? (optional)"), required=False)
    persons_told_on = day(label=_("When were the persons told? (optional)"), required=False)

    def __init__(
        self, *args: Any, incident: Incident, at: datetime, opened: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, at=at, version=incident.version, **kwargs)
        for name in ("happened_at", "affected", "groups", "persons", "authority"):
            self.fields[name].initial = getattr(incident, name)
        for name in ("authority_told_on", "persons_told_on"):
            self.fields[name].initial = getattr(incident, name)
        self.fields["measures"].initial = incident.measures if opened else ""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("authority_told_on", "persons_told_on"):
            if (on := cleaned.get(name)) and on > self.today:
                self.add_error(name, _("This day is still to come."))
        told, on = cleaned.get("authority") == AuthorityTold.TOLD, cleaned.get("authority_told_on")
        if told and not on and "authority_told_on" not in self.errors:
            self.add_error("authority_told_on", _("Give the day on which the authority was told."))
        if on and not told:
            self.add_error("authority", _("A day is given: say that the authority was told."))
        return cleaned
