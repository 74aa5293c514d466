"""Which deadlines have something to say now? One statement a rule, for any number of rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from referral import escalation
from referral.enums import UNANSWERED, State, TaskKind
from referral.escalation import RungRule
from referral.models import Referral
from referral.queries.due import Statement, same


@dataclass(frozen=True)
class Due:
    """A row whose ladder has one rung more to climb."""

    pk: UUID
    due_at: datetime
    number: int


#: A row is found by its next rung: at its share of the time, or when nobody has confirmed the one below, or nothing
#: has moved since. Whatever happened, the rung below has had `pause`, unless it told nobody. The top is climbed again,
#: unless somebody is to telephone about it already.
NEXT_RUNG = """
LEFT JOIN LATERAL (
    SELECT number, reached_at, told, confirm_by, confirmed_at FROM referral_rung
    WHERE object_id = w.id AND due_at = w.due_at ORDER BY number DESC LIMIT 1
) last ON true
JOIN unnest(%(kinds)s::text[], %(numbers)s::int[], %(shares)s::float8[], %(again)s::bool[])
    AS next (kind, number, share, again)
    ON next.kind = {kind} AND (next.number = coalesce(last.number, 0) + 1
        OR (next.again AND next.number <= coalesce(last.number, 0)))
WHERE w.due_at IS NOT NULL AND {open}
    -- No ladder begins before this share: most rows are told apart by their own columns.
    AND %(at)s >= {since} + (w.due_at - {since}) * %(first)s
    AND CASE WHEN next.number <= last.number
        THEN w.due_at <= %(at)s AND greatest(last.reached_at, last.confirmed_at) + %(trust)s <= %(at)s
            AND NOT EXISTS (
                SELECT FROM referral_task call WHERE call.kind = %(call)s AND call.done_at IS NULL
                    AND call.case_id = w.case_id AND call.referral_id IS NOT DISTINCT FROM {referral}
                    AND call.id <> w.id
            )
        ELSE (
            %(at)s >= {since} + (w.due_at - {since}) * next.share
            OR coalesce(last.confirmed_at + %(trust)s, last.confirm_by) <= %(at)s
        ) AND (last.number IS NULL OR last.told = 0 OR last.reached_at + %(pause)s <= %(at)s)
    END
    {{among}}
ORDER BY w.due_at
"""
CLIMBING = "SELECT w.id, w.due_at, coalesce(last.number, 0) + 1 FROM {table} w"
REFERRALS = (CLIMBING + NEXT_RUNG).format(
    table="referral_referral",
    referral="w.id",
    kind="w.state",
    since="coalesce(w.due_since, w.state_since)",
    open="(w.quiet_until IS NULL OR w.quiet_until <= %(at)s)",
)
TASKS = (CLIMBING + NEXT_RUNG).format(
    table="referral_task",
    referral="w.referral_id",
    kind="CASE WHEN w.kind = ANY(%(special)s) THEN w.kind ELSE '' END",
    since="w.made_at",
    open="w.done_at IS NULL AND (w.delayed_until IS NULL OR w.delayed_until <= %(at)s)",
)
#: What the sender was asked for stayed unanswered for its 48 hours: the receiver's own clock runs on (design §6).
UNANSWERED_QUESTIONS = """
SELECT w.id FROM referral_referral w
WHERE w.state = %(asked)s AND w.due_at <= %(at)s AND w.due_since IS NULL {among}
ORDER BY w.due_at
"""
#: Twice the time is over, and coordination has been told long enough ago to have stepped in.
EXPIRED = """
SELECT w.id FROM referral_referral w
JOIN referral_rung told ON told.object_id = w.id AND told.due_at = w.due_at
    AND told.number = %(rung)s AND told.reached_at + %(pause)s <= %(at)s
WHERE w.state = ANY(%(states)s) AND %(at)s >= w.due_at + (w.due_at - coalesce(w.due_since, w.state_since))
    AND (w.quiet_until IS NULL OR w.quiet_until <= %(at)s)
    AND (w.state <> %(asked)s OR w.due_since IS NOT NULL) {among}
ORDER BY w.due_at
"""
OLD_DRAFTS = """
SELECT w.id FROM referral_referral w WHERE w.state = %(draft)s AND w.due_at <= %(at)s {among}
ORDER BY w.due_at
"""


def _climbing(sql: str, ladders: Mapping[str, tuple[RungRule, ...]], **more: Any) -> Statement[Due]:
    rungs = [
        (str(kind), number, rung.share, number == len(ladder) and escalation.climbed_again(ladder))
        for kind, ladder in ladders.items()
        for number, rung in enumerate(ladder, start=1)
    ]
    kinds, numbers, shares, again = (list(column) for column in zip(*rungs, strict=True))
    values = {
        "kinds": kinds,
        "numbers": numbers,
        "shares": shares,
        "again": again,
        "first": min(share for share in shares if share is not None),
        "pause": escalation.PAUSE,
        "trust": escalation.TRUST,
        "call": TaskKind.DUTY_CALL,
    }
    return Statement(sql, values | more, Due)


referrals_to_climb = _climbing(REFERRALS, escalation.LADDERS)
tasks_to_climb = _climbing(
    TASKS,
    {"": escalation.TASK_LADDER, **escalation.TASK_LADDERS},
    special=sorted(escalation.TASK_LADDERS),
)
unanswered_questions = Statement(UNANSWERED_QUESTIONS, {"asked": State.INFO_REQUESTED}, same)
to_expire = Statement(
    EXPIRED,
    {
        "rung": escalation.COORDINATION_RUNG,
        "pause": escalation.PAUSE,
        "states": sorted(UNANSWERED),
        "asked": State.INFO_REQUESTED,
    },
    same,
)
old_drafts = Statement(OLD_DRAFTS, {"draft": State.DRAFT}, same)


def in_order(pks: Sequence[UUID]) -> list[Referral]:
    """Referrals in the order in which they were found."""
    found = Referral.objects.select_related("case__owner", "worker", "receiving_organisation").in_bulk(pks)
    return [found[pk] for pk in pks]
