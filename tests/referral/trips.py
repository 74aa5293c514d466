"""A trip to the centre, planned and played by the services: the sender’s caseworker goes along."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from audit import clock
from audit.rows import write
from partners.models import Site
from referral.models import AddressRelease, Referral, Trip
from referral.services import address_releases, trips
from tests import cast as c

#: What people write of a trip; each word stands nowhere in the product.
SAID = {
    "escort_name": "Escorte Canari",
    "escort_telephone": "+221 77 000 00 88",
    "escort_organisation": "Service Canari",
    "meeting_point": "gare routière canari",
}
THINGS = ["carnet canari", "sac canari"]


def planned(cast: c.Cast, referral: Referral | None = None, **said: Any) -> Trip:
    """By Aïssatou, who goes along herself unless it is said otherwise."""
    referral = referral or c.accepted(cast)
    plan = {
        "means": "bus",
        "payer": "sender",
        "expected_arrival_at": clock.now() + timedelta(hours=3),
        "escort": cast.aissatou,
        "belongings": THINGS,
        **SAID,
    }
    with c.acting(cast.aissatou) as actor:
        return trips.plan_trip(
            referral.pk,
            by=actor,
            at=clock.now(),
            version=referral.version,
            plan=trips.Plan(**(plan | said)),
        )


def departed(cast: c.Cast, trip: Trip | None = None, **said: Any) -> Trip:
    trip = trip or planned(cast, **said)
    with c.acting(cast.aissatou) as actor:
        at = clock.now()
        return trips.record_departure(trip.pk, by=actor, at=at, version=trip.version, occurred_at=at)


def released(cast: c.Cast, trip: Trip, *, hours: int = 4) -> AddressRelease:
    """By Codou, of the house in which the place is held."""
    with c.acting(cast.codou) as actor:
        return address_releases.release_address(
            trip.pk,
            by=actor,
            at=clock.now(),
            version=trip.version,
            site_id=cast.girls.site_id,
            hours=hours,
        )


def at_address(cast: c.Cast, address: str) -> Site:
    """The house of the girls stands there."""
    with c.acting(), transaction.atomic():
        site = Site.objects.get(pk=cast.girls.site_id)
        site.address, site.confidential = address, True
        write(site, fields=["address", "confidential"])
    return site
