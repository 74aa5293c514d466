"""Which deadlines have something to say now? One statement a rule, for any number of rows; rows are taken locked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections

from referral import escalation
from referral.enums import UNANSWERED, State
from referral.escalation import RungRule


@dataclass(frozen=True)
class Due:
    """A row whose ladder has one rung more to climb."""

    pk: UUID
    due_at: datetime
    number: int


#: A row is found by its next rung: at its share of the time, or when nobody has confirmed the one below. Whatever
#: happened, the rung below has had `pause`, unless it told nobody.
NEXT_RUNG = """
LEFT JOIN LATERAL (
    SELECT number, reached_at, told, confirm_by, confirmed_at FROM referral_rung
    WHERE object_id = w.id AND due_at = w.due_at ORDER BY number DESC LIMIT 1
) last ON true
JOIN unnest(%(kinds)s::text[], %(numbers)s::int[], %(shares)s::float8[]) AS next (kind, number, share)
    ON next.kind = {kind} AND next.number = coalesce(last.number, 0) + 1
WHERE w.due_at IS NOT NULL AND {open}
    -- No ladder begins before this share: most rows are told apart by their own columns.
    AND %(at)s >= {since} + (w.due_at - {since}) * %(first)s
    AND (
        %(at)s >= {since} + (w.due_at - {since}) * next.share
        OR (last.confirmed_at IS NULL AND last.confirm_by <= %(at)s)
    )
    AND (last.number IS NULL OR last.told = 0 OR last.reached_at + %(pause)s <= %(at)s)
ORDER BY w.due_at LIMIT %(limit)s
FOR UPDATE OF w SKIP LOCKED
"""
CLIMBING = "SELECT w.id, w.due_at, next.number FROM {table} w"
REFERRALS = (CLIMBING + NEXT_RUNG).format(
    table="referral_referral",
    kind="w.state",
    since="coalesce(w.due_since, w.state_since)",
    open="(w.quiet_until IS NULL OR w.quiet_until <= %(at)s)",
)
TASKS = (CLIMBING + NEXT_RUNG).format(
    table="referral_task",
    kind="CASE WHEN w.kind = ANY(%(special)s) THEN w.kind ELSE '' END",
    since="w.made_at",
    open="w.done_at IS NULL AND (w.delayed_until IS NULL OR w.delayed_until <= %(at)s)",
)
#: What the sender was asked for stayed unanswered for its 48 hours: the receiver's own clock runs on (design §6).
UNANSWERED_QUESTIONS = """
SELECT id FROM referral_referral
WHERE state = %(asked)s AND due_at <= %(at)s AND due_since IS NULL
ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
#: Twice the time is over, and coordination has been told long enough ago to have stepped in.
EXPIRED = """
SELECT w.id FROM referral_referral w
JOIN referral_rung told ON told.object_id = w.id AND told.due_at = w.due_at
    AND told.number = %(rung)s AND told.reached_at + %(pause)s <= %(at)s
WHERE w.state = ANY(%(states)s) AND %(at)s >= w.due_at + (w.due_at - coalesce(w.due_since, w.state_since))
    AND (w.quiet_until IS NULL OR w.quiet_until <= %(at)s)
    AND (w.state <> %(asked)s OR w.due_since IS NOT NULL)
ORDER BY w.due_at LIMIT %(limit)s FOR UPDATE OF w SKIP LOCKED
"""
OLD_DRAFTS = """
SELECT id FROM referral_referral WHERE state = %(draft)s AND due_at <= %(at)s
ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""


def referrals_to_climb(at: datetime, limit: int) -> list[Due]:
    return _climbing(REFERRALS, escalation.LADDERS, at, limit)


def tasks_to_climb(at: datetime, limit: int) -> list[Due]:
    ladders = {"": escalation.TASK_LADDER, **escalation.TASK_LADDERS}
    return _climbing(TASKS, ladders, at, limit, special=sorted(escalation.TASK_LADDERS))


def unanswered_questions(at: datetime, limit: int) -> list[UUID]:
    return _ids(UNANSWERED_QUESTIONS, at, limit, asked=State.INFO_REQUESTED)


def to_expire(at: datetime, limit: int) -> list[UUID]:
    return _ids(
        EXPIRED,
        at,
        limit,
        rung=escalation.COORDINATION_RUNG,
        pause=escalation.PAUSE,
        states=sorted(UNANSWERED),
        asked=State.INFO_REQUESTED,
    )


def old_drafts(at: datetime, limit: int) -> list[UUID]:
    return _ids(OLD_DRAFTS, at, limit, draft=State.DRAFT)


def _climbing(
    sql: str, ladders: Mapping[str, tuple[RungRule, ...]], at: datetime, limit: int, **more: Any
) -> list[Due]:
    rungs = [
        (str(kind), number, rung.share)
        for kind, ladder in ladders.items()
        for number, rung in enumerate(ladder, start=1)
    ]
    kinds, numbers, shares = (list(column) for column in zip(*rungs, strict=True))
    values = {
        "kinds": kinds,
        "numbers": numbers,
        "shares": shares,
        "first": min(share for share in shares if share is not None),
        "pause": escalation.PAUSE,
        "at": at,
        "limit": limit,
    }
    return [Due(*row) for row in _rows(sql, values | more)]


def _ids(sql: str, at: datetime, limit: int, **more: Any) -> list[UUID]:
    return [pk for (pk,) in _rows(sql, {"at": at, "limit": limit} | more)]


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
