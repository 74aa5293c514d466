"""The steps of every move of a referral, always the same, in one transaction (style: the accept walk).

a. `locked` takes the row · b., c. `begin` asks policy and lifecycle and runs the fsm method · the service stamps ·
d. to g. `finish` saves, lets the grants follow, logs, records.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit import services as audit
from audit.rows import write
from partners.actor import Actor
from referral import grants, lifecycle, policy
from referral.deadlines import decide_after_answer, due_at
from referral.enums import TERMINAL, Action, Machine, Side, State
from referral.lifecycle import NotPossible
from referral.models import Case, Referral, Transition
from referral.policy import NotAllowed, Tie
from referral.queries import case_tie, facts_for, tie, visible_cases, visible_to


class StaleForm(Exception):
    """The row has changed since the form was loaded; nothing was written."""


class NotVisible(Exception):
    """Absent, or hidden from the actor: the two look alike."""


def locked(actor: Actor | None, pk: UUID, *, version: int | None = None) -> Referral:
    """The row, locked until the transaction ends. None as actor is the system.

    Args:
        version: what the form was loaded with; None where the act holds whatever changed meanwhile.

    Raises:
        NotVisible, StaleForm.
    """
    rows = Referral.objects.all() if actor is None else visible_to(actor)
    referral = rows.select_for_update(of=("self",)).select_related("case").filter(pk=pk).first()
    if referral is None:
        raise NotVisible
    if version is not None and referral.version != version:
        raise StaleForm
    return referral


def locked_case(actor: Actor, pk: UUID, *, version: int | None = None) -> Case:
    """As `locked`, for a case file."""
    case = visible_cases(actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if case is None:
        raise NotVisible
    if version is not None and case.version != version:
        raise StaleForm
    return case


def refuse(row: Referral | Case, reason_code: str) -> None:
    """Leaves the event of an attempt that is being refused; it survives the rollback."""
    audit.deny(
        "denied",
        row._meta.label_lower,
        row.pk,
        case_id=row.pk if isinstance(row, Case) else row.case_id,
        referral_id=row.pk if isinstance(row, Referral) else None,
        reason_code=reason_code,
    )


def refuse_anybody(act: str) -> NotAllowed:
    """As `refuse`, for an act that is about no row yet; to be raised."""
    audit.deny("denied", Case._meta.label_lower, None, reason_code=f"NOT_ALLOWED_{act.upper()}")
    return NotAllowed(act)


def permit(actor: Actor, action: str, referral: Referral, standing: Tie | None = None) -> Side:
    """Raises `NotAllowed`, and leaves an event."""
    try:
        return policy.require(actor, action, referral, standing or tie(actor, referral))
    except NotAllowed:
        refuse(referral, f"NOT_ALLOWED_{action.upper()}")
        raise


def permit_departure(actor: Actor, referral: Referral) -> None:
    """The desk or the named worker of the receiver says when a person has left. Raises `NotAllowed`."""
    if not policy.worker_or_desk(actor, Tie(named_worker=referral.worker_id == actor.id)):
        refuse(referral, "NOT_ALLOWED_DEPARTURE")
        raise NotAllowed("departure")


def permit_case(actor: Actor, act: str, case: Case) -> Tie:
    """Raises `NotAllowed`, and leaves an event."""
    standing = case_tie(actor, case)
    try:
        policy.require_case(actor, act, standing)
    except NotAllowed:
        refuse(case, f"NOT_ALLOWED_{act.upper()}")
        raise
    return standing


def permit_change(actor: Actor, act: str, case: Case) -> Tie:
    """As `permit_case`, for an act that adds to the file. Raises NotPossible when it is closed."""
    standing = permit_case(actor, act, case)
    if reasons := lifecycle.unmet_on_closed(case):
        refuse(case, f"NOT_POSSIBLE_{act.upper()}")
        raise NotPossible(reasons)
    return standing


@dataclass(frozen=True)
class Step:
    """A move that was found legal and has been made in memory, not yet saved."""

    referral: Referral
    action: Action
    source: str
    #: The deadline that was running before the move.
    was_due_at: datetime | None
    side: Side
    by: Actor | None
    at: datetime

    @property
    def late(self) -> bool:
        """Did the desk's own clock run out before this? While it waits for an answer, that clock stands still."""
        due, row = self.was_due_at, self.referral
        if self.source == State.INFO_REQUESTED and row.acknowledged_at and row.info_requested_at:
            due = decide_after_answer(row.urgency, row.acknowledged_at, row.info_requested_at, self.at)
        return due is not None and self.at > due


def begin(referral: Referral, action: Action, *, by: Actor | None, at: datetime, **given: Any) -> Step:
    """Asks who and when, then moves the state.

    given: declared facts, for `queries.facts_for`.

    Raises:
        NotAllowed, NotPossible. Both leave an event and no change.
    """
    source, was_due_at = referral.state, referral.due_at
    side = Side.SYSTEM if by is None else permit(by, action, referral)
    try:
        lifecycle.require(referral, action, facts_for(referral, action, at, **given))
    except NotPossible:
        refuse(referral, f"NOT_POSSIBLE_{action.upper()}")
        raise
    if lifecycle.move_of(action).target is not None:
        lifecycle.follow(referral, action, at=at)
        enter(referral, at)
    return Step(referral, action, source, was_due_at, side, by, at)


def enter(referral: Referral, at: datetime) -> None:
    """Stamps the clock of the state the referral is in; again after a service has set what the clock depends on."""
    referral.due_at = due_at(
        referral.state, urgency=referral.urgency, at=at, expected_arrival_at=referral.expected_arrival_at
    )
    referral.ended_at = at if referral.state in TERMINAL else None


def finish(
    step: Step,
    *,
    occurred_at: datetime | None = None,
    reason_code: str = "",
    reason: str | None = None,
    reason_for: str = "sender",
) -> Transition:
    """Saves what `begin` and the service changed, and everything that must stand or fall with it."""
    referral = step.referral
    write(
        referral,
        f"transition.{step.action}",
        case_id=referral.case_id,
        referral_id=referral.pk,
        scope=f"{step.source}:{referral.state}",
        reason_code=reason_code,
    )
    grants.follow(referral, step.action)
    return log(
        Machine.REFERRAL,
        referral.case_id,
        referral=referral,
        action=step.action,
        source=step.source,
        target=referral.state,
        by=step.by,
        side=step.side,
        at=step.at,
        occurred_at=occurred_at,
        reason_code=reason_code,
        reason=reason,
        reason_for=reason_for,
    )


def log(
    machine: Machine,
    case_id: UUID,
    *,
    action: str,
    source: str,
    target: str,
    by: Actor | None,
    side: Side,
    at: datetime,
    referral: Referral | None = None,
    occurred_at: datetime | None = None,
    reason_code: str = "",
    reason: str | None = None,
    reason_for: str = "sender",
) -> Transition:
    """The line of the file's timeline. Insert-only, like the event beside it."""
    return Transition.objects.create(
        machine=machine,
        case_id=case_id,
        referral=referral,
        action=action,
        source=source,
        target=target,
        side=side,
        actor_id=by.id if by else None,
        organisation_id=by.organisation_id if by else None,
        occurred_at=occurred_at or at,
        recorded_at=at,
        reason_code=reason_code,
        reason=reason or None,
        reason_for=reason_for,
    )
