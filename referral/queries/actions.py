"""What can this person do now, and what stands against it? The buttons of every page are made from this."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from partners.actor import Actor
from referral import lifecycle, policy
from referral.enums import TERMINAL, Action
from referral.models import Referral
from referral.policy import Tie
from referral.queries.facts import facts_for

#: What the form of an act asks: a button does not know the answer yet, and supposes the one that lets through.
_ASKED_LATER: Mapping[str, Mapping[str, Any]] = {
    Action.REQUEST_INFO: {"question_coded": True},
    Action.ACCEPT: {"above": True},
    Action.STEP_BACK: {"conflict_declared": True},
    Action.START: {"arrival_confirmed": True},
    Action.RESUME: {"arrival_confirmed": True, "above": True},
}


@dataclass(frozen=True)
class Possible:
    """An act that is this person's to do; `reasons` say why not yet."""

    action: Action
    reasons: tuple[str | Promise, ...] = ()


def actions_for(actor: Actor, referral: Referral, standing: Tie, at: datetime) -> list[Possible]:
    """In the order of the table. Of an ended referral, only what can be done."""
    found = [
        Possible(Action(action), tuple(unmet_of(referral, action, at)))
        for action in lifecycle.legal_actions(referral.state)
        if policy.may(actor, action, referral, standing)
    ]
    return [each for each in found if not (each.reasons and referral.state in TERMINAL)]


def unmet_of(referral: Referral, action: str, at: datetime) -> list[str | Promise]:
    """The sentences against an act before its form is filled; empty when the form can be opened."""
    if referral.state not in lifecycle.move_of(action).sources:
        return lifecycle.unmet(referral, action, lifecycle.Facts(at=at))
    return lifecycle.unmet(referral, action, facts_for(referral, action, at, **_ASKED_LATER.get(action, {})))
