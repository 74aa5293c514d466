"""What every signed-in person reads of the others: never an address, never how many places are left."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.enums import OrganisationKind, PersonGroup, Role
from partners.models import Places
from partners.queries import directory, free_places, offers
from partners.services import ledger, organisations, provision
from partners.services.provision import Offering
from tests.partners.conftest import BOTH, organisation, region, seat

pytestmark = pytest.mark.django_db(databases=BOTH)


@pytest.fixture
def shelter(focal_point, places):
    provision.add_service(focal_point.actor, Offering(code="SHELTER_EMERG"))
    return places


def read(person, **query):
    return person.client.get(reverse("directory"), query).content.decode()


def test_it_says_who_offers_what_and_whether_there_is_room(stranger, centre, shelter):
    page = read(stranger)
    assert centre.name in page
    assert "Hébergement d’urgence" in page
    assert "+221 33 800 00 00" in page.replace("\xa0", " ")


def test_it_never_shows_an_address_nor_the_name_of_a_house(stranger, shelter):
    for page in (read(stranger), read(stranger, region="SN-DK"), read(stranger, service="SHELTER_EMERG")):
        assert "Canari" not in page
        assert "Maison A" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, True),
        ({"region": "SN-DK"}, True),
        ({"region": "SN-ZG"}, False),
        ({"service": "SHELTER_EMERG"}, True),
        ({"service": "LEGAL"}, False),
        ({"kind": "reception_centre"}, True),
        ({"kind": "ngo"}, False),
        ({"region": "SN-DK", "service": "SHELTER_EMERG", "kind": "reception_centre"}, True),
        ({"region": "nowhere"}, True),
        ({"kind": "\x00"}, True),
    ],
)
def test_filters_are_in_the_address(focal_point, centre, shelter, query, found):
    response = focal_point.client.get(reverse("directory"), query)
    assert response.status_code == 200
    assert ({row["organisation"] for row in response.context["rows"]} >= {centre}) is found


def test_each_filter_can_be_taken_away(focal_point, shelter):
    response = focal_point.client.get(reverse("directory"), {"region": "SN-DK", "kind": "reception_centre"})
    assert dict(response.context["active"]) == {
        "Dakar": "?kind=reception_centre",
        response.context["active"][1][0]: "?region=SN-DK",
    }


def test_a_suspended_organisation_leaves_it(stranger, administrator, centre, shelter):
    organisations.suspend_organisation(administrator.actor, centre.pk, centre.version)
    assert centre.name not in read(stranger)


def test_places_full_tonight_are_not_offered(focal_point, centre, shelter, at):
    groups = [PersonGroup.GIRLS]
    assert list(free_places(centre.pk, groups, at)) == [shelter]
    provision.set_full_tonight(focal_point.actor, shelter.pk, shelter.version, at=at)
    assert not free_places(centre.pk, groups, at)
    assert list(free_places(centre.pk, groups, at + timedelta(days=1))) == [shelter]
    offer = offers(directory().get(pk=centre.pk), at)[0]
    assert (offer.free, offer.full_tonight) == (False, True)


def test_places_are_offered_to_their_group_only_while_one_is_free(centre, shelter, at):
    assert not free_places(centre.pk, [PersonGroup.MEN], at)
    for _number in range(shelter.capacity):
        ledger.hold_place(shelter.pk)
    assert not free_places(centre.pk, [PersonGroup.GIRLS], at)


@pytest.mark.parametrize(("days", "stale"), [(7, False), (8, True)])
def test_a_count_of_more_than_seven_days_is_marked(stranger, centre, shelter, at, days, stale):
    offer = offers(directory().get(pk=centre.pk), at + timedelta(days=days))[0]
    assert offer.stale is stale


def test_the_free_places_of_two_houses_are_one_answer(focal_point, centre, shelter, at):
    second = provision.add_site(focal_point.actor, name="Maison Z", region=region(), address=None)
    provision.open_places(focal_point.actor, second, group=PersonGroup.GIRLS, capacity=0, at=at)
    provision.open_places(focal_point.actor, second, group=PersonGroup.MEN, capacity=0, at=at)
    found = {offer.group: offer.free for offer in offers(directory().get(pk=centre.pk), at)}
    assert found == {PersonGroup.GIRLS: True, PersonGroup.MEN: False}


def test_it_takes_as_many_queries_for_three_organisations_as_for_one(stranger, shelter, at):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            read(stranger)
        return len(captured)

    queries()
    once = queries()
    for number in range(2):
        house = organisation(f"Centre {number}", OrganisationKind.NGO)
        desk = seat(house, Role.FOCAL_POINT, name=f"Desk {number}")
        house_site = provision.add_site(desk.actor, name="Maison", region=region(), address=None)
        provision.open_places(desk.actor, house_site, group=PersonGroup.MEN, capacity=2, at=at)
        provision.add_service(desk.actor, Offering(code="LEGAL"))
    assert Places.objects.count() == 3
    assert queries() == once


def test_nobody_reads_it_without_signing_in(shelter):
    response = Client().get(reverse("directory"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_everybody_signed_in_reads_what_the_national_unit_reads(stranger):
    assert stranger.client.get(reverse("national-unit")).status_code == 200
