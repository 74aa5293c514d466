"""Which days? Whole days of the user's calendar; and for what is published, whole quarters that are over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date

    @property
    def begins_at(self) -> datetime:
        return _midnight(self.first)

    @property
    def ends_at(self) -> datetime:
        """The midnight after the last day."""
        return _midnight(self.last + DAY)


def _midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time()))


def _month_before(on: date) -> Period:
    last = on.replace(day=1) - DAY
    return Period(last.replace(day=1), last)


def _end_of_month(on: date) -> date:
    return (on.replace(day=28) + 4 * DAY).replace(day=1) - DAY


def quarter_of(on: date) -> Period:
    first = on.replace(month=3 * ((on.month - 1) // 3) + 1, day=1)
    return Period(first, _end_of_month(first.replace(month=first.month + 2)))


PRESETS: Mapping[str, tuple[str | Promise, Callable[[date], Period]]] = {
    "this_month": (_("This month"), lambda today: Period(today.replace(day=1), _end_of_month(today))),
    "last_month": (_("Last month"), _month_before),
    "this_quarter": (_("This quarter"), quarter_of),
    "this_year": (_("This year"), lambda today: Period(date(today.year, 1, 1), date(today.year, 12, 31))),
}


def quarters_over(at: datetime, *, most: int = 12) -> list[Period]:
    """Calendar quarters that are over, the newest first. No two overlap, so no table can be taken from another."""
    found: list[Period] = []
    first = quarter_of(timezone.localdate(at)).first
    while len(found) < most:
        found.append(quarter_of(first - DAY))
        first = found[-1].first
    return found
