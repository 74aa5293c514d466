"""The way to the centre: planned by either side, followed by both, ended with the arrival, missed when nobody comes."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from audit import clock
from audit.models import Event
from audit.rows import write
from partners.enums import Role
from partners.models import Department, Region
from referral.enums import Machine, TaskKind
from referral.forms.when import BOX
from referral.models import Draft, Notice, Referral, ReferralGrant, Task, Term, Transition, Trip
from referral.queries.rights import drafts_about
from referral.references import spoken
from referral.watchwords import WORDS, draw_pair
from tests import cast as c
from tests.canary import found
from tests.referral import trips as t
from tests.referral.pages import act, later, press, sign_in
from tests.referral.test_referral_acts import OTHERWISE
from tests.referral.watching import none_open, ran, the_task, told

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

HOUR = timedelta(hours=1)
PLAN = {
    "means": "bus",
    "payer": "sender",
    "meeting_point": "gare routière canari",
    "belongings": "carnet\n\n sac ",
}


def does(who: Any, trip: Trip, name: str, **typed: Any) -> None:
    answer = press(sign_in(who), reverse(name, args=[trip.pk]), **typed)
    assert answer.status_code == 302, answer.context["form"].errors
    trip.refresh_from_db()


def box(at: datetime) -> str:
    return timezone.localtime(at).strftime(BOX)


def moves(trip: Trip) -> list[tuple[str, str]]:
    rows = Transition.objects.filter(machine=Machine.TRIP, referral=trip.referral).order_by(
        "recorded_at", "id"
    )
    return [(row.action, row.side) for row in rows]


def test_a_half_typed_plan_is_kept_for_its_author_until_it_is_sent(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    aissatou, plan = sign_in(cast.aissatou), reverse("trip_plan", args=[referral.pk])
    half = aissatou.get(plan).context["draft_url"]
    assert aissatou.post(half, {"meeting_point": "gare à moitié", "means": "bus"}).status_code == 200
    again = aissatou.get(plan)
    assert again.context["draft_resumed"]
    assert "gare à moitié" in again.content.decode()
    assert "gare à moitié" not in sign_in(cast.codou).get(plan).content.decode()
    arrives = box(clock.now() + 5 * HOUR)
    assert press(aissatou, plan, **PLAN, expected_arrival_at=arrives).status_code == 302
    assert not Draft.objects.exists()

    trip = Trip.objects.get()
    change = reverse("trip_change", args=[trip.pk])
    opened = aissatou.get(change).context
    half = {"meeting_point": "marché à moitié", "means": "bus", "version": opened["form"]["version"].value()}
    aissatou.post(opened["draft_url"], half)
    assert "marché à moitié" in aissatou.get(change).content.decode()
    assert [kept.about for kept in drafts_about(referral.case)] == [trip.pk], "it dies with the file"
    later(hours=1)
    # What the centre has written since is not taken back unseen by what was typed before.
    does(cast.codou, trip, "trip_change", meeting_point="poste de santé")
    for _typed_on in range(2):
        shown = aissatou.get(change)
        assert not shown.context["draft_resumed"]
        assert "poste de santé" in shown.content.decode()
        # Nor by what is typed into the same page afterwards.
        later(hours=1)
        aissatou.post(opened["draft_url"], half)


def test_from_the_plan_to_the_arrival_which_is_written_once(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    leads = press(
        sign_in(cast.aissatou),
        reverse("trip_plan", args=[referral.pk]),
        **PLAN,
        escort=str(cast.aissatou.pk),
        expected_arrival_at=box(clock.now() + 5 * HOUR),
    )
    trip = Trip.objects.get()
    assert leads.url == reverse("trip", args=[trip.pk])
    with c.acting():
        assert (trip.state, trip.belongings, trip.escort) == ("planned", ["carnet", "sac"], cast.aissatou)
    later(hours=1)
    # The centre writes down now when they left: what was said on the telephone.
    left = clock.now() - HOUR / 2
    does(cast.daouda, trip, "trip_depart", occurred_at=box(left))
    assert (trip.state, trip.departed_at) == ("departed", left.replace(second=0, microsecond=0))
    later(hours=3)
    region = Region.objects.first()
    where = Department.objects.filter(region=region).first()
    does(
        cast.aissatou,
        trip,
        "trip_night",
        region=str(region.pk),
        department=str(where.pk) if where else "",
        lodged_with="auberge canari",
        expected_arrival_at=box(clock.now() + 15 * HOUR),
    )
    with c.acting():
        lodged_with = trip.overnight_with
    assert (trip.state, trip.overnight_region, lodged_with) == ("overnight", region, "auberge canari")
    later(hours=15)
    referral.refresh_from_db()
    assert act(cast.codou, referral, "start", **OTHERWISE).status_code == 302
    trip.refresh_from_db()
    referral.refresh_from_db()
    assert (trip.state, trip.ended_at) == ("arrived", referral.started_at)
    assert sorted(moves(trip)) == [
        ("arrive", "receiving"),
        ("depart", "receiving"),
        ("plan", "referring"),
        ("stay", "referring"),
    ]
    page = sign_in(cast.aissatou).get(reverse("trip", args=[trip.pk])).content.decode()
    assert "gare routière canari" not in page, "codes and times alone are left when it is over"


def test_the_hour_of_the_trip_is_the_hour_of_the_referral(cast: c.Cast) -> None:
    """The desk is not pressed, and the place not given away, before the hour on which both sides agreed."""
    referral = c.accepted(cast)
    expected = clock.now() + 30 * HOUR
    t.planned(cast, referral, expected_arrival_at=expected)
    was_due = referral.due_at
    referral.refresh_from_db()
    assert (referral.expected_arrival_at, referral.due_at) == (expected, expected + 24 * HOUR)
    assert referral.due_at > was_due
    assert referral.placements.get().held_until == referral.due_at
    grants = ReferralGrant.objects.filter(content_object=referral)
    assert {grant.due_at for grant in grants} == {referral.due_at}


def test_there_is_one_trip_at_a_time(cast: c.Cast) -> None:
    trip = t.planned(cast)
    client, url = sign_in(cast.codou), reverse("trip_plan", args=[trip.referral_id])
    assert client.get(url).url == reverse("trip", args=[trip.pk])
    other = Trip(
        referral=trip.referral, case_id=trip.case_id, state_since=clock.now(), planned_at=clock.now()
    )
    other.planned_by, other.expected_arrival_at = cast.codou, clock.now()
    other.word_asked, other.word_answered = draw_pair()
    with c.acting(), transaction.atomic(), pytest.raises(IntegrityError, match="one_trip_at_a_time"):
        write(other)
    does(cast.codou, trip, "trip_break_off", reason="panne canari")
    assert trip.state == "broken_off"
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("how", ["no_show", "withdraw", "step_back"])
def test_a_referral_that_ends_leaves_nobody_on_the_way(cast: c.Cast, how: str) -> None:
    trip = t.departed(cast)
    released = t.released(cast, trip)
    referral = Referral.objects.get(pk=trip.referral_id)
    who, typed = {
        "no_show": (cast.daouda, {"reason_code": "UNKNOWN", "called": "yes"}),
        "withdraw": (cast.aissatou, {"reason_code": "RISK"}),
        "step_back": (cast.codou, {"conflict": True}),
    }[how]
    if how == "no_show":
        later(hours=4)
    assert act(who, referral, how, **typed).status_code == 302
    trip.refresh_from_db()
    released.refresh_from_db()
    assert (trip.state, bool(trip.ended_at), bool(released.ended_at)) == ("broken_off", True, True)


def test_an_escort_who_does_not_own_the_file_follows_the_trip_and_does_not_plan_it(cast: c.Cast) -> None:
    with c.acting(), transaction.atomic():
        penda = c.person("penda", cast.unit, Role.CASEWORKER, at=cast.at)
    trip = t.planned(cast, escort=penda)
    assert "Penda" in told(trip.referral)
    does(penda, trip, "trip_depart")
    client = sign_in(penda)
    assert client.get(reverse("trip_words", args=[trip.pk])).status_code == 200
    assert client.get(reverse("trip_change", args=[trip.pk])).status_code == 403
    assert (
        reverse("trip", args=[trip.pk])
        in client.get(reverse("referral", args=[trip.referral_id])).content.decode()
    )


# --- the two words


def test_both_sides_hold_two_words_which_stand_beside_no_place(cast: c.Cast) -> None:
    assert len({*WORDS}) == len(WORDS) > 60
    assert all(len({*draw_pair()}) == 2 for _draw in range(50))
    trip = t.planned(cast)
    with c.acting():
        pair = [trip.word_asked, trip.word_answered]
    looks = Event.objects.using("audit").filter(verb="reveal", object_id=trip.pk)
    for number, who in enumerate((cast.aissatou, cast.codou), start=1):
        client = sign_in(who)
        page = client.get(reverse("trip_words", args=[trip.pk])).content.decode()
        assert [word in page for word in pair] == [True, True]
        assert found([*t.SAID.values(), *t.THINGS], page.encode()) == []
        assert looks.count() == number
        for name in ("trip", "trip_handover"):
            assert found(pair, client.get(reverse(name, args=[trip.pk])).content) == [], name
    does(cast.codou, trip, "trip_break_off")
    assert sign_in(cast.codou).get(reverse("trip_words", args=[trip.pk])).status_code == 404


# --- the sheet


def test_the_sheet_says_what_goes_along_and_nothing_of_whom_where_or_why(cast: c.Cast) -> None:
    trip = t.planned(cast)
    answer = sign_in(cast.codou).get(reverse("trip_handover", args=[trip.pk]))
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "application/pdf",
        'inline; filename="fiche.pdf"',
    )
    sheet = PdfReader(BytesIO(answer.content))
    root = sheet.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr-SN"
    said = " ".join(" ".join(page.extract_text() for page in sheet.pages).replace("\xa0", " ").split())
    for word in (spoken(trip.referral.reference).replace("\xa0", " "), *t.THINGS, "Remis par", "Reçu par"):
        assert word in said
    assert said.count("Signature") == 2
    heap = said.encode() + answer.content
    with c.acting():
        hidden = [*t.SAID.values(), trip.word_asked, trip.word_answered, "12 rue Canari", *c.SECRETS.values()]
    assert found(hidden, heap) == []
    assert found(["traite", "victime", "Maison", "Teranga", "hébergement", "police"], said.encode()) == []
    event = Event.objects.using("audit").get(verb="print", object_id=trip.pk)
    assert (event.actor_id, event.fields) == (cast.codou.pk, ["belongings"])


# --- the alarm


def woman_on_the_way(cast: c.Cast) -> Trip:
    women = cast.girls.site.places.get(group="women")
    case = c.open_case(cast, **{**c.WOMAN, "children": []})
    return t.departed(cast, t.planned(cast, c.accepted(cast, c.sent(cast, case), places=women)))


@pytest.mark.parametrize(("child", "after"), [(True, 1), (False, 3)])
def test_nobody_came_is_heard_once_by_both_sides_and_sooner_for_a_child(
    cast: c.Cast, child: bool, after: int
) -> None:
    trip = t.departed(cast) if child else woman_on_the_way(cast)  # expected in three hours
    Notice.objects.all().delete()
    later(hours=3 + after - 0.1)
    assert ran("late_arrivals") == 0
    later(hours=3 + after + 0.1)
    assert ran("late_arrivals") == 1
    task = the_task(TaskKind.LATE_ARRIVAL)
    assert (task.owner, told(task), told(trip.referral)) == (cast.aissatou, ["Aissatou"], ["Codou", "Daouda"])
    for minutes in (0, 15):
        later(hours=8, minutes=minutes)
        ran("tasks")
    heads = {n.user.name for n in Notice.objects.filter(rung__object_id=task.pk)}
    assert "Bineta" in heads, "silence climbs as every other"
    does(cast.codou, trip, "trip_change", expected_arrival_at=box(clock.now() + 2 * HOUR))
    assert none_open(TaskKind.LATE_ARRIVAL)
    later(hours=10.4 + after)
    assert ran("late_arrivals") == 1, "the new hour has its own alarm"
    referral = Referral.objects.get(pk=trip.referral_id)
    assert act(cast.codou, referral, "start", **OTHERWISE).status_code == 302
    assert none_open(TaskKind.LATE_ARRIVAL)
    assert Task.objects.filter(kind=TaskKind.LATE_ARRIVAL).latest("made_at").result == "arrive"


def test_coordination_sets_how_long_one_waits_before_the_alarm(cast: c.Cast) -> None:
    t.departed(cast)
    with c.acting(), transaction.atomic():
        write(Term(clock="late_child", amount=2, organisation=cast.centre))
    later(hours=4.5)
    assert ran("late_arrivals") == 0
    later(hours=5.1)
    assert ran("late_arrivals") == 1
    page = sign_in(cast.ibrahima).get(reverse("clock", args=["late_child"]))
    assert page.status_code == 200
