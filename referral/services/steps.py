"""The steps of every move of a referral, always the same, in one transaction (style: the accept walk).

a. `locked` takes the row · b., c. `begin` asks policy and lifecycle and runs the fsm method · the service stamps ·
d. to g. `finish` saves, lets the grants follow, logs, records.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.rows import write
from partners.actor import Actor
from referral import grants, lifecycle, notices, policy
from referral.deadlines import Terms, decide_after_answer, decide_by, due_at
from referral.enums import ENDED_CASE, TERMINAL, Action, Holder, Machine, Side, State
from referral.escalation import QUIET, WRITTEN_LATE
from referral.lifecycle import NotPossible
from referral.models import Case, Referral, Transition
from referral.policy import NotAllowed, Tie
from referral.queries import case_tie, facts_for, tie, visible_cases, visible_to
from referral.queries.facts import case_facts
from referral.queries.terms import terms_for


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
    referral = rows.select_for_update(of=("self",), no_key=True).select_related("case").filter(pk=pk).first()
    if referral is None:
        raise NotVisible
    if version is not None and referral.version != version:
        raise StaleForm
    return referral


def locked_case(actor: Actor, pk: UUID, *, version: int | None = None) -> Case:
    """As `locked`, for a case file."""
    case = visible_cases(actor).select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
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


def house_of(referral: Referral, side: Side) -> UUID:
    """In whose name somebody acts on that side: also national coordination, which has the case in hand."""
    house: UUID = (
        referral.referring_organisation_id if side == Side.REFERRING else referral.receiving_organisation_id
    )
    return house


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
    if not policy.worker_or_desk(actor, Tie(named_worker=actor.cares_for(referral.worker_id))):
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


def require_second(actor: Actor, case: Case, act: str, *asked_by: UUID | None) -> None:
    """Nobody approves the own request, whatever the roles (design §2). Raises NotAllowed, and leaves an event."""
    if not all(policy.is_second_person(actor, each) for each in (case.owner_id, *asked_by)):
        refuse(case, "NOT_ALLOWED_SECOND_PERSON")
        raise NotAllowed(act)


def require_move(case: Case, action: str, at: datetime, **given: Any) -> None:
    """Is this move of the file legal now? Raises NotPossible, and leaves an event."""
    try:
        lifecycle.require(case, action, case_facts(case, action, at, **given), Machine.CASE)
    except NotPossible:
        refuse(case, f"NOT_POSSIBLE_{action.upper()}")
        raise


def advance(
    case: Case,
    action: str,
    *,
    by: Actor,
    at: datetime,
    occurred_at: datetime | None = None,
    reason_code: str = "",
    reason: str | None = None,
    **given: Any,
) -> Transition:
    """One move of a file that the caller has locked and permitted: asked, made, saved, written down.

    given: declared facts, for `queries.facts.case_facts`.

    Raises:
        NotPossible, which leaves an event and no change.
    """
    source = case.state
    require_move(case, action, at, reason_code=reason_code, **given)
    lifecycle.follow(case, action, at=at)
    case.closed_at = (case.closed_at or at) if case.state in ENDED_CASE else None
    write(
        case,
        f"transition.{action}",
        case_id=case.pk,
        scope=f"{source}:{case.state}",
        reason_code=reason_code,
    )
    return log(
        Machine.CASE,
        case.pk,
        action=action,
        source=source,
        target=case.state,
        by=by,
        side=Side.REFERRING,
        at=at,
        occurred_at=occurred_at,
        reason_code=reason_code,
        reason=reason,
    )


@dataclass(frozen=True)
class Step:
    """A move that was found legal and has been made in memory, not yet saved."""

    referral: Referral
    action: Action
    source: str
    #: The deadline that was running before the move; the desk's own while it waited for an answer.
    was_due_at: datetime | None
    side: Side
    by: Actor | None
    at: datetime
    #: When it happened, as declared: for the log.
    occurred_at: datetime
    #: When it happened, for the clocks: not before the state that it ended.
    since: datetime

    @property
    def late(self) -> bool:
        """Did the desk's own clock run out before this? While it waits for an answer, that clock stands still."""
        return self.was_due_at is not None and self.since > self.was_due_at


def begin(
    referral: Referral,
    action: Action,
    *,
    by: Actor | None,
    at: datetime,
    occurred_at: datetime | None = None,
    **given: Any,
) -> Step:
    """Asks who and when, then moves the state.

    Args:
        occurred_at: when it happened, if it is written up later; the clocks count from then.

    given: declared facts, for `queries.facts_for`.

    Raises:
        NotAllowed, NotPossible. Both leave an event and no change.
    """
    source = referral.state
    side = Side.SYSTEM if by is None else permit(by, action, referral)
    occurred_at = occurred_at or at
    since = max(occurred_at, min(referral.state_since, at))
    try:
        lifecycle.require(referral, action, facts_for(referral, action, at, **given))
        require_time(referral, occurred_at, at)
    except NotPossible:
        refuse(referral, f"NOT_POSSIBLE_{action.upper()}")
        raise
    was_due_at = desk_due_at(referral, since)
    if lifecycle.move_of(action).target is not None:
        lifecycle.follow(referral, action, at=since)
        enter(referral, since, told_at=at)
        if at - occurred_at > WRITTEN_LATE:
            referral.quiet_until = at + QUIET
    return Step(referral, action, source, was_due_at, side, by, at, occurred_at, since)


def require_time(referral: Referral, occurred_at: datetime, at: datetime) -> None:
    """Nothing happens to a referral before it was sent, or tomorrow. Raises `NotPossible`."""
    if occurred_at > at:
        raise NotPossible([_("This lies in the future: give the time at which it happened.")])
    # To the minute, as a form shows it.
    if referral.sent_at is not None and occurred_at < referral.sent_at.replace(second=0, microsecond=0):
        raise NotPossible([_("This is before the referral was sent.")])


def terms_of(referral: Referral) -> Terms:
    """The values of the organisation that must act in the state that the referral is in."""
    ours = lifecycle.STANDING[referral.state].holder == Holder.CASE_OWNER
    return terms_for(
        organisation_id=referral.referring_organisation_id if ours else referral.receiving_organisation_id
    )


def desk_due_at(referral: Referral, at: datetime) -> datetime | None:
    """The running deadline; while a question is open, the desk's own if the answer came `at`.

    Both deadlines are taken as they were stamped: values that were changed meanwhile move neither.
    """
    asked_at, answer_due = referral.info_requested_at, referral.due_at
    if referral.state != State.INFO_REQUESTED or referral.due_since is not None:
        return referral.due_at  # with `due_since`, the desk's clock runs on already
    if asked_at is None or answer_due is None or referral.acknowledged_at is None:
        return referral.due_at
    stamped = Referral.history.filter(id=referral.pk, state=State.ACKNOWLEDGED).values_list(
        "due_at", flat=True
    )
    decide_due = stamped.first() or decide_by(referral.urgency, referral.acknowledged_at)
    return decide_after_answer(decide_due, asked_at=asked_at, answer_due=answer_due, at=at)


def enter(referral: Referral, at: datetime, *, told_at: datetime | None = None) -> None:
    """Stamps the clock of the state the referral is in; again after a service has set what the clock depends on.

    Args:
        told_at: when the other side hears of it, if that is later: from then on only its own clock runs.
    """
    referral.due_at = referral.due_since = None
    if referral.state not in TERMINAL:
        others = lifecycle.STANDING[referral.state].holder == Holder.CASE_OWNER
        if others and told_at is not None and told_at != at:
            at = referral.due_since = told_at
        referral.due_at = due_at(
            referral.state,
            urgency=referral.urgency,
            at=at,
            expected_arrival_at=referral.expected_arrival_at,
            terms=terms_of(referral),
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
    notices.settle(referral.pk, at=step.at, due_at=referral.due_at)
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
        occurred_at=occurred_at or step.occurred_at,
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
