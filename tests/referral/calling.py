"""A place call, and centres that answer it: for tests that begin in the middle."""

from typing import Any

from django.db import transaction

from audit import clock
from audit.rows import write
from partners.enums import OrganisationKind, PersonGroup, Role
from partners.models import Organisation, Places, Site, User
from referral.avoiding import Avoided
from referral.models import Case, PlaceCall, PlaceOffer
from referral.services import no_go, place_calls, place_offers
from tests import cast as c


def centre(cast: c.Cast, name: str, *, capacity: int = 1) -> tuple[User, Places]:
    """One more centre for girls: who keeps its desk, and its places."""
    with c.acting(), transaction.atomic():
        house = c.organisation(f"Maison {name}", OrganisationKind.RECEPTION_CENTRE, cast.region)
        c.offer(house, "SHELTER_EMERG")
        site = Site(organisation=house, name="Maison", region=cast.region, address="9 rue Canari")
        write(site)
        places = Places(site=site, group=PersonGroup.GIRLS, capacity=capacity, confirmed_at=clock.now())
        write(places)
        return c.person(name, house, Role.FOCAL_POINT, at=clock.now()), places


def opened(cast: c.Cast, *houses: Organisation, case: Case | None = None, **need: Any) -> PlaceCall:
    """Aïssatou asks; the cast's own centre unless said."""
    case = case or c.open_case(cast)
    asked = {"service": "SHELTER_EMERG", "urgency": "urgent"} | need
    with c.acting(case.owner) as actor:
        return place_calls.open_call(
            case.pk,
            by=actor,
            at=clock.now(),
            need=place_calls.Need(**asked),
            centres=[house.pk for house in houses or (cast.centre,)],
            agreed_how="oral_with_witness",
        )


def offer_of(call: PlaceCall, house: Organisation) -> PlaceOffer:
    return PlaceOffer.objects.get(call=call, organisation=house)


def offered(call: PlaceCall, by: User) -> PlaceOffer:
    with c.acting(by) as actor:
        version = PlaceOffer.objects.get(call=call, organisation=by.organisation_id).version
        return place_offers.offer_place(call.pk, by=actor, at=clock.now(), version=version)


def keep_away(cast: c.Cast, case: Case, house: Organisation) -> None:
    """From now on, because of a link with an offender."""
    with c.acting(cast.aissatou) as actor:
        entry = Avoided("organisation", str(house.pk), "conflict")
        no_go.keep_away(case.pk, by=actor, version=0, entries=[entry])


def held(*places: Places) -> list[int]:
    return [Places.objects.get(pk=each.pk).held for each in places]
