"""Is the person of a referral somebody who came without one? The question of three forms."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.templatetags.interface import moment
from referral.enums import AgeBand
from referral.forms.acts import ActForm
from referral.models import Placement, WalkIn
from referral.references import spoken


class HereForm(forms.Form):
    """Whoever is here already takes no other place: then no question about places needs an answer."""

    walk_in = forms.ChoiceField(
        label=_("Did the person come to you before the referral?"),
        help_text=_("Then she or he keeps that place and is counted once."),
        widget=forms.RadioSelect,
        required=False,
        error_messages={
            "invalid_choice": _("This person has left the list of those without a referral: choose again.")
        },
    )

    def offer_walk_ins(self, rows: Sequence[WalkIn]) -> None:
        """Asks where somebody is in the house who may be meant. Called when all other fields are there."""
        chosen = self.data.get("walk_in")
        if not rows and not chosen:
            del self.fields["walk_in"]
            return
        field = cast(forms.ChoiceField, self.fields["walk_in"])
        field.choices = [("", _("No"))] + [(str(each.pk), in_words(each)) for each in rows]
        if chosen:
            for name in {"place", "overflow"} & set(self.fields):
                self.fields[name].required = False

    def walk_in_id(self) -> UUID | None:
        """Of a valid form."""
        chosen = self.cleaned_data.get("walk_in")
        return UUID(chosen) if chosen else None


class ReferredForm(ActForm):
    """From the other side: which of the referrals is this person?"""

    referral = forms.ChoiceField(
        label=_("Which referral is it?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the referral.")},
    )

    def __init__(self, placements: Sequence[Placement], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["referral"])
        field.choices = [(str(each.referral_id), _of_referral(each)) for each in placements]


def in_words(walk_in: WalkIn) -> str:
    """What the page of a walk-in shows, on one line."""
    who = f"{walk_in.get_sex_display()}, {walk_in.get_age_band_display()}"
    where = f"{walk_in.places.get_group_display()}, {walk_in.places.site.name}"
    return f"{who} · {moment(walk_in.arrived_at)} · {where}"


def _of_referral(placement: Placement) -> str:
    referral = placement.referral
    who = f"{referral.get_sex_display()}, {AgeBand(referral.preview.age_band).label}"
    where = f"{placement.places.get_group_display()}, {placement.places.site.name}"
    return f"{spoken(referral.reference)} · {who} · {referral.get_state_display()} · {where}"
