"""The house from evening to morning: who came without a referral, the count, leaves, moves, who waits."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit import clock
from audit.models import Event
from partners.models import Overflow, Places
from partners.services import provision
from referral.models import Notice, Placement, Referral, WalkIn
from referral.queries.waiting import waiting_list
from referral.services import care, receiving
from referral.services.suspension import suspend_organisation
from referral.sms import read_headcount
from tests import cast as c
from tests.referral.pages import act, later, leaked, page_of, press, sign_in
from tests.referral.passing import go_round
from tests.referral.test_gateway import Operator, operator
from tests.referral.test_referral_receiving import fill
from tests.referral.test_replies import answers, by_sms
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def numbers(places: Places) -> tuple[int, int, int, int]:
    row = Places.objects.get(pk=places.pk)
    assert row.free + row.held + row.occupied == row.capacity + row.over
    return row.held, row.occupied, row.over, row.free


def said(client: Client) -> str:
    return " ".join(client.get(reverse("places")).content.decode().split())


def come_in(cast: c.Cast, **typed: Any) -> Any:
    return press(sign_in(cast.codou), reverse("walk-in-new", args=[cast.girls.pk]), **typed)


def acknowledged(cast: c.Cast, **asked: Any) -> Referral:
    referral = c.sent(cast, **asked)
    with c.acting(cast.codou) as actor:
        return receiving.acknowledge(referral.pk, by=actor, at=clock.now(), version=referral.version)


# --- Without a referral ----------------------------------------------------------------------------------------
def test_who_walks_in_is_counted_until_gone(cast: c.Cast) -> None:
    assert come_in(cast).status_code == 302  # the usual answer is chosen already
    row = WalkIn.objects.get()
    assert (row.sex, row.age_band, row.entered_by) == ("female", "14-17", cast.codou)
    assert numbers(cast.girls) == (0, 1, 0, 1)
    desk = sign_in(cast.elisabeth)
    assert reverse("walk-in", args=[row.pk]) in said(desk)
    desk.post(reverse("walk-in-left", args=[row.pk]), {"version": row.version})
    assert numbers(cast.girls) == (0, 0, 0, 2)
    assert WalkIn.objects.get().left_at is not None
    assert desk.get(reverse("walk-in", args=[row.pk])).status_code == 404


def test_an_entry_by_mistake_is_no_night(cast: c.Cast) -> None:
    come_in(cast)
    row = WalkIn.objects.get()
    sign_in(cast.codou).post(reverse("walk-in-mistake", args=[row.pk]), {"version": row.version})
    assert not WalkIn.objects.exists()
    assert numbers(cast.girls) == (0, 0, 0, 2)
    assert list(Event.objects.filter(object_id=row.pk).values_list("verb", flat=True)) == ["create", "delete"]


def test_a_full_house_says_why_and_is_counted(cast: c.Cast) -> None:
    fill(cast.girls)
    answer = come_in(cast)
    assert set(answer.context["form"].errors) == {"overflow"}
    assert not WalkIn.objects.exists()
    assert come_in(cast, overflow="danger").status_code == 302
    assert numbers(cast.girls) == (0, 3, 1, 0)
    act_ = Overflow.objects.get()
    assert (act_.persons, act_.reason, act_.said_by) == (1, "danger", cast.codou)
    assert "Codou" in said(sign_in(cast.elisabeth))


# --- The evening count -----------------------------------------------------------------------------------------
def test_the_evening_count_is_what_the_house_counts_and_says_how_it_differs(cast: c.Cast) -> None:
    c.started(cast), come_in(cast)
    client = sign_in(cast.codou)
    field = f"count_{cast.girls.pk}"
    answer = press(client, reverse("places-headcount"), **{field: "1"})
    assert answer.status_code == 302
    assert numbers(cast.girls) == (0, 1, 0, 1)
    girls = Places.objects.get(pk=cast.girls.pk)
    assert (girls.confirmed_by, girls.confirmed_how) == (cast.codou, "screen")
    assert "1 personne inscrite ici n’a pas été comptée" in said(client).replace("\xa0", " ")
    refused = press(client, reverse("places-headcount"), **{field: "7"})
    assert set(refused.context["form"].errors) == {field}
    assert numbers(cast.girls) == (0, 1, 0, 1)
    assert press(client, reverse("places-headcount"), **{field: "7", "overflow": "night"}).status_code == 302
    assert numbers(cast.girls) == (0, 7, 5, 0)
    assert "Au-dessus de la capacité, par Codou" in said(client)


def test_who_had_left_before_the_count_is_not_taken_from_it_again(cast: c.Cast) -> None:
    """Of two one went at noon; the evening count is one, and the departure is written up afterwards."""
    referral = c.started(cast)
    come_in(cast)
    noon = clock.now()
    later(hours=6)
    press(sign_in(cast.codou), reverse("places-headcount"), **{f"count_{cast.girls.pk}": "1"})
    assert numbers(cast.girls) == (0, 1, 0, 1)
    later(hours=8)
    with c.acting(cast.codou) as actor:
        row = Referral.objects.get(pk=referral.pk)
        said_later = {"occurred_at": noon, "outcome": "NEED_MET"}
        care.complete_service(row.pk, by=actor, at=clock.now(), version=row.version, **said_later)
    assert Placement.objects.get().left_at == noon
    assert numbers(cast.girls) == (0, 1, 0, 1)
    other = WalkIn.objects.get()
    sign_in(cast.codou).post(reverse("walk-in-left", args=[other.pk]), {"version": other.version})
    assert numbers(cast.girls) == (0, 0, 0, 2)


def test_a_number_of_the_count_that_changed_meanwhile_changes_nothing(cast: c.Cast) -> None:
    client, url = sign_in(cast.codou), reverse("places-headcount")
    form = client.get(url).context["form"]
    typed = {field.html_name: field.value() for field in form}
    come_in(cast)
    assert client.post(url, typed | {f"count_{cast.girls.pk}": "0"}).status_code == 200
    assert numbers(cast.girls) == (0, 1, 0, 1)


@pytest.fixture
def gate(settings: Any) -> Iterator[Operator]:
    with operator() as server:
        settings.RELAIS_GATEWAY_URL = server.url
        settings.RELAIS_GATEWAY_TOKEN = "jeton"
        settings.RELAIS_GATEWAY_ANSWER_TOKEN = "retour"
        yield server


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("PLACES FI 12", ("FI", 12)),
        (" places f2 7.", ("F2", 7)),
        ("PLACES 5", ("", 5)),
        ("PLACES F12", None),  # the twelfth house, or twelve?
        ("PLACES 2 12", None),
        ("PLACES F -1", None),
        ("PLACES F 12 13", None),
        ("PLACES", None),
    ],
)
def test_a_count_is_read_in_one_way_or_not_at_all(text: str, read: tuple[str, int] | None) -> None:
    assert read_headcount(text) == read


def test_the_count_comes_by_text_message_from_a_telephone_of_the_desk(cast: c.Cast, gate: Operator) -> None:
    by_sms(cast.codou)
    assert answers("PLACES FI 2") == 204
    girls = Places.objects.get(pk=cast.girls.pk)
    assert (girls.occupied, girls.confirmed_by, girls.confirmed_how) == (2, cast.codou, "sms")
    work()
    assert gate.received[-1]["to"] == "+221770000000"
    assert gate.received[-1]["text"].endswith("FI 2.")
    assert "par SMS" in said(sign_in(cast.codou))
    assert "par SMS" in sign_in(cast.aissatou).get(reverse("directory")).content.decode()  # senders too
    # Above capacity it takes a person who says why.
    answers("PLACES FI 3")
    assert numbers(cast.girls) == (0, 2, 0, 0)


def test_a_wrong_message_changes_nothing_and_its_answer_gives_nothing_away(
    cast: c.Cast, gate: Operator
) -> None:
    by_sms(cast.codou)
    before = {row.pk: row.version for row in Places.objects.all()}
    for text in ("PLACES 1", "PLACES G 1", "PLACES merci"):  # two groups are counted, and no boys
        assert answers(text) == 204
    work()
    assert len(gate.received) == 3
    for message in gate.received:
        assert not any(word in message["text"] for word in ("Teranga", "Maison", "Filles", "Femmes"))
    assert answers("PLACES FI 1", sender="+221 77 000 00 01") == 204
    work()
    assert len(gate.received) == 3  # a stranger costs no message
    assert {row.pk: row.version for row in Places.objects.all()} == before
    reasons = Event.objects.using("audit").filter(object_type="partners.places", outcome="denied")
    assert set(reasons.values_list("reason_code", flat=True)) == {"UNREADABLE", "UNKNOWN_NUMBER"}


def test_a_telephone_of_a_suspended_house_counts_nothing(cast: c.Cast, gate: Operator) -> None:
    by_sms(cast.codou)
    with c.acting(cast.mareme) as actor:
        suspend_organisation(actor, cast.centre.pk, cast.centre.version)
    before = numbers(cast.girls)
    answers("PLACES FI 2")
    work()
    assert (numbers(cast.girls), gate.received) == (before, [])


# --- A place that is held, kept, moved -------------------------------------------------------------------------
def test_a_hold_ends_by_the_clock_and_who_comes_late_still_gets_a_bed(cast: c.Cast) -> None:
    referral = c.accepted(cast, expected_arrival_at=clock.now())
    later(hours=23)
    go_round(["holds"])
    assert numbers(cast.girls) == (1, 0, 0, 1)
    Notice.objects.all().delete()
    later(hours=25)
    go_round(["holds"])
    assert numbers(cast.girls) == (0, 0, 0, 2)
    told = Notice.objects.filter(object_id=referral.pk).values_list("user__name", flat=True)
    assert set(told) == {"Aissatou", "Codou", "Daouda"}
    fill(cast.girls)
    there = {"identified_otherwise": "connue", "place": str(cast.girls.pk)}
    answer = act(cast.daouda, referral, "start", **there)
    assert set(answer.context["form"].errors) == {"overflow"}
    assert act(cast.daouda, referral, "start", **there, overflow="night").status_code == 302
    assert numbers(cast.girls) == (0, 3, 1, 0)


@pytest.mark.parametrize("kept", ["yes", "no"])
def test_who_goes_on_leave_comes_back_to_a_bed(cast: c.Cast, kept: str) -> None:
    referral = c.started(cast)
    url = reverse("stay-leave", args=[referral.pk])
    worker = sign_in(cast.daouda)
    assert press(worker, url, kept=kept).status_code == 302
    assert numbers(cast.girls) == ((1, 0, 0, 1) if kept == "yes" else (0, 0, 0, 2))
    assert "En permission" in said(sign_in(cast.codou))
    if kept == "no":
        fill(cast.girls)
        assert set(press(worker, url).context["form"].errors) == {"overflow"}
    back = press(worker, url, **({} if kept == "yes" else {"overflow": "family"}))
    assert back.status_code == 302
    assert numbers(cast.girls) == ((0, 1, 0, 1) if kept == "yes" else (0, 3, 1, 0))
    assert Placement.objects.get().away_since is None


@pytest.mark.parametrize("kept", ["yes", "no"])
def test_who_does_not_come_back_from_leave_leaves_once(cast: c.Cast, kept: str) -> None:
    referral = c.started(cast)
    press(sign_in(cast.daouda), reverse("stay-leave", args=[referral.pk]), kept=kept)
    act(cast.daouda, referral, "complete", reason_code="LEFT_BY_CHOICE", left="yes")
    assert numbers(cast.girls) == (0, 0, 0, 2)
    assert Placement.objects.get().state == "left"


def test_a_move_is_one_step_and_only_within_the_house(cast: c.Cast) -> None:
    referral = c.started(cast)
    women = Places.objects.get(site=cast.girls.site, group="women")
    with c.acting(cast.ousmane) as actor:
        site = provision.add_site(actor, name="Ailleurs", region=cast.region, address=None)
        foreign = provision.open_places(actor, site, group="women", capacity=9, at=clock.now())
    url = reverse("stay-move", args=[referral.pk])
    assert "place" in press(sign_in(cast.codou), url, place=str(foreign.pk)).context["form"].errors
    assert press(sign_in(cast.codou), url, place=str(women.pk)).url == reverse("places")
    assert (numbers(cast.girls), numbers(women)) == ((0, 0, 0, 2), (0, 1, 0, 1))
    assert sign_in(cast.bineta).get(url).status_code == 403


# --- Who waits -------------------------------------------------------------------------------------------------
def test_a_full_desk_lets_wait_and_hears_when_a_bed_is_free(cast: c.Cast) -> None:
    standard, urgent = (acknowledged(cast, urgency=each) for each in ("standard", "urgent"))
    due = urgent.due_at
    with c.acting():
        Referral.objects.filter(pk=standard.pk)
    fill(cast.girls)
    for referral in (standard, urgent):
        assert act(cast.codou, referral, "put_on_list").status_code == 302
    urgent.refresh_from_db()
    assert (urgent.state, urgent.due_at) == ("acknowledged", due)  # its clock runs on
    assert "Sur liste d’attente" in page_of(cast.aissatou, urgent).content.decode()
    Notice.objects.all().delete()
    go_round(["waiting"])
    assert not Notice.objects.exists()
    with c.acting(cast.codou) as actor:
        row = Places.objects.get(pk=cast.girls.pk)
        provision.edit_places(actor, row.pk, row.version, capacity=2, occupied=1, at=clock.now())
    go_round(["waiting"]), go_round(["waiting"])
    [first] = Notice.objects.all()  # one bed, one person, said once
    assert (first.user, first.object_id) == (cast.codou, urgent.pk)  # the most urgent, who came later
    assert act(cast.codou, urgent, "accept", conflict="no").status_code == 302
    assert [each.referral for each in waiting_list(cast.centre.pk)] == [standard]


def test_the_waiting_list_is_for_a_full_house(cast: c.Cast) -> None:
    referral = acknowledged(cast)
    page = sign_in(cast.codou).get(reverse("referral_act", args=[referral.pk, "put_on_list"]))
    assert page.context["unmet"]


# --- Boards ----------------------------------------------------------------------------------------------------
def test_the_board_is_in_codes_and_asks_as_little_for_many(
    cast: c.Cast, django_assert_max_num_queries: Any
) -> None:
    c.accepted(cast), come_in(cast)
    client = sign_in(cast.codou)
    client.get(reverse("places"))
    with django_assert_max_num_queries(25):
        page = client.get(reverse("places"))
    assert leaked(page) == []
    assert "12 rue Canari" not in page.content.decode()


def test_the_national_board_names_no_house(cast: c.Cast) -> None:
    fill(cast.girls)
    page = sign_in(cast.ibrahima).get(reverse("places-national"))
    body = page.content.decode()
    assert (page.status_code, "Maison" in body, "Teranga" in body) == (200, False, False)
    rows = {tally.group: tally for _region, tallies in page.context["regions"] for tally in tallies}
    assert (rows["girls"].capacity, rows["girls"].free, rows["girls"].full) == (2, 0, 1)
    assert rows["women"].free == 2
    assert "<svg" in body
    later(days=8)
    aged = sign_in(cast.ibrahima).get(reverse("places-national"))
    assert aged.context["stale"] == 2
