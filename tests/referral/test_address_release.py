"""A protected house is known to its own people; one escort reads where it stands, for hours, if the centre says so."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit import clock
from audit.models import Event
from audit.rows import write
from partners.models import Places, Site
from partners.services import duty
from referral.models import AddressRelease, Notice, Placement, Referral, Trip
from referral.models.trip import LONGEST_RELEASE
from referral.services import stays
from tests import cast as c
from tests.referral import trips as t
from tests.referral.pages import act, later, press, same_as_unknown, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

ADDRESS = "12 rue Canari"


def url(trip: Trip, name: str = "trip_address") -> str:
    return reverse(name, args=[trip.pk])


def reads(who: Any, trip: Trip) -> bool:
    """Presses the button of the escort's page, where there is one."""
    client = sign_in(who)
    page = client.get(url(trip))
    if page.status_code == 404:
        assert client.post(url(trip)).status_code == 404
        return False
    assert ADDRESS not in page.content.decode(), "nothing is shown before it is asked for"
    answer = client.post(url(trip))
    assert "no-store" in answer["Cache-Control"]
    return ADDRESS in answer.content.decode()


def release(cast: c.Cast, trip: Trip, who: str = "codou", **typed: Any) -> Any:
    return press(sign_in(cast.people[who]), url(trip, "trip_release"), **({"hours": "4"} | typed))


def test_the_centre_gives_it_to_the_escort_alone_and_each_reading_is_written_down(cast: c.Cast) -> None:
    trip = t.departed(cast)
    assert not any(reads(cast.people[who], trip) for who in ("aissatou", "bineta", "codou"))
    Notice.objects.all().delete()
    assert release(cast, trip).status_code == 302
    assert [
        reads(cast.people[who], trip) for who in ("aissatou", "bineta", "codou", "daouda", "ibrahima")
    ] == [
        True,
        *[False] * 4,
    ]
    assert same_as_unknown(sign_in(cast.bineta), "trip_address", trip.pk)
    looks = Event.objects.using("audit").filter(verb="reveal", object_type="partners.site", scope="escort")
    event = looks.get()
    assert (event.actor_id, event.fields, event.referral_id) == (
        cast.aissatou.pk,
        ["address"],
        trip.referral_id,
    )
    notice = Notice.objects.get()
    assert (notice.user, notice.reference) == (cast.aissatou, trip.referral.reference)
    left = sign_in(cast.aissatou).get(url(trip)).context["left"]
    assert left.startswith("4")


def another_house(cast: c.Cast) -> Places:
    with c.acting(), transaction.atomic():
        site = Site(organisation=cast.centre, name="Deuxième", region=cast.region, address="99 rue Autre")
        write(site)
        places = Places(site=site, group="girls", capacity=1, confirmed_at=clock.now())
        write(places)
    return places


@pytest.mark.parametrize(
    "how", ["time", "arrival", "broken_off", "another_escort", "taken_back", "house_changed", "moved"]
)
def test_it_is_gone(cast: c.Cast, how: str) -> None:
    trip = t.departed(cast)
    release(cast, trip)
    assert reads(cast.aissatou, trip)
    match how:
        case "time":
            later(hours=3.9)
            assert reads(cast.aissatou, trip)
            later(hours=4.1)
        case "arrival":
            referral = Referral.objects.get(pk=trip.referral_id)
            act(cast.daouda, referral, "start", identified_otherwise="L'escorte est connue")
        case "broken_off":
            assert press(sign_in(cast.codou), url(trip, "trip_break_off")).status_code == 302
        case "another_escort":
            assert press(sign_in(cast.aissatou), url(trip, "trip_change"), escort="").status_code == 302
        case "house_changed":
            later(minutes=1)
            t.at_address(cast, "77 rue Nouvelle")
            assert same_as_unknown(sign_in(cast.aissatou), "trip_address", trip.pk)
            release(cast, trip)
            assert "77 rue Nouvelle" in sign_in(cast.aissatou).post(url(trip)).content.decode()
            later(minutes=2)
            t.at_address(cast, ADDRESS)
        case "moved":
            Notice.objects.all().delete()
            other = another_house(cast)
            stay = Placement.objects.get(referral=trip.referral_id)
            with c.acting(cast.codou) as actor:
                moved = {"version": stay.version, "places_id": other.pk}
                stays.move_stay(trip.referral_id, by=actor, at=clock.now(), **moved)
            assert Notice.objects.filter(user=cast.aissatou).exists()
        case "taken_back":
            assert sign_in(cast.codou).post(url(trip, "trip_take_back")).status_code == 302
    assert not reads(cast.aissatou, trip)
    assert same_as_unknown(sign_in(cast.aissatou), "trip_address", trip.pk)


def test_nobody_stands_in_for_an_escort(cast: c.Cast) -> None:
    trip = t.departed(cast)
    release(cast, trip)
    at = clock.now()
    with c.acting(cast.bineta) as actor:
        duty.record_absence(
            actor,
            user_id=cast.aissatou.pk,
            covered_by=cast.bineta.pk,
            begins_at=at - timedelta(minutes=1),
            ends_at=at + timedelta(days=2),
            at=at,
        )
    assert sign_in(cast.bineta).get(url(trip, "trip_change")).status_code in (200, 403)
    assert not reads(cast.bineta, trip)


@pytest.mark.parametrize("escort", ["nobody", "of_the_centre"])
def test_only_an_escort_of_the_sender_who_has_an_account_can_be_given_it(cast: c.Cast, escort: str) -> None:
    trip = t.planned(cast, escort=cast.daouda if escort == "of_the_centre" else None)
    page = sign_in(cast.codou).get(url(trip, "trip_release"))
    assert page.context["unmet"]
    typed = {"site": str(cast.girls.site_id), "hours": "4", "version": trip.version}
    key = page.context["form"].initial.get("key") or "00000000-0000-4000-8000-000000000001"
    assert sign_in(cast.codou).post(url(trip, "trip_release"), typed | {"key": key}).status_code == 200
    assert not AddressRelease.objects.exists()


def test_nothing_but_an_own_house_with_an_address_and_for_some_hours(cast: c.Cast) -> None:
    trip = t.planned(cast)
    with c.acting(), transaction.atomic():
        theirs = Site(organisation=cast.other_centre, name="Ailleurs", region=cast.region, address="autre")
        bare = Site(organisation=cast.centre, name="Maison B", region=cast.region)
        for site in (theirs, bare):
            write(site)
    for typed in ({"site": str(theirs.pk)}, {"site": str(bare.pk)}, {"hours": "48"}):
        answer = release(cast, trip, **typed)
        assert (answer.status_code, bool(answer.context["form"].errors)) == (200, True), typed
    assert not AddressRelease.objects.exists()
    given = t.released(cast, trip)
    given.until = given.released_at + LONGEST_RELEASE + timedelta(minutes=1)
    with (
        c.acting(),
        transaction.atomic(),
        pytest.raises(IntegrityError, match="address_released_for_some_hours"),
    ):
        given.save(update_fields=["until"])
