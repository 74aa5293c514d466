"""What came of a call, who else does a task, and why it is not possible yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partners.models import User
from referral.answers import CallResult, DelayReason
from referral.course import HowItGoes
from referral.enums import TaskKind
from referral.forms.acts import ActForm
from referral.forms.tasks import TaskDoneForm
from referral.forms.when import Moment


class AnswerForm(TaskDoneForm):
    """A call ends with what came of it; that of the national duty officer in codes alone."""

    field_order = ("result", "note")

    def __init__(
        self, *args: Any, kind: str, answers: Sequence[CallResult | HowItGoes], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["result"] = forms.ChoiceField(
            label=_("What came of the call?"),
            choices=[(answer.value, answer.label) for answer in answers],
            widget=forms.RadioSelect,
            error_messages={"required": _("Say what came of the call.")},
        )
        if kind == TaskKind.DUTY_CALL:
            del self.fields["note"]
        self.order_fields(self.field_order)


class DelayForm(ActForm):
    reason = forms.ChoiceField(
        label=_("Not yet possible because"),
        choices=DelayReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why.")},
    )
    until = Moment(label=_("Possible again from"))

    def __init__(self, *args: Any, at: datetime, latest: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].between(at, latest)


class AssignTaskForm(ActForm):
    def __init__(self, *args: Any, takers: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"] = forms.ModelChoiceField(
            label=_("Who does it?"),
            queryset=takers,
            empty_label=_("Choose a person"),
            help_text=""
            if takers.exists()
            else _("Nobody here can do it who does not do it already: name another case owner instead."),
            error_messages={"required": _("Choose who does it.")},
        )
