"""Where a house stands, told to one escort, for one trip, for some hours: by the centre alone, and written down."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.rows import write
from crypto import keyring
from partners.actor import Actor
from referral import lifecycle, notices
from referral.enums import Machine
from referral.lifecycle import NotPossible
from referral.models import AddressRelease, Referral, Trip
from referral.queries.trips import live_trip, release_for, sites_to_release, trip_facts, trip_tie
from referral.services import steps
from referral.services.trips import end_release, locked, permit
from referral.trips import TripAction


def release_address(
    pk: UUID, *, by: Actor, at: datetime, version: int, site_id: UUID, hours: int
) -> AddressRelease:
    """The named escort may read it until then; a new release takes the place of the one before.

    The notice says that something waits, and nothing of what.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        trip = locked(by, pk, version)
        permit(by, TripAction.RELEASE, trip.referral, trip_tie(by, trip))
        reasons = lifecycle.unmet(trip, TripAction.RELEASE, trip_facts(trip, at, by), Machine.TRIP)
        site = next((each for each in sites_to_release(trip.referral) if each.pk == site_id), None)
        if site is None:
            reasons.append(_("This is no house of your organisation."))
        if reasons or site is None:
            steps.refuse(trip.referral, "NOT_POSSIBLE_RELEASE_TRIP")
            raise NotPossible(reasons)
        audit.look("reveal", site, fields=["address"], referral_id=trip.referral_id, case_id=trip.case_id)
        with keyring.current().revealing(site):
            if not site.address:
                steps.refuse(trip.referral, "NOT_POSSIBLE_RELEASE_TRIP")
                raise NotPossible([_("No address is written for this house: write it down first.")])
        end_release(trip, at=at)
        release = AddressRelease(
            referral=trip.referral,
            case_id=trip.case_id,
            trip=trip,
            site=site,
            released_by_id=by.id,
            released_to=trip.escort,
            released_at=at,
            until=at + timedelta(hours=hours),
        )
        write(release, "grant", case_id=trip.case_id, referral_id=trip.referral_id)
        notices.tell([trip.escort], trip.referral, at=at, due_at=release.until)
    return release


def take_back_address(pk: UUID, *, by: Actor, at: datetime) -> Trip:
    """At once, whatever has changed meanwhile. Raises NotVisible, NotAllowed."""
    with transaction.atomic():
        trip = locked(by, pk)
        permit(by, TripAction.TAKE_BACK, trip.referral, trip_tie(by, trip))
        end_release(trip, at=at)
    return trip


def follow_place(referral: Referral, site_id: UUID, *, at: datetime) -> None:
    """The person is expected in another house: the escort reads no longer where the former one stands, and is told."""
    trip = live_trip(referral)
    if trip is not None and trip.releases.filter(ended_at=None).exclude(site=site_id).exists():
        trip.referral = referral
        end_release(trip, at=at)
        notices.tell([trip.escort], referral, at=at, due_at=trip.expected_arrival_at)


def find_release(actor: Actor, pk: UUID, at: datetime) -> AddressRelease:
    """That an address may be read now, for the escort to whom it was given. Raises NotVisible for everybody else."""
    release = release_for(actor, pk, at)
    if release is None:
        raise steps.NotVisible
    return release


def read_address(actor: Actor, release: AddressRelease) -> str:
    """The address, for this answer alone: an audited look at the house, because of this referral."""
    site = release.site
    audit.look(
        "reveal",
        site,
        fields=["address"],
        scope="escort",
        case_id=release.case_id,
        referral_id=release.referral_id,
    )
    with keyring.current().revealing(site):
        return site.address or ""
