"""What the human-rights monitor is shown: figures, and a sample of files under codes that no other page knows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Event
from partners.actor import Actor
from partners.models import Organisation
from referral.models import AccessCheck, Case, Complaint, ComplaintDesk, ComplaintStep, LegalGround
from referral.queries.looks import SEEN
from referral.queries.supervised import events_of

#: A figure below this is not shown: it is somebody (domain §7.9; 1 to 4 at national level).
SMALLEST_SHOWN = 5
#: As many files are drawn for a quarter; who draws cannot choose, and draws the same again.
SAMPLE = 10
#: Files opened longer ago are not drawn: the monitor judges how work is done now.
SAMPLE_WINDOW = timedelta(days=365)
#: Figures are counted over whole weeks, the running one left out.
WEEKS = 12
#: Of a file in the sample, the newest acts.
MOST_ACTS = 300


@dataclass(frozen=True)
class Figures:
    regions: list[tuple[str, int]]
    states: list[tuple[str, int]]
    weeks: list[tuple[date, int, int, int]]
    grounds: int
    checks: int


def scope_of(actor: Actor) -> dict[str, UUID]:
    return {"region": actor.audited_region} if actor.audited_region else {}


def figures(actor: Actor, at: datetime) -> Figures:
    """Files by region and by state; looks, refusals and exports by week."""
    cases = Case.objects.filter(**scope_of(actor))
    regions = cases.order_by().values_list("region__name").annotate(n=Count("pk"))
    states = cases.order_by().values_list("state").annotate(n=Count("pk"))
    monday = monday_of(timezone.localdate(at))
    first = monday - timedelta(weeks=WEEKS)
    begins = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    ends = timezone.make_aware(datetime.combine(monday, datetime.min.time()))
    # A complaint is nobody's to count: that a week has a look more would say that there is one.
    complaints = [model._meta.label_lower for model in (Complaint, ComplaintStep, ComplaintDesk)]
    events = Event.objects.filter(at__gte=begins, at__lt=ends).exclude(object_type__in=complaints)
    if actor.audited_region:
        events = events.filter(case_id__in=cases.values("pk"))
    counted: dict[date, Counter[str]] = {first + timedelta(weeks=n): Counter() for n in range(WEEKS)}
    for verb, outcome, moment in events.values_list("verb", "outcome", "at").iterator():
        week = counted[monday_of(timezone.localdate(moment))]
        if outcome == Outcome.DENIED:
            week["denied"] += 1
        elif verb in SEEN:
            week["looks"] += 1
        elif verb in (Verb.EXPORT, Verb.PRINT):
            week["left"] += 1
    grounds = LegalGround.objects.filter(case__in=cases, recorded_at__gte=begins).count()
    return Figures(
        sorted(regions),
        list(states),
        [(week, each["looks"], each["denied"], each["left"]) for week, each in counted.items()],
        grounds,
        0 if actor.audited_region else AccessCheck.objects.filter(checked_at__gte=begins).count(),
    )


def is_crowded(case: Case) -> bool:
    """Are there so many files in its region that the region points at none of them?"""
    return Case.objects.filter(region=case.region_id)[:SMALLEST_SHOWN].count() == SMALLEST_SHOWN


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def drawable(actor: Actor, at: datetime) -> list[UUID]:
    """Every file that may be drawn; erased ones have nothing left to judge."""
    cases = Case.objects.filter(opened_at__gt=at - SAMPLE_WINDOW, erased_at=None, **scope_of(actor))
    return list(cases.order_by().values_list("pk", flat=True))


def drawn_files(cases: Iterable[UUID]) -> dict[UUID, Case]:
    return {
        case.pk: case for case in Case.objects.filter(pk__in=cases).select_related("region", "organisation")
    }


def acts_of(case: Case) -> list[Event]:
    """The newest first."""
    return list(events_of(case).order_by("-seq")[:MOST_ACTS])


def kinds_of(organisations: Iterable[UUID]) -> dict[UUID, str]:
    """Of organisations, what kind they are in words."""
    return {
        house.pk: str(house.get_kind_display()) for house in Organisation.objects.filter(pk__in=organisations)
    }
