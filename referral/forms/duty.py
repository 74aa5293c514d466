"""The duty roster, who stands in for whom, and what is entrusted to somebody else."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models import User
from referral.forms.acts import ActForm
from referral.forms.when import Moment, shown
from referral.models import Task
from referral.references import spoken

YEAR = timedelta(days=366)


def person(label: Any, people: QuerySet[User], missing: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=label,
        queryset=people,
        empty_label=_("Choose a person"),
        error_messages={"required": missing},
    )


class SpanForm(ActForm):
    begins_at = Moment(label=pgettext_lazy("time", "From"))
    ends_at = Moment(label=_("Until"))

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["begins_at"].initial = shown(at)
        self.fields["begins_at"].between(at - YEAR, at + YEAR)
        self.fields["ends_at"].between(at, at + YEAR)


class ShiftForm(SpanForm):
    field_order = ("person", "begins_at", "ends_at")

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = person(_("Who is on duty?"), people, _("Choose who is on duty."))
        self.order_fields(self.field_order)


class AbsenceForm(SpanForm):
    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["covered_by"] = person(_("Who stands in?"), people, _("Choose who stands in."))


class TakeOverForm(ActForm):
    #: Who was on duty when the page was shown.
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)


class MoveForm(ActForm):
    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = person(_("To whom?"), people, _("Choose who takes it."))
        if not people.exists():
            self.fields["to"].help_text = _("Nobody here can take all of it: give the tasks one by one.")


class HandOverForm(ActForm):
    """One choice a task: keep it, or hand it over to whoever is on duty now."""

    def __init__(self, *args: Any, tasks: Sequence[Task], guard: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tasks = tasks
        for task in tasks:
            self.fields[self._name(task)] = forms.ChoiceField(
                label=f"{task.get_kind_display()} · {_reference(task)}",
                choices=[("keep", _("I keep it")), ("give", _("I hand it over"))],
                widget=forms.RadioSelect,
                error_messages={"required": _("Say for each task whether you keep it.")},
            )
        choices = [(str(user.pk), user.name) for user in guard]
        self.fields["to"] = forms.TypedChoiceField(
            label=_("To whom?"), choices=choices, coerce=UUID, initial=choices[0][0] if choices else None
        )

    @staticmethod
    def _name(task: Task) -> str:
        return f"task_{task.pk.hex}"

    def given(self) -> list[UUID]:
        """The tasks that are handed over."""
        return [task.pk for task in self.tasks if self.cleaned_data[self._name(task)] == "give"]


def _reference(task: Task) -> str:
    return spoken(task.referral.reference if task.referral else task.case.reference)
