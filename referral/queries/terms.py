"""How long may it take there? The most specific value wins: organisation, region, everywhere, built-in."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.db.models import Q, QuerySet, Subquery
from django.utils import timezone

from partners.alphabet import Alphabetical
from partners.enums import OrganisationStatus, Role
from partners.models import Organisation, Service
from partners.queries import live_memberships
from referral.deadlines import BUILT_IN, Calendar, Span, Terms, WorkingDays
from referral.enums import Clock, Urgency
from referral.models import Holiday, Term

#: Holidays change a few times a year; another process learns of a change after this many seconds.
TTL = 30.0


class _Days:
    """The calendar as it was at one moment."""

    def __init__(self) -> None:
        self.until = time.monotonic() + TTL

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(frozenset(Holiday.objects.values_list("day", flat=True)))


_days = _Days()


def forget_holidays() -> None:
    """For the process that has just changed one."""
    global _days
    _days = _Days()


def calendar() -> Calendar:
    if time.monotonic() > _days.until:
        forget_holidays()
    return _days.calendar


def terms_for(*, organisation_id: UUID, region_id: UUID | None = None) -> Terms:
    """The values for the organisation that must act.

    Args:
        region_id: where it works; the region of its seat when not given.
    """
    seat = region_id or Subquery(Organisation.objects.filter(pk=organisation_id).values("region_id"))
    found = Term.objects.filter(
        Q(region=None, organisation=None) | Q(region_id=seat) | Q(organisation_id=organisation_id)
    )
    return Terms(spans_of(found), calendar())


def spans_of(terms: Iterable[Term]) -> dict[tuple[str, str], Span]:
    """Args: terms: those of one organisation, its region and everywhere, in any order."""
    spans = dict(BUILT_IN)
    for term in sorted(terms, key=_specific):
        for urgency in [term.urgency] if term.urgency else ["", *Urgency]:
            spans[term.clock, urgency] = term.span
    return spans


def _specific(term: Term) -> tuple[bool, bool, bool]:
    return term.organisation_id is not None, term.region_id is not None, term.urgency != ""


@dataclass(frozen=True)
class Spread:
    """One of the deadlines that are counted for many rows at once, as it is everywhere."""

    widest: timedelta
    #: Of organisations for which it differs.
    own: Mapping[UUID, timedelta]

    def of(self, organisation_id: UUID) -> timedelta:
        return self.own.get(organisation_id, self.widest)

    def over(self, at: datetime, *, since: str, holder: str) -> Q:
        """Rows that began so long ago that the time is over.

        Args:
            since, holder: columns: when it began, and the organisation whose value counts.
        """
        rows = Q(**{f"{since}__lte": at - self.widest})
        if self.own:
            rows &= ~Q(**{f"{holder}__in": list(self.own)})
        for span in set(self.own.values()):
            holders = [pk for pk, own in self.own.items() if own == span]
            rows |= Q(**{f"{since}__lte": at - span, f"{holder}__in": holders})
        return rows


def spreads(*clocks: Clock) -> dict[Clock, Spread]:
    """Args: clocks: of `deadlines.PLAIN`."""
    found = list(Term.objects.filter(clock__in=clocks))
    regions = {term.region_id for term in found if term.region_id is not None}
    named = {term.organisation_id for term in found if term.organisation_id is not None}
    places = Organisation.objects.filter(Q(region__in=regions) | Q(pk__in=named)) if found else ()
    spread = {
        clock: Spread(_plain(clock, [t for t in found if _specific(t)[:2] == (False, False)]), {})
        for clock in clocks
    }
    for place in places:
        ours = [
            t
            for t in found
            if t.organisation_id in (None, place.pk) and t.region_id in (None, place.region_id)
        ]
        for clock, wide in spread.items():
            span = _plain(clock, ours)
            if span != wide.widest:
                spread[clock] = Spread(wide.widest, {**wide.own, place.pk: span})
    return spread


def _plain(clock: Clock, terms: Iterable[Term]) -> timedelta:
    span = spans_of(terms)[clock, ""]
    if isinstance(span, WorkingDays):
        raise TypeError(f"{clock} is not counted in working days.")
    return span


def without(term: Term, all_terms: Iterable[Term]) -> Span:
    """What would count where `term` counts, if it were not there."""
    region_id = term.organisation.region_id if term.organisation else term.region_id
    others = [
        each
        for each in all_terms
        if each.pk != term.pk
        and each.organisation_id in (None, term.organisation_id)
        and each.region_id in (None, region_id)
        and _specific(each)[:2] <= _specific(term)[:2]
    ]
    return Terms(spans_of(others)).span(term.clock, term.urgency)


#: What the organisation must do that receives somebody; the rest is for the people of a case, or of a court.
_OF_RECEIVERS = frozenset(
    {
        *(Clock.ACKNOWLEDGE, Clock.DECIDE, Clock.ARRIVAL_GRACE, Clock.REVIEW),
        *(
            Clock.TELEPHONE_HOLD,
            Clock.OFFER_HELD,
            Clock.EXTRACT,
            Clock.STAY,
            Clock.LATE_ARRIVAL,
            Clock.LATE_CHILD,
        ),
    }
)


def concerned(clock: Clock) -> QuerySet[Organisation]:
    """The active organisations for which such a deadline can ever run."""
    found = Organisation.objects.filter(status=OrganisationStatus.ACTIVE).order_by(Alphabetical("name"))
    if clock in _OF_RECEIVERS:
        return found.filter(pk__in=Service.objects.filter(active=True).values("organisation"))
    held = live_memberships().filter(role__in=[Role.CASEWORKER, Role.SUPERVISOR, Role.JUSTICE])
    return found.filter(pk__in=held.filter(user__is_active=True).values("user__organisation"))


def all_terms() -> QuerySet[Term]:
    return Term.objects.select_related("region", "organisation__region").order_by(
        "clock", "organisation__name", "region__name", "urgency"
    )


def term_of(pk: UUID) -> Term | None:
    return all_terms().filter(pk=pk).first()


def holidays_of(year: int) -> QuerySet[Holiday]:
    return Holiday.objects.filter(day__year=year)


def without_holidays(at: datetime) -> list[int]:
    """Of this year and the next those of which no holiday is known: their working days are miscounted."""
    this = timezone.localtime(at).year
    return [year for year in (this, this + 1) if not holidays_of(year).exists()]


def holiday_of(pk: UUID) -> Holiday | None:
    return Holiday.objects.filter(pk=pk).first()


def known_days(days: Iterable[date]) -> set[date]:
    return set(Holiday.objects.filter(day__in=list(days)).values_list("day", flat=True))


def past_of_clock(clock: Clock) -> list[Term]:
    """Every version of every value of a deadline, removed ones too, the oldest first; `_history` says when and who."""
    rows = Term.history.filter(clock=clock).order_by("history_id")
    return [row.instance for row in rows]


def past_of_year(year: int) -> list[Holiday]:
    """As `past_of_clock`, for the holidays that stood in a year."""
    touched = Holiday.history.filter(day__year=year).values("id")
    return [row.instance for row in Holiday.history.filter(id__in=touched).order_by("history_id")]
