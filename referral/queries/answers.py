"""How old is what nobody has answered, and how long do answers take? Two aggregates; no row is loaded."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections

from referral.enums import UNANSWERED, State

EXPIRED_WITHIN = timedelta(days=30)
SENT_WITHIN = timedelta(days=90)
#: The ends of the classes of waiting; the last class has none.
STEPS = (
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(days=2),
    timedelta(days=3),
    timedelta(days=5),
    timedelta(days=10),
)


@dataclass(frozen=True)
class Asked:
    """Whose figures, and of which of their referrals; empty: of all.

    Attributes:
        side: on which the organisation stands; region and name are those of that side.
    """

    at: datetime
    organisation_id: UUID | None = None
    side: Literal["receiving", "referring"] = "receiving"
    region: str = ""
    service: str = ""


@dataclass(frozen=True)
class Ageing:
    """An organisation's unanswered referrals by the share of their time that is over, and those that expired lately."""

    organisation: str
    first_half: int
    second_half: int
    late: int
    expired: int


@dataclass(frozen=True)
class Wait:
    """Referrals that waited less than `below` and not less than the class before; None: however long.

    Attributes:
        waiting: without an answer so far; they count among those that were sent.
        ended: withdrawn or expired before there was an answer.
        share: percent of all that were sent and had their answer by then.
    """

    below: timedelta | None
    answered: int
    waiting: int
    ended: int
    share: int


OF = """
FROM referral_referral r
JOIN partners_organisation o ON o.id = r.{side}_organisation_id
JOIN partners_region region ON region.id = o.region_id
WHERE (%(organisation_id)s::uuid IS NULL OR o.id = %(organisation_id)s)
    AND %(region)s IN ('', region.code) AND %(service)s IN ('', r.service)
"""
#: In the order of the alphabet: this is no ranking.
AGEING = """
SELECT name, count(*) FILTER (WHERE passed < 0.5), count(*) FILTER (WHERE passed >= 0.5 AND passed < 1),
       count(*) FILTER (WHERE passed >= 1), count(*) FILTER (WHERE passed IS NULL)
FROM (
    SELECT o.id, o.name, extract(epoch FROM %(at)s - coalesce(r.due_since, r.state_since))
        / nullif(extract(epoch FROM r.due_at - coalesce(r.due_since, r.state_since)), 0) AS passed
    {of} AND (r.state = ANY(%(unanswered)s) OR r.state = %(expired)s AND r.ended_at > %(expired_after)s)
) each_one
GROUP BY id, name ORDER BY lower(name)
"""
#: The class is the number of steps that the waiting has reached.
WAITS = """
SELECT width_bucket(extract(epoch FROM waited)::float8, %(steps)s::float8[]),
       count(*) FILTER (WHERE answered), count(*) FILTER (WHERE waiting AND NOT answered),
       count(*) FILTER (WHERE NOT waiting AND NOT answered)
FROM (
    SELECT r.accepted_at IS NOT NULL OR r.state = %(declined)s AS answered, r.ended_at IS NULL AS waiting,
           coalesce(r.accepted_at, r.ended_at, %(at)s) - r.sent_at AS waited
    {of} AND r.sent_at > %(sent_after)s
) each_one
GROUP BY 1
"""


def ageing(asked: Asked) -> list[Ageing]:
    rows = _rows(
        AGEING,
        asked,
        unanswered=sorted(UNANSWERED),
        expired=State.EXPIRED,
        expired_after=asked.at - EXPIRED_WITHIN,
    )
    return [Ageing(*row) for row in rows]


def waits(asked: Asked) -> list[Wait]:
    """Every class, also those without a referral; nothing when nothing was sent."""
    rows = _rows(
        WAITS,
        asked,
        steps=[step.total_seconds() for step in STEPS],
        declined=State.DECLINED,
        sent_after=asked.at - SENT_WITHIN,
    )
    counts = {reached: tuple(row) for reached, *row in rows}
    sent, by_then, found = sum(map(sum, counts.values())), 0, []
    for reached, below in enumerate((*STEPS, None)):
        answered, waiting, ended = counts.get(reached, (0, 0, 0))
        by_then += answered
        found.append(Wait(below, answered, waiting, ended, round(100 * by_then / max(sent, 1))))
    return found if sent else []


def _rows(sql: str, asked: Asked, **more: Any) -> list[tuple[Any, ...]]:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(sql.format(of=OF.format(side=asked.side)), asdict(asked) | more)
        return list(cursor.fetchall())
