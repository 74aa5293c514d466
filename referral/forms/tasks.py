"""The end of a task, and the decision on an objection."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.enums import CodeList
from partners.queries import code_choices
from referral.answers import Heard
from referral.forms.acts import LINE, ActForm, Text


class TaskDoneForm(ActForm):
    note = Text(label=_("What was done? (optional)"), required=False, max_length=5 * LINE)


class OutcomeForm(ActForm):
    """What a receiver without an account said on the telephone, in a code."""

    code = forms.ChoiceField(
        label=_("What did you hear?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you heard.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [*Heard.choices, *code_choices(CodeList.OUTCOME)]


class ObjectionForm(ActForm):
    uphold = forms.TypedChoiceField(
        label=_("What do you decide?"),
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        choices=[
            ("yes", _("Follow the objection: the referrals end")),
            ("no", _("Go on, in the best interests of the child")),
        ],
        error_messages={"required": _("Choose what you decide.")},
    )
