"""What an organisation did in a period: counts alone, each in one statement; no sealed column, no row of a person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from referral.enums import PlacementState, State
from reporting.periods import DAY, Period
from reporting.tables import Count

#: A person counts once however often she or he came, with the age band of the last time; also who came without a
#: referral and was referred afterwards.
RECEIVED = """
SELECT age_band, sex, count(*) FROM (
    SELECT * FROM (
        SELECT DISTINCT ON (r.case_id) p.age_band, r.sex
        FROM referral_referral r JOIN referral_preview p ON p.referral_id = r.id
        WHERE r.receiving_organisation_id = %(own)s AND r.started_at >= %(begins)s AND r.started_at < %(ends)s
        ORDER BY r.case_id, r.started_at DESC, r.seq DESC
    ) referred
    UNION ALL
    SELECT w.age_band, w.sex
    FROM referral_walkin w JOIN partners_places l ON l.id = w.places_id JOIN partners_site s ON s.id = l.site_id
    WHERE s.organisation_id = %(own)s AND w.arrived_at >= %(begins)s AND w.arrived_at < %(ends)s
        AND NOT EXISTS (
            SELECT FROM referral_placement h JOIN referral_referral r ON r.id = h.referral_id
            WHERE h.id = w.placement_id AND r.started_at >= %(begins)s AND r.started_at < %(ends)s
        )
) person GROUP BY 1, 2
"""
REFERRED = """
SELECT age_band, sex, count(*) FROM (
    SELECT DISTINCT ON (r.case_id) p.age_band, r.sex
    FROM referral_referral r JOIN referral_preview p ON p.referral_id = r.id
    WHERE r.referring_organisation_id = %(own)s AND r.sent_at >= %(begins)s AND r.sent_at < %(ends)s
    ORDER BY r.case_id, r.sent_at DESC, r.seq DESC
) person GROUP BY 1, 2
"""
#: Midnights between arrival and departure that lie in the period, and with them those who stayed; the night that has
#: not ended yet is nobody's. Where a person was on each, and whether on leave, the versions of the row say: each
#: holds from when it was written to the next one, the first from the arrival. By age and sex, then by group.
NIGHTS = """
WITH version AS (
    SELECT h.id AS row, h.id AS stay, p.age_band, r.sex, h.occupied_at AS arrived_at, h.left_at,
           v.places_id, v.away_since IS NOT NULL AS away, v.history_date, v.history_id
    FROM referral_placement h JOIN referral_referral r ON r.id = h.referral_id
    JOIN referral_preview p ON p.referral_id = r.id
    JOIN referral_historicalplacement v ON v.id = h.id AND v.state IN (%(occupied)s, %(left)s)
    WHERE r.receiving_organisation_id = %(own)s AND h.occupied_at < %(ends)s
        AND (h.left_at IS NULL OR h.left_at >= %(begins)s)
    UNION ALL
    SELECT w.id, coalesce(w.placement_id, w.id), w.age_band, w.sex, w.arrived_at, w.left_at,
           v.places_id, false, v.history_date, v.history_id
    FROM referral_walkin w JOIN partners_places l ON l.id = w.places_id JOIN partners_site s ON s.id = l.site_id
    JOIN referral_historicalwalkin v ON v.id = w.id
    WHERE s.organisation_id = %(own)s AND w.arrived_at < %(ends)s
        AND (w.left_at IS NULL OR w.left_at >= %(begins)s)
), part AS (
    SELECT stay, age_band, sex, places_id, away,
           CASE WHEN lag(history_id) OVER versions IS NULL THEN arrived_at
                ELSE greatest(arrived_at, history_date) END AS begins_at,
           least(coalesce(left_at, %(at)s), lead(history_date) OVER versions) AS ends_at
    FROM version WINDOW versions AS (PARTITION BY row ORDER BY history_id)
), slept AS (
    SELECT stay, age_band, sex, l."group" AS place, away,
           least((ends_at AT TIME ZONE %(zone)s)::date, %(after)s)
           - greatest((begins_at AT TIME ZONE %(zone)s)::date, %(first)s) AS nights
    FROM part JOIN partners_places l ON l.id = part.places_id
)
SELECT age_band, sex, place,
       coalesce(sum(nights) FILTER (WHERE NOT away), 0)::int, count(DISTINCT stay) FILTER (WHERE NOT away),
       coalesce(sum(nights) FILTER (WHERE away), 0)::int, count(DISTINCT stay) FILTER (WHERE away)
FROM slept WHERE nights > 0 GROUP BY GROUPING SETS ((age_band, sex), (place))
"""
SERVICES = """
SELECT service, count(*),
       count(*) FILTER (WHERE started_at >= %(begins)s),
       count(*) FILTER (WHERE ended_at < %(ends)s)
FROM referral_referral
WHERE receiving_organisation_id = %(own)s AND started_at < %(ends)s AND (ended_at IS NULL OR ended_at >= %(begins)s)
GROUP BY 1
"""
OUTCOMES = """
SELECT outcome, count(*) FROM referral_referral
WHERE {side}_organisation_id = %(own)s AND state = %(completed)s AND {counted}
GROUP BY 1
"""
#: Each referral in one class, the first that it is in.
ANSWERS = """
SELECT CASE WHEN stepped_back THEN 'stepped_back' WHEN accepted_at IS NOT NULL THEN 'accepted' ELSE state END,
       CASE WHEN state = %(declined)s AND NOT stepped_back THEN decline_reason ELSE '' END, count(*)
FROM referral_referral
WHERE receiving_organisation_id = %(own)s AND sent_at >= %(begins)s AND sent_at < %(ends)s
GROUP BY 1, 2
"""
WAITED = """
SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY coalesce(accepted_at, ended_at) - sent_at)
FROM referral_referral
WHERE receiving_organisation_id = %(own)s AND sent_at >= %(begins)s AND sent_at < %(ends)s
    AND (accepted_at IS NOT NULL OR state = %(declined)s)
"""
SENT = """
SELECT CASE WHEN stepped_back THEN 'stepped_back' ELSE state END, count(*)
FROM referral_referral
WHERE referring_organisation_id = %(own)s AND sent_at >= %(begins)s AND sent_at < %(ends)s
GROUP BY 1
"""
SENT_IN_PERIOD = "sent_at >= %(begins)s AND sent_at < %(ends)s"
ENDED_IN_PERIOD = "ended_at >= %(begins)s AND ended_at < %(ends)s"


@dataclass(frozen=True)
class Figures:
    """By codes; what nothing was counted of is missing."""

    received: dict[tuple[str, str], Count]
    referred: dict[tuple[str, str], Count]
    nights_by_age: dict[tuple[str, str], Count]
    nights_by_group: dict[str, tuple[int, int]]
    nights_on_leave: dict[str, tuple[int, int]]
    services: dict[str, tuple[int, int, int]]
    outcomes: dict[str, tuple[int]]
    #: Answer -> number; the declined by reason beside it.
    answers: dict[str, int]
    declined: dict[str, int]
    answered: int
    median: timedelta | None
    sent: dict[str, int]
    sent_outcomes: dict[str, tuple[int]]


def figures_of(own: UUID, period: Period, at: datetime) -> Figures:
    given = _Given(own, period.first, period.last + DAY, period.begins_at, period.ends_at, at)
    by_age: dict[tuple[str, str], Count] = {}
    by_group: dict[str, tuple[int, int]] = {}
    on_leave: dict[str, tuple[int, int]] = {}
    for age_band, sex, place, nights, persons, away, absent in _rows(NIGHTS, given):
        if place is None:
            by_age[age_band, sex] = (nights, persons)
        else:
            by_group[place], on_leave[place] = (persons, nights), (absent, away)
    answers: dict[str, int] = {}
    declined: dict[str, int] = {}
    for answer, reason, number in _rows(ANSWERS, given):
        answers[answer] = answers.get(answer, 0) + number
        if reason:
            declined[reason] = number
    answered, median = _rows(WAITED, given)[0]
    return Figures(
        received=_persons(RECEIVED, given),
        referred=_persons(REFERRED, given),
        nights_by_age=by_age,
        nights_by_group=by_group,
        nights_on_leave=on_leave,
        services={
            service: (given_, begun, ended) for service, given_, begun, ended in _rows(SERVICES, given)
        },
        outcomes=_outcomes(given, "receiving", ENDED_IN_PERIOD),
        answers=answers,
        declined=declined,
        answered=answered,
        median=median,
        sent=dict(_rows(SENT, given)),
        sent_outcomes=_outcomes(given, "referring", SENT_IN_PERIOD),
    )


@dataclass(frozen=True)
class _Given:
    own: UUID
    first: date
    after: date
    begins: datetime
    ends: datetime
    at: datetime


def _persons(sql: str, given: _Given) -> dict[tuple[str, str], Count]:
    return {(age_band, sex): (number, number) for age_band, sex, number in _rows(sql, given)}


def _outcomes(given: _Given, side: str, counted: str) -> dict[str, tuple[int]]:
    return {code: (number,) for code, number in _rows(OUTCOMES.format(side=side, counted=counted), given)}


def _rows(sql: str, given: _Given) -> list[tuple[Any, ...]]:
    states = {
        "declined": State.DECLINED,
        "completed": State.COMPLETED,
        "occupied": PlacementState.OCCUPIED,
        "left": PlacementState.LEFT,
        "zone": settings.TIME_ZONE,
    }
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(sql, vars(given) | states)
        return list(cursor.fetchall())
