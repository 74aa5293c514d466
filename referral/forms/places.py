"""Forms of a house: who came without a referral, the evening headcount, a move, a leave."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.enums import PersonGroup, Sex
from partners.forms.fields import count
from partners.forms.overflow import AboveForm
from partners.models import Places
from referral.enums import CHILD_BANDS, AgeBand
from referral.forms.acts import ActForm
from referral.forms.when import Moment, shown

#: Nobody is on leave for longer without leaving.
LONGEST_LEAVE = timedelta(days=60)
#: What is so for most who come; every other answer is one tap away.
_USUAL = {
    PersonGroup.WOMEN: (Sex.FEMALE, AgeBand.B21_29),
    PersonGroup.MOTHERS: (Sex.FEMALE, AgeBand.B21_29),
    PersonGroup.GIRLS: (Sex.FEMALE, AgeBand.B14_17),
    PersonGroup.BOYS: (Sex.MALE, AgeBand.B9_13),
    PersonGroup.MEN: (Sex.MALE, AgeBand.B21_29),
}
CHILDREN = frozenset({PersonGroup.GIRLS, PersonGroup.BOYS})


class WalkInForm(AboveForm, ActForm):
    """Two questions with the usual answer, on one page."""

    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, widget=forms.RadioSelect)
    age_band = forms.ChoiceField(label=_("Age"), widget=forms.RadioSelect)
    children = count(_("Children with the person"), _("They take no place of their own."))
    field_order = ["key", "version", "overflow", "overflow_words", "sex", "age_band", "children"]

    def __init__(self, places: Places, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group = PersonGroup(places.group)
        of_children = group in CHILDREN
        bands = [band for band in AgeBand if of_children == (band in CHILD_BANDS)]
        cast(forms.ChoiceField, self.fields["age_band"]).choices = [(band, band.label) for band in bands]
        self.fields["sex"].initial, self.fields["age_band"].initial = _USUAL[group]
        self.fields["children"].initial, self.fields["children"].required = 0, False
        if group != PersonGroup.MOTHERS:
            del self.fields["children"]
        self.ask_above(places.free == 0)


class HeadcountForm(AboveForm):
    """One number for each group of persons in each house, as it is now unless corrected.

    Whoever counts more persons than places is asked why, on the same page.
    """

    def __init__(self, rows: Sequence[Places], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["overflow"].label = _("More persons than places: why?")
        self.ask_above(any(map(self._above, rows)), required=False)
        for places in rows:
            label = f"{places.get_group_display()}, {places.site.name}"
            self.fields[f"count_{places.pk}"] = field = count(label)
            field.initial = places.occupied
            self.fields[f"version_{places.pk}"] = forms.IntegerField(
                widget=forms.HiddenInput, initial=places.version
            )
        self.order_fields([name for name in self.fields if not name.startswith("overflow")])

    def _above(self, places: Places) -> bool:
        """What was typed is above capacity by more than the house has said already."""
        typed = self.data.get(f"count_{places.pk}", "")
        return typed.isdecimal() and places.held + int(typed) - places.capacity > places.over

    def counts(self) -> dict[UUID, tuple[int, int]]:
        """Places -> number, and the version that was shown; in the order of ids, as rows are locked."""
        given = self.cleaned_data
        ids = sorted(UUID(name.removeprefix("count_")) for name in given if name.startswith("count_"))
        return {pk: (given[f"count_{pk}"], given[f"version_{pk}"]) for pk in ids}


class MoveForm(AboveForm, ActForm):
    place = forms.ChoiceField(label=_("Where to?"), widget=forms.RadioSelect)
    field_order = ["key", "version", "place", "overflow", "overflow_words"]

    def __init__(self, goals: Sequence[Places], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["place"]).choices = [
            (str(each.pk), _("%(site)s, %(group)s: %(count)d free") % {
                "site": each.site.name, "group": each.get_group_display(), "count": each.free,
            })
            for each in goals
        ]  # fmt: skip
        self.goals = {str(each.pk): each for each in goals}
        self.ask_above(any(not each.free for each in goals), required=False)
        if "overflow" in self.fields:
            self.fields["overflow"].label = _("To a full house only: why above capacity?")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        goal = self.goals.get(cleaned.get("place", ""))
        if goal is not None and not goal.free and not cleaned.get("overflow"):
            self.add_error("overflow", _("Say why you go above capacity."))
        return cleaned


class LeaveForm(ActForm):
    until = Moment(label=_("Back when?"))
    kept = forms.TypedChoiceField(
        label=_("What becomes of the place?"),
        choices=[("yes", _("It is kept for the person")), ("no", _("It is given to others meanwhile"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="yes",
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = shown(at + timedelta(days=1))
        cast(Moment, self.fields["until"]).between(at, at + LONGEST_LEAVE)


class ReturnForm(AboveForm, ActForm):
    """Back from leave: nothing to say where the place was kept."""

    def __init__(self, *args: Any, full: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_above(full)
