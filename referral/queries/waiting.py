"""Who waits for a place of which house, in which order, and is one free now?"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from partners.models import Places
from referral.enums import UNANSWERED, Urgency
from referral.models import Referral, Waiting
from referral.queries.facts import groups_of_persons

#: Vital emergencies before what is urgent, that before all else.
_RANK = {urgency: place for place, urgency in enumerate(Urgency)}


def waiting_list(organisation_id: UUID | None = None) -> list[Waiting]:
    """In the order of the line; of every organisation unless said."""
    rows = Waiting.objects.filter(referral__state__in=sorted(UNANSWERED)).select_related("referral__preview")
    if organisation_id is not None:
        rows = rows.filter(referral__receiving_organisation=organisation_id)
    return sorted(rows, key=lambda each: (_RANK[Urgency(each.referral.urgency)], each.since, each.pk))


def waiting_of(referral: Referral) -> Waiting | None:
    """While the desk has said neither yes nor no."""
    if referral.state not in UNANSWERED:
        return None
    return Waiting.objects.filter(referral=referral).select_related("referral").first()


def position(waiting: Waiting) -> int:
    """From 1, in the line of the desk."""
    line = waiting_list(waiting.referral.receiving_organisation_id)
    return [each.pk for each in line].index(waiting.pk) + 1


def fitting(referral: Referral, places: Iterable[Places]) -> list[Places]:
    """Those of the places of its receiver that could lodge the person."""
    groups = groups_of_persons(referral.sex, is_child=referral.is_child, with_children=True)
    return [each for each in places if each.group in groups]


def first_in_line(at: datetime) -> dict[UUID, bool]:
    """Of everybody who waits: is there a place now, with those before them in line served first?"""
    line = list(waiting_list())
    counted: dict[UUID, list[Places]] = {}
    houses = {each.referral.receiving_organisation_id for each in line}
    for places in Places.objects.filter(site__organisation__in=houses).select_related("site"):
        counted.setdefault(places.site.organisation_id, []).append(places)
    left = {places.pk: offered(places, at) for rows in counted.values() for places in rows}
    found = {}
    for each in line:
        beds = fitting(each.referral, counted.get(each.referral.receiving_organisation_id, []))
        bed = next((places for places in beds if left[places.pk]), None)
        found[each.pk] = bed is not None
        if bed is not None:
            left[bed.pk] -= 1
    return found


def offered(places: Places, at: datetime) -> int:
    """How many of them the house gives tonight."""
    return 0 if places.full_until is not None and places.full_until > at else places.free
