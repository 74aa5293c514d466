"""What national coordination sets: how long a deadline is, for whom, and on which days nobody works."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.models import Event
from audit.rows import write
from referral import deadlines
from referral.deadlines import BUILT_IN
from referral.enums import Clock, State, Urgency
from referral.models import Term
from referral.queries.terms import calendar, forget_holidays, terms_for
from tests import cast as c
from tests.referral.pages import act, later, press, sign_in
from tests.referral.story import fr, said

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def fresh_calendar() -> Iterator[None]:
    """Each test is rolled back; what a process remembers is not."""
    forget_holidays()
    yield
    forget_holidays()


def sets(clock_code: str, amount: int, **scope: Any) -> Term:
    with c.acting(), transaction.atomic():
        term = Term(clock=clock_code, amount=amount, **scope)
        write(term)
    return term


def of(cast: c.Cast, clock_code: str, urgency: str = "") -> deadlines.Span:
    return terms_for(organisation_id=cast.centre.pk).span(clock_code, urgency)


# --- Which value counts -----------------------------------------------------------------------------------------
def test_every_deadline_has_a_built_in_value_for_every_urgency() -> None:
    assert BUILT_IN.keys() == {(clock_code, urgency) for clock_code in Clock for urgency in ("", *Urgency)}


def test_without_any_row_the_built_in_values_count(cast: c.Cast) -> None:
    terms = terms_for(organisation_id=cast.centre.pk)
    assert terms.spans == BUILT_IN
    assert of(cast, Clock.ACKNOWLEDGE, Urgency.EMERGENCY) == 2 * HOUR


def test_the_narrowest_value_counts(cast: c.Cast) -> None:
    sets(Clock.ANSWER, 50)
    assert of(cast, Clock.ANSWER) == 50 * HOUR
    sets(Clock.ANSWER, 51, urgency="urgent")
    assert (of(cast, Clock.ANSWER, "urgent"), of(cast, Clock.ANSWER, "standard")) == (51 * HOUR, 50 * HOUR)
    sets(Clock.ANSWER, 40, region=cast.region)
    assert of(cast, Clock.ANSWER, "urgent") == 40 * HOUR
    sets(Clock.ANSWER, 30, organisation=cast.centre)
    sets(Clock.ANSWER, 29, organisation=cast.centre, urgency="urgent")
    sets(Clock.ANSWER, 7, organisation=cast.ngo)
    assert (of(cast, Clock.ANSWER, "urgent"), of(cast, Clock.ANSWER, "standard")) == (29 * HOUR, 30 * HOUR)
    assert terms_for(organisation_id=cast.other_centre.pk).span(Clock.ANSWER) == 40 * HOUR
    assert of(cast, Clock.REVIEW) == deadlines.REVIEW


def test_the_values_are_one_query(cast: c.Cast, django_assert_num_queries: Any) -> None:
    calendar()
    with django_assert_num_queries(1):
        terms_for(organisation_id=cast.centre.pk)


def test_the_database_refuses_what_is_no_time_or_there_twice(cast: c.Cast) -> None:
    sets(Clock.ANSWER, 50)
    for amount, scope in (
        (51, {}),
        (0, {"urgency": "urgent"}),
        (10**6, {"urgency": "urgent"}),
        (3, {"urgency": "emergency", "working_days": True}),
        (3, {"region": cast.region, "organisation": cast.centre}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            sets(Clock.ANSWER, amount, **scope)


# --- What a change moves ----------------------------------------------------------------------------------------
def test_a_changed_value_moves_the_next_deadline_and_no_running_one(cast: c.Cast) -> None:
    running = c.sent(cast)
    sets(Clock.ACKNOWLEDGE, 5, urgency="urgent", organisation=cast.centre)
    sets(Clock.DECIDE, 7, urgency="urgent")
    next_one = c.sent(cast)
    running.refresh_from_db()
    assert running.due_at == running.sent_at + 24 * HOUR
    assert next_one.due_at == next_one.sent_at + 5 * HOUR
    act(cast.codou, running, "acknowledge")
    running.refresh_from_db()
    assert running.due_at == running.acknowledged_at + 7 * HOUR


def test_each_state_counts_by_the_organisation_that_must_act(cast: c.Cast) -> None:
    sets(Clock.ANSWER, 3, organisation=cast.unit)
    sets(Clock.ANSWER, 4, organisation=cast.centre)
    sets(Clock.DECIDE, 9, urgency="urgent", organisation=cast.unit)
    referral = c.sent(cast)
    act(cast.codou, referral, "acknowledge")
    referral.refresh_from_db()
    assert referral.due_at == referral.acknowledged_at + 48 * HOUR
    act(cast.codou, referral, "request_info", codes=["AGE"])
    referral.refresh_from_db()
    assert referral.due_at == referral.info_requested_at + 3 * HOUR


def test_a_change_while_a_question_is_open_moves_the_desk_s_own_time_neither(cast: c.Cast) -> None:
    referral = c.sent(cast)
    act(cast.codou, referral, "acknowledge")
    referral.refresh_from_db()
    decide_due = referral.due_at
    act(cast.codou, referral, "request_info", codes=["AGE"])
    sets(Clock.DECIDE, 1, urgency="urgent")
    later(hours=10)
    assert act(cast.aissatou, referral, "answer", answer_AGE="YES").status_code in (200, 302)
    referral.refresh_from_db()
    if referral.state == State.ACKNOWLEDGED:
        assert referral.due_at == decide_due + 10 * HOUR


# --- The screen -------------------------------------------------------------------------------------------------
def adds(cast: c.Cast, clock_code: str = Clock.ANSWER, **typed: Any) -> Any:
    given = {"where": "everywhere", "amount": "30", "unit": "hours"} | typed
    return press(sign_in(cast.ibrahima), reverse("term_add", args=[clock_code]), **given)


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_coordinator_sets_a_value_and_reads_what_it_changes(cast: c.Cast) -> None:
    answer = adds(cast, where=f"organisation:{cast.centre.pk}", urgency="urgent")
    assert (answer.status_code, answer["Location"]) == (302, reverse("clock", args=[Clock.ANSWER]))
    term = Term.objects.get()
    assert (term.organisation, term.region, term.urgency, term.span) == (
        cast.centre,
        None,
        "urgent",
        30 * HOUR,
    )
    shown = sign_in(cast.ibrahima).get(answer["Location"])
    assert any(row["key"].startswith("Maison Teranga") for row in shown.context["values"])
    (change,) = shown.context["changes"]
    assert (change.who, change.before) == ("Ibrahima", "")
    assert change.after


def test_change_and_removal_keep_who_when_before_and_after(cast: c.Cast) -> None:
    adds(cast)
    term = Term.objects.get()
    url = reverse("term_edit", args=[term.pk])
    assert press(sign_in(cast.ibrahima), url, amount="10", unit="days").status_code == 302
    term.refresh_from_db()
    assert term.span == timedelta(days=10)
    assert press(sign_in(cast.ibrahima), reverse("term_remove", args=[term.pk])).status_code == 302
    assert not Term.objects.exists()
    assert of(cast, Clock.ANSWER) == deadlines.ANSWER
    page = sign_in(cast.ibrahima).get(reverse("clock", args=[Clock.ANSWER]))
    past = page.context["changes"]
    assert [bool(change.before) for change in past] == [True, True, False]
    assert [bool(change.after) for change in past] == [False, True, True]
    assert past[1].before == past[2].after
    assert all(change.who == "Ibrahima" for change in past)
    verbs = Event.objects.filter(object_id=term.pk).order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["create", "change", "delete"]


def test_a_stale_form_changes_nothing(cast: c.Cast) -> None:
    adds(cast)
    term, browser = Term.objects.get(), sign_in(cast.ibrahima)
    url = reverse("term_edit", args=[term.pk])
    form = browser.get(url).context["form"]
    typed = {name: form[name].value() for name in ("key", "version", "amount", "unit")}
    assert press(browser, url, amount="31").status_code == 302
    answer = browser.post(url, typed | {"amount": "99"})
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert Term.objects.get().amount == 31
    again = {name: answer.context["form"][name].value() for name in ("key", "version", "amount", "unit")}
    assert browser.post(url, again).status_code == 302
    assert Term.objects.get().amount == 99


@pytest.mark.parametrize(
    "typed",
    [
        {"amount": "0"},
        {"amount": "-3"},
        {"amount": str(10**9)},
        {"amount": "367", "unit": "days"},
        {"amount": "300", "unit": "working_days"},
        {"amount": "beaucoup"},
        {"amount": ""},
        {"amount": "1.5"},
        {"unit": "years"},
        {"unit": "working_days", "urgency": "emergency"},
        {"urgency": "never"},
        {"where": "organisation:1"},
        {"where": ""},
    ],
)
def test_what_is_no_time_is_refused_with_a_sentence(cast: c.Cast, typed: dict[str, str]) -> None:
    answer = adds(cast, **typed)
    assert answer.status_code == 200
    assert said(answer)
    assert not Term.objects.exists()


def test_one_value_for_all_urgencies_cannot_slow_an_emergency(cast: c.Cast) -> None:
    answer = adds(cast, Clock.ACKNOWLEDGE)
    assert "urgency" in answer.context["form"].errors
    assert adds(cast, Clock.ACKNOWLEDGE, urgency="standard").status_code == 302
    assert of(cast, Clock.ACKNOWLEDGE, "emergency") == 2 * HOUR


@pytest.mark.parametrize(("clock_code", "amount"), [(Clock.EXTRACT, "73"), (Clock.CONSENT, "8784")])
def test_what_protects_the_person_is_not_made_longer(cast: c.Cast, clock_code: Clock, amount: str) -> None:
    answer = adds(cast, clock_code, amount=amount)
    assert (answer.status_code, Term.objects.count()) == (200, 0)
    assert said(answer)
    assert adds(cast, clock_code, amount="24").status_code == 302


def test_the_same_value_twice_is_said_and_not_written(cast: c.Cast) -> None:
    adds(cast, where=f"region:{cast.region.pk}")
    answer = adds(cast, where=f"region:{cast.region.pk}", amount="31")
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert Term.objects.get().amount == 30


def test_a_form_that_arrives_twice_adds_once(cast: c.Cast) -> None:
    browser, url = sign_in(cast.ibrahima), reverse("term_add", args=[Clock.ANSWER])
    key = str(browser.get(url).context["form"]["key"].value())
    typed = {"key": key, "where": "everywhere", "amount": "30", "unit": "hours", "urgency": ""}
    assert [browser.post(url, typed).status_code for _time in range(2)] == [302, 302]
    assert Term.objects.count() == 1


@pytest.mark.parametrize("who", ["aissatou", "bineta", "codou", "elisabeth", "khady", "mareme"])
def test_others_are_refused_and_leave_an_event(cast: c.Cast, who: str) -> None:
    term = sets(Clock.ANSWER, 30)
    browser, user = sign_in(cast.people[who]), cast.people[who]
    urls = [
        reverse("terms"),
        reverse("clock", args=[Clock.ANSWER]),
        reverse("term_add", args=[Clock.ANSWER]),
        reverse("term_edit", args=[term.pk]),
        reverse("term_remove", args=[term.pk]),
        reverse("holidays"),
        reverse("holiday_add"),
        reverse("holiday_propose", args=[2027]),
    ]
    assert [browser.get(url).status_code for url in urls] == [403] * len(urls)
    assert browser.post(urls[3], {"amount": "1", "unit": "hours"}).status_code == 403
    assert Event.objects.using("audit").filter(actor_id=user.pk, outcome="denied").count() == len(urls) + 1
    assert Term.objects.get().amount == 30


def test_what_does_not_exist_is_not_found(cast: c.Cast) -> None:
    browser = sign_in(cast.ibrahima)
    unknown = "00000000-0000-4000-8000-000000000000"
    for url in (
        reverse("clock", args=["lunch"]),
        reverse("term_add", args=["lunch"]),
        reverse("term_edit", args=[unknown]),
        reverse("holiday_edit", args=[unknown]),
        reverse("holiday_propose", args=[99999]),
    ):
        assert browser.get(url).status_code == 404


def test_what_is_fixed_is_named_and_only_those_concerned_are_offered(cast: c.Cast) -> None:
    browser = sign_in(cast.ibrahima)
    shown = " ".join(" ".join(row) for row in browser.get(reverse("terms")).context["fixed"])
    assert "30 minutes" in shown
    assert "à 50 % du temps" in shown.replace("\xa0", " ")
    form = browser.get(reverse("term_add", args=[Clock.DECIDE])).context["form"]
    offered = str(form.fields["where"].choices)
    assert cast.centre.name in offered
    assert cast.unit.name not in offered  # it receives nobody
    with c.acting():
        cast.centre.status = "suspended"
        c.write(cast.centre, fields=["status"])
    form = browser.get(reverse("term_add", args=[Clock.DECIDE])).context["form"]
    assert cast.centre.name not in str(form.fields["where"].choices)


def test_the_menu_leads_there(cast: c.Cast) -> None:
    assert reverse("terms") in body(sign_in(cast.ibrahima).get("/"))
    assert reverse("terms") not in body(sign_in(cast.codou).get("/"))
    assert fr("Deadlines") in body(sign_in(cast.ibrahima).get(reverse("terms")))
