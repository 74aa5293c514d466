"""The desk: places and conflicts, late answers, arrival codes, telephone yes, odd input."""

import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from audit import clock
from audit.models import Event
from partners.models import Overflow, Places
from referral.models import Placement, Referral
from referral.moves import NotPossible
from referral.policy import NotAllowed
from referral.services import receiving
from tests import canary
from tests import cast as c
from tests.referral.pages import act, act_url, later, page_of, press, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def typed_at(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


# --- Accepting -------------------------------------------------------------------------------------------------
def test_a_desk_answers_with_one_choice(cast: c.Cast) -> None:
    """Everything but the question about a conflict is proposed: place, worker and hour."""
    referral = c.sent(cast)
    assert act(cast.codou, referral, "accept", conflict="no").status_code == 302
    now = Referral.objects.get(pk=referral.pk)
    assert now.worker == cast.codou
    held = Placement.objects.get(referral=referral)
    assert (held.state, held.places_id) == ("held", cast.girls.pk)
    cast.girls.refresh_from_db()
    assert cast.girls.held == 1


def test_a_conflict_is_declined_and_not_accepted(cast: c.Cast) -> None:
    referral = c.sent(cast)
    answer = act(cast.codou, referral, "accept", conflict="yes")
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    page = sign_in(cast.codou).get(answer.context["decline_url"] + "?conflict")
    assert page.context["form"]["reason_code"].value() == "CONFLICT_OF_INTEREST"
    assert Referral.objects.get(pk=referral.pk).state == "sent"


def test_who_may_not_accept_is_refused_before_anybody_is_named(cast: c.Cast) -> None:
    """Its sender names one of the desk, the desk names one of elsewhere: nothing moves, both are written down."""
    referral = c.sent(cast)
    for who, worker, reason in (
        (cast.aissatou, cast.daouda, "NOT_ALLOWED_ACCEPT"),
        (cast.codou, cast.aissatou, "NOT_POSSIBLE_ACCEPT"),
    ):
        with c.acting(who) as actor, pytest.raises((NotAllowed, NotPossible)):
            receiving.accept_referral(
                referral.pk,
                by=actor,
                at=clock.now(),
                version=referral.version,
                worker_id=worker.pk,
                expected_arrival_at=clock.now(),
                places_id=cast.girls.pk,
            )
        event = Event.objects.using("audit").get(outcome="denied", referral_id=referral.pk, actor_id=who.pk)
        assert event.reason_code == reason
    assert Referral.objects.get(pk=referral.pk).state == "sent"


def fill(places: Places) -> None:
    with c.acting(), c.transaction.atomic():
        row = Places.objects.get(pk=places.pk)
        row.occupied = row.capacity
        c.write(row, fields=["occupied"])


def test_a_full_centre_accepts_only_by_an_act_that_says_why(cast: c.Cast) -> None:
    referral = c.sent(cast)
    fill(cast.girls)
    typed = {"conflict": "no", "place": str(cast.girls.pk)}
    answer = act(cast.codou, referral, "accept", **typed)
    assert set(answer.context["form"].errors) == {"overflow"}
    answer = act(cast.codou, referral, "accept", **typed, overflow="OTHER")
    assert set(answer.context["form"].errors) == {"overflow_words"}
    assert Referral.objects.get(pk=referral.pk).state == "sent"
    words = "dit au canari"
    assert (
        act(cast.codou, referral, "accept", **typed, overflow="OTHER", overflow_words=words).status_code
        == 302
    )
    girls = Places.objects.get(pk=cast.girls.pk)
    assert (girls.held, girls.occupied, girls.over, girls.free) == (1, 2, 1, 0)
    said = Overflow.objects.get()
    assert (said.persons, said.reason, said.said_by) == (1, "OTHER", cast.codou)
    assert canary.found([words], canary.database()) == []


def test_a_place_that_went_meanwhile_is_said_on_the_form(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        second = Places(site=cast.girls.site, group="boys", capacity=1, confirmed_at=cast.at)
        c.write(second)
    referral = c.sent(cast)
    with c.acting(cast.codou) as actor, pytest.raises(receiving.WrongPlace):
        receiving.accept_referral(
            referral.pk,
            by=actor,
            at=clock.now(),
            version=referral.version,
            worker_id=cast.codou.pk,
            expected_arrival_at=clock.now(),
            places_id=second.pk,
        )
    answer = act(cast.codou, referral, "accept", conflict="no", place=str(second.pk))
    assert answer.status_code == 200
    assert Placement.objects.count() == 0


def test_lodging_is_never_accepted_without_a_place(cast: c.Cast) -> None:
    referral = c.sent(cast)
    answer = act(cast.codou, referral, "accept", conflict="no", place="")
    assert "place" in answer.context["form"].errors
    with c.acting(cast.codou) as actor, pytest.raises(receiving.WrongPlace):
        receiving.accept_referral(
            referral.pk,
            by=actor,
            at=clock.now(),
            version=referral.version,
            worker_id=cast.codou.pk,
            expected_arrival_at=clock.now(),
        )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("worker", "aissatou"),
        ("worker", "x"),
        ("expected_arrival_at", "demain"),
        ("expected_arrival_at", "2020-01-01T10:00"),
        ("expected_arrival_at", "2099-01-01T10:00"),
        ("conflict", ""),
        ("label", "x" * 201),
        ("label", "\0"),
    ],
)
def test_wrong_input_is_explained_beside_its_question(cast: c.Cast, field: str, value: str) -> None:
    referral = c.sent(cast)
    value = str(cast.people[value].pk) if value in cast.people else value
    answer = act(cast.codou, referral, "accept", **({"conflict": "no"} | {field: value}))
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert Referral.objects.get(pk=referral.pk).version == referral.version


# --- Deadlines -------------------------------------------------------------------------------------------------
def test_an_answer_after_the_deadline_is_marked_late(cast: c.Cast) -> None:
    referral = c.sent(cast)
    later(hours=25)
    act(cast.codou, referral, "accept", conflict="no")
    now = Referral.objects.get(pk=referral.pk)
    assert now.answered_late
    assert any(str(value) for key, value in page_of(cast.aissatou, referral).context["facts"][-1:])


def test_a_question_stops_the_desks_clock_once(cast: c.Cast) -> None:
    referral = c.sent(cast)
    act(cast.codou, referral, "acknowledge")
    due = Referral.objects.get(pk=referral.pk).due_at
    later(hours=10)
    act(cast.codou, referral, "request_info", codes=["AGE"])
    later(hours=30)
    act(cast.aissatou, referral, "answer", answer_AGE="AGE_ESTIMATED")
    now = Referral.objects.get(pk=referral.pk)
    assert (now.state, now.due_at) == ("acknowledged", due + timedelta(hours=20))
    assert sign_in(cast.codou).get(act_url(referral, "request_info")).context["unmet"]
    assert page_of(cast.codou, referral).context["messages_list"][-1]["text"].endswith("Âge estimé")


def test_the_desk_is_not_late_while_it_waits(cast: c.Cast) -> None:
    referral = c.sent(cast)
    act(cast.codou, referral, "acknowledge")
    act(cast.codou, referral, "request_info", codes=["AGE"])
    later(hours=49)
    act(cast.codou, referral, "accept", conflict="no")
    now = Referral.objects.get(pk=referral.pk)
    assert (now.state, now.answered_late) == ("accepted", False)


def test_no_question_is_no_request(cast: c.Cast) -> None:
    referral = c.sent(cast)
    act(cast.codou, referral, "acknowledge")
    answer = act(cast.codou, referral, "request_info")
    assert answer.context["form"].non_field_errors()


def test_stepping_back_is_for_two_hours(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    later(hours=3)
    page = sign_in(cast.codou).get(act_url(referral, "step_back"))
    assert page.context["unmet"]


def test_stepping_back_is_not_counted_as_a_no(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    act(cast.codou, referral, "step_back", conflict="on")
    now = Referral.objects.get(pk=referral.pk)
    assert (now.state, now.stepped_back) == ("declined", True)
    assert Placement.objects.get(referral=referral).state == "released"
    assert page_of(cast.codou, referral).status_code == 404


# --- Arriving --------------------------------------------------------------------------------------------------
def test_a_wrong_code_opens_nothing(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    answer = act(cast.daouda, referral, "start", code="ZZZZZZ", identified_otherwise="Connue")
    assert answer.status_code == 200
    assert "code" in answer.context["form"].errors
    assert Referral.objects.get(pk=referral.pk).state == "accepted"
    assert Event.objects.using("audit").filter(reason_code="WRONG_ARRIVAL_CODE").count() == 1


def test_the_code_is_heard_whatever_the_hand(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    with c.acting():
        code = referral.arrival_code
    assert act(cast.daouda, referral, "start", code=f" {code[:3].lower()} - {code[3:]}").status_code == 302
    assert Referral.objects.get(pk=referral.pk).transitions.get(action="start").reason_code == "CODE"


def test_an_arrival_is_declared_in_the_past_only(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    tomorrow = typed_at(clock.now() + timedelta(days=1))
    answer = act(cast.daouda, referral, "start", identified_otherwise="Connue", occurred_at=tomorrow)
    assert "occurred_at" in answer.context["form"].errors


def test_a_gap_between_act_and_record_is_shown(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    at = clock.now()
    later(days=2)
    act(
        cast.daouda,
        referral,
        "start",
        identified_otherwise="Connue",
        occurred_at=typed_at(at + timedelta(hours=1)),
    )
    entries = page_of(cast.aissatou, referral).context["entries"]
    assert next(entry for entry in entries if "Arrival" in str(entry["title"]) or entry["recorded_at"])[
        "recorded_at"
    ]


def test_a_late_arrival_needs_a_place_again(cast: c.Cast) -> None:
    referral = c.accepted(cast, expected_arrival_at=clock.now())
    act(cast.codou, referral, "no_show", reason_code="UNKNOWN", called="no")
    fill(cast.girls)
    refused = act(cast.codou, referral, "resume", identified_otherwise="Connue", place=str(cast.girls.pk))
    assert set(refused.context["form"].errors) == {"overflow"}
    with c.acting(), c.transaction.atomic():
        row = Places.objects.get(pk=cast.girls.pk)
        row.occupied = 0
        c.write(row, fields=["occupied"])
    answer = act(cast.codou, referral, "resume", identified_otherwise="Connue", place="")
    assert "place" in answer.context["form"].errors
    assert act(cast.codou, referral, "resume", identified_otherwise="Connue").status_code == 302
    cast.girls.refresh_from_db()
    assert (cast.girls.held, cast.girls.occupied) == (0, 1)


def test_a_person_who_stays_keeps_the_place(cast: c.Cast) -> None:
    referral = c.started(cast)
    act(cast.daouda, referral, "complete", reason_code="NEED_MET", left="no")
    cast.girls.refresh_from_db()
    assert cast.girls.occupied == 1
    departure = reverse("referral_departure", args=[referral.pk])
    assert press(sign_in(cast.daouda), departure).status_code == 302
    cast.girls.refresh_from_db()
    assert cast.girls.occupied == 0


def test_a_departure_is_for_the_end(cast: c.Cast) -> None:
    referral = c.started(cast)
    assert sign_in(cast.codou).get(reverse("referral_departure", args=[referral.pk])).status_code == 404


# --- Odd input -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("odd", ["\0", "\ud800", "x" * 3000, " \t\n ", "\u202e" * 10, "é" * 2001])
def test_odd_text_is_taken_whole_or_refused_in_words(cast: c.Cast, odd: str) -> None:
    referral = c.accepted(cast)
    answer = sign_in(cast.codou).post(
        act_url(referral, "write"),
        urlencode({"key": str(uuid.uuid4()), "body": odd}, errors="surrogatepass"),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code in (200, 302)
    if answer.status_code == 302:
        with c.acting():
            sent = odd.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
            assert referral.messages.get().body == sent.strip()
    else:
        assert answer.context["form"].errors
        assert not referral.messages.exists()


def test_markup_is_shown_as_it_was_written(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    act(cast.codou, referral, "write", body="<script>alert(1)</script>")
    page = page_of(cast.aissatou, referral).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_key_is_one_persons_for_one_page(cast: c.Cast) -> None:
    first, second, key = c.sent(cast), c.sent(cast), str(uuid.uuid4())
    codou, elisabeth = sign_in(cast.codou), sign_in(cast.elisabeth)
    for client, referral in ((codou, first), (codou, second), (codou, second)):
        answer = client.post(act_url(referral, "acknowledge"), {"key": key, "version": referral.version})
        assert answer.url == reverse("referral", args=[referral.pk]), "never where another form led"
    assert list(Referral.objects.values_list("state", flat=True)) == ["acknowledged"] * 2
    refused = elisabeth.post(act_url(first, "acknowledge"), {"key": key, "version": first.version})
    assert refused.status_code == 200, "somebody else's key answers nothing"


def test_half_typed_words_come_back(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    codou = sign_in(cast.codou)
    page = codou.get(act_url(referral, "write"))
    saved = codou.post(page.context["draft_url"], {"body": "Le bus"})
    assert saved.status_code == 200
    page = codou.get(act_url(referral, "write"))
    assert page.context["form"]["body"].value() == "Le bus"
    assert page.context["draft_resumed"]
    assert sign_in(cast.elisabeth).get(act_url(referral, "write")).context["form"]["body"].value() is None
    assert act(cast.codou, referral, "write", body="Le bus part").status_code == 302
    assert not codou.get(act_url(referral, "write")).context["draft_resumed"]
