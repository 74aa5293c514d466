"""The desk's places: through the page, and refused to everybody else."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from partners.models import Places
from partners.queries.directory import next_morning
from tests.partners.conftest import BOTH, body, changes, denials, history

pytestmark = pytest.mark.django_db(databases=BOTH)

DAKAR = ZoneInfo("Africa/Dakar")
ACTS = ["places-confirm", "places-full", "places-full-undo"]


def post(person, name, places, **data):
    return person.client.post(reverse(name, args=[places.pk]), {"version": places.version, **data})


def test_the_page_shows_each_site_and_group(focal_point, places):
    page = focal_point.client.get(reverse("places")).content.decode()
    assert "Maison A" in page
    assert str(reverse("places-confirm", args=[places.pk])) in page
    assert "Canari" not in page


def test_confirming_is_one_tap(focal_point, places):
    response = post(focal_point, "places-confirm", places)
    assert response.status_code == 302
    row = Places.objects.get(pk=places.pk)
    assert (row.version, row.confirmed_by_id) == (2, focal_point.user.pk)
    assert row.confirmed_at > places.confirmed_at or row.confirmed_at == places.confirmed_at
    assert changes(places.pk) == ["create", "change"]
    assert history(places) == [1, 2]


def test_the_numbers_are_corrected_and_so_confirmed(focal_point, places):
    response = post(focal_point, "places-edit", places, capacity=5, occupied=2)
    assert response.status_code == 302
    row = Places.objects.get(pk=places.pk)
    assert (row.capacity, row.occupied, row.over, row.free) == (5, 2, 0, 3)


def test_more_persons_than_places_must_be_said(focal_point, places):
    response = post(focal_point, "places-edit", places, capacity=2, occupied=4)
    assert response.status_code == 200
    assert Places.objects.get(pk=places.pk).occupied == 0
    post(focal_point, "places-edit", places, capacity=2, occupied=4, overflow="night")
    row = Places.objects.get(pk=places.pk)
    assert (row.capacity, row.occupied, row.over, row.free) == (2, 4, 2, 0)


@pytest.mark.parametrize("typed", ["", "-1", "trois", "3000", "1\x002"])
def test_numbers_that_are_none_change_nothing(focal_point, places, typed):
    response = post(focal_point, "places-edit", places, capacity=typed, occupied=0)
    assert response.status_code == 200
    assert response.context["form"].errors["capacity"]
    assert Places.objects.get(pk=places.pk).version == 1


def test_full_tonight_hides_the_places_until_the_morning_and_can_be_undone(focal_point, places, at):
    post(focal_point, "places-full", places)
    full = Places.objects.get(pk=places.pk)
    assert full.full_until.astimezone(DAKAR).strftime("%H:%M") == "08:00"
    assert at < full.full_until <= at + timedelta(days=1)
    post(focal_point, "places-full-undo", full)
    assert Places.objects.get(pk=places.pk).full_until is None
    assert changes(places.pk) == ["create", "change", "change"]


@pytest.mark.parametrize(
    ("hour", "day"), [(22, 22), (5, 21), (8, 22)], ids=["evening", "small hours", "at eight itself"]
)
def test_the_morning_is_the_next_eight_o_clock_in_dakar(hour, day):
    at = datetime(2026, 11, 21, hour, tzinfo=DAKAR)
    assert next_morning(at) == datetime(2026, 11, day, 8, tzinfo=DAKAR)


@pytest.mark.parametrize("name", ["places-confirm", "places-full", "places-full-undo"])
def test_a_stale_tap_is_said_and_changes_nothing(focal_point, places, name):
    post(focal_point, "places-confirm", places)
    response = focal_point.client.post(
        reverse(name, args=[places.pk]), {"version": places.version}, follow=True
    )
    assert Places.objects.get(pk=places.pk).version == 2
    assert [message.level_tag for message in response.context["messages"]][-1] == "error"


@pytest.mark.parametrize("version", ["", "x", "99999999999999"])
def test_a_tap_without_its_version_changes_nothing(focal_point, places, version):
    response = focal_point.client.post(reverse("places-full", args=[places.pk]), {"version": version})
    assert response.status_code == 302
    assert Places.objects.get(pk=places.pk).version == 1


@pytest.mark.parametrize("name", ACTS)
def test_a_get_does_nothing(focal_point, places, name):
    assert focal_point.client.get(reverse(name, args=[places.pk])).status_code == 405
    assert Places.objects.get(pk=places.pk).version == 1


@pytest.mark.parametrize("name", [*ACTS, "places-edit"])
def test_another_role_of_the_house_is_refused(caseworker, places, name):
    response = post(caseworker, name, places, capacity=9, occupied=0)
    assert response.status_code == 403
    assert denials(caseworker) == ["KEEP_PLACES"]
    assert Places.objects.get(pk=places.pk).version == 1


@pytest.mark.parametrize("name", [*ACTS, "places-edit"])
def test_a_stranger_finds_nothing(stranger, places, name):
    response = post(stranger, name, places, capacity=9, occupied=0)
    unknown = stranger.client.post(
        reverse(name, args=[uuid4()]), {"version": 1, "capacity": 9, "occupied": 0}
    )
    assert response.status_code == unknown.status_code == 404
    assert body(response) == body(unknown)
    assert Places.objects.get(pk=places.pk).version == 1


def test_counting_places_for_a_new_group(focal_point, site):
    new = {"site": site.pk, "group": "women", "capacity": 4}
    assert focal_point.client.post(reverse("places-new"), new).status_code == 302
    again = focal_point.client.post(reverse("places-new"), new)
    assert again.status_code == 200
    assert again.context["form"].non_field_errors()
    assert Places.objects.filter(site=site, group="women").count() == 1


def test_places_are_not_counted_in_another_organisations_site(stranger, site):
    new = {"site": site.pk, "group": "women", "capacity": 4}
    response = stranger.client.post(reverse("places-new"), new)
    assert response.context["form"].errors["site"]
    assert not Places.objects.filter(site=site).exists()
