"""When did it happen, when will it? One box that a phone answers with its own wheel."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.templatetags.interface import moment

BOX = "%Y-%m-%dT%H:%M"


class Moment(forms.DateTimeField):
    """A date and a time of the user's clock, between two limits that the form sets."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", [BOX, "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"])
        kwargs.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format=BOX))
        kwargs.setdefault(
            "error_messages", {"invalid": _("Give a day and a time, such as 21/11/2026 16:00.")}
        )
        super().__init__(**kwargs)
        self.earliest: datetime | None = None
        self.latest: datetime | None = None

    def between(self, earliest: datetime | None, latest: datetime | None) -> None:
        """Limits, rounded outwards to the minute that the box shows."""
        self.earliest = earliest and earliest.replace(second=0, microsecond=0)
        self.latest = latest

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and self.earliest and value < self.earliest:
            raise forms.ValidationError(
                _("This is too early: not before %(moment)s.") % {"moment": moment(self.earliest)},
                code="early",
            )
        if value is not None and self.latest and value > self.latest:
            raise forms.ValidationError(
                _("This is too late: not after %(moment)s.") % {"moment": moment(self.latest)}, code="late"
            )


def shown(at: datetime) -> datetime:
    """As the box shows it, to the minute: a value that comes back unchanged is not later than now."""
    return timezone.localtime(at).replace(second=0, microsecond=0)


def yes_no(*, required: bool = True, **kwargs: Any) -> forms.TypedChoiceField:
    """A question that has no answer until somebody gives one."""
    return forms.TypedChoiceField(
        choices=[("no", pgettext_lazy("answer", "No")), ("yes", pgettext_lazy("answer", "Yes"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        required=required,
        **kwargs,
    )
