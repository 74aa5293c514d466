"""The receiving desk: acknowledge, ask, accept, decline, step back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from crypto import keyring
from crypto.scopes import Scope, ScopeKind
from partners.actor import Actor
from partners.enums import DESK_ROLES
from partners.models import User
from partners.queries import active_people
from partners.services.ledger import Above, hold_place, lock_places, release_place
from referral import notices
from referral.enums import (
    CONFLICT_OF_INTEREST,
    SHELTER_SERVICES,
    Action,
    Clock,
    MessageKind,
    PlacementState,
    TaskKind,
    TitleState,
)
from referral.lifecycle import NotPossible
from referral.models import Message, Placement, Referral, Task
from referral.queries import needs_place, places_for
from referral.queries.terms import terms_for
from referral.queries.urgency import asked_next
from referral.references import new_arrival_code
from referral.services import already_here, steps, trips
from referral.services.urgency import NEXT_ASKED, end_calls


class WrongPlace(Exception):
    """The place chosen is not one of the desk's for this person."""


def acknowledge(
    pk: UUID, *, by: Actor, at: datetime, version: int, occurred_at: datetime | None = None
) -> Referral:
    """The desk has seen it: the decision clock starts, nothing more is shown."""
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        make_acknowledged(referral, by=by, at=at, occurred_at=occurred_at)
        notices.tell([referral.case.owner], referral, at=at, due_at=referral.due_at, action_needed=False)
    return referral


def make_acknowledged(
    referral: Referral, *, by: Actor, at: datetime, occurred_at: datetime | None = None
) -> None:
    """The move of a locked row itself; whoever calls it tells the sender."""
    step = steps.begin(referral, Action.ACKNOWLEDGE, by=by, at=at, occurred_at=occurred_at)
    referral.acknowledged_at = step.since
    steps.finish(step)
    keep_hold(referral)
    end_calls(referral, by=by, at=at)


def request_info(pk: UUID, *, by: Actor, at: datetime, version: int, codes: Sequence[str]) -> Referral:
    """Coded questions only; the clock stops once, for 48 h at most."""
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        step = steps.begin(referral, Action.REQUEST_INFO, by=by, at=at, question_coded=bool(codes))
        referral.info_requested_at = at
        for code in codes:
            message = Message(
                referral=referral,
                case_id=referral.case_id,
                kind=MessageKind.QUESTION,
                code=code,
                from_organisation_id=by.organisation_id,
                written_by_id=by.id,
                written_at=at,
            )
            write(message, case_id=referral.case_id, referral_id=referral.pk)
        steps.finish(step)
        keep_hold(referral)
        notices.tell([referral.case.owner], referral, at=at, due_at=referral.due_at)
    return referral


def accept_referral(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    worker_id: UUID,
    expected_arrival_at: datetime,
    places_id: UUID | None = None,
    walk_in_id: UUID | None = None,
    label: str | None = None,
    conflict_declared: bool = False,
    above: Above | None = None,
    occurred_at: datetime | None = None,
) -> Referral:
    """One yes wins: the place is held, the named worker may read what was shared, an arrival code is made.

    Args:
        walk_in_id: whom the person has been until now: she or he is here, and keeps that place.
        above: why the person is taken though no place is free.
        occurred_at: when the desk said yes, if it is written up later.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible, NoPlaceFree, WrongPlace.
    """
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        make_accepted(
            referral,
            by=by,
            at=at,
            worker_id=worker_id,
            expected_arrival_at=expected_arrival_at,
            places_id=places_id,
            walk_in_id=walk_in_id,
            label=label,
            conflict_declared=conflict_declared,
            above=above,
            occurred_at=occurred_at,
        )
        notices.tell([referral.case.owner], referral, at=at, due_at=referral.due_at, action_needed=False)
    return referral


def make_accepted(
    referral: Referral,
    *,
    by: Actor,
    at: datetime,
    worker_id: UUID,
    expected_arrival_at: datetime,
    places_id: UUID | None = None,
    walk_in_id: UUID | None = None,
    label: str | None = None,
    conflict_declared: bool = False,
    above: Above | None = None,
    occurred_at: datetime | None = None,
) -> None:
    """The move of a locked row itself; whoever calls it tells the sender. As for `accept_referral`."""
    step = steps.begin(
        referral,
        Action.ACCEPT,
        by=by,
        at=at,
        occurred_at=occurred_at,
        conflict_declared=conflict_declared,
        above=above is not None or walk_in_id is not None,
    )
    referral.worker = _worker(referral, by, worker_id)
    expected_arrival_at = expected_arrival_at if walk_in_id is None else step.since
    referral.accepted_at, referral.expected_arrival_at = step.since, expected_arrival_at
    referral.answered_late = step.late
    referral.arrival_code = new_arrival_code()
    steps.enter(referral, step.since)
    if walk_in_id is None:
        hold(referral, at=at, places_id=places_id, label=label, above=above)
    else:
        already_here.join(referral, walk_in_id, by=by, at=step.since, label=label)
    _confirm_telephone(referral, at)
    if referral.is_child and referral.service in SHELTER_SERVICES:
        _ask_for_title(referral, at)
    steps.finish(step)
    end_calls(referral, by=by, at=at)


def workers_of(organisation_id: UUID) -> QuerySet[User]:
    """Who may take care of a person: anyone at the receiver's own desk."""
    return active_people(organisation_id, DESK_ROLES)


def _worker(referral: Referral, by: Actor, worker_id: UUID) -> User:
    """Asked once the act itself is allowed. Raises `NotPossible` for somebody who is not at the desk of `by`."""
    worker = workers_of(by.organisation_id).filter(pk=worker_id).first()
    if worker is None:
        steps.refuse(referral, f"NOT_POSSIBLE_{Action.ACCEPT.upper()}")
        raise NotPossible([_("This person no longer works at your desk: name another.")])
    return worker


def hold(
    referral: Referral,
    *,
    at: datetime,
    places_id: UUID | None,
    label: str | None,
    by_telephone: bool = False,
    above: Above | None = None,
) -> None:
    """Holds one place for this referral; one that a telephone yes holds already is kept, or given back for another.

    Args:
        places_id: None where the receiver counts no places for such a person, or to keep the one that is held.

    Raises:
        WrongPlace: none chosen, or none of this desk for such a person. NoPlaceFree: the locked row says so.
    """
    held = (
        Placement.objects.select_for_update(of=("self",))
        .filter(referral=referral, state=PlacementState.HELD)
        .first()
    )
    if held is not None and places_id in (None, held.places_id):
        held.by_telephone, held.held_until, held.label = by_telephone, referral.due_at, label or None
        write(
            held,
            fields=["by_telephone", "held_until", "label"],
            case_id=referral.case_id,
            referral_id=referral.pk,
        )
        return
    if places_id is None:
        if needs_place(referral):
            raise WrongPlace
        return
    if held is not None:
        lock_places((held.places_id, places_id))
        release_hold(referral)
    if not places_for(referral).filter(pk=places_id).exists():
        raise WrongPlace
    hold_place(places_id, above=above)
    placement = Placement(
        referral=referral,
        case_id=referral.case_id,
        places_id=places_id,
        state=PlacementState.HELD,
        label=label or None,
        held_until=referral.due_at,
        by_telephone=by_telephone,
    )
    write(placement, case_id=referral.case_id, referral_id=referral.pk)


def lock_held(referrals: Collection[UUID], *more: UUID) -> None:
    """The places that are held for any of them, and `more`, before the first of several is changed."""
    held = Placement.objects.filter(referral__in=referrals, state=PlacementState.HELD)
    lock_places({*held.values_list("places_id", flat=True), *more})


def release_hold(referral: Referral) -> None:
    """Gives a held place back; an occupied one stays occupied until the departure is recorded."""
    held = (
        Placement.objects.select_for_update(of=("self",))
        .filter(referral=referral, state=PlacementState.HELD)
        .first()
    )
    if held is not None:
        release_place(held.places_id)
        held.state = PlacementState.RELEASED
        write(held, fields=["state"], case_id=referral.case_id, referral_id=referral.pk)


def keep_hold(referral: Referral) -> None:
    """A place that the desk offered before it was asked goes on being held until its answer is due, whatever moves
    that; a yes by telephone has hours of its own.
    """
    offered = referral.placements.filter(state=PlacementState.HELD, by_telephone=False)
    held = offered.select_for_update(of=("self",)).first()
    if held is not None and held.held_until != referral.due_at:
        held.held_until = referral.due_at
        write(held, fields=["held_until"], case_id=referral.case_id, referral_id=referral.pk)


def _confirm_telephone(referral: Referral, at: datetime) -> None:
    for answer in referral.telephone_answers.select_for_update(of=("self",)).filter(
        yes=True, confirmed_at=None
    ):
        answer.confirmed_at = at
        write(answer, fields=["confirmed_at"], case_id=referral.case_id, referral_id=referral.pk)


def _ask_for_title(referral: Referral, at: datetime) -> None:
    """A missing title never blocks a placement: it gives the case owner a task and a clock (design §6)."""
    titled = referral.case.titles.exclude(state__in=[TitleState.LIFTED, TitleState.NONE]).exists()
    asked = Task.objects.filter(case_id=referral.case_id, kind=TaskKind.TITLE_MISSING, done_at=None).exists()
    if not titled and not asked:
        task = Task(
            kind=TaskKind.TITLE_MISSING,
            case_id=referral.case_id,
            referral=referral,
            organisation_id=referral.referring_organisation_id,
            owner_id=referral.case.owner_id,
            made_at=at,
            due_at=terms_for(organisation_id=referral.referring_organisation_id).after(
                Clock.TITLE_MISSING, at, referral.urgency
            ),
        )
        write(task, case_id=referral.case_id, referral_id=referral.pk)


def decline_referral(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    reason_code: str,
    reason: str | None = None,
    occurred_at: datetime | None = None,
) -> Referral:
    """A coded no: the desk holds nothing any more, the sender and coordination look for the next provider."""
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        task = make_declined(
            referral, by=by, at=at, reason_code=reason_code, reason=reason, occurred_at=occurred_at
        )
        notices.tell([referral.case.owner], referral, at=at, due_at=task.due_at)
    return referral


def make_declined(
    referral: Referral,
    *,
    by: Actor,
    at: datetime,
    reason_code: str,
    reason: str | None = None,
    occurred_at: datetime | None = None,
) -> Task:
    """The move of a locked row itself; whoever calls it tells the sender of the search that begins anew."""
    step = steps.begin(referral, Action.DECLINE, by=by, at=at, occurred_at=occurred_at)
    referral.decline_reason, referral.answered_late = reason_code, step.late
    return _end_at_receiver(step, reason_code, reason)


def step_back(pk: UUID, *, by: Actor, at: datetime, version: int) -> Referral:
    """Within two hours of accepting, for a conflict of interest: identity is re-sealed, no decline is counted."""
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        step = steps.begin(referral, Action.STEP_BACK, by=by, at=at, conflict_declared=True)
        referral.decline_reason, referral.stepped_back = CONFLICT_OF_INTEREST, True
        task = _end_at_receiver(step, CONFLICT_OF_INTEREST, None)
        notices.tell([referral.case.owner], referral, at=at, due_at=task.due_at)
    return referral


def _end_at_receiver(step: steps.Step, reason_code: str, reason: str | None) -> Task:
    referral, at = step.referral, step.at
    release_hold(referral)
    steps.finish(step, reason_code=reason_code, reason=reason, reason_for="both")
    trips.break_off_with(referral, by=step.by, side=step.side, at=at)
    end_calls(referral, by=step.by, at=at)
    close_snapshot(referral)
    return ask_for_redirect(referral, at)


def close_snapshot(referral: Referral) -> None:
    """The key of what was disclosed dies with the referral's end, in the same transaction (design §5)."""
    scope = Scope(ScopeKind.DISCLOSURE, referral.pk, referral.case_id)
    keyring.current().destroy_scope(scope)


def ask_for_redirect(referral: Referral, at: datetime) -> Task:
    """A no re-opens the search: a task of the case owner, seen by coordination too. Done when the next was asked."""
    task = Task(
        kind=TaskKind.REDIRECT,
        case_id=referral.case_id,
        referral=referral,
        organisation_id=referral.referring_organisation_id,
        owner_id=referral.case.owner_id,
        made_at=at,
        due_at=terms_for(organisation_id=referral.referring_organisation_id).after(
            Clock.ACKNOWLEDGE, at, referral.urgency
        ),
    )
    if asked_next(referral):
        task.done_at, task.result = at, NEXT_ASKED
    write(task, case_id=referral.case_id, referral_id=referral.pk)
    return task
