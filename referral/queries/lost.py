"""What has fallen out of every loop? One statement a defect; each gives nothing on healthy data (design §7.1).

The clock reminds and escalates; here stands what it cannot reach, or what its last rung did not move.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Max, Sum

from partners.enums import DESK_ROLES, OrganisationStatus, Role
from referral import escalation
from referral.deadlines import GROUND_REVIEW_WITHIN, TITLE_MISSING
from referral.enums import (
    ENDED_CASE,
    OPEN,
    SHELTER_SERVICES,
    UNANSWERED,
    AgeStatus,
    GroundCode,
    Holder,
    LossKind,
    PlacementState,
    State,
    TitleState,
)
from referral.escalation import Audience, RungRule
from referral.lifecycle import STANDING
from referral.models import ClockRound
from referral.place_calls import CallState
from referral.queries.lists import SILENCE
from referral.trips import LIVE_TRIP

#: The row that keeps the number of the morning.
LOST_DAILY = "lost_daily"
#: What is younger has not been lost: people sleep.
GRACE = timedelta(hours=24)
#: A task that rests longer after its deadline has been put away.
LONGEST_DELAY = timedelta(days=14)
#: As many of each defect as a person works through; the number of all is always given.
MOST = 100


@dataclass(frozen=True)
class Loss:
    """
    Attributes:
        reference: of a referral, which both sides know; empty where none is concerned.
        case_reference: only in the report of the case's own organisation.
        organisation: who has to act; empty for the system itself.
        page: name of the address at which it is repaired, for the row `pk`.
        of_kind: how many there are of this kind, shown or not.
    """

    kind: LossKind
    since: datetime | None
    page: str = ""
    pk: UUID | None = None
    case_id: UUID | None = None
    reference: str = ""
    case_reference: str = ""
    organisation_id: UUID | None = None
    organisation: str = ""
    telephone: str = ""
    of_kind: int = 1


#: What every statement below gives: page, id, case, referral, organisation, since. `%(own)s`: this one's alone.
REPORT = """
WITH seat AS NOT MATERIALIZED (
    SELECT user_id, role FROM partners_membership WHERE until IS NULL OR until > %(at)s
), gone AS NOT MATERIALIZED (
    SELECT user_id, max(until) AS since FROM partners_membership WHERE until <= %(at)s GROUP BY user_id
)
SELECT lost.since, lost.page, lost.id, lost.case_id, coalesce(r.reference, ''),
       CASE WHEN c.organisation_id = %(own)s THEN c.reference ELSE '' END,
       o.id, o.name, o.telephone, count(*) OVER ()
FROM ({rule}) AS lost (page, id, case_id, referral_id, organisation_id, since)
JOIN referral_case c ON c.id = lost.case_id
JOIN partners_organisation o ON o.id = lost.organisation_id
LEFT JOIN referral_referral r ON r.id = lost.referral_id
WHERE %(own)s::uuid IS NULL OR lost.organisation_id = %(own)s
ORDER BY lost.since, lost.id LIMIT %(limit)s
"""
NO_OWNER = """
SELECT CASE WHEN c.owner_id IS NULL THEN 'case_take_in' ELSE 'case_assign' END, c.id, c.id,
       (SELECT r.id FROM referral_referral r WHERE r.case_id = c.id AND r.state = ANY(%(open)s)
        ORDER BY r.due_at LIMIT 1),
       c.organisation_id,
       CASE WHEN c.owner_id IS NULL THEN c.opened_at
            ELSE coalesce((SELECT gone.since FROM gone WHERE gone.user_id = u.id), c.state_since) END
FROM referral_case c
JOIN partners_organisation o ON o.id = c.organisation_id
LEFT JOIN partners_user u ON u.id = c.owner_id
WHERE c.state <> ALL(%(closed)s) AND CASE
    WHEN c.owner_id IS NULL THEN c.opened_at + %(grace)s <= %(at)s
    WHEN EXISTS (SELECT FROM referral_caseinhand h
        WHERE h.case_id = c.id AND h.ended_at IS NULL AND h.until > %(at)s) THEN false
    ELSE o.status <> %(active)s OR NOT u.is_active OR u.organisation_id <> o.id OR NOT EXISTS (
        SELECT FROM seat WHERE seat.user_id = u.id AND seat.role = ANY(%(owners)s)) END
"""
NO_NEXT_STEP = """
SELECT 'case', c.id, c.id, NULL::uuid, c.organisation_id, quiet.since
FROM referral_case c CROSS JOIN LATERAL (SELECT greatest(
    c.opened_at, c.state_since,
    (SELECT max(r.ended_at) FROM referral_referral r WHERE r.case_id = c.id),
    (SELECT max(t.done_at) FROM referral_task t WHERE t.case_id = c.id)
)) AS quiet (since)
WHERE c.state <> ALL(%(closed)s) AND quiet.since + %(grace)s <= %(at)s
    AND NOT EXISTS (SELECT FROM referral_referral r WHERE r.case_id = c.id AND r.state = ANY(%(open)s))
    AND NOT EXISTS (SELECT FROM referral_task t WHERE t.case_id = c.id AND t.done_at IS NULL)
"""
#: That there is a deadline, the columns themselves enforce; that it acts, only a rung proves, and only for so long: who
#: was told last, or has confirmed, and moved nothing within a day, has not brought it back. The last instance has
#: nobody above it: there twice the time is the end of the ladder, whatever was climbed.
NO_DEADLINE = """
SELECT 'referral', r.id, r.case_id, r.id,
       CASE WHEN r.state = ANY(%(sender)s) AND (r.state <> %(asked)s OR r.due_since IS NULL)
            THEN r.referring_organisation_id ELSE r.receiving_organisation_id END,
       r.due_at
FROM referral_referral r
JOIN unnest(%(states)s::text[], %(lengths)s::float8[], %(tops)s::int[]) AS ladder (state, length, top)
    ON ladder.state = r.state
CROSS JOIN LATERAL (SELECT coalesce(r.due_since, r.state_since)) AS counted (since)
WHERE r.due_at <= %(at)s AND greatest(
        counted.since + (r.due_at - counted.since) * ladder.length, r.quiet_until) + %(pause)s <= %(at)s
    AND NOT EXISTS (SELECT FROM referral_rung g WHERE g.object_id = r.id AND g.due_at = r.due_at
        AND g.number <= ladder.top AND greatest(g.reached_at, g.confirmed_at) + %(grace)s > %(at)s)
UNION ALL
SELECT 'task_done', t.id, t.case_id, t.referral_id, t.organisation_id, t.due_at
FROM referral_task t
JOIN unnest(%(kinds)s::text[], %(task_lengths)s::float8[], %(task_tops)s::int[], %(last)s::bool[])
    AS ladder (kind, length, top, last)
    ON ladder.kind = CASE WHEN t.kind = ANY(%(kinds)s) THEN t.kind ELSE '' END
WHERE t.done_at IS NULL AND t.due_at <= %(at)s AND CASE
    WHEN ladder.last THEN t.due_at + (t.due_at - t.made_at) <= %(at)s
    ELSE greatest(t.made_at + (t.due_at - t.made_at) * ladder.length, t.delayed_until) + %(pause)s <= %(at)s
        AND NOT EXISTS (SELECT FROM referral_rung g WHERE g.object_id = t.id AND g.due_at = t.due_at
            AND g.number <= ladder.top AND greatest(g.reached_at, g.confirmed_at) + %(grace)s > %(at)s) END
"""
CASE_CLOSED = """
SELECT 'referral', r.id, c.id, r.id, r.referring_organisation_id, greatest(c.closed_at, r.created_at)
FROM referral_referral r JOIN referral_case c ON c.id = r.case_id
WHERE c.state = ANY(%(closed)s) AND r.state = ANY(%(open)s)
"""
RECEIVER_AWAY = """
SELECT 'referral', r.id, r.case_id, r.id, r.referring_organisation_id, r.state_since
FROM referral_referral r JOIN partners_organisation o ON o.id = r.receiving_organisation_id
WHERE r.state = ANY(%(with_receiver)s) AND (o.status <> %(active)s OR (
    r.state = ANY(%(unanswered)s) AND NOT EXISTS (
        SELECT FROM partners_user u JOIN seat ON seat.user_id = u.id AND seat.role = ANY(%(answering)s)
        WHERE u.organisation_id = o.id AND u.is_active)))
"""
#: As `basis.basis_for`: consents that cover every released group, else one ground that does. Not by `basis_until`
#: alone: a consent that was renewed covers again what was sent before.
BASIS_GONE = """
SELECT 'referral', r.id, r.case_id, r.id, r.referring_organisation_id,
       coalesce(greatest(
           (SELECT max(least(s.withdrawn_at, s.replaced_at, s.expires_at)) FROM referral_consent s
            WHERE s.case_id = r.case_id AND s.recipient_id = r.receiving_organisation_id AND s.purpose = r.purpose
                AND least(s.withdrawn_at, s.replaced_at, s.expires_at) <= %(at)s),
           (SELECT max(g.refused_at) FROM referral_legalground g WHERE g.id = r.ground_id)), r.state_since)
FROM referral_referral r
WHERE r.state = ANY(%(with_receiver)s)
    AND NOT r.released_groups <@ ARRAY(
        SELECT s."group" FROM referral_consent s
        WHERE s.case_id = r.case_id AND s.recipient_id = r.receiving_organisation_id AND s.purpose = r.purpose
            AND s.given AND s.withdrawn_at IS NULL AND s.replaced_at IS NULL AND s.expires_at > %(at)s)
    AND NOT EXISTS (
        SELECT FROM referral_legalground g JOIN referral_person p ON p.case_id = g.case_id
        WHERE g.case_id = r.case_id AND g.recipient_id = r.receiving_organisation_id AND g.purpose = r.purpose
            AND g.valid_from <= %(at)s AND g.refused_at IS NULL AND r.released_groups <@ g.groups
            AND NOT (g.code = %(protection)s AND p.age_status = %(adult)s))
"""
WORKER_AWAY = """
SELECT 'referral', r.id, r.case_id, r.id, r.receiving_organisation_id,
       coalesce((SELECT gone.since FROM gone WHERE gone.user_id = u.id), r.state_since)
FROM referral_referral r JOIN partners_user u ON u.id = r.worker_id
WHERE r.state = ANY(%(with_worker)s) AND (NOT u.is_active OR NOT EXISTS (
    SELECT FROM seat WHERE seat.user_id = u.id AND seat.role = ANY(%(desk)s)))
"""
CLOCK_PAUSED = """
SELECT 'referral', r.id, r.case_id, r.id, r.referring_organisation_id, r.due_at
FROM referral_referral r
WHERE r.state = %(asked)s AND r.due_since IS NULL AND r.due_at + %(pause)s <= %(at)s
UNION ALL
SELECT 'referral', r.id, r.case_id, r.id, r.receiving_organisation_id, r.state_since
FROM referral_referral r WHERE r.state = ANY(%(open)s) AND r.quiet_until > %(at)s + %(quiet)s
UNION ALL
SELECT 'task_done', t.id, t.case_id, t.referral_id, t.organisation_id, least(t.due_at, %(at)s)
FROM referral_task t
WHERE t.done_at IS NULL AND t.delayed_until > %(at)s AND t.delayed_until > t.due_at + %(delay)s
"""
#: Lodged as long as the place is occupied, also after the referral's end; where no places are counted, while it serves.
#: What was asked of the judge holds until it is answered; an order or a requisition, until it ends.
NO_TITLE = """
SELECT 'case', c.id, c.id, r.id, c.organisation_id, greatest(r.started_at + %(titled)s, (
           SELECT max(t.ends_at) FROM referral_custodytitle t WHERE t.case_id = c.id AND t.ends_at <= %(at)s))
FROM referral_referral r JOIN referral_case c ON c.id = r.case_id
WHERE r.is_child AND r.started_at + %(titled)s <= %(at)s
    AND (r.state = %(serving)s AND r.service = ANY(%(shelter)s) OR EXISTS (
        SELECT FROM referral_placement p WHERE p.referral_id = r.id AND p.state = %(occupied)s))
    AND NOT EXISTS (
        SELECT FROM referral_custodytitle t WHERE t.case_id = c.id AND (t.state = %(requested)s
            OR t.state = ANY(%(titles)s) AND (t.ends_at IS NULL OR t.ends_at > %(at)s)))
"""
#: Until it is countersigned, `review_due` is the countersignature's own deadline; after it, the day on which a review
#: is asked for, which has its time. What a review has ended, and the protection of a child who is found to be an adult,
#: releases nothing.
GROUND_UNREVIEWED = """
SELECT CASE WHEN g.approved_at IS NULL THEN 'ground_decide' ELSE 'case_grounds' END,
       CASE WHEN g.approved_at IS NULL THEN g.id ELSE c.id END, c.id, NULL::uuid, c.organisation_id, g.review_due
FROM referral_legalground g JOIN referral_case c ON c.id = g.case_id JOIN referral_person p ON p.case_id = c.id
WHERE c.state <> ALL(%(closed)s) AND g.refused_at IS NULL AND (g.approved_at IS NULL OR g.valid_from IS NOT NULL)
    AND g.review_due + CASE WHEN g.approved_at IS NULL THEN interval '0' ELSE %(review)s END <= %(at)s
    AND NOT (g.code = %(protection)s AND p.age_status = %(adult)s)
"""
#: Whoever was alarmed has had a day: nobody has come, and nobody has said what became of the trip.
ON_THE_WAY = """
SELECT 'referral', r.id, r.case_id, r.id, r.referring_organisation_id, t.expected_arrival_at
FROM referral_trip t JOIN referral_referral r ON r.id = t.referral_id
WHERE t.state = ANY(%(travelling)s) AND t.expected_arrival_at + %(grace)s <= %(at)s
"""
#: The clock ends it in time, and gives back what an offer holds: here stands what it did not.
CALL_OPEN = """
SELECT 'place_call', p.id, p.case_id, NULL::uuid, c.organisation_id, p.due_at
FROM referral_placecall p JOIN referral_case c ON c.id = p.case_id
WHERE p.state = %(call_open)s AND p.due_at + %(grace)s <= %(at)s
"""
RULES: Mapping[LossKind, str] = {
    LossKind.NO_OWNER: NO_OWNER,
    LossKind.NO_NEXT_STEP: NO_NEXT_STEP,
    LossKind.NO_DEADLINE: NO_DEADLINE,
    LossKind.CASE_CLOSED: CASE_CLOSED,
    LossKind.RECEIVER_AWAY: RECEIVER_AWAY,
    LossKind.BASIS_GONE: BASIS_GONE,
    LossKind.WORKER_AWAY: WORKER_AWAY,
    LossKind.CLOCK_PAUSED: CLOCK_PAUSED,
    LossKind.NO_TITLE: NO_TITLE,
    LossKind.GROUND_UNREVIEWED: GROUND_UNREVIEWED,
    LossKind.ON_THE_WAY: ON_THE_WAY,
    LossKind.CALL_OPEN: CALL_OPEN,
}


def lost(at: datetime, *, organisation_id: UUID | None = None, limit: int = MOST) -> list[Loss]:
    """The longest lost first within each kind, kind by kind.

    Args:
        organisation_id: what this one has to repair, with the references of its cases; None: everybody's, without.
    """
    values = _values() | {"at": at, "own": organisation_id, "limit": limit}
    found = _of_clock(at)
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        for kind, rule in RULES.items():
            cursor.execute(REPORT.format(rule=rule), values)
            found += [Loss(kind, *row) for row in cursor.fetchall()]
    return found


def lost_this_morning() -> ClockRound | None:
    """How many there were (`acted`) when the daily job counted; None when nothing was lost."""
    return ClockRound.objects.filter(rule=LOST_DAILY, acted__gt=0).first()


def _of_clock(at: datetime) -> list[Loss]:
    """The worker itself: while it is silent, no deadline acts; and what it could not act on in its last round."""
    rounds = ClockRound.objects.aggregate(at=Max("at"), failed=Sum("failed"))
    last, failed = rounds["at"], rounds["failed"] or 0
    silent = [] if last is not None and last > at - SILENCE else [Loss(LossKind.SYSTEM, last)]
    return [*silent, *([Loss(LossKind.CLOCK_FAILED, last, of_kind=failed)] if failed else [])]


def _length(ladder: Iterable[RungRule]) -> float:
    """At which share of the time everybody on the ladder should have heard."""
    return max(1.0, *(rung.share for rung in ladder if rung.share is not None))


def _held_by(*holders: Holder) -> list[str]:
    return sorted(state for state in OPEN if STANDING[state].holder in holders)


def _values() -> dict[str, Any]:
    ladders = {str(state): _length(ladder) for state, ladder in escalation.LADDERS.items()}
    tasks = {"": escalation.TASK_LADDER} | {
        str(kind): rungs for kind, rungs in escalation.TASK_LADDERS.items()
    }
    return {
        "open": sorted(OPEN),
        "unanswered": sorted(UNANSWERED),
        "with_receiver": sorted(OPEN - {State.DRAFT}),
        "with_worker": _held_by(Holder.WORKER),
        "sender": _held_by(Holder.CASE_OWNER),
        "asked": State.INFO_REQUESTED,
        "serving": State.IN_SERVICE,
        "closed": sorted(ENDED_CASE),
        "active": OrganisationStatus.ACTIVE,
        # A supervisor who takes a report in owns its case.
        "owners": [Role.CASEWORKER, Role.SUPERVISOR],
        "answering": [Role.FOCAL_POINT, Role.SUPERVISOR],
        "desk": sorted(DESK_ROLES),
        "states": list(ladders),
        "lengths": list(ladders.values()),
        "tops": [len(ladder) for ladder in escalation.LADDERS.values()],
        "kinds": list(tasks),
        "task_lengths": [_length(ladder) for ladder in tasks.values()],
        "task_tops": [len(ladder) for ladder in tasks.values()],
        "last": [not any(rung.audience == Audience.DUTY for rung in ladder) for ladder in tasks.values()],
        "grace": GRACE,
        "pause": escalation.PAUSE,
        "quiet": escalation.QUIET,
        "delay": LONGEST_DELAY,
        "titled": TITLE_MISSING,
        "review": GROUND_REVIEW_WITHIN,
        "shelter": sorted(SHELTER_SERVICES),
        "occupied": PlacementState.OCCUPIED,
        "requested": TitleState.OGP_REQUESTED,
        "titles": [TitleState.REQUISITION, TitleState.OGP],
        "call_open": CallState.OPEN,
        "protection": GroundCode.CHILD_PROTECTION,
        "adult": AgeStatus.ADULT,
        "travelling": sorted(LIVE_TRIP),
    }
