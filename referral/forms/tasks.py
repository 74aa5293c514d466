"""The end of a task, and the decision on an objection."""

from django import forms
from django.utils.translation import gettext_lazy as _

from referral.forms.acts import LINE, ActForm, Text


class TaskDoneForm(ActForm):
    note = Text(label=_("What was done? (optional)"), required=False, max_length=5 * LINE)


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
