"""A group referral: who goes, where, on which ground; and the desk's answer to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.enums import OTHER, CodeList, Sex
from partners.forms.overflow import AboveForm
from partners.models import Places, User
from partners.queries import code_choices
from referral.enums import AgeBand
from referral.forms.acts import LINE, ActForm, Text
from referral.forms.already_here import in_words
from referral.forms.basis import BEST_INTEREST, WORDS
from referral.forms.receiving import ARRIVES_IN, FURTHEST_ARRIVAL, place_choices
from referral.forms.sending import NeedForm
from referral.forms.when import Moment, shown, yes_no
from referral.models import WalkIn
from referral.models.arrival import MOST_PERSONS

#: "At most" this age, in the order of the bands; who is of unknown age is in none of them.
BANDS: list[str] = [band.value for band in AgeBand if band != AgeBand.UNKNOWN]


class PickForm(forms.Form):
    """Ticks for somebody: "girls to 13 years, the first twelve". What this GET form does not know it leaves out."""

    sex = forms.ChoiceField(
        label=_("Who"),
        required=False,
        choices=[("", _("Everybody")), (Sex.FEMALE, _("Girls and women")), (Sex.MALE, _("Boys and men"))],
    )
    upto = forms.ChoiceField(
        label=_("Up to which age"),
        required=False,
        choices=[("", _("Any age")), *((band, AgeBand(band).label) for band in BANDS[:-1])],
    )
    most = forms.IntegerField(
        label=_("How many at most"), required=False, min_value=1, max_value=MOST_PERSONS
    )

    def fits(self, sex: str, band: str) -> bool:
        """Does somebody belong to those who are looked for?"""
        upto = self.cleaned_data.get("upto")
        return (not (wanted := self.cleaned_data.get("sex")) or sex == wanted) and (
            not upto or (band in BANDS and BANDS.index(band) <= BANDS.index(upto))
        )

    def most_of(self, there: int) -> int:
        return self.cleaned_data.get("most") or there


class ChosenForm(NeedForm):
    """Who goes, by the numbers of their slips, and what they need."""

    n = forms.TypedMultipleChoiceField(
        label=_("Who goes?"),
        coerce=int,
        error_messages={"required": _("Tick at least one person.")},
    )

    def __init__(self, *args: Any, numbers: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["n"].choices = [(str(number), str(number)) for number in numbers]
        self.fields["service"].label = _("Which service do they need?")


class SendGroupForm(ActForm):
    """The check page says the rest; a reason where a family is split."""

    split_reason = Text(label=_("Why does a family not go together?"), required=False, max_length=LINE)

    def __init__(self, *args: Any, splits: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if splits:
            self.fields["split_reason"].required = True
            self.fields["split_reason"].error_messages["required"] = _("Say why a family is split.")
            self.fields["split_reason"].help_text = _("Your side alone reads it. No name.")
        else:
            del self.fields["split_reason"]


class GroupGroundForm(ActForm):
    """The three best-interest answers, in common where that is true, and what one child says where it is not."""

    safety = Text(
        label=_("Why is this the safest solution for these children today?"),
        max_length=WORDS,
        help_text=_("Who looks after the children there, and what would happen without it."),
    )
    view = Text(
        label=_("What do the children say about it?"),
        max_length=WORDS,
        help_text=_("Asked together or one by one. What one child says otherwise is written below."),
    )
    guardian = Text(
        label=_("Who decides for them, and are they suspected?"),
        max_length=WORDS,
        help_text=_(
            "A parent, a de facto guardian or a Koranic master who is suspected, or not yet assessed, "
            "decides nothing: then it is the judge, the prosecutor or AEMO."
        ),
    )

    def __init__(self, *args: Any, children: Mapping[int, str], **kwargs: Any) -> None:
        """Args: children: number of the slip -> the child in codes."""
        super().__init__(*args, **kwargs)
        self.children = children
        for number, codes in children.items():
            self.fields[f"view_{number}"] = forms.CharField(
                label=_("Slip %(number)d, %(codes)s: what this child says otherwise (optional)")
                % {"number": number, "codes": codes},
                required=False,
                max_length=WORDS,
            )

    @property
    def common(self) -> list[Any]:
        return [self[name] for name in BEST_INTEREST]

    @property
    def each(self) -> list[Any]:
        return [self[f"view_{number}"] for number in self.children]

    def answers(self) -> dict[int, dict[str, str]]:
        """By slip, the three answers that are true of this child."""
        common = {name: self.cleaned_data[name] for name in BEST_INTEREST}
        return {
            number: common | {"view": self.cleaned_data[f"view_{number}"] or common["view"]}
            for number in self.children
        }


class CountersignForm(ActForm):
    """Which of the grounds that wait are signed; the others go on waiting."""

    ground = forms.TypedMultipleChoiceField(
        label=_("Whose ground do you countersign?"),
        coerce=UUID,
        error_messages={
            "required": _("Tick at least one child."),
            "invalid_choice": _("One of these does not wait any more. Look at the list again."),
        },
    )

    def __init__(self, *args: Any, grounds: Sequence[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = [(str(pk), str(pk)) for pk in grounds]


class AcknowledgeGroupForm(ActForm):
    """Nothing to say: one tap."""


class AnswerGroupForm(AboveForm, ActForm):
    """Yes to those who are ticked; the rest are declined with one reason, or go on waiting."""

    accepted = forms.TypedMultipleChoiceField(label=_("Whom can you receive?"), coerce=UUID, required=False)
    conflict = yes_no(
        label=_("Does anybody at the centre have a link with the suspected offender?"), required=False
    )
    worker = forms.ChoiceField(label=_("Who will take care of them?"), required=False)
    expected_arrival_at = Moment(label=_("When do you expect them?"), required=False)
    rest = forms.ChoiceField(
        label=_("And those whom you have not ticked?"),
        widget=forms.RadioSelect,
        choices=[("decline", _("We cannot receive them")), ("wait", _("We answer later"))],
        required=False,
    )
    reason_code = forms.ChoiceField(label=_("Why can you not receive them?"), required=False)
    reason = Text(
        label=_("In a few words"),
        max_length=LINE,
        required=False,
        help_text=_("The sender reads this. No name."),
    )
    split_reason = Text(
        label=_("Why does a family not stay together?"),
        max_length=LINE,
        required=False,
        help_text=_("Only where a family is split. The sender reads this. No name."),
    )

    def __init__(
        self,
        *args: Any,
        at: datetime,
        me: UUID,
        waiting: Sequence[UUID],
        workers: Sequence[User],
        places: Mapping[str, Sequence[Places]],
        asked: Mapping[str, int],
        called: Mapping[UUID, str],
        here: Mapping[UUID, Sequence[WalkIn]],
        **kwargs: Any,
    ) -> None:
        """
        Args:
            places: the desk's, by the group of persons that they are for, of those who wait.
            asked: how many of each such group wait.
            called: what each of those who wait is called.
            here: of those who wait, who may have come without a referral, and among whom she or he may be.
        """
        super().__init__(*args, **kwargs)
        self.waiting = waiting
        self.fields["accepted"].choices = [(str(pk), str(pk)) for pk in waiting]
        self.fields["worker"].choices = [(str(user.pk), user.name) for user in workers]
        self.fields["worker"].initial = str(me)
        self.fields["reason_code"].choices = [("", _("Choose")), *code_choices(CodeList.DECLINE_REASON)]
        arrival = self.fields["expected_arrival_at"]
        arrival.initial = shown(at + ARRIVES_IN)
        arrival.between(at - timedelta(days=1), at + FURTHEST_ARRIVAL)
        self.places = dict(places)
        for group, counted in places.items():
            choices = place_choices(counted, None, full=True)
            self.fields[f"place_{group}"] = forms.ChoiceField(
                label=_("Places for %(group)s") % {"group": str(counted[0].get_group_display()).lower()},
                choices=[("", _("Choose")), *choices],
                required=False,
                initial=choices[0][0] if len(choices) == 1 else None,
            )
        # Not required: who fits depends on the ticks, which the locked rows are asked about.
        scarce = any(asked[kind] > max(each.free for each in counted) for kind, counted in places.items())
        self.ask_above(scarce, required=False)
        if scarce:
            self.fields["overflow"].label = _("More persons than places: why?")

        # Also where somebody was chosen who has left meanwhile: that is to be said.
        asked_of = [pk for pk in waiting if pk in here or self.data.get(f"here_{pk}")]
        self.here = {f"here_{pk}": pk for pk in asked_of}
        for name, pk in self.here.items():
            there = [(str(each.pk), in_words(each)) for each in here.get(pk, ())]
            self.fields[name] = forms.ChoiceField(
                label=called[pk],
                choices=[("", _("No, is still expected")), *there],
                required=False,
                error_messages={
                    "invalid_choice": _(
                        "This person has left the list of those without a referral: choose again."
                    )
                },
            )

    @property
    def here_fields(self) -> list[Any]:
        return [self[name] for name in self.here]

    @property
    def here_open(self) -> bool:
        return any(self[name].value() or self[name].errors for name in self.here)

    def walk_ins(self) -> dict[UUID, UUID]:
        """Of a valid form: by referral, whom the person has been until now."""
        chosen = {pk: self.cleaned_data.get(name) for name, pk in self.here.items()}
        return {pk: UUID(walk_in) for pk, walk_in in chosen.items() if walk_in}

    @property
    def place_fields(self) -> list[Any]:
        return [self[f"place_{group}"] for group in self.places]

    def place_of(self, group: str) -> UUID | None:
        chosen = self.cleaned_data.get(f"place_{group}")
        return UUID(chosen) if chosen else None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        accepted = cleaned.get("accepted") or []
        left = len(accepted) < len(self.waiting)
        if accepted:
            for name, missing in (
                ("conflict", _("Say whether anybody at the centre has a link with the suspected offender.")),
                ("worker", _("Name who takes care of them.")),
                ("expected_arrival_at", _("Say when you expect them.")),
            ):
                if cleaned.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, missing)
        self._check_here(accepted)
        if left and not cleaned.get("rest") and "rest" not in self.errors:
            self.add_error("rest", _("Say what becomes of those whom you have not ticked."))
        if left and cleaned.get("rest") == "wait" and not accepted:
            self.add_error("accepted", _("Tick those whom you receive, or say that you cannot receive them."))
        if left and cleaned.get("rest") == "decline":
            if not cleaned.get("reason_code"):
                self.add_error("reason_code", _("Choose a reason."))
            elif cleaned["reason_code"] == OTHER and not cleaned.get("reason"):
                self.add_error("reason", _("Say in a few words what it is."))
        return cleaned

    def _check_here(self, accepted: Sequence[UUID]) -> None:
        """Nobody is two persons, and whoever is here is received."""
        taken: set[str] = set()
        for name, pk in self.here.items():
            chosen = self.cleaned_data.get(name)
            if chosen and pk not in accepted:
                self.add_error(name, _("Tick this person above, or choose “No, is still expected”."))
            elif chosen in taken:
                self.add_error(name, _("You have said already that this is another one of them."))
            elif chosen:
                taken.add(chosen)
