"""A child on the way to the centre: planned, left, and the escort may read where the house stands."""

from datetime import timedelta
from uuid import UUID

from referral.demonstration.stage import Stage
from referral.enums import State, Urgency
from referral.models import Referral, Trip
from referral.queries.trips import sites_to_release
from referral.services import address_releases, trips
from referral.trips import Means, Payer

ESCORT, DESK, TO = "caseworker", "focal", "teranga"
#: Before this moment; they are expected after it.
LEFT_AGO = timedelta(minutes=35)
EXPECTED_IN = timedelta(hours=2)
HOURS = 4


def travel(stage: Stage) -> None:
    """The child whose place at the centre was promised last in an emergency; her caseworker goes along."""
    referral = (
        Referral.objects.filter(
            state=State.ACCEPTED,
            urgency=Urgency.EMERGENCY,
            receiving_organisation=stage.organisations[TO],
            case__owner=stage.people[ESCORT],
        )
        .order_by("-accepted_at")
        .first()
    )
    if referral is None:
        return
    plan = trips.Plan(
        means=Means.SERVICE_VEHICLE,
        payer=Payer.SENDER,
        expected_arrival_at=stage.now + EXPECTED_IN,
        departure_planned_at=stage.at - timedelta(minutes=10),
        escort=stage.people[ESCORT],
        escort_telephone="+221 77 000 00 07",
        meeting_point="Poste de santé du marché, devant l’entrée",
        belongings=["Un sac à dos", "Un carnet de vaccination", "Un acte de naissance (copie)"],
    )
    with stage.acting(ESCORT) as by:
        trip = trips.plan_trip(referral.pk, by=by, at=stage.at, version=referral.version, plan=plan)
        trips.record_departure(trip.pk, by=by, at=stage.at, version=trip.version, occurred_at=stage.at)
    stage.later(stage.at + timedelta(minutes=20), lambda: _give_address(stage, trip.pk))


def _give_address(stage: Stage, pk: UUID) -> None:
    trip = Trip.objects.select_related("referral").get(pk=pk)
    house = sites_to_release(trip.referral)[0]
    with stage.acting(DESK) as by:
        address_releases.release_address(
            trip.pk, by=by, at=stage.at, version=trip.version, site_id=house.pk, hours=HOURS
        )
