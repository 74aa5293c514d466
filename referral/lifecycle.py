"""When is a move legal? One table per machine; a guard is a predicate and its sentence.

The tables are the only list of moves: the fsm methods, the buttons, the error messages and the lifecycle pages of
the documentation are all made from them. Those of the case file stand in `case_moves`. Pure: no request, no query.
Source: design §6, domain §5.2 to §5.4.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from referral.call_moves import CALL_MOVES, OFFER_MOVES
from referral.case_moves import CASE_MOVES, NOT_KEPT_AWAY, TAKER_OPEN, TRANSFER_MOVES
from referral.course import WITH_PLAN, TransferState
from referral.deadlines import STEP_BACK
from referral.enums import (
    ENDED_CASE,
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
from referral.moves import Facts as Facts
from referral.moves import Guard as Guard
from referral.moves import Move as Move
from referral.moves import NotPossible as NotPossible
from referral.moves import states
from referral.place_calls import CallState, OfferState
from referral.trip_moves import TRIP_MOVES
from referral.trips import TripState


@dataclass(frozen=True)
class Standing:
    """What a state means: who holds the next step, and which step that is."""

    holder: Holder
    next_step: str | None


BASIS_LIVE = Guard(
    "basis_live",
    _("No live consent or legal ground covers what would be shared with this organisation."),
    lambda row, facts: facts.basis_live,
)
#: For the receiver, in the words of a basis that ended: whoever stands on the list of the file never learns so.
STILL_WANTED = Guard("still_wanted", BASIS_LIVE.sentence, lambda row, facts: not facts.kept_away)
RECIPIENT_ACTIVE = Guard(
    "recipient_active",
    _("The receiving organisation is suspended or closed."),
    lambda row, facts: facts.recipient_active,
)
RECIPIENT_OPEN = Guard("recipient_open", TAKER_OPEN.sentence, TAKER_OPEN.holds)
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
    lambda row, facts: facts.place_free or facts.above or not facts.needs_place,
)
NO_PLACE_FREE = Guard(
    "no_place_free",
    _("The waiting list is for a full house: by your own count a place is free."),
    lambda row, facts: facts.needs_place and not facts.place_free,
)
NOT_WAITING = Guard(
    "not_waiting", _("This person is on your waiting list already."), lambda row, facts: not facts.waiting
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
NOT_HERE = Guard(
    "not_here",
    _("The person is in your house already: record the arrival."),
    lambda row, facts: not facts.lodged,
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
FAMILY_ASSESSED = Guard(
    "family_assessed",
    _(
        "No return to the family and no mediation with it for now: somebody of it must first be found safe "
        "by a second person, and nobody of it be suspected. Until then: the judge, the prosecutor or AEMO."
    ),
    lambda row, facts: facts.family_assessed,
)
ACTIVE = frozenset(State) - TERMINAL
WITH_RECEIVER = ACTIVE - {State.DRAFT}

REFERRAL_MOVES: tuple[Move, ...] = (
    Move(
        Action.SEND,
        states(State.DRAFT),
        State.SENT,
        (
            BASIS_LIVE,
            RECIPIENT_OPEN,
            RECIPIENT_STAFFED,
            SERVICE_OFFERED,
            PROFILE_FITS,
            NOT_TWICE,
            FAMILY_ASSESSED,
            NOT_KEPT_AWAY,
        ),
    ),
    Move(Action.ACKNOWLEDGE, states(State.SENT), State.ACKNOWLEDGED),
    Move(Action.REQUEST_INFO, states(State.ACKNOWLEDGED), State.INFO_REQUESTED, (CODED, ASKED_ONCE)),
    Move(Action.ANSWER, states(State.INFO_REQUESTED), State.ACKNOWLEDGED, (BASIS_LIVE, NOT_KEPT_AWAY)),
    Move(
        Action.ACCEPT,
        UNANSWERED,
        State.ACCEPTED,
        (BASIS_LIVE, STILL_WANTED, RECIPIENT_ACTIVE, PLACE_FREE, NO_CONFLICT, FAMILY_ASSESSED),
    ),
    Move(Action.DECLINE, UNANSWERED, State.DECLINED),
    Move(Action.PUT_ON_LIST, states(State.ACKNOWLEDGED), None, (NO_PLACE_FREE, NOT_WAITING)),
    Move(Action.STEP_BACK, states(State.ACCEPTED), State.DECLINED, (JUST_ACCEPTED, CONFLICT)),
    Move(Action.START, states(State.ACCEPTED), State.IN_SERVICE, (ARRIVED,)),
    Move(Action.NO_SHOW, states(State.ACCEPTED), State.NO_SHOW, (EXPECTED, NOT_HERE)),
    Move(Action.RESUME, states(State.NO_SHOW), State.IN_SERVICE, (BASIS_LIVE, PLACE_FREE, ARRIVED)),
    Move(Action.REVIEW, states(State.IN_SERVICE), None),
    Move(Action.COMPLETE, states(State.IN_SERVICE), State.COMPLETED),
    Move(Action.WITHDRAW, ACTIVE, State.WITHDRAWN),
    Move(Action.EXPIRE, UNANSWERED, State.EXPIRED, (OVERDUE,)),
    Move(Action.REDIRECT, states(State.DECLINED, State.EXPIRED), None, (NOT_REDIRECTED,)),
    Move(Action.PROPOSE_ONWARD, states(State.IN_SERVICE), None),
    Move(Action.RECORD_TELEPHONE_ANSWER, UNANSWERED, None),
    Move(Action.WRITE, WITH_RECEIVER, None),
)

TITLE_MOVES: tuple[Move, ...] = (
    Move(TitleAction.REQUISITION, states(TitleState.NONE), TitleState.REQUISITION),
    Move(TitleAction.REQUEST_OGP, states(TitleState.NONE, TitleState.REQUISITION), TitleState.OGP_REQUESTED),
    Move(
        TitleAction.ORDER,
        states(TitleState.NONE, TitleState.REQUISITION, TitleState.OGP_REQUESTED),
        TitleState.OGP,
    ),
    Move(
        TitleAction.LIFT,
        states(TitleState.REQUISITION, TitleState.OGP_REQUESTED, TitleState.OGP),
        TitleState.LIFTED,
    ),
)

MOVES: Mapping[Machine, tuple[Move, ...]] = {
    Machine.REFERRAL: REFERRAL_MOVES,
    Machine.CASE: CASE_MOVES,
    Machine.TITLE: TITLE_MOVES,
    Machine.TRANSFER: TRANSFER_MOVES,
    Machine.TRIP: TRIP_MOVES,
    Machine.CALL: CALL_MOVES,
    Machine.OFFER: OFFER_MOVES,
}
INITIAL: Mapping[Machine, str] = {
    Machine.REFERRAL: State.DRAFT,
    Machine.CASE: CaseState.SIGNALED,
    Machine.TITLE: TitleState.NONE,
    Machine.TRANSFER: TransferState.ASKED,
    Machine.TRIP: TripState.PLANNED,
    Machine.CALL: CallState.OPEN,
    Machine.OFFER: OfferState.ASKED,
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
    # Two guards may say the same.
    return list(dict.fromkeys(guard.sentence for guard in move.guards if not guard.holds(row, facts)))


def require(row: Any, action: str, facts: Facts, machine: Machine = Machine.REFERRAL) -> None:
    """Raises `NotPossible` with every unmet sentence."""
    if reasons := unmet(row, action, facts, machine):
        raise NotPossible(reasons)


def legal_actions(state: str, machine: Machine = Machine.REFERRAL) -> list[str]:
    """Actions whose source holds `state`, in the table's order; their guards are not asked."""
    return [move.action for move in MOVES[machine] if state in move.sources]


def unmet_on_closed(case: Any) -> list[str | Promise]:
    """Why nothing can be added to a file that is closed; empty while it is open."""
    return [_("The case is closed.")] if case.state in ENDED_CASE else []


def unmet_on_plan(case: Any) -> list[str | Promise]:
    """Why no goal can be set yet; a file that was taken over brings its goals along."""
    begun = case.state in WITH_PLAN or case.state == CaseState.PLANNING
    return [] if begun else [_("Begin the support plan first.")]


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

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False, **kwargs: Any
    ) -> None:
        # What migrations remember moves nowhere; as a machine each would listen to every model made after it.
        if cls.__module__ == "__fake__":
            models.CharField.contribute_to_class(self, cls, name, private_only=private_only, **kwargs)
        else:
            super().contribute_to_class(cls, name, private_only=private_only, **kwargs)


def follows(action: str, machine: Machine = Machine.REFERRAL) -> Callable[..., None]:
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

    send = follows(Action.SEND)
    acknowledge = follows(Action.ACKNOWLEDGE)
    request_info = follows(Action.REQUEST_INFO)
    answer = follows(Action.ANSWER)
    accept = follows(Action.ACCEPT)
    decline = follows(Action.DECLINE)
    step_back = follows(Action.STEP_BACK)
    start = follows(Action.START)
    no_show = follows(Action.NO_SHOW)
    resume = follows(Action.RESUME)
    complete = follows(Action.COMPLETE)
    withdraw = follows(Action.WITHDRAW)
    expire = follows(Action.EXPIRE)

    class Meta:
        abstract = True


class CaseLifecycle(FSMModelMixin, models.Model):
    state = StateField(
        _("status"), max_length=20, choices=CaseState.choices, default=CaseState.SIGNALED, protected=True
    )
    state_since = models.DateTimeField(_("since"))

    screen = follows(CaseAction.SCREEN, Machine.CASE)
    protect = follows(CaseAction.PROTECT, Machine.CASE)
    redirect_out = follows(CaseAction.REDIRECT_OUT, Machine.CASE)
    plan = follows(CaseAction.PLAN, Machine.CASE)
    approve = follows(CaseAction.APPROVE, Machine.CASE)
    prepare = follows(CaseAction.PREPARE, Machine.CASE)
    follow_up = follows(CaseAction.FOLLOW_UP, Machine.CASE)
    reactivate = follows(CaseAction.REACTIVATE, Machine.CASE)
    close = follows(CaseAction.CLOSE, Machine.CASE)
    transfer = follows(CaseAction.TRANSFER, Machine.CASE)
    reopen = follows(CaseAction.REOPEN, Machine.CASE)
    archive = follows(CaseAction.ARCHIVE, Machine.CASE)

    class Meta:
        abstract = True


class TitleLifecycle(FSMModelMixin, models.Model):
    state = StateField(
        _("title"), max_length=16, choices=TitleState.choices, default=TitleState.NONE, protected=True
    )
    state_since = models.DateTimeField(_("since"))

    requisition = follows(TitleAction.REQUISITION, Machine.TITLE)
    request_ogp = follows(TitleAction.REQUEST_OGP, Machine.TITLE)
    order = follows(TitleAction.ORDER, Machine.TITLE)
    lift = follows(TitleAction.LIFT, Machine.TITLE)

    class Meta:
        abstract = True
