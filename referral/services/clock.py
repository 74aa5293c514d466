"""One round of the clock: every rule in its order; how a rule is run is in `services.rounds`."""

import logging
from collections.abc import Mapping
from datetime import datetime
from time import monotonic
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections

from audit.errors import AuditUnavailable
from audit.rows import write
from crypto.errors import KeyUnavailable
from referral import grants
from referral.enums import DRAFT_EXPIRED
from referral.models import ClockRound, Task
from referral.queries import clock as due
from referral.queries.clock import Due, in_order
from referral.services import (
    complaints,
    exporting,
    glass,
    hands,
    importing,
    incidents,
    place_calls,
    requisitions,
    secret_orders,
    told_back,
    urgency,
    waiting,
    watch,
    withdrawing,
)
from referral.services.escalating import climb_referral, climb_task
from referral.services.expiry import expire_referral
from referral.services.receiving import lock_held
from referral.services.rounds import AnyRule, Chore, Outcome, Rule
from referral.services.steps import desk_due_at

logger = logging.getLogger(__name__)

SAID = ["at", "acted", "failed", "milliseconds"]


def go_round(at: datetime) -> dict[str, int]:
    """Runs every rule. Gives how many rows each acted on. Raises what stops every rule alike."""
    return {name: run(name, at) for name in RULES}


def run(name: str, at: datetime) -> int:
    """A rule that cannot be run is counted as one failure, and the others go on."""
    began = monotonic()
    try:
        outcome = RULES[name].run(at)
    except (AuditUnavailable, KeyUnavailable):
        raise
    except Exception:  # whatever it is, the other rules have deadlines too; it is logged, counted and shown
        if not connections[DEFAULT_DB_ALIAS].is_usable():
            raise
        logger.exception("a rule could not be run", extra={"event": "clock_rule_failed"})
        outcome = Outcome(acted=0, failed=1)
    milliseconds = int((monotonic() - began) * 1000)
    said = ClockRound(rule=name, at=at, acted=outcome.acted, failed=outcome.failed, milliseconds=milliseconds)
    # One statement: dozens of rules are run every minute.
    ClockRound.objects.bulk_create([said], update_conflicts=True, unique_fields=["rule"], update_fields=SAID)
    return outcome.acted


def remind_of_referrals(dues: list[Due], at: datetime) -> None:
    for referral, found in zip(in_order([each.pk for each in dues]), dues, strict=True):
        climb_referral(referral, found.number, at=at)


def remind_of_tasks(dues: list[Due], at: datetime) -> None:
    tasks = Task.objects.select_related("case", "referral", "owner").in_bulk([each.pk for each in dues])
    for found in dues:
        climb_task(tasks[found.pk], found.number, at=at)


def let_the_desk_decide(pks: list[UUID], at: datetime) -> None:
    """The sender did not answer in time: what was left of the desk's own time runs on."""
    for referral in in_order(pks):
        assert referral.acknowledged_at is not None  # noqa: S101 - the lifecycle asks only what was acknowledged
        assert referral.info_requested_at is not None  # noqa: S101 - an open question has its time
        assert referral.due_at is not None  # noqa: S101 - an open referral has a deadline
        stood_still = referral.due_at - referral.info_requested_at
        referral.due_at = desk_due_at(referral, referral.due_at)
        referral.due_since = referral.acknowledged_at + stood_still
        write(referral, fields=["due_at", "due_since"], case_id=referral.case_id, referral_id=referral.pk)
        grants.follow_deadline(referral)


def expire(pks: list[UUID], at: datetime) -> None:
    lock_held(pks)
    for referral in in_order(pks):
        expire_referral(referral, at=at)


def discard_drafts(pks: list[UUID], at: datetime) -> None:
    lock_held(pks)
    for referral in in_order(pks):
        withdrawing.end(referral, by=None, at=at, reason_code=DRAFT_EXPIRED, reason=None, person_is_safe=True)


#: In this order: what starts a new deadline comes before what counts it, an end comes last.
RULES: Mapping[str, AnyRule] = {
    "questions": Rule(due.unanswered_questions, let_the_desk_decide),
    "referrals": Rule(due.referrals_to_climb, remind_of_referrals),
    **urgency.RULES,
    **told_back.RULES,
    **watch.RULES,
    **waiting.RULES,
    **place_calls.RULES,
    **glass.RULES,
    **hands.RULES,
    "tasks": Rule(due.tasks_to_climb, remind_of_tasks),
    "expiry": Rule(due.to_expire, expire),
    "drafts": Rule(due.old_drafts, discard_drafts),
    "imports": Chore(importing.forget_unordered),
    "exports": Chore(exporting.destroy_exports),
    "silences": Chore(requisitions.end_silence),
    "secrets": Chore(secret_orders.remind),
    "extracts": Chore(requisitions.destroy_extracts),
    "complaints": Chore(complaints.hand_on),
    "overdue_complaints": Chore(complaints.remind),
    "incidents": Chore(incidents.remind),
}
