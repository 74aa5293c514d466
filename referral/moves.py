"""What a move is: a row of a table, with guards, each a predicate and its sentence. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Facts:
    """What the guards need to know that is not on the row itself. Read by `queries.facts_for`."""

    at: datetime
    basis_live: bool = False
    recipient_active: bool = False
    recipient_open: bool = False
    recipient_staffed: bool = False
    service_offered: bool = False
    profile_fits: bool = False
    duplicate: bool = False
    needs_place: bool = False
    place_free: bool = False
    #: Somebody says why the person is taken above capacity.
    above: bool = False
    waiting: bool = False
    conflict_declared: bool = False
    arrival_confirmed: bool = False
    question_coded: bool = False
    redirected: bool = False
    #: Of the case; of a transfer, those that cannot go along.
    open_referrals: int = 0
    family_assessed: bool = False
    kept_away: bool = False
    open_transfer: bool = False
    title_live: bool = False
    not_victim_by_two: bool = False
    other_need: bool = False
    something_agreed: bool = False
    #: Pursued.
    goals: int = 0
    #: Words say why the file ends though goals are pursued.
    explained: bool = False
    views_recorded: bool = False
    solution_weighed: bool = False
    stable: bool = False
    need_named: bool = False
    informed: bool = False
    reason_code: str = ""
    elsewhere: bool = False
    lodged: bool = False
    #: Of a trip: its referral is accepted, and the person has not arrived.
    awaited: bool = False
    escort_of_sender: bool = False
    prosecuted: bool = False
    on_hold: bool = False
    open_requests: int = 0
    #: A centre may still offer a place, or has offered one.
    offer_awaited: bool = False


@dataclass(frozen=True)
class Guard:
    name: str
    sentence: str | Promise
    holds: Callable[[Any, Facts], bool]


@dataclass(frozen=True)
class Move:
    """A legal move. `target` None: the state stays as it is."""

    action: str
    sources: frozenset[str]
    target: str | None
    guards: tuple[Guard, ...] = ()


class NotPossible(Exception):
    """A move that the table or a guard refuses. `reasons` are sentences for the user."""

    def __init__(self, reasons: list[str | Promise]):
        self.reasons = reasons
        super().__init__("move refused")


def states(*states: str) -> frozenset[str]:
    return frozenset(states)
