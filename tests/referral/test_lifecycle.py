"""When is a move legal: the tables themselves, and every guard in both answers."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django_fsm import TransitionNotAllowed

from referral import call_moves, case_moves, deadlines, lifecycle, trip_moves
from referral.course import OPEN_TRANSFER, TransferAction, TransferState
from referral.enums import (
    OPEN,
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
    Urgency,
)
from referral.lifecycle import Facts, NotPossible
from referral.models import Case, CustodyTitle, PlaceCall, PlaceOffer, Referral, Transfer, Trip
from referral.place_calls import (
    BEFORE_CENTRE,
    CallAction,
    CallState,
    OfferAction,
    OfferState,
)
from referral.trips import LIVE_TRIP, TripAction, TripState

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
STATES = {
    Machine.REFERRAL: State,
    Machine.CASE: CaseState,
    Machine.TITLE: TitleState,
    Machine.TRANSFER: TransferState,
    Machine.TRIP: TripState,
    Machine.CALL: CallState,
    Machine.OFFER: OfferState,
}
ACTIONS = {
    Machine.REFERRAL: Action,
    Machine.CASE: CaseAction,
    Machine.TITLE: TitleAction,
    Machine.TRANSFER: TransferAction,
    Machine.TRIP: TripAction,
    Machine.CALL: CallAction,
    Machine.OFFER: OfferAction,
}
MODELS = {
    Machine.REFERRAL: Referral,
    Machine.CASE: Case,
    Machine.TITLE: CustodyTitle,
    Machine.TRANSFER: Transfer,
    Machine.TRIP: Trip,
    Machine.CALL: PlaceCall,
    Machine.OFFER: PlaceOffer,
}


def row(state: str, **columns: object) -> SimpleNamespace:
    blank = {
        "info_requested_at": None,
        "accepted_at": None,
        "expected_arrival_at": None,
        "quiet_until": None,
        "due_at": None,
        "state_since": AT,
        "counted_from": AT,
    }
    return SimpleNamespace(state=state, **(blank | columns))


#: Everything in favour of every move.
FAVOURABLE = Facts(
    at=AT + timedelta(hours=1),
    basis_live=True,
    recipient_active=True,
    recipient_open=True,
    recipient_staffed=True,
    service_offered=True,
    profile_fits=True,
    needs_place=True,
    place_free=True,
    arrival_confirmed=True,
    question_coded=True,
)


@pytest.mark.parametrize("machine", Machine)
def test_every_action_has_exactly_one_row(machine: Machine) -> None:
    assert sorted(move.action for move in lifecycle.MOVES[machine]) == sorted(ACTIONS[machine])


@pytest.mark.parametrize("machine", Machine)
def test_the_methods_are_the_table(machine: Machine) -> None:
    """No move exists that the table does not list, and the other way round."""
    field = MODELS[machine]._meta.get_field("state")
    made = {(t.name, t.source, t.target) for t in field.get_all_transitions(MODELS[machine])}
    table = {(m.action, s, m.target) for m in lifecycle.MOVES[machine] if m.target for s in m.sources}
    assert {(str(n), str(s), str(t)) for n, s, t in made} == {(str(n), str(s), str(t)) for n, s, t in table}


@pytest.mark.parametrize("machine", Machine)
def test_every_state_is_reached_and_every_open_one_can_be_left(machine: Machine) -> None:
    moves = [move for move in lifecycle.MOVES[machine] if move.target]
    reached = {lifecycle.INITIAL[machine]} | {move.target for move in moves}
    assert reached == set(STATES[machine])
    left = {source for move in moves for source in move.sources}
    final = {
        Machine.REFERRAL: TERMINAL,
        Machine.CASE: {CaseState.ARCHIVED},
        Machine.TITLE: {TitleState.LIFTED},
        Machine.TRANSFER: set(TransferState) - OPEN_TRANSFER,
        Machine.TRIP: set(TripState) - LIVE_TRIP,
        Machine.CALL: set(CallState) - {CallState.OPEN},
        Machine.OFFER: set(OfferState) - BEFORE_CENTRE,
    }[machine]
    assert set(STATES[machine]) - left == set(final)


@pytest.mark.parametrize("state", State)
def test_every_open_state_has_holder_next_step_and_deadline(state: State) -> None:
    standing = lifecycle.STANDING[state]
    due = deadlines.due_at(state, urgency=Urgency.URGENT, at=AT, expected_arrival_at=AT)
    assert (
        (standing.holder == Holder.NOBODY)
        == (standing.next_step is None)
        == (due is None)
        == (state in TERMINAL)
    )
    if standing.next_step:
        assert state in lifecycle.move_of(standing.next_step).sources


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_a_move_outside_its_sources_is_refused(action: Action, state: State) -> None:
    move = lifecycle.move_of(action)
    if state in move.sources:
        assert action in lifecycle.legal_actions(state)
    else:
        assert action not in lifecycle.legal_actions(state)
        with pytest.raises(NotPossible) as refused:
            lifecycle.require(row(state), action, FAVOURABLE)
        assert len(refused.value.reasons) == 1


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_the_fsm_method_refuses_what_has_ended(state: str) -> None:
    referral = Referral()
    referral.__dict__["state"] = state
    for action in lifecycle.MOVES[Machine.REFERRAL]:
        if action.target:
            with pytest.raises(TransitionNotAllowed):
                lifecycle.follow(referral, action.action, at=AT)


def test_follow_moves_and_stamps() -> None:
    referral = Referral()
    lifecycle.follow(referral, Action.SEND, at=AT)
    assert (referral.state, referral.state_since) == (State.SENT, AT)


GUARDS: list[tuple[lifecycle.Guard, SimpleNamespace, Facts, Facts]] = [
    (lifecycle.BASIS_LIVE, row("draft"), Facts(AT, basis_live=True), Facts(AT)),
    (lifecycle.RECIPIENT_ACTIVE, row("draft"), Facts(AT, recipient_active=True), Facts(AT)),
    (lifecycle.RECIPIENT_OPEN, row("draft"), Facts(AT, recipient_open=True), Facts(AT)),
    (lifecycle.RECIPIENT_STAFFED, row("draft"), Facts(AT, recipient_staffed=True), Facts(AT)),
    (lifecycle.SERVICE_OFFERED, row("draft"), Facts(AT, service_offered=True), Facts(AT)),
    (lifecycle.PROFILE_FITS, row("draft"), Facts(AT, profile_fits=True), Facts(AT)),
    (lifecycle.NOT_TWICE, row("draft"), Facts(AT), Facts(AT, duplicate=True)),
    (
        lifecycle.PLACE_FREE,
        row("sent"),
        Facts(AT, needs_place=True, place_free=True),
        Facts(AT, needs_place=True),
    ),
    (lifecycle.PLACE_FREE, row("sent"), Facts(AT), Facts(AT, needs_place=True)),
    (
        lifecycle.NO_PLACE_FREE,
        row("acknowledged"),
        Facts(AT, needs_place=True),
        Facts(AT, needs_place=True, place_free=True),
    ),
    (lifecycle.NOT_WAITING, row("acknowledged"), Facts(AT), Facts(AT, waiting=True)),
    (lifecycle.NOT_HERE, row("accepted"), Facts(AT), Facts(AT, lodged=True)),
    (lifecycle.NO_CONFLICT, row("sent"), Facts(AT), Facts(AT, conflict_declared=True)),
    (lifecycle.CONFLICT, row("accepted"), Facts(AT, conflict_declared=True), Facts(AT)),
    (lifecycle.ARRIVED, row("accepted"), Facts(AT, arrival_confirmed=True), Facts(AT)),
    (
        lifecycle.EXPECTED,
        row("accepted", expected_arrival_at=AT),
        Facts(AT),
        Facts(AT - timedelta(seconds=1)),
    ),
    (
        lifecycle.JUST_ACCEPTED,
        row("accepted", accepted_at=AT),
        Facts(AT + deadlines.STEP_BACK),
        Facts(AT + timedelta(hours=3)),
    ),
    (
        lifecycle.OVERDUE,
        row("sent", due_at=AT + timedelta(hours=2)),
        Facts(AT + timedelta(hours=4)),
        Facts(AT + timedelta(hours=3, minutes=59)),
    ),
    (lifecycle.CODED, row("acknowledged"), Facts(AT, question_coded=True), Facts(AT)),
    (lifecycle.NOT_REDIRECTED, row("declined"), Facts(AT), Facts(AT, redirected=True)),
    (lifecycle.FAMILY_ASSESSED, row("draft"), Facts(AT, family_assessed=True), Facts(AT)),
    (call_moves.NOBODY_LEFT, row("open"), Facts(AT), Facts(AT, offer_awaited=True)),
    (case_moves.NOT_KEPT_AWAY, row("draft"), Facts(AT), Facts(AT, kept_away=True)),
    (lifecycle.STILL_WANTED, row("sent"), Facts(AT), Facts(AT, kept_away=True)),
    (case_moves.NO_OPEN_REFERRAL, row("screening"), Facts(AT), Facts(AT, open_referrals=1)),
    (case_moves.NOTHING_RUNS, row("assisted"), Facts(AT), Facts(AT, open_referrals=1)),
    (case_moves.NO_OPEN_TRANSFER, row("assisted"), Facts(AT), Facts(AT, open_transfer=True)),
    (case_moves.NO_LIVE_TITLE, row("assisted"), Facts(AT), Facts(AT, title_live=True)),
    (case_moves.NOT_VICTIM_BY_TWO, row("screening"), Facts(AT, not_victim_by_two=True), Facts(AT)),
    (case_moves.OTHER_NEED, row("screening"), Facts(AT, other_need=True), Facts(AT)),
    (case_moves.SOMETHING_AGREED, row("screening"), Facts(AT, something_agreed=True), Facts(AT)),
    (case_moves.GOAL_SET, row("planning"), Facts(AT, goals=1), Facts(AT)),
    (case_moves.VIEWS_RECORDED, row("assisted"), Facts(AT, views_recorded=True), Facts(AT)),
    (case_moves.SOLUTION_WEIGHED, row("assisted"), Facts(AT, solution_weighed=True), Facts(AT)),
    (case_moves.STABLE, row("solution"), Facts(AT, stable=True), Facts(AT)),
    (case_moves.NEED_NAMED, row("followup"), Facts(AT, need_named=True), Facts(AT)),
    (case_moves.INFORMED, row("assisted"), Facts(AT, informed=True), Facts(AT)),
    (
        case_moves.REASON_FITS,
        row("screening"),
        Facts(AT, reason_code="PERSON_REQUEST"),
        Facts(AT, reason_code="PLAN_COMPLETED"),
    ),
    (
        case_moves.REASON_FITS,
        row("assisted"),
        Facts(AT, reason_code="PLAN_COMPLETED"),
        Facts(AT, reason_code="TRANSFERRED"),
    ),
    *(
        (
            case_moves.GOALS_ENDED,
            row("assisted"),
            Facts(AT, **{"reason_code": "PLAN_COMPLETED", "goals": 1} | met),
            Facts(AT, reason_code="PLAN_COMPLETED", goals=1),
        )
        for met in ({"goals": 0}, {"explained": True}, {"reason_code": "PERSON_REQUEST"})
    ),
    (case_moves.NOT_ELSEWHERE, row("closed_transferred"), Facts(AT), Facts(AT, elsewhere=True)),
    (case_moves.HANDED_OVER_COVERED, row("asked"), Facts(AT, basis_live=True), Facts(AT)),
    (case_moves.TAKER_OPEN, row("asked"), Facts(AT, recipient_open=True), Facts(AT)),
    (case_moves.TAKER_ACTIVE, row("asked"), Facts(AT, recipient_active=True), Facts(AT)),
    (case_moves.NOT_LODGED, row("closed"), Facts(AT), Facts(AT, lodged=True)),
    (case_moves.NO_TRIAL, row("closed"), Facts(AT), Facts(AT, prosecuted=True)),
    (case_moves.NOT_ON_HOLD, row("closed"), Facts(AT), Facts(AT, on_hold=True)),
    (case_moves.NO_OPEN_REQUEST, row("closed"), Facts(AT), Facts(AT, open_requests=1)),
    (trip_moves.AWAITED, row("planned"), Facts(AT, awaited=True), Facts(AT)),
    (trip_moves.ESCORT_OF_SENDER, row("departed"), Facts(AT, escort_of_sender=True), Facts(AT)),
]


@pytest.mark.parametrize(
    ("guard", "stands", "met", "unmet"), GUARDS, ids=lambda value: getattr(value, "name", "")
)
def test_a_guard_lets_through_and_refuses(
    guard: lifecycle.Guard, stands: SimpleNamespace, met: Facts, unmet: Facts
) -> None:
    assert guard.holds(stands, met)
    assert not guard.holds(stands, unmet)
    assert str(guard.sentence)


def test_every_guard_of_the_tables_is_tried() -> None:
    used = {guard.name for moves in lifecycle.MOVES.values() for move in moves for guard in move.guards}
    assert used == {guard.name for guard, *_rest in GUARDS} | {"asked_once", "risk_assessed", "plan_agreed"}


def test_guards_on_the_row_of_a_file() -> None:
    assert case_moves.RISK_ASSESSED.holds(row("screening", risk="low"), Facts(AT))
    assert not case_moves.RISK_ASSESSED.holds(row("screening", risk="unknown"), Facts(AT))
    assert case_moves.PLAN_AGREED.holds(row("planning", plan_agreed_at=AT), Facts(AT))
    assert not case_moves.PLAN_AGREED.holds(row("planning", plan_agreed_at=None), Facts(AT))


def test_information_is_asked_for_once() -> None:
    assert lifecycle.ASKED_ONCE.holds(row("acknowledged"), Facts(AT))
    assert not lifecycle.ASKED_ONCE.holds(row("acknowledged", info_requested_at=AT), Facts(AT))


@pytest.mark.parametrize(
    ("guard", "stands"),
    [
        (lifecycle.EXPECTED, row("accepted")),
        (lifecycle.JUST_ACCEPTED, row("accepted")),
        (lifecycle.OVERDUE, row("sent")),
    ],
)
def test_a_guard_on_a_missing_stamp_refuses(guard: lifecycle.Guard, stands: SimpleNamespace) -> None:
    assert not guard.holds(stands, Facts(AT))


def test_all_unmet_guards_are_named_at_once() -> None:
    assert len(lifecycle.unmet(row("draft"), Action.SEND, Facts(AT))) == 6


@pytest.mark.parametrize("state", State)
def test_words_open_only_after_acceptance_and_close_at_the_end(state: State) -> None:
    kinds = lifecycle.message_kinds(state)
    assert (MessageKind.TEXT in kinds) == (state in OPEN - UNANSWERED - {State.DRAFT})
    assert (MessageKind.QUESTION in kinds) == (state in OPEN - {State.DRAFT})


def test_working_days_skip_the_weekend() -> None:
    friday = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert deadlines.decide_by(Urgency.STANDARD, friday) == datetime(2026, 11, 27, 9, tzinfo=UTC)
    assert deadlines.decide_by(Urgency.EMERGENCY, friday) == friday + timedelta(hours=6)


def test_an_accepted_referral_without_expected_time_still_has_a_deadline() -> None:
    assert deadlines.due_at(State.ACCEPTED, urgency=Urgency.URGENT, at=AT) == AT + deadlines.ARRIVAL_GRACE
