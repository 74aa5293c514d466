"""Who has said no, and is not asked again yet? Who is being asked?"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from partners.queries.directory import next_morning
from referral.deadlines import ASK_AGAIN
from referral.enums import CONFLICT_OF_INTEREST, NO_CAPACITY, OPEN, STANDING_REASONS, State
from referral.models import Case

#: Of a referral r: its no stands. Never again for anything who has a link with the suspected offender; never for this
#: service whose mandate, area or profile it is not; whoever had no place from the next morning on; the others, and who
#: did not answer, after some days.
STANDS = """(r.state = ANY(%(ended)s) AND (
    r.decline_reason = %(conflict)s
    OR (r.service = %(service)s AND (
        r.decline_reason = ANY(%(standing)s)
        OR r.ended_at >= CASE WHEN r.decline_reason = %(no_place)s THEN %(morning)s ELSE %(again)s END))))"""
REFUSED = f"""
SELECT DISTINCT r.receiving_organisation_id FROM referral_referral r WHERE r.case_id = ANY(%(cases)s) AND {STANDS}
"""  # noqa: S608 - fixed text
#: Of a referral r: this need lies there now.
ASKED = "(r.state = ANY(%(under_way)s) AND r.service = %(service)s)"


def values(service: str, at: datetime) -> dict[str, Any]:
    """What the conditions above take."""
    return {
        "ended": [State.DECLINED, State.EXPIRED],
        "conflict": CONFLICT_OF_INTEREST,
        "standing": sorted(STANDING_REASONS),
        "no_place": NO_CAPACITY,
        "service": service,
        "morning": next_morning(at) - timedelta(days=1),
        "again": at - ASK_AGAIN,
        "under_way": sorted(OPEN - {State.DRAFT}),
    }


def said_no(cases: Iterable[Case], service: str, at: datetime) -> frozenset[UUID]:
    """Who is not offered again yet for any of these persons."""
    asked = values(service, at) | {"cases": [case.pk for case in cases]}
    with connection.cursor() as cursor:
        cursor.execute(REFUSED, asked)
        return frozenset(pk for (pk,) in cursor.fetchall())


def noes(case: Case, service: str) -> int:
    """How many times this need has come back with a no, or without an answer."""
    ended = case.referrals.filter(service=service, state__in=[State.DECLINED, State.EXPIRED])
    return ended.count()
