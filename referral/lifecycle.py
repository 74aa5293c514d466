"""When is a move legal? One table per machine; a guard is a predicate and its sentence.

The tables are the only list of moves: the fsm methods, the buttons, the error messages and the lifecycle pages of
the documentation are all made from them. Pure: no request, no query. Source: design §6, domain §5.2 to §5.4.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from referral.deadlines import STEP_BACK
from referral.enums import (
    SHUT,
    TERMINAL,
    UNANSWERED,
    Action,
    CaseAction,
    CaseState,
    Holder,
    Machine,
    MessageKind,
    State,
    TitleAction,
    TitleState,
)


@dataclass(frozen=True)
class Facts:
    """What the guards need to know that is not on the row itself. Read by `queries.facts_for`."""

    at: datetime
    basis_live: bool = False
    recipient_active: bool = False
    recipient_staffed: bool = False
    service_offered: bool = False
    profile_fits: bool = False
    duplicate: bool = False
    needs_place: bool = False
    place_free: bool = False
    conflict_declared: bool = False
    arrival_confirmed: bool = False
    question_coded: bool = False
    redirected: bool = False
    open_referrals: int = 0
    lodged: bool = False
    title_live: bool = False
    on_hold: bool = False
    open_requests: int = 0


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


@dataclass(frozen=True)
class Standing:
    """What a state means: who holds the next step, and which step that is."""

    holder: Holder
    next_step: str | None


class NotPossible(Exception):
    """A move that the table or a guard refuses. `reasons` are sentences for the user."""

    def __init__(self, reasons: list[str | Promise]):
        self.reasons = reasons
        super().__init__("move refused")


BASIS_LIVE = Guard(
    "basis_live",
    _("No live consent or legal ground covers what would be shared with this organisation."),
    lambda row, facts: facts.basis_live,
)
RECIPIENT_ACTIVE = Guard(
    "recipient_active",
    _("The receiving organisation is suspended or closed."),
    lambda row, facts: facts.recipient_active,
)
RECIPIENT_STAFFED = Guard(
    "recipient_staffed",
    _("Nobody is at the desk of this organisation: telephone it, or choose another."),
    lambda row, facts: facts.recipient_staffed,
)
SERVICE_OFFERED = Guard(
    "service_offered",
    _("This organisation does not offer the service asked for."),
    lambda row, facts: facts.service_offered,
)
PROFILE_FITS = Guard(
    "profile_fits",
    _("This organisation does not receive people of this age or sex."),
    lambda row, facts: facts.profile_fits,
)
NOT_TWICE = Guard(
    "not_twice",
    _("A referral for this service to this organisation is already open."),
    lambda row, facts: not facts.duplicate,
)
PLACE_FREE = Guard(
    "place_free",
    _("No place is free for this person."),
    lambda row, facts: facts.place_free or not facts.needs_place,
)
NO_CONFLICT = Guard(
    "no_conflict",
    _("A link with a suspected offender was declared: decline with the reason “conflict of interest”."),
    lambda row, facts: not facts.conflict_declared,
)
CONFLICT = Guard(
    "conflict",
    _("Stepping back needs a declared conflict of interest."),
    lambda row, facts: facts.conflict_declared,
)
ARRIVED = Guard(
    "arrived",
    _("Type the arrival code, or say how the person was identified otherwise."),
    lambda row, facts: facts.arrival_confirmed,
)
EXPECTED = Guard(
    "expected",
    _("The expected time of arrival has not passed yet."),
    lambda row, facts: row.expected_arrival_at is not None and facts.at >= row.expected_arrival_at,
)
ASKED_ONCE = Guard(
    "asked_once",
    _("Information was already asked for once: the clock stops only once. Write a question instead."),
    lambda row, facts: row.info_requested_at is None,
)
CODED = Guard("coded", _("Choose at least one coded question."), lambda row, facts: facts.question_coded)
JUST_ACCEPTED = Guard(
    "just_accepted",
    _("Stepping back is possible for two hours after accepting."),
    # Written up later, the identity was not shown before the writing: the two hours count from there.
    lambda row, facts: (
        row.accepted_at is not None
        and facts.at <= max(row.accepted_at + STEP_BACK, row.quiet_until or row.accepted_at)
    ),
)
OVERDUE = Guard(
    "overdue",
    _("The deadline has not passed twice over."),
    lambda row, facts: row.due_at is not None and facts.at >= row.due_at + (row.due_at - row.counted_from),
)
NOT_REDIRECTED = Guard(
    "not_redirected", _("This referral was already redirected."), lambda row, facts: not facts.redirected
)
NO_OPEN_REFERRAL = Guard(
    "no_open_referral",
    _("A referral of this case is still open."),
    lambda row, facts: facts.open_referrals == 0,
)
NOT_LODGED = Guard("not_lodged", _("A centre still lodges the person."), lambda row, facts: not facts.lodged)
NO_LIVE_TITLE = Guard(
    "no_live_title", _("A custody title is in force."), lambda row, facts: not facts.title_live
)
NOT_ON_HOLD = Guard("not_on_hold", _("A legal hold lies on this file."), lambda row, facts: not facts.on_hold)
NO_OPEN_REQUEST = Guard(
    "no_open_request",
    _("A request of the person is not answered yet."),
    lambda row, facts: facts.open_requests == 0,
)


def _from(*states: str) -> frozenset[str]:
    return frozenset(states)


ACTIVE = frozenset(State) - TERMINAL
WITH_RECEIVER = ACTIVE - {State.DRAFT}

REFERRAL_MOVES: tuple[Move, ...] = (
    Move(
        Action.SEND,
        _from(State.DRAFT),
        State.SENT,
        (BASIS_LIVE, RECIPIENT_ACTIVE, RECIPIENT_STAFFED, SERVICE_OFFERED, PROFILE_FITS, NOT_TWICE),
    ),
    Move(Action.ACKNOWLEDGE, _from(State.SENT), State.ACKNOWLEDGED),
    Move(Action.REQUEST_INFO, _from(State.ACKNOWLEDGED), State.INFO_REQUESTED, (CODED, ASKED_ONCE)),
    Move(Action.ANSWER, _from(State.INFO_REQUESTED), State.ACKNOWLEDGED, (BASIS_LIVE,)),
    Move(Action.ACCEPT, UNANSWERED, State.ACCEPTED, (BASIS_LIVE, RECIPIENT_ACTIVE, PLACE_FREE, NO_CONFLICT)),
    Move(Action.DECLINE, UNANSWERED, State.DECLINED),
    Move(Action.STEP_BACK, _from(State.ACCEPTED), State.DECLINED, (JUST_ACCEPTED, CONFLICT)),
    Move(Action.START, _from(State.ACCEPTED), State.IN_SERVICE, (ARRIVED,)),
    Move(Action.NO_SHOW, _from(State.ACCEPTED), State.NO_SHOW, (EXPECTED,)),
    Move(Action.RESUME, _from(State.NO_SHOW), State.IN_SERVICE, (BASIS_LIVE, PLACE_FREE, ARRIVED)),
    Move(Action.REVIEW, _from(State.IN_SERVICE), None),
    Move(Action.COMPLETE, _from(State.IN_SERVICE), State.COMPLETED),
    Move(Action.WITHDRAW, ACTIVE, State.WITHDRAWN),
    Move(Action.EXPIRE, UNANSWERED, State.EXPIRED, (OVERDUE,)),
    Move(Action.REDIRECT, _from(State.DECLINED, State.EXPIRED), None, (NOT_REDIRECTED,)),
    Move(Action.PROPOSE_ONWARD, _from(State.IN_SERVICE), None),
    Move(Action.RECORD_TELEPHONE_ANSWER, UNANSWERED, None),
    Move(Action.WRITE, WITH_RECEIVER, None),
)

CASE_MOVES: tuple[Move, ...] = (
    Move(CaseAction.SCREEN, _from(CaseState.SIGNALED), CaseState.SCREENING),
    Move(CaseAction.PROTECT, _from(CaseState.SIGNALED, CaseState.SCREENING), CaseState.PROTECTED),
    Move(
        CaseAction.CLOSE,
        _from(CaseState.SCREENING, CaseState.PROTECTED),
        CaseState.CLOSED,
        (NO_OPEN_REFERRAL,),
    ),
    Move(
        CaseAction.ARCHIVE,
        _from(CaseState.CLOSED),
        CaseState.ARCHIVED,
        (NO_OPEN_REFERRAL, NOT_LODGED, NO_LIVE_TITLE, NOT_ON_HOLD, NO_OPEN_REQUEST),
    ),
)

TITLE_MOVES: tuple[Move, ...] = (
    Move(TitleAction.REQUISITION, _from(TitleState.NONE), TitleState.REQUISITION),
    Move(TitleAction.REQUEST_OGP, _from(TitleState.NONE, TitleState.REQUISITION), TitleState.OGP_REQUESTED),
    Move(
        TitleAction.ORDER,
        _from(TitleState.NONE, TitleState.REQUISITION, TitleState.OGP_REQUESTED),
        TitleState.OGP,
    ),
    Move(
        TitleAction.LIFT,
        _from(TitleState.REQUISITION, TitleState.OGP_REQUESTED, TitleState.OGP),
        TitleState.LIFTED,
    ),
)

MOVES: Mapping[Machine, tuple[Move, ...]] = {
    Machine.REFERRAL: REFERRAL_MOVES,
    Machine.CASE: CASE_MOVES,
    Machine.TITLE: TITLE_MOVES,
}
INITIAL: Mapping[Machine, str] = {
    Machine.REFERRAL: State.DRAFT,
    Machine.CASE: CaseState.SIGNALED,
    Machine.TITLE: TitleState.NONE,
}

STANDING: Mapping[str, Standing] = {
    State.DRAFT: Standing(Holder.CASE_OWNER, Action.SEND),
    State.SENT: Standing(Holder.RECEIVING_DESK, Action.ACKNOWLEDGE),
    State.ACKNOWLEDGED: Standing(Holder.RECEIVING_DESK, Action.ACCEPT),
    State.INFO_REQUESTED: Standing(Holder.CASE_OWNER, Action.ANSWER),
    State.ACCEPTED: Standing(Holder.WORKER, Action.START),
    State.NO_SHOW: Standing(Holder.CASE_OWNER, Action.RESUME),
    State.IN_SERVICE: Standing(Holder.WORKER, Action.REVIEW),
    State.COMPLETED: Standing(Holder.NOBODY, None),
    State.DECLINED: Standing(Holder.NOBODY, None),
    State.WITHDRAWN: Standing(Holder.NOBODY, None),
    State.EXPIRED: Standing(Holder.NOBODY, None),
}


def holder_of(referral: Any) -> Holder:
    """Whose step it is today: a question that stayed unanswered for its time is the desk's again (design §6)."""
    if referral.state == State.INFO_REQUESTED and referral.due_since is not None:
        return Holder.RECEIVING_DESK
    return STANDING[referral.state].holder


_BY_ACTION: Mapping[Machine, Mapping[str, Move]] = {
    machine: {move.action: move for move in moves} for machine, moves in MOVES.items()
}


def move_of(action: str, machine: Machine = Machine.REFERRAL) -> Move:
    return _BY_ACTION[machine][action]


def unmet(row: Any, action: str, facts: Facts, machine: Machine = Machine.REFERRAL) -> list[str | Promise]:
    """The sentences of what stands against the move; empty when it is legal now."""
    move = move_of(action, machine)
    if row.state not in move.sources:
        return [_("This is no longer possible: the status has changed.")]
    return [guard.sentence for guard in move.guards if not guard.holds(row, facts)]


def require(row: Any, action: str, facts: Facts, machine: Machine = Machine.REFERRAL) -> None:
    """Raises `NotPossible` with every unmet sentence."""
    if reasons := unmet(row, action, facts, machine):
        raise NotPossible(reasons)


def legal_actions(state: str, machine: Machine = Machine.REFERRAL) -> list[str]:
    """Actions whose source holds `state`, in the table's order; their guards are not asked."""
    return [move.action for move in MOVES[machine] if state in move.sources]


def unmet_on_closed(case: Any) -> list[str | Promise]:
    """Why nothing can be added to a file that is closed; empty while it is open."""
    return [_("The case is closed.")] if case.state in SHUT else []


def message_kinds(state: str) -> frozenset[str]:
    """What people write: codes and "please call" before acceptance, words after it (design §6, Preview)."""
    if state in UNANSWERED:
        return frozenset({MessageKind.QUESTION, MessageKind.ANSWER, MessageKind.CALL_ME})
    return frozenset(MessageKind) - {MessageKind.TOLD_BACK} if state in WITH_RECEIVER else frozenset()


def follow(row: Any, action: str, *, at: datetime) -> None:
    """Runs the fsm method of a move that changes the state. The caller has called `require` and saves afterwards."""
    getattr(row, action)(at=at)


class StateField(FSMField):
    level = "code"


def _follows(action: str, machine: Machine = Machine.REFERRAL) -> Callable[..., None]:
    """The fsm method of a row of the table. Its body only stamps: no write, no side effect."""
    move = move_of(action, machine)

    def stamp(self: Any, *, at: datetime) -> None:
        self.state_since = at

    stamp.__name__ = str(action)
    method: Callable[..., None] = transition(field="state", source=sorted(move.sources), target=move.target)(
        stamp
    )
    return method


class ReferralLifecycle(FSMModelMixin, models.Model):
    state = StateField(_("status"), max_length=16, choices=State.choices, default=State.DRAFT, protected=True)
    state_since = models.DateTimeField(_("since"))

    send = _follows(Action.SEND)
    acknowledge = _follows(Action.ACKNOWLEDGE)
    request_info = _follows(Action.REQUEST_INFO)
    answer = _follows(Action.ANSWER)
    accept = _follows(Action.ACCEPT)
    decline = _follows(Action.DECLINE)
    step_back = _follows(Action.STEP_BACK)
    start = _follows(Action.START)
    no_show = _follows(Action.NO_SHOW)
    resume = _follows(Action.RESUME)
    complete = _follows(Action.COMPLETE)
    withdraw = _follows(Action.WITHDRAW)
    expire = _follows(Action.EXPIRE)

    class Meta:
        abstract = True


class CaseLifecycle(FSMModelMixin, models.Model):
    state = StateField(
        _("status"), max_length=16, choices=CaseState.choices, default=CaseState.SIGNALED, protected=True
    )
    state_since = models.DateTimeField(_("since"))

    screen = _follows(CaseAction.SCREEN, Machine.CASE)
    protect = _follows(CaseAction.PROTECT, Machine.CASE)
    close = _follows(CaseAction.CLOSE, Machine.CASE)
    archive = _follows(CaseAction.ARCHIVE, Machine.CASE)

    class Meta:
        abstract = True


class TitleLifecycle(FSMModelMixin, models.Model):
    state = StateField(
        _("title"), max_length=16, choices=TitleState.choices, default=TitleState.NONE, protected=True
    )
    state_since = models.DateTimeField(_("since"))

    requisition = _follows(TitleAction.REQUISITION, Machine.TITLE)
    request_ogp = _follows(TitleAction.REQUEST_OGP, Machine.TITLE)
    order = _follows(TitleAction.ORDER, Machine.TITLE)
    lift = _follows(TitleAction.LIFT, Machine.TITLE)

    class Meta:
        abstract = True
