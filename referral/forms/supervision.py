"""What is to be shown of what happened, and what came of looking into it."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical
from partners.models import Organisation
from referral.forms.acts import ActForm, Text
from referral.queries.supervised import Asked
from referral.references import heard, is_reference
from referral.supervising import EventKind, Order
from referral.unusual import Explained

Choices = list[tuple[str, str]]


class _Day(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, input_formats=["%Y-%m-%d", "%d/%m/%Y"], **kwargs)


class PeriodFilter(forms.Form):
    since = _Day(label=_("From the"))
    until = _Day(label=_("To the"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day lies before the first one."))
        return data

    def days(self) -> tuple[date | None, date | None]:
        """What was well chosen; None for what was not."""
        self.is_valid()
        return self.cleaned_data.get("since"), self.cleaned_data.get("until")


class LookersFilter(PeriodFilter):
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.order_by(Alphabetical("name")),
        empty_label=_("All"),
        required=False,
    )

    def __init__(self, *args: Any, every: bool, **kwargs: Any) -> None:
        """Args: every: of all organisations; a supervisor reads one."""
        super().__init__(*args, **kwargs)
        if not every:
            del self.fields["organisation"]


class TimelineFilter(PeriodFilter):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("Everything")), *EventKind.choices], required=False
    )
    who = forms.ChoiceField(label=_("Who"), required=False)
    order = forms.ChoiceField(label=_("Order"), choices=Order.choices, required=False)

    field_order = ("kind", "who", "since", "until", "order")

    def __init__(self, *args: Any, people: Choices, houses: Choices, **kwargs: Any) -> None:
        """Args: people, houses: id and words of who is in the timeline."""
        super().__init__(*args, **kwargs)
        who: list[Any] = [("", _("Everybody"))]
        if people:
            who.append((_("People"), [(f"u.{pk}", words) for pk, words in people]))
        if houses:
            who.append((_("Organisations"), [(f"o.{pk}", words) for pk, words in houses]))
        self.fields["who"].choices = who

    def asked(self) -> Asked:
        self.is_valid()
        mark, _dot, pk = (self.cleaned_data.get("who") or "").partition(".")
        return Asked(
            kind=self.cleaned_data.get("kind") or "",
            person=UUID(pk) if mark == "u" else None,
            organisation=UUID(pk) if mark == "o" else None,
            since=self.cleaned_data.get("since"),
            until=self.cleaned_data.get("until"),
            order=self.cleaned_data.get("order") or Order.NEWEST,
        )


class ReferenceForm(forms.Form):
    """The one way to look for a file here: by a code that somebody was given."""

    reference = forms.CharField(
        label=_("Code of a case or of a referral"), max_length=20, help_text=_("For example K7M 2QX 9DT.")
    )

    def clean_reference(self) -> str:
        code = heard(self.cleaned_data["reference"])
        if not is_reference(code):
            raise forms.ValidationError(_("This is no code of ours: nine letters and digits."))
        return code


class CheckForm(ActForm):
    result = forms.ChoiceField(
        label=_("What came of it?"),
        choices=Explained.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what came of it.")},
    )
    note = Text(
        label=_("In words"),
        help_text=_("No name of a person in care. Only those who supervise here read it."),
        required=False,
        max_length=1000,
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("result") == Explained.PASSED_ON and not data.get("note"):
            self.add_error("note", _("Write to whom it was passed on."))
        return data
