"""An order of justice: what stands on it, its check, the making of the extract; and what is asked without a paper."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referral.enums import Group
from referral.forms.acts import LINE, ActForm, Text
from referral.forms.course import day
from referral.forms.when import Moment, shown
from referral.oversight import GUARDED, DemandWay, OrderDecision

YEAR = timedelta(days=366)


def groups(label: Any, **kwargs: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, widget=forms.CheckboxSelectMultiple, choices=Group.choices, **kwargs
    )


class OrderForm(ActForm):
    authority = forms.CharField(
        label=_("Which authority gives the order?"),
        max_length=LINE,
        help_text=_("Court and office, as they stand on the paper. Kept locked in this file."),
        error_messages={"required": _("Write which authority gives the order.")},
    )
    order_number = forms.CharField(
        label=_("Number of the order"),
        max_length=80,
        error_messages={"required": _("Write the number that stands on the paper.")},
    )
    ordered_on = day(label=_("Date of the order"))
    asked = groups(
        _("What does it ask for?"), error_messages={"required": _("Tick what the order asks for.")}
    )
    due_at = Moment(label=_("Until when is it to be answered?"))
    note = Text(
        label=_("What else does it say? (optional)"),
        required=False,
        max_length=5 * LINE,
        help_text=_("Write no name: a supervisor of the national unit may have to read this."),
    )
    silent_until = Moment(
        label=_("Does it forbid telling the person and the case owner? Until when? (optional)"),
        required=False,
        help_text=_("Leave it empty if the paper does not say so."),
    )
    silent_by = forms.CharField(label=_("Who forbade telling? (optional)"), required=False, max_length=LINE)

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.fields["due_at"].between(at - timedelta(minutes=1), at + YEAR)
        self.fields["silent_until"].between(at - timedelta(minutes=1), at + YEAR)

    def clean_ordered_on(self) -> date:
        ordered_on: date = self.cleaned_data["ordered_on"]
        if ordered_on > self.at.date():
            raise forms.ValidationError(_("This day is still to come."))
        return ordered_on

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("silent_until") and not cleaned.get("silent_by"):
            self.add_error("silent_by", _("Write who forbade telling."))
        if cleaned.get("silent_by") and not cleaned.get("silent_until") and "silent_until" not in self.errors:
            self.add_error("silent_until", _("Give the day until which nobody is told."))
        return cleaned


class CheckForm(ActForm):
    decision = forms.ChoiceField(
        label=_("Is the order in order?"),
        widget=forms.RadioSelect,
        choices=OrderDecision.choices,
        help_text=_(
            "Competent authority, written, dated, numbered, about this procedure, no more than it needs."
        ),
        error_messages={"required": _("Say whether the order is in order.")},
    )
    granted = groups(_("What may be handed out?"), required=False)
    reason = Text(
        label=_("Why?"),
        max_length=5 * LINE,
        help_text=_("Kept locked in this file. Write no name."),
        error_messages={"required": _("Write why.")},
    )

    def __init__(self, *args: Any, asked: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain = [(group.value, group.label) for group in Group if group in asked and group not in GUARDED]
        if plain:
            self.fields["granted"].choices = plain
        else:
            del self.fields["granted"]
        self.guarded = [group for group in GUARDED if group in asked]
        for group in self.guarded:
            self.fields[f"give_{group}"] = forms.BooleanField(
                label=_("Hand out as well: %(group)s") % {"group": group.label}, required=False
            )
            self.fields[f"why_{group}"] = forms.CharField(
                label=_("Why is it needed: %(group)s") % {"group": group.label},
                required=False,
                max_length=LINE,
            )
        self.order_fields(["decision", "granted", *self.fields])

    def chosen(self) -> tuple[list[str], dict[str, str]]:
        """The groups, and why those that need a reason."""
        said = self.cleaned_data
        given = [group for group in self.guarded if said.get(f"give_{group}")]
        return [*said.get("granted", []), *given], {group: said.get(f"why_{group}", "") for group in given}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for group in self.guarded:
            if cleaned.get(f"give_{group}") and not cleaned.get(f"why_{group}"):
                self.add_error(f"why_{group}", _("Write why this part is needed."))
        return cleaned


class ExtractForm(ActForm):
    read_through = forms.BooleanField(
        label=_(
            "I have read these parts in the file: nothing in them is what the person said against herself"
        ),
        help_text=_(
            "Law 2005-06, article 12: a victim may not be prosecuted. What could be used against her belongs to "
            "her lawyer, outside this file."
        ),
        error_messages={"required": _("Read these parts first, then tick the box.")},
    )


class DemandForm(ActForm):
    way = forms.ChoiceField(
        label=_("How were you asked?"),
        widget=forms.RadioSelect,
        choices=DemandWay.choices,
        error_messages={"required": _("Say how you were asked.")},
    )
    asked_at = Moment(label=_("When?"))
    who = forms.CharField(
        label=_("Who asked?"),
        max_length=LINE,
        help_text=_("Name, rank and service, as they were said. Kept locked."),
        error_messages={"required": _("Write who asked.")},
    )
    what = Text(
        label=_("What was asked for? (optional)"),
        required=False,
        max_length=5 * LINE,
        help_text=_("Write no name of a person whom you accompany, and not whether she or he is here."),
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asked_at"].initial = shown(at)
        self.fields["asked_at"].between(at - YEAR, at)
