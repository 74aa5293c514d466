"""How long is a closed file kept? Pure: from the codes of a file to a day (loi 2008-12; domain §2.3).

The law gives no number: these values are proposals that the controller has to settle with the CDP. National
coordination sets others on a screen; the rows that differ are read by `queries.retention`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from referral.enums import AgeBand, AgeStatus

#: Of the ministry's list of reasons for closing.
NOT_TRAFFICKING = "NOT_TRAFFICKING"


class RetentionKind(TextChoices):
    """How long a closed file is kept depends on whom it is about."""

    CHILD = "child", _("Closed file of a child, counted from majority")
    ADULT = "adult", _("Closed file of an adult, counted from the closure")
    NOT_A_VICTIM = "not_a_victim", _("Closed because the person is not a victim, counted from the closure")


#: Years.
BUILT_IN: Mapping[RetentionKind, int] = {
    RetentionKind.CHILD: 5,
    RetentionKind.ADULT: 5,
    RetentionKind.NOT_A_VICTIM: 1,
}
#: Beyond this nobody needs a file, and a slip of the finger would keep it for ever.
MOST_YEARS = 30
MAJORITY = 18
#: The years that somebody of a band has completed at least. A birth date is sealed, so majority is counted from here:
#: later than it comes, never before.
LEAST_AGE: Mapping[AgeBand, int] = {
    AgeBand.B0_5: 0,
    AgeBand.B6_8: 6,
    AgeBand.B9_13: 9,
    AgeBand.B14_17: 14,
    AgeBand.UNKNOWN: 0,
}


@dataclass(frozen=True)
class Period:
    """Files that were closed from `since` on, until the next period, are kept for these years."""

    since: datetime
    values: Mapping[RetentionKind, int]


def periods(changes: Iterable[tuple[datetime, RetentionKind, int]]) -> list[Period]:
    """The newest first: of what counted at the closure and what counts now, the longer.

    Nobody brings the erasure of closed files nearer alone: a shorter time counts for files closed after it was set.

    Args:
        changes: when which value was set, the oldest first.
    """
    values, found = dict(BUILT_IN), [Period(datetime(1970, 1, 1, tzinfo=UTC), BUILT_IN)]
    for at, kind, years in changes:
        values = {**values, kind: years}
        found.append(Period(at, values))
    return [
        Period(each.since, {kind: max(years, values[kind]) for kind, years in each.values.items()})
        for each in reversed(found)
    ]


def kind_of(age_status: str, closure_reason: str) -> RetentionKind:
    """Who was found not to be a victim is forgotten first, a child too; unknown age is a child's."""
    if closure_reason == NOT_TRAFFICKING:
        return RetentionKind.NOT_A_VICTIM
    return RetentionKind.ADULT if age_status == AgeStatus.ADULT else RetentionKind.CHILD


def years_kept(kind: RetentionKind, age_band: str, values: Mapping[RetentionKind, int]) -> int:
    """Counted from the closure."""
    until_majority = 0
    if kind == RetentionKind.CHILD:
        until_majority = MAJORITY - LEAST_AGE.get(AgeBand(age_band), MAJORITY)
    return values[kind] + until_majority


def moved(at: datetime, years: int) -> datetime:
    """The same day in another year; 29 February becomes the 28th."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, day=28)
