"""From the arrival to the outcome: the named worker and the desk that took the person in."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.rows import write
from partners.actor import Actor
from partners.services.ledger import Above, leave_place, occupy_place, release_place
from referral import notices
from referral.enums import Action, Clock, PlacementState, TaskKind, ToldBack
from referral.models import Placement, Referral, Task
from referral.queries import needs_place
from referral.queries.course import responsible_for
from referral.references import heard
from referral.services import already_here, steps, told_back, trips
from referral.services.receiving import close_snapshot, hold, release_hold
from referral.services.tasks import end_task, finish_tasks


class WrongCode(Exception):
    """The arrival code typed is not the one that was given out."""


def start_service(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    occurred_at: datetime,
    code: str = "",
    identified_otherwise: str = "",
    tell_back: bool | None = None,
    places_id: UUID | None = None,
    walk_in_id: UUID | None = None,
    above: Above | None = None,
) -> Referral:
    """The person is there: the code matches, or the desk says how else the person was identified.

    Args:
        places_id: another place, where the one that was held went back to all because nobody came in time.
        walk_in_id: whom the person has been until now, where she or he came before the referral.
        above: why the person is taken though no place is free.
        tell_back: does the person agree that the sender hears how it goes? None when nobody asked: then it does not.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible, WrongCode, WrongPlace, NoPlaceFree.
    """
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        return _arrive(
            referral,
            Action.START,
            by=by,
            at=at,
            occurred_at=occurred_at,
            code=code,
            otherwise=identified_otherwise,
            tell_back=tell_back,
            places_id=places_id,
            walk_in_id=walk_in_id,
            above=above,
        )


def resume_service(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    occurred_at: datetime,
    code: str = "",
    identified_otherwise: str = "",
    tell_back: bool | None = None,
    places_id: UUID | None = None,
    walk_in_id: UUID | None = None,
    above: Above | None = None,
) -> Referral:
    """A late arrival: as `start_service`, with a free place found again."""
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        return _arrive(
            referral,
            Action.RESUME,
            by=by,
            at=at,
            occurred_at=occurred_at,
            code=code,
            otherwise=identified_otherwise,
            tell_back=tell_back,
            places_id=places_id,
            walk_in_id=walk_in_id,
            above=above,
        )


def _arrive(
    referral: Referral,
    action: Action,
    *,
    by: Actor,
    at: datetime,
    occurred_at: datetime,
    code: str,
    otherwise: str,
    tell_back: bool | None,
    places_id: UUID | None,
    walk_in_id: UUID | None,
    above: Above | None,
) -> Referral:
    matches = bool(code) and heard(code) == referral.arrival_code
    step = steps.begin(
        referral,
        action,
        by=by,
        at=at,
        occurred_at=occurred_at,
        arrival_confirmed=matches or bool(code) or bool(otherwise),
        above=above is not None or walk_in_id is not None,
    )
    if code and not matches:
        steps.refuse(referral, "WRONG_ARRIVAL_CODE")
        raise WrongCode
    referral.started_at, referral.tell_back = occurred_at, tell_back
    if walk_in_id is not None:
        already_here.join(referral, walk_in_id, by=by, at=occurred_at)
    held = _locked_hold(referral)
    # Asked under the lock, for which the clock may have been waited that gave the place back.
    if walk_in_id is None and held is None and (action == Action.RESUME or hold_lapsed(referral)):
        hold(referral, at=at, places_id=places_id, label=None, above=above)
        held = _locked_hold(referral)
    if held is not None:
        occupy_place(held.places_id)
        held.state, held.occupied_at = PlacementState.OCCUPIED, occurred_at
        write(held, fields=["state", "occupied_at"], case_id=referral.case_id, referral_id=referral.pk)
    steps.finish(
        step,
        reason_code="CODE" if matches else "OTHERWISE",
        reason=otherwise or None,
        reason_for="both",
    )
    trips.arrive_with(referral, by=by, at=at, occurred_at=occurred_at)
    finish_tasks(referral.case, TaskKind.CALL_BACK, by=by, at=at, result="arrived", referral=referral)
    told_back.say(referral, ToldBack.ARRIVED_WELL, at=at)
    notices.tell([referral.case.owner], referral, at=at, due_at=None, action_needed=False)
    return referral


def hold_lapsed(referral: Referral) -> bool:
    """Was a place held for an arrival that nobody recorded in time, and went back to all?"""
    states = set(referral.placements.values_list("state", flat=True))
    gone = PlacementState.RELEASED in states and not states & {PlacementState.HELD, PlacementState.OCCUPIED}
    return gone and needs_place(referral)


def _locked_hold(referral: Referral) -> Placement | None:
    held = Placement.objects.select_for_update(of=("self",)).filter(
        referral=referral, state=PlacementState.HELD
    )
    return held.first()


def record_no_show(
    pk: UUID, *, by: Actor, at: datetime, version: int, occurred_at: datetime, reason_code: str, called: bool
) -> Referral:
    """The person did not come: the hold is released, the case owner calls back within a day.

    A child's non-arrival becomes an alert after a recorded call to the centre: `called` says that it was made.
    """
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        step = steps.begin(referral, Action.NO_SHOW, by=by, at=at, occurred_at=occurred_at)
        release_hold(referral)
        steps.finish(step, reason_code=reason_code)
        trips.break_off_with(referral, by=by, side=step.side, at=at)
        task = Task(
            kind=TaskKind.CALL_BACK,
            case_id=referral.case_id,
            referral=referral,
            organisation_id=referral.referring_organisation_id,
            owner_id=referral.case.owner_id,
            made_at=at,
            due_at=referral.due_at or at,
            proposal={"child": referral.is_child, "called": called},
        )
        write(task, case_id=referral.case_id, referral_id=referral.pk)
        notices.tell([referral.case.owner], referral, at=at, due_at=task.due_at)
    return referral


def review_service(pk: UUID, *, by: Actor, at: datetime, version: int) -> Referral:
    """The stay goes on: as long again, from now."""
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        step = steps.begin(referral, Action.REVIEW, by=by, at=at)
        referral.due_at = steps.terms_of(referral).after(Clock.REVIEW, at, referral.urgency)
        referral.due_since = at
        steps.finish(step)
    return referral


def complete_service(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    occurred_at: datetime,
    outcome: str,
    note: str | None = None,
    left: bool = True,
) -> Referral:
    """The coded outcome closes the loop: snapshot and messages close at once, the sender is told."""
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        step = steps.begin(referral, Action.COMPLETE, by=by, at=at, occurred_at=occurred_at)
        referral.outcome = outcome
        steps.finish(step, reason_code=outcome, reason=note, reason_for="both")
        if left:
            leave(referral, at=occurred_at)
        close_snapshot(referral)
        notices.tell([referral.case.owner], referral, at=at, due_at=None, action_needed=False)
    return referral


def leave(referral: Referral, *, at: datetime) -> None:
    """The bed is free from the departure on, if it was not given away before, and the safety extract closes with it."""
    stayed = (
        Placement.objects.select_for_update(of=("self",))
        .filter(referral=referral, state=PlacementState.OCCUPIED)
        .first()
    )
    if stayed is not None:
        if stayed.away_since is None:
            leave_place(stayed.places_id, left_at=at)
        elif stayed.place_kept:
            release_place(stayed.places_id)
        stayed.state, stayed.left_at = PlacementState.LEFT, at
        stayed.away_since = stayed.away_until = None
        write(
            stayed,
            fields=["state", "left_at", "away_since", "away_until"],
            case_id=referral.case_id,
            referral_id=referral.pk,
        )
    finish_tasks(referral.case, TaskKind.STAY_ENDS, by=None, at=at, result="left", referral=referral)
    holder = responsible_for(referral.case).case
    if holder.pk != referral.case_id:
        handed_over = Task.objects.select_for_update(of=("self",)).filter(
            case=holder, kind=TaskKind.STAY_ENDS, referral=None, done_at=None
        )
        for task in handed_over:
            end_task(task, by=None, at=at, result="left")
