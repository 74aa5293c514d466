"""The way to the centre: planned, begun, stopped for a night, broken off. Its arrival is the start of the referral."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from partners.models import Department, Region, User
from referral import grants, lifecycle, notices, policy
from referral.enums import Machine, PlacementState, Side, TaskKind
from referral.lifecycle import NotPossible
from referral.models import AddressRelease, Placement, Referral, Trip
from referral.policy import NotAllowed, Tie
from referral.queries import tie
from referral.queries.trips import live_trip, referral_id_of, trip_facts, trip_tie
from referral.services import steps
from referral.services.tasks import finish_tasks
from referral.trips import LIVE_TRIP, TripAction
from referral.watchwords import draw_pair


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the two sides agree on."""

    means: str
    payer: str
    expected_arrival_at: datetime
    departure_planned_at: datetime | None = None
    #: Somebody with an account; whoever has none is named in words.
    escort: User | None = None
    escort_name: str | None = None
    escort_telephone: str | None = None
    escort_organisation: str | None = None
    meeting_point: str | None = None
    belongings: list[str] | None = None


def plan_trip(referral_pk: UUID, *, by: Actor, at: datetime, version: int, plan: Plan) -> Trip:
    """A first plan. The words by which they know each other are drawn here; the escort and the other side are told.

    Args:
        version: of the referral.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        referral = steps.locked(by, referral_pk, version=version)
        side = permit(by, TripAction.PLAN, referral, tie(by, referral))
        if live_trip(referral) is not None:
            raise steps.StaleForm
        asked, answered = draw_pair()
        trip = Trip(
            referral=referral,
            case_id=referral.case_id,
            state_since=at,
            planned_by_id=by.id,
            planned_at=at,
            word_asked=asked,
            word_answered=answered,
        )
        _require(trip, TripAction.PLAN, at)
        _fill(trip, plan)
        _expect(referral, plan.expected_arrival_at)
        write(trip, case_id=referral.case_id, referral_id=referral.pk)
        _log(trip, TripAction.PLAN, trip.state, by=by, side=side, at=at)
        _tell(trip, side, by=by, at=at, due_at=plan.expected_arrival_at)
    return trip


def change_trip(pk: UUID, *, by: Actor, at: datetime, version: int, plan: Plan) -> Trip:
    """Another hour, another escort: the alarm counts from the new hour, and an address is no longer the old escort's.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        trip, side = _begin(pk, TripAction.PLAN, by=by, at=at, version=version)
        if plan.escort is None or plan.escort.pk != trip.escort_id:
            end_release(trip, at=at)
        if plan.expected_arrival_at > trip.expected_arrival_at:
            _settle_alarm(trip, by=by, at=at, result="expected_later")
        _fill(trip, plan)
        _expect(trip.referral, plan.expected_arrival_at)
        _save(trip, TripAction.PLAN, trip.state, by=by, side=side, at=at)
        _tell(trip, side, by=by, at=at, due_at=plan.expected_arrival_at)
    return trip


def record_departure(pk: UUID, *, by: Actor, at: datetime, version: int, occurred_at: datetime) -> Trip:
    """They have left; the centre is told."""
    with transaction.atomic():
        trip, side = _begin(pk, TripAction.DEPART, by=by, at=at, version=version, occurred_at=occurred_at)
        source = trip.state
        lifecycle.follow(trip, TripAction.DEPART, at=occurred_at)
        trip.departed_at = occurred_at
        _save(trip, TripAction.DEPART, source, by=by, side=side, at=at, occurred_at=occurred_at)
        _tell(trip, side, by=by, at=at, due_at=trip.expected_arrival_at)
    return trip


def record_night(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    occurred_at: datetime,
    region: Region,
    department: Department | None,
    lodged_with: str | None,
    expected_arrival_at: datetime,
) -> Trip:
    """They stop for a night: where, in codes; with whom, sealed; and when they are expected now."""
    with transaction.atomic():
        trip, side = _begin(pk, TripAction.STAY, by=by, at=at, version=version, occurred_at=occurred_at)
        source = trip.state
        lifecycle.follow(trip, TripAction.STAY, at=occurred_at)
        trip.overnight_at, trip.overnight_region, trip.overnight_department = occurred_at, region, department
        trip.overnight_with = lodged_with or None
        if expected_arrival_at > trip.expected_arrival_at:
            _settle_alarm(trip, by=by, at=at, result="expected_later")
        trip.expected_arrival_at = expected_arrival_at
        _expect(trip.referral, expected_arrival_at)
        _save(trip, TripAction.STAY, source, by=by, side=side, at=at, occurred_at=occurred_at)
        _tell(trip, side, by=by, at=at, due_at=expected_arrival_at)
    return trip


def break_off(
    pk: UUID, *, by: Actor, at: datetime, version: int, occurred_at: datetime, reason: str | None
) -> Trip:
    """They do not go on. The referral stays accepted: another trip may be planned."""
    with transaction.atomic():
        trip, side = _begin(pk, TripAction.BREAK_OFF, by=by, at=at, version=version, occurred_at=occurred_at)
        end_trip(trip, TripAction.BREAK_OFF, by=by, side=side, at=at, occurred_at=occurred_at, reason=reason)
        _tell(trip, side, by=by, at=at, due_at=trip.referral.due_at)
    return trip


# --- With the moves of the referral, in their transaction ----------------------------------------------------
def arrive_with(referral: Referral, *, by: Actor | None, at: datetime, occurred_at: datetime) -> None:
    """The person is there, which the start of the referral has just said: nothing is typed twice."""
    _end_with(referral, TripAction.ARRIVE, by=by, side=Side.RECEIVING, at=at, occurred_at=occurred_at)


def break_off_with(referral: Referral, *, by: Actor | None, side: Side, at: datetime) -> None:
    """The referral ends, or nobody came: nobody is on the way to the centre any more."""
    _end_with(referral, TripAction.BREAK_OFF, by=by, side=side, at=at, occurred_at=at)


def _end_with(referral: Referral, action: TripAction, *, at: datetime, **how: Any) -> None:
    trip = Trip.objects.select_for_update(of=("self",)).filter(referral=referral, state__in=sorted(LIVE_TRIP))
    for each in trip:
        each.referral = referral
        end_trip(each, action, at=at, **how)


def end_trip(
    trip: Trip,
    action: TripAction,
    *,
    by: Actor | None,
    side: Side,
    at: datetime,
    occurred_at: datetime,
    reason: str | None = None,
) -> None:
    """Of a locked row: with the trip ends the alarm, and whatever was released for it."""
    source = trip.state
    _require(trip, action, at)
    lifecycle.follow(trip, action, at=occurred_at)
    trip.ended_at = occurred_at
    end_release(trip, at=at)
    _settle_alarm(trip, by=by, at=at, result=str(action))
    _save(trip, action, source, by=by, side=side, at=at, occurred_at=occurred_at, reason=reason)


def end_release(trip: Trip, *, at: datetime) -> None:
    """Whoever held the address of this trip reads it no longer."""
    for release in AddressRelease.objects.select_for_update(of=("self",)).filter(trip=trip, ended_at=None):
        release.ended_at = at
        write(release, "revoke", fields=["ended_at"], case_id=trip.case_id, referral_id=trip.referral_id)


# --- The steps that every act begins and ends with -----------------------------------------------------------
def permit(by: Actor, action: str, referral: Referral, standing: Tie) -> Side:
    """Raises NotAllowed, and leaves an event."""
    side = policy.acting_side(by, action, referral, standing, policy.TRIP_MATRIX)
    if side is None:
        steps.refuse(referral, f"NOT_ALLOWED_{action.upper()}_TRIP")
        raise NotAllowed(action)
    return side


def locked(by: Actor, pk: UUID, version: int | None = None) -> Trip:
    """The trip, and its referral before it, locked until the transaction ends. Raises NotVisible, StaleForm."""
    referral_pk = referral_id_of(by, pk)
    if referral_pk is None:
        raise steps.NotVisible
    referral = steps.locked(by, referral_pk)
    trip = Trip.objects.select_for_update(of=("self",)).select_related("escort").get(pk=pk)
    if version is not None and trip.version != version:
        raise steps.StaleForm
    trip.referral = referral
    return trip


def _begin(
    pk: UUID,
    action: TripAction,
    *,
    by: Actor,
    at: datetime,
    version: int,
    occurred_at: datetime | None = None,
) -> tuple[Trip, Side]:
    trip = locked(by, pk, version)
    side = permit(by, action, trip.referral, trip_tie(by, trip))
    _require(trip, action, at, occurred_at)
    return trip, side


def _require(trip: Trip, action: str, at: datetime, occurred_at: datetime | None = None) -> None:
    """Raises NotPossible, and leaves an event."""
    try:
        lifecycle.require(trip, action, trip_facts(trip, at), Machine.TRIP)
        if occurred_at is not None:
            steps.require_time(trip.referral, occurred_at, at)
            # To the minute, as a form shows it.
            left = trip.departed_at and trip.departed_at.replace(second=0, microsecond=0)
            if left is not None and occurred_at < left:
                raise NotPossible([_("This is before the departure.")])
    except NotPossible:
        steps.refuse(trip.referral, f"NOT_POSSIBLE_{action.upper()}_TRIP")
        raise


def _fill(trip: Trip, plan: Plan) -> None:
    for name, value in vars(plan).items():
        setattr(trip, name, value or None)


def _expect(referral: Referral, expected_arrival_at: datetime) -> None:
    """The referral's own clock and the place that is held follow the hour on which both sides agree."""
    if referral.expected_arrival_at == expected_arrival_at:
        return
    referral.expected_arrival_at = expected_arrival_at
    steps.enter(referral, referral.state_since)
    facts: dict[str, Any] = {"case_id": referral.case_id, "referral_id": referral.pk}
    write(referral, fields=["expected_arrival_at", "due_at", "due_since"], **facts)
    grants.follow_deadline(referral)
    notices.settle(referral.pk, at=referral.state_since, due_at=referral.due_at)
    held = Placement.objects.select_for_update(of=("self",)).filter(
        referral=referral, state=PlacementState.HELD
    )
    for placement in held:
        placement.held_until = referral.due_at
        write(placement, fields=["held_until"], **facts)


def _settle_alarm(trip: Trip, *, by: Actor | None, at: datetime, result: str) -> None:
    referral = trip.referral
    finish_tasks(referral.case, TaskKind.LATE_ARRIVAL, by=by, at=at, result=result, referral=referral)


def _save(
    trip: Trip,
    action: TripAction,
    source: str,
    *,
    by: Actor | None,
    side: Side,
    at: datetime,
    occurred_at: datetime | None = None,
    reason: str | None = None,
) -> None:
    write(
        trip,
        f"transition.{action}",
        case_id=trip.case_id,
        referral_id=trip.referral_id,
        scope=f"{source}:{trip.state}",
    )
    _log(trip, action, source, by=by, side=side, at=at, occurred_at=occurred_at, reason=reason)


def _log(
    trip: Trip,
    action: TripAction,
    source: str,
    *,
    by: Actor | None,
    side: Side,
    at: datetime,
    occurred_at: datetime | None = None,
    reason: str | None = None,
) -> None:
    steps.log(
        Machine.TRIP,
        trip.case_id,
        referral=trip.referral,
        action=action,
        source=source,
        target=trip.state,
        by=by,
        side=side,
        at=at,
        occurred_at=occurred_at,
        reason=reason,
        reason_for="both",
    )


def _tell(trip: Trip, side: Side, *, by: Actor, at: datetime, due_at: datetime | None) -> None:
    """The other side, and the escort: each finds the trip on the page of the referral. Nobody hears of an own act."""
    referral = trip.referral
    others = (
        [referral.case.owner]
        if side == Side.RECEIVING
        else [*notices.desk_of(referral.receiving_organisation_id), referral.worker]
    )
    told = [user for user in (*others, trip.escort) if user is not None and user.pk != by.id]
    notices.tell(told, referral, at=at, due_at=due_at, action_needed=False)
