"""One round of the clock: each rule takes what is due, a handful at a time, each handful in one transaction.

A round that dies loses nothing: what it had not committed is due again in the next one, what it had is not.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from time import monotonic
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from audit.rows import write
from referral import grants
from referral.enums import DRAFT_EXPIRED
from referral.models import ClockRound, Referral, Task
from referral.queries import clock as due
from referral.services import told_back, urgency, watch, withdrawing
from referral.services.escalating import climb_referral, climb_task
from referral.services.expiry import expire_referral
from referral.services.steps import desk_due_at

HANDFUL = 50
#: Two workers may both be alive for a while; their rounds take turns.
TURN = 0x52656C616973

Rule = Callable[[datetime], int]


def go_round(at: datetime) -> dict[str, int]:
    """Runs every rule to its end. Gives how many rows each acted on."""
    return {name: run(name, at) for name in RULES}


def run(name: str, at: datetime) -> int:
    rule, began, acted = RULES[name], monotonic(), 0
    while done := _handful(rule, at):
        acted += done
    ClockRound.objects.update_or_create(
        rule=name,
        defaults={"at": at, "acted": acted, "milliseconds": int((monotonic() - began) * 1000)},
    )
    return acted


def _handful(rule: Rule, at: datetime) -> int:
    with transaction.atomic():
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
        return rule(at)


def _referrals(pks: list[UUID]) -> list[Referral]:
    """In the order found, which is the order of their deadlines."""
    found = Referral.objects.select_related("case__owner", "worker", "receiving_organisation").in_bulk(pks)
    return [found[pk] for pk in pks]


def remind_of_referrals(at: datetime) -> int:
    dues = due.referrals_to_climb(at, HANDFUL)
    for referral, found in zip(_referrals([each.pk for each in dues]), dues, strict=True):
        climb_referral(referral, found.number, at=at)
    return len(dues)


def remind_of_tasks(at: datetime) -> int:
    dues = due.tasks_to_climb(at, HANDFUL)
    tasks = Task.objects.select_related("case", "referral", "owner").in_bulk([each.pk for each in dues])
    for found in dues:
        climb_task(tasks[found.pk], found.number, at=at)
    return len(dues)


def let_the_desk_decide(at: datetime) -> int:
    """The sender did not answer in time: what was left of the desk's own time runs on."""
    pks = due.unanswered_questions(at, HANDFUL)
    for referral in _referrals(pks):
        assert referral.acknowledged_at is not None  # noqa: S101 - the lifecycle asks only what was acknowledged
        assert referral.info_requested_at is not None  # noqa: S101
        assert referral.due_at is not None  # noqa: S101 - an open referral has a deadline
        stood_still = referral.due_at - referral.info_requested_at
        referral.due_at = desk_due_at(referral, referral.due_at)
        referral.due_since = referral.acknowledged_at + stood_still
        write(referral, fields=["due_at", "due_since"], case_id=referral.case_id, referral_id=referral.pk)
        grants.follow_deadline(referral)
    return len(pks)


def expire(at: datetime) -> int:
    pks = due.to_expire(at, HANDFUL)
    for referral in _referrals(pks):
        expire_referral(referral, at=at)
    return len(pks)


def discard_drafts(at: datetime) -> int:
    pks = due.old_drafts(at, HANDFUL)
    for referral in _referrals(pks):
        withdrawing.end(referral, by=None, at=at, reason_code=DRAFT_EXPIRED, reason=None, person_is_safe=True)
    return len(pks)


#: In this order: what starts a new deadline comes before what counts it, an end comes last.
RULES: Mapping[str, Rule] = {
    "questions": let_the_desk_decide,
    "referrals": remind_of_referrals,
    **urgency.RULES,
    **told_back.RULES,
    **watch.RULES,
    "tasks": remind_of_tasks,
    "expiry": expire,
    "drafts": discard_drafts,
}
