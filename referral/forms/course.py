"""The course of a case: who decided what, the plan and its goals, how the person is, the end and a new beginning."""

from collections.abc import Container
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical
from partners.enums import DESK_ROLES, CodeList, Role
from partners.models import User
from partners.queries import active_people, code_choices
from referral.course import (
    FUTURE_DAY,
    REASONS_APART,
    GoalResult,
    HowItGoes,
    Reactivation,
    Solution,
)
from referral.forms.acts import LINE, ActForm, Text
from referral.forms.care import DatedForm
from referral.forms.receiving import ReasonForm
from referral.models import Case, PlanGoal

WORDS = 1000


def day(*, label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.SelectDateWidget(years=range(1900, 2101)),
        error_messages={"required": _("Give a day.")},
        **kwargs,
    )


class StatusForm(ActForm):
    """What somebody decided the person to be. It changes nothing that was decided before."""

    status = forms.ChoiceField(
        label=_("What was decided?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what was decided.")},
    )
    decider = forms.ChoiceField(
        label=_("Who decided it?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who decided it.")},
    )
    decided_on = day(label=_("On which day?"))
    basis = Text(
        label=_("On what does it rest?"),
        max_length=WORDS,
        help_text=_("Indicators, a decision, a judgment. In doubt, the person is a presumed victim."),
        error_messages={"required": _("Write on what it rests.")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = code_choices(CodeList.STATUS)
        self.fields["decider"].choices = code_choices(CodeList.DECIDER)
        self.fields["decided_on"].initial = self.today = today

    def clean_decided_on(self) -> date:
        decided: date = self.cleaned_data["decided_on"]
        if decided > self.today:
            raise forms.ValidationError(FUTURE_DAY)
        return decided


class GoalForm(ActForm):
    """One goal: what, with which service, who sees to it, by when."""

    goal = Text(
        label=_("What is to be reached?"),
        max_length=WORDS,
        error_messages={"required": _("Write what is to be reached.")},
    )
    own_words = Text(
        label=_("How does the person say it? (optional)"),
        max_length=WORDS,
        required=False,
        help_text=_("In her or his own words."),
    )
    service = forms.ChoiceField(
        label=_("With which service?"), error_messages={"required": _("Choose a service.")}
    )
    owner = forms.ModelChoiceField(
        label=_("Who sees to it?"),
        queryset=User.objects.none(),
        empty_label=_("Choose a person"),
        error_messages={"required": _("Choose who sees to it.")},
    )
    target_on = day(label=_("By when?"))

    def __init__(
        self, *args: Any, case: Case, today: date, goal: PlanGoal | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", _("Choose")), *code_choices(CodeList.SERVICE)]
        self.fields["owner"].queryset = active_people(case.organisation_id, DESK_ROLES).order_by(
            Alphabetical("name")
        )
        self.fields["owner"].initial = goal.owner_id if goal else case.owner_id
        self.earliest = today
        if goal is not None:
            for name in ("goal", "own_words", "service", "target_on"):
                self.fields[name].initial = getattr(goal, name)

    def clean_target_on(self) -> date:
        target: date = self.cleaned_data["target_on"]
        if target < self.earliest and "target_on" in self.changed_data:
            raise forms.ValidationError(_("This day has passed."))
        return target

    def values(self) -> dict[str, Any]:
        """For `services.planning`."""
        names = ("goal", "own_words", "service", "target_on")
        return {name: self.cleaned_data[name] for name in names} | {"owner_id": self.cleaned_data["owner"].pk}


class WordsForm(ActForm):
    """Its `reason` is asked of everybody, and not under one choice alone."""

    words_with_any = True


class EndGoalForm(WordsForm):
    result = forms.ChoiceField(
        label=_("What became of it?"),
        widget=forms.RadioSelect,
        choices=GoalResult,
        error_messages={"required": _("Choose what became of it.")},
    )
    reason = Text(label=_("Why is it given up?"), max_length=WORDS, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("result") == GoalResult.GIVEN_UP and not cleaned.get("reason"):
            self.add_error("reason", _("Write why this goal is given up."))
        return cleaned


class ReopenGoalForm(WordsForm):
    reason = Text(
        label=_("Why is it pursued again?"),
        max_length=WORDS,
        error_messages={"required": _("Write why this goal is pursued again.")},
    )


class SolutionForm(ActForm):
    solution = forms.ChoiceField(
        label=_("Which solution does the person want?"),
        widget=forms.RadioSelect,
        choices=Solution,
        error_messages={"required": _("Choose a solution.")},
    )
    views = Text(
        label=_("What does the person say about it?"),
        max_length=WORDS,
        help_text=_("In her or his own words. A return is voluntary, or it is none."),
        error_messages={"required": _("Write what the person wants, in her or his own words.")},
    )


class StableForm(ActForm):
    stable = forms.BooleanField(
        label=_("The person has arrived where she or he is to live, or the situation is stable"),
        error_messages={
            "required": _("Confirm first that the person has arrived, or that the situation is stable.")
        },
    )


class ReactivateForm(WordsForm):
    why = forms.ChoiceField(
        label=_("What has changed?"),
        widget=forms.RadioSelect,
        choices=Reactivation,
        error_messages={"required": _("Say what has changed.")},
    )
    reason = Text(label=_("In a few words (optional)"), max_length=5 * LINE, required=False)


class FollowForm(DatedForm):
    """How the person is. Missing is an alert: the supervisors hear of it, and the file stays open."""

    answer = forms.ChoiceField(
        label=_("How is the person?"),
        widget=forms.RadioSelect,
        choices=HowItGoes,
        error_messages={"required": _("Say how the person is.")},
    )
    note = Text(label=_("What was said? (optional)"), max_length=WORDS, required=False)
    field_order = ["key", "version", "answer", "occurred_at", "note"]

    def __init__(self, *args: Any, at: datetime, earliest: datetime, **kwargs: Any) -> None:
        super().__init__(*args, at=at, earliest=earliest, **kwargs)
        self.fields["occurred_at"].label = _("When was it heard?")


class OutForm(ActForm):
    """Not a victim of trafficking, and still somebody who may need help."""

    other_need = Text(
        label=_("Which other help was the person referred to?"),
        max_length=WORDS,
        help_text=_("The organisation or the service, or that no help is needed."),
        error_messages={
            "required": _("Write which other help the person was referred to, or that none is needed.")
        },
    )


class EndForm(ActForm):
    """That the person knows of the end; and what goes for it where goals are pursued."""

    why_open = Text(
        label=_("Why does the case end while goals are pursued?"),
        max_length=WORDS,
        required=False,
        help_text=_("Needed if the reason is one that a plan leads to. Or end each goal first."),
    )
    informed = forms.BooleanField(
        label=_("The person has been told, or telling would put the person in danger"),
        error_messages={"required": _("Tell the person first, unless that would put the person in danger.")},
    )

    def __init__(self, *args: Any, pursued: bool, **kwargs: Any) -> None:
        """Args: pursued: there are goals that have not ended."""
        super().__init__(*args, **kwargs)
        if not pursued:
            del self.fields["why_open"]

    def in_words(self, other: str | None) -> str | None:
        """What was written for another reason, and why the goals do not matter."""
        return "\n".join(filter(None, [other, self.cleaned_data.get("why_open")])) or None


class AskCloseForm(EndForm, ReasonForm):
    """A coded reason, and that the person knows."""

    code_list = CodeList.CLOSURE_REASON
    field_order = ["key", "version", "reason_code", "reason", "why_open", "informed"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason_code"].label = _("Reason for closing")
        self.fields["reason_code"].choices = closing_reasons()


def closing_reasons() -> list[tuple[str, str]]:
    """Without those that belong to acts of their own."""
    choices = code_choices(CodeList.CLOSURE_REASON)
    return [(code, label) for code, label in choices if code not in REASONS_APART]


class ReopenForm(WordsForm):
    owner = forms.ModelChoiceField(
        label=_("Who owns the case from now on?"),
        queryset=User.objects.none(),
        empty_label=_("Choose a person"),
        error_messages={"required": _("Choose a person.")},
    )
    reason = Text(
        label=_("Why is it opened again?"),
        max_length=WORDS,
        error_messages={"required": _("Write why it is opened again.")},
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        workers = active_people(case.organisation_id, [Role.CASEWORKER]).order_by(Alphabetical("name"))
        self.fields["owner"].queryset = workers
        self.fields["owner"].initial = case.owner_id


class ApprovalForm(ActForm):
    approve = forms.TypedChoiceField(
        label=_("What do you decide?"),
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        choices=[("yes", _("I approve")), ("no", _("I do not approve"))],
        error_messages={"required": _("Choose what you decide.")},
    )
    note = Text(
        label=_("Why not?"),
        required=False,
        max_length=WORDS,
        help_text=_("The case owner reads it."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("approve") is False and not cleaned.get("note"):
            self.add_error("note", _("Write why not: the case owner reads it."))
        return cleaned


class TransferForm(ReasonForm):
    """What goes along, and why. Only what the person agreed to can be ticked."""

    code_list = CodeList.REFERRAL_REASON
    words_with_any = True
    groups = forms.MultipleChoiceField(
        label=_("What is handed over?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Age, sex, region, danger and risk go along in codes. Untick what is not needed."),
        error_messages={"required": _("Tick at least one part.")},
    )
    message = Text(
        label=_("For whoever takes over (optional)"),
        max_length=WORDS,
        required=False,
        help_text=_("Read once the case is taken over, not before."),
    )
    field_order = ["key", "version", "groups", "reason_code", "reason", "message"]

    def __init__(
        self, *args: Any, groups: list[tuple[str, str]], refused: Container[str] = (), **kwargs: Any
    ) -> None:
        """Args: refused: groups that a ground alone releases, against the word of the person."""
        super().__init__(*args, **kwargs)
        self.fields["groups"].choices = groups
        self.fields["groups"].initial = [code for code, _label in groups if code not in refused]
        self.fields["reason_code"].label = _("Why is the case handed over?")
        self.fields["reason"].label = _("In a few words (optional)")
        self.fields["reason"].help_text = _("Stays here: the second person reads it.")


class DeclineTransferForm(ReasonForm):
    code_list = CodeList.DECLINE_REASON

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason_code"].label = _("Why can you not take the case over?")
        del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        """A code alone: words about a person whom one does not know help nobody."""
        return self.cleaned_data
