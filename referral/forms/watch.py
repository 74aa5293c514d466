"""What is looked at again: the risk, the reflection period, the legal grounds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from referral.course import RiskAbout, RiskDimension
from referral.enums import GroundCode, ReflectionAct, RiskLevel
from referral.forms.acts import LINE, ActForm, Text
from referral.forms.care import DatedForm
from referral.forms.when import yes_no
from referral.models import LegalGround


class RiskForm(DatedForm):
    risk = forms.ChoiceField(
        label=_("How great is the risk now?"),
        widget=forms.RadioSelect,
        choices=[choice for choice in RiskLevel.choices if choice[0] != RiskLevel.UNKNOWN],
        error_messages={"required": _("Choose a level.")},
    )
    about = forms.ChoiceField(
        label=_("What do you assess?"),
        widget=forms.RadioSelect,
        choices=RiskAbout,
        initial=RiskAbout.PERSON,
        help_text=_("A return is assessed before it is prepared; it leaves the level of today as it is."),
    )
    dimensions = forms.MultipleChoiceField(
        label=_("Where does the danger come from? (optional)"),
        widget=forms.CheckboxSelectMultiple,
        choices=RiskDimension,
        required=False,
    )
    note = Text(
        label=_("What does it rest on? (optional)"),
        required=False,
        max_length=5 * LINE,
        help_text=_("Kept locked in this file."),
    )
    field_order = ["key", "version", "about", "risk", "dimensions", "occurred_at", "note"]

    def __init__(self, *args: Any, at: datetime, earliest: datetime, **kwargs: Any) -> None:
        super().__init__(*args, at=at, earliest=earliest, **kwargs)
        self.fields["occurred_at"].label = _("When was it assessed?")


class ReflectionForm(ActForm):
    act = forms.ChoiceField(
        label=_("What do you record?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you record.")},
    )

    def __init__(self, *args: Any, possible: Sequence[ReflectionAct], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # All are legal values: the locked row says what is possible, in a sentence.
        choices = [(act.value, act.label) for act in ReflectionAct]
        self.fields["act"].choices = choices
        if len(possible) < 2:
            self.fields["act"].widget = forms.HiddenInput()
            self.fields["act"].initial = possible[0] if possible else ReflectionAct.BEGIN
        else:
            self.fields["act"].widget.choices = [choice for choice in choices if choice[0] in possible]


class GroundsForm(ActForm):
    """One question for each ground whose review is due."""

    def __init__(self, *args: Any, grounds: Sequence[LegalGround], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for ground in grounds:
            self.fields[f"ground_{ground.pk}"] = yes_no(
                label=_("%(ground)s, %(organisation)s: is it still needed?")
                % {"ground": GroundCode(ground.code).label, "organisation": ground.recipient.name},
                help_text=_("If not, what rests on this ground alone ends at once."),
                error_messages={"required": _("Answer yes or no.")},
            )

    def still_needed(self) -> dict[UUID, bool]:
        return {
            UUID(name.removeprefix("ground_")): needed
            for name, needed in self.cleaned_data.items()
            if name.startswith("ground_")
        }
