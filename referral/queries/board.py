"""Who is in the house, who is expected, who is away, who waits: the bed board of one organisation, in codes."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from partners.actor import Actor
from partners.models import Overflow, Places
from partners.queries import is_stale, places_of
from referral.enums import PlacementState, State
from referral.models import Placement, Referral, Waiting, WalkIn
from referral.queries.facts import places_for
from referral.queries.lists import still_lodged
from referral.queries.waiting import fitting, waiting_list

Row = TypeVar("Row", Placement, WalkIn)

#: Whose stay is to be renewed or ended is said the day before.
SOON = timedelta(days=1)


@dataclass
class Bed:
    """One group of persons in one house.

    Attributes:
        stays: who is in the house because of a referral.
        ending: those of them whose stay is to be renewed or ended by tomorrow.
        over: those whose referral has ended, as far as the desk may know it.
    """

    places: Places
    stale: bool
    full: bool
    expected: list[Placement] = field(default_factory=list)
    away: list[Placement] = field(default_factory=list)
    stays: list[Placement] = field(default_factory=list)
    ending: list[Placement] = field(default_factory=list)
    over: list[Placement] = field(default_factory=list)
    walk_ins: list[WalkIn] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    overflow: Overflow | None = None

    @property
    def known(self) -> int:
        """Heads in the house of which Relais knows."""
        return len(self.stays) + len(self.walk_ins)

    @property
    def unknown(self) -> int:
        """What the desk counts beyond them; below zero when it counts fewer."""
        return self.places.occupied - self.known


def board(actor: Actor, at: datetime) -> list[Bed]:
    """Of every house and group; a number of queries that does not grow with theirs."""
    organisation_id = actor.organisation_id
    departing = {referral.pk for referral in still_lodged(actor, at)}
    beds = {
        places.pk: Bed(places, is_stale(places, at), is_full(places, at))
        for places in places_of(organisation_id)
    }
    for placement in live_placements(organisation_id):
        bed = beds[placement.places_id]
        if placement.state == PlacementState.HELD:
            bed.expected.append(placement)
        elif placement.away_since is not None:
            bed.away.append(placement)
        else:
            bed.stays.append(placement)
            due = placement.referral.due_at
            # Whoever came before the referral did: the arrival is still to be recorded.
            begun = placement.referral.state == State.IN_SERVICE
            if begun and due is not None and due <= at + SOON:
                bed.ending.append(placement)
            if placement.referral_id in departing:
                bed.over.append(placement)
    for walk_in in present_walk_ins(organisation_id):
        beds[walk_in.places_id].walk_ins.append(walk_in)
    rows = [bed.places for bed in beds.values()]
    for waiting in waiting_list(organisation_id):
        for places in fitting(waiting.referral, rows)[:1]:
            beds[places.pk].waiting.append(waiting)
    above = [bed for bed in beds.values() if bed.places.over]
    acts: dict[UUID, list[Overflow]] = defaultdict(list)
    if above:
        found = Overflow.objects.filter(places__in=[bed.places.pk for bed in above]).select_related("said_by")
        for act in found.order_by("-said_at"):
            acts[act.places_id].append(act)
    for bed in above:
        bed.overflow = next(iter(acts[bed.places.pk]), None)
    return list(beds.values())


def is_full(places: Places, at: datetime) -> bool:
    """The desk has said: full tonight."""
    return places.full_until is not None and places.full_until > at


def live_placements(organisation_id: UUID) -> QuerySet[Placement]:
    """Who has a place in a house of the organisation, or is expected in one."""
    return (
        Placement.objects.filter(
            places__site__organisation=organisation_id,
            state__in=[PlacementState.HELD, PlacementState.OCCUPIED],
        )
        .select_related("referral", "places__site", "walked_in")
        .defer("label", "places__site__address")
        .order_by("referral__expected_arrival_at", "referral__seq")
    )


def present_walk_ins(organisation_id: UUID) -> QuerySet[WalkIn]:
    return (
        WalkIn.objects.filter(places__site__organisation=organisation_id, left_at=None)
        .select_related("places__site", "entered_by")
        .defer("places__site__address")
        .order_by("arrived_at")
    )


def joined_walk_ins(organisation_id: UUID) -> QuerySet[WalkIn]:
    """Who came without a referral to a house of the organisation, and goes on in one."""
    return (
        WalkIn.objects.filter(places__site__organisation=organisation_id, placement__isnull=False)
        .select_related("places__site", "placement__referral")
        .defer("places__site__address", "placement__label")
    )


def walk_ins_like(referral: Referral) -> QuerySet[WalkIn]:
    """Who may be the person of this referral: in the receiver's houses, in a group that the person belongs to."""
    return present_walk_ins(referral.receiving_organisation_id).filter(places__in=places_for(referral))


def referred_like(walk_in: WalkIn) -> list[Placement]:
    """Who may be this person: referred to the same organisation, with a place in a group like hers or his."""
    fitting = live_placements(walk_in.places.site.organisation_id).filter(
        referral__state__in=[State.ACCEPTED, State.IN_SERVICE],
        places__group=walk_in.places.group,
        away_since=None,
        walked_in=None,
    )
    return list(fitting.select_related("referral__preview", "places__site"))


def elsewhere_in(organisation_id: UUID, than: UUID) -> list[Places]:
    """The other houses and groups of the organisation."""
    return list(places_of(organisation_id).exclude(pk=than))
