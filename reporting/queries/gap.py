"""For whom and where was shelter missing? Persons by region and profile, in codes; in one statement each."""

from django.db import DEFAULT_DB_ALIAS, connections

from partners.alphabet import Alphabetical
from partners.models import Region
from referral.enums import NO_CAPACITY, SHELTER_SERVICES, Action
from reporting.periods import Period

#: By the moment of recording: what is over never changes again, so two readings of one quarter tell nothing.
#: A person counts once, in the region and with the profile of the last such referral.
MISSING = """
SELECT region, is_child, sex, count(*) FROM (
    SELECT DISTINCT ON (r.case_id) region.code AS region, r.is_child, r.sex
    FROM referral_transition t
    JOIN referral_referral r ON r.id = t.referral_id
    JOIN referral_preview p ON p.referral_id = r.id
    JOIN partners_region region ON region.id = p.region_id
    WHERE t.action = %(action)s AND t.recorded_at >= %(begins)s AND t.recorded_at < %(ends)s
        AND r.service = ANY(%(shelter)s) AND %(reason)s IN ('', r.decline_reason)
    ORDER BY r.case_id, t.recorded_at DESC, r.seq DESC
) person GROUP BY 1, 2, 3
"""

#: (region, child or adult, sex) -> persons.
Missing = dict[tuple[str, bool, str], int]


def declined_for_lack_of_place(period: Period) -> Missing:
    return _missing(period, Action.DECLINE, NO_CAPACITY)


def expired_without_answer(period: Period) -> Missing:
    return _missing(period, Action.EXPIRE, "")


def regions() -> dict[str, str]:
    """Code -> name of every region of the country."""
    return dict(Region.objects.order_by(Alphabetical("name")).values_list("code", "name"))


def _missing(period: Period, action: Action, reason: str) -> Missing:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(
            MISSING,
            {
                "action": action,
                "reason": reason,
                "begins": period.begins_at,
                "ends": period.ends_at,
                "shelter": sorted(SHELTER_SERVICES),
            },
        )
        return {(region, is_child, sex): number for region, is_child, sex, number in cursor.fetchall()}
