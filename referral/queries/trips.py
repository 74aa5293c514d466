"""The trips of a referral, who could go along, what is released, and who has not arrived."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from partners.actor import Actor
from partners.enums import DESK_ROLES
from partners.models import Site, User
from partners.queries import active_people
from referral.enums import Clock, PlacementState, State, TaskKind
from referral.lifecycle import Facts
from referral.models import AddressRelease, Referral, Task, Trip
from referral.policy import Tie
from referral.queries.terms import spreads
from referral.queries.visible import referral_of, tie, visible_to
from referral.trips import LIVE_TRIP


def trip_of(actor: Actor, pk: UUID) -> Trip | None:
    """A trip of a referral that the actor may see, with that referral as its page needs it."""
    trips = Trip.objects.select_related("escort__organisation", "overnight_region", "overnight_department")
    trip = trips.filter(pk=pk, referral__in=visible_to(actor), referral__case__erased_at=None).first()
    referral = referral_of(actor, trip.referral_id) if trip is not None else None
    if trip is None or referral is None:
        return None
    trip.referral = referral
    return trip


def referral_id_of(actor: Actor, pk: UUID) -> UUID | None:
    """The referral to be locked before the trip itself; None where the actor may not see it."""
    return (
        Trip.objects.filter(pk=pk, referral__in=visible_to(actor))
        .values_list("referral_id", flat=True)
        .first()
    )


def live_trip(referral: Referral) -> Trip | None:
    return referral.trips.filter(state__in=sorted(LIVE_TRIP)).first()


def latest_trip(referral: Referral) -> Trip | None:
    return referral.trips.order_by("-planned_at").first()


def trip_tie(actor: Actor, trip: Trip) -> Tie:
    """The escort is one person, whoever stands in for whom."""
    return replace(tie(actor, trip.referral), escort=trip.escort_id == actor.id)


def trip_facts(trip: Trip, at: datetime, actor: Actor | None = None) -> Facts:
    """Args: actor: whoever gives the address, who cannot give it to herself or himself."""
    referral, escort = trip.referral, trip.escort
    of_sender = escort is not None and escort.organisation_id == referral.referring_organisation_id
    return Facts(
        at=at,
        awaited=referral.state == State.ACCEPTED,
        escort_of_sender=of_sender and (actor is None or actor.id != trip.escort_id),
    )


def escorts_of(organisation_id: UUID) -> QuerySet[User]:
    """Who of an organisation can go along and still open the referral on the way."""
    return active_people(organisation_id, DESK_ROLES)


def open_release(trip: Trip, at: datetime) -> AddressRelease | None:
    """The release that counts now: nothing outlives the trip, or its own time.

    A house whose entry has changed since then may have moved, from this very escort: the centre gives it anew.
    """
    if trip.state not in LIVE_TRIP:
        return None
    releases = AddressRelease.objects.select_related("site", "released_to")
    changed = Site.history.filter(id=OuterRef("site"), history_date__gt=OuterRef("released_at"))
    return releases.filter(~Exists(changed), trip=trip, ended_at=None, until__gt=at).first()


def release_for(actor: Actor, pk: UUID, at: datetime) -> AddressRelease | None:
    """The address that this person, and nobody in the place of this person, may read now."""
    trip = trip_of(actor, pk)
    release = open_release(trip, at) if trip is not None else None
    if trip is None or release is None or release.released_to_id != actor.id or trip.escort_id != actor.id:
        return None
    release.trip = trip
    return release


def sites_to_release(referral: Referral) -> list[Site]:
    """The houses of the receiver, the one of the held place first."""
    held = (
        referral.placements.filter(state=PlacementState.HELD).values_list("places__site", flat=True).first()
    )
    sites = Site.objects.filter(organisation=referral.receiving_organisation_id)
    return sorted(sites, key=lambda site: (site.pk != held, site.name))


def late_trips(at: datetime) -> QuerySet[Trip]:
    """Somebody is awaited and has not come: a child is missed sooner. Once for each hour that was expected."""
    spread = spreads(Clock.LATE_ARRIVAL, Clock.LATE_CHILD)
    since = {"since": "expected_arrival_at", "holder": "referral__receiving_organisation"}
    child = Q(referral__is_child=True)
    asked = Task.objects.filter(
        kind=TaskKind.LATE_ARRIVAL,
        referral=OuterRef("referral"),
        made_at__gte=OuterRef("expected_arrival_at"),
    )
    return (
        Trip.objects.filter(
            (child & spread[Clock.LATE_CHILD].over(at, **since))
            | (~child & spread[Clock.LATE_ARRIVAL].over(at, **since)),
            ~Exists(asked),
            state__in=sorted(LIVE_TRIP),
            expected_arrival_at__lte=at,
        )
        .select_related("referral__case__owner", "referral__worker", "escort")
        .order_by(F("expected_arrival_at"))
    )
