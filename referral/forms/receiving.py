"""The receiving desk's forms, short enough for a phone: acknowledge, ask, accept, decline, step back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.enums import OTHER, CodeList
from partners.forms.overflow import AboveForm
from partners.models import Places, User
from partners.queries import code_choices
from referral.enums import CONFLICT_OF_INTEREST
from referral.forms.acts import LINE, ActForm, Text
from referral.forms.already_here import HereForm
from referral.forms.when import Moment, shown, yes_no
from referral.models import WalkIn

#: What the box proposes when the desk says yes: most people are brought within hours.
ARRIVES_IN = timedelta(hours=2)
#: Nobody promises a place further ahead than this; a slip in the year is caught.
FURTHEST_ARRIVAL = timedelta(days=60)


class EarlierForm(ActForm):
    """An act of now, unless somebody unfolds the part that says that it was earlier."""

    occurred_at = Moment(
        label=_("When did it happen?"),
        help_text=_("Only if you write down now what happened before. Deadlines count from then."),
        required=False,
    )
    #: The field that pages fold away.
    folded = "occurred_at"

    def __init__(self, *args: Any, at: datetime, earliest: datetime | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].between(earliest, at)


class AcknowledgeForm(EarlierForm):
    """Nothing to say: one tap."""


class AskForm(ActForm):
    codes = forms.MultipleChoiceField(
        label=_("What do you need to know?"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["codes"].choices = code_choices(CodeList.QUESTION)


def place_choices(
    counted: Sequence[Places], held: UUID | None, *, full: bool = False
) -> list[tuple[str, str]]:
    """The places that are left, in words, or all if `full`; the one that a telephone yes holds comes first."""
    ranked = sorted(counted, key=lambda places: places.pk != held)
    return [
        (str(places.pk), _("%(site)s, %(group)s: %(count)d free") % {
            "site": places.site.name, "group": places.get_group_display(), "count": places.free + (places.pk == held),
        })
        for places in ranked
        if full or places.free or places.pk == held
    ]  # fmt: skip


def offer_places(
    form: AboveForm, counted: Sequence[Places], held: UUID | None = None, *, needs_place: bool
) -> None:
    """Fills the field `place` of a form, with full ones and the question why where none is left; or takes it away."""
    places = place_choices(counted, held)
    full = needs_place and not places
    if full:
        places = [(str(each.pk), f"{each.site.name}, {each.get_group_display()}") for each in counted]
    form.ask_above(full)
    if not places:
        del form.fields["place"]
        return
    field = cast(forms.ChoiceField, form.fields["place"])
    # One place left is a fact; between several the desk chooses, else the first line is taken by mistake.
    field.choices, field.required = places, needs_place
    field.initial = places[0][0] if len(places) == 1 or held else None


class AcceptForm(HereForm, AboveForm, EarlierForm):
    conflict = yes_no(
        label=_("Does anybody at the centre have a link with the suspected offender?"),
        error_messages={
            "required": _("Say whether anybody at the centre has a link with the suspected offender.")
        },
    )
    worker = forms.ChoiceField(label=_("Who will take care of the person?"))
    place = forms.ChoiceField(label=_("Which place?"), widget=forms.RadioSelect, required=False)
    expected_arrival_at = Moment(label=_("When do you expect the person?"))
    label = forms.CharField(
        label=_("Room or bed (optional)"), max_length=LINE, required=False,
        help_text=_("For your own desk: the sender does not see it."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, at: datetime, me: UUID, workers: Sequence[User], counted: Sequence[Places] = (),
        held: UUID | None = None, needs_place: bool = False, walk_ins: Sequence[WalkIn] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, at=at, **kwargs)
        self.fields["worker"].choices = [(str(user.pk), user.name) for user in workers]
        self.fields["worker"].initial = str(me)
        offer_places(self, counted, held, needs_place=needs_place)
        self.offer_walk_ins(walk_ins)
        arrival = self.fields["expected_arrival_at"]
        arrival.initial = shown(at + ARRIVES_IN)
        arrival.between(at - timedelta(days=1), at + FURTHEST_ARRIVAL)
        self.at = at

    def clean_occurred_at(self) -> datetime | None:
        """Before `expected_arrival_at`, whose limits it moves: who says yes on Monday expects on Wednesday."""
        said: datetime | None = self.cleaned_data["occurred_at"]
        if said is not None:
            earliest, latest = said - timedelta(days=1), self.at + FURTHEST_ARRIVAL
            self.fields["expected_arrival_at"].between(earliest, latest)
        return said

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("place"):
            cleaned["place"] = UUID(cleaned["place"])
        if cleaned.get("worker"):
            cleaned["worker"] = UUID(cleaned["worker"])
        return cleaned


class ReasonForm(ActForm):
    """A coded reason; OTHER alone needs words, which are sealed."""

    code_list: CodeList
    #: Words may go with any code; else only with OTHER, under whose choice the box opens.
    words_with_any = False
    reason_code = forms.ChoiceField(
        label=_("Reason"), widget=forms.RadioSelect, error_messages={"required": _("Choose a reason.")}
    )
    reason = Text(label=_("In a few words"), max_length=LINE, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason_code"].choices = code_choices(self.code_list)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason_code") == OTHER and not cleaned.get("reason"):
            self.add_error("reason", _("Say in a few words what it is."))
        if cleaned.get("reason_code") not in (None, OTHER) and not self.words_with_any:
            cleaned["reason"] = ""  # a hidden box of another choice is not part of the answer
        return cleaned


class DeclineForm(EarlierForm, ReasonForm):
    code_list = CodeList.DECLINE_REASON

    def __init__(self, *args: Any, conflict: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason_code"].label = _("Why can you not receive this person?")
        self.fields["reason"].help_text = _("The sender reads this. No name.")
        if conflict:
            self.fields["reason_code"].initial = CONFLICT_OF_INTEREST


class StepBackForm(ActForm):
    conflict = forms.BooleanField(
        label=_("Somebody at the centre has a link with the suspected offender"),
        error_messages={
            "required": _("Stepping back is for a conflict of interest only: tick the box, or go back.")
        },
    )
