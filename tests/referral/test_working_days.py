"""Deadlines pass over weekends and Senegal's feasts; coordination says each year which days they are."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from audit import clock
from audit.rows import write
from referral import deadlines
from referral.deadlines import BUILT_IN, DEFAULT, Calendar, Terms, WorkingDays
from referral.enums import Clock, State
from referral.feasts import proposed
from referral.models import Holiday, Referral
from referral.queries.terms import calendar, forget_holidays
from tests import cast as c
from tests.referral.pages import act, press, sign_in
from tests.referral.story import said

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


@pytest.fixture(autouse=True)
def fresh_calendar() -> Iterator[None]:
    """Each test is rolled back; what a process remembers is not."""
    forget_holidays()
    yield
    forget_holidays()


FRIDAY = datetime(2027, 3, 5, 15, tzinfo=UTC)  # before the Korité of 2027, a Tuesday


def holidays_of_2027() -> Calendar:
    return Calendar(frozenset(feast.day for feast in proposed(2027)))


def test_working_days_pass_over_a_weekend_and_a_feast() -> None:
    terms = Terms(BUILT_IN, holidays_of_2027())
    assert terms.after(Clock.DECIDE, FRIDAY, "standard") == datetime(2027, 3, 15, 15, tzinfo=UTC)
    assert DEFAULT.after(Clock.DECIDE, FRIDAY, "standard") == datetime(2027, 3, 12, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begins", "days", "ends"),
    [
        (date(2027, 5, 14), 1, date(2027, 5, 18)),  # Tabaski on a Sunday, kept on Monday
        (date(2028, 4, 3), 1, date(2028, 4, 5)),  # 4 April, a Tuesday
        (date(2027, 4, 2), 1, date(2027, 4, 5)),  # 4 April, a Sunday: no day is lost
        (date(2027, 12, 31), 1, date(2028, 1, 3)),  # 1 January, a Saturday
    ],
)
def test_feasts_of_senegal_are_no_working_days(begins: date, days: int, ends: date) -> None:
    known = Calendar(frozenset(feast.day for year in (2027, 2028) for feast in proposed(year)))
    at = datetime(begins.year, begins.month, begins.day, 9, tzinfo=UTC)
    assert deadlines.add_working_days(at, days, known).date() == ends


def test_an_emergency_runs_on_wall_time() -> None:
    spans = {
        **BUILT_IN,
        (Clock.ANSWER, "emergency"): WorkingDays(1),
        (Clock.ANSWER, "urgent"): WorkingDays(1),
    }
    terms = Terms(spans, holidays_of_2027())
    assert terms.after(Clock.ANSWER, FRIDAY, "emergency") == FRIDAY + timedelta(days=1)
    assert terms.after(Clock.ANSWER, FRIDAY, "urgent") == FRIDAY + timedelta(days=3)
    assert terms.after(Clock.ACKNOWLEDGE, FRIDAY, "emergency") == FRIDAY + timedelta(hours=2)


def test_a_holiday_lengthens_the_next_decision(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="standard")
    first = clock.now() + timedelta(days=1)
    plain = deadlines.decide_by("standard", clock.now())
    with c.acting(), transaction.atomic():
        for day in range(3):
            said_day = (first + timedelta(days=day)).date()
            write(Holiday(day=said_day, name_fr="Fête", name_en="Feast"))
    forget_holidays()
    act(cast.codou, referral, "acknowledge")
    referral.refresh_from_db()
    assert referral.due_at is not None
    assert referral.due_at > plain


def test_lunar_feasts_are_proposed_as_estimates() -> None:
    announced = {feast.name_fr for feast in proposed(2027) if feast.announced}
    assert {"Journée de la Korité", "Journée de la Tabaski", "Grand Magal de Touba"} <= announced
    assert "Fête du Travail" not in announced
    assert not any("estim" in feast.name_fr for feast in proposed(2027))
    assert not any("'" in feast.name_fr + feast.name_en for feast in proposed(2027))


@pytest.mark.parametrize(
    ("day", "name"),
    [(date(2027, 5, 17), "Lundi de Pentecôte"), (date(2037, 4, 4), "Fête de l’Indépendance")],
)
def test_a_fixed_feast_stays_certain_when_one_by_the_moon_may_fall_on_it(day: date, name: str) -> None:
    assert [(each.name_fr, each.announced) for each in proposed(day.year) if each.day == day] == [
        (name, False)
    ]


# --- The calendar -----------------------------------------------------------------------------------------------
def test_the_year_s_feasts_are_proposed_and_those_chosen_are_added(
    cast: c.Cast, django_capture_on_commit_callbacks: Any
) -> None:
    browser, url = sign_in(cast.ibrahima), reverse("holiday_propose", args=[2027])
    with django_capture_on_commit_callbacks(execute=True):
        answer = press(browser, url, days=["2027-03-09", "2027-05-01"])
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('holidays')}?year=2027")
    korite, labour = Holiday.objects.all()
    assert (korite.day, korite.announced, labour.announced) == (date(2027, 3, 9), True, False)
    assert calendar().holidays == {korite.day, labour.day}
    left = browser.get(url).context["form"].fields["days"].choices
    assert "2027-03-09" not in dict(left)
    page = browser.get(answer["Location"])
    assert len(page.context["rows"]) == 2
    assert {change.who for change in page.context["changes"]} == {"Ibrahima"}


def test_a_day_is_added_moved_and_removed_with_its_history(
    cast: c.Cast, django_capture_on_commit_callbacks: Any
) -> None:
    browser = sign_in(cast.ibrahima)
    typed = {"day": "2027-03-09", "name_fr": "Korité", "name_en": "Eid al-Fitr", "announced": "on"}
    assert press(browser, reverse("holiday_add"), **typed).status_code == 302
    holiday = Holiday.objects.get()
    twice = press(browser, reverse("holiday_add"), **typed)
    assert twice.status_code == 200
    assert twice.context["form"].non_field_errors()
    url = reverse("holiday_edit", args=[holiday.pk])
    form = browser.get(url).context["form"]
    seen = {name: str(form[name].value()) for name in ("key", "version", "name_fr", "name_en")}
    assert browser.post(url, seen | {"day": "2027-03-10"}).status_code == 302  # announced: no tick any more
    holiday.refresh_from_db()
    assert (holiday.day, holiday.announced) == (date(2027, 3, 10), False)
    with django_capture_on_commit_callbacks(execute=True):
        assert press(browser, reverse("holiday_remove", args=[holiday.pk])).status_code == 302
    assert calendar().holidays == frozenset()
    past = browser.get(f"{reverse('holidays')}?year=2027").context["changes"]
    assert [bool(change.after) for change in past] == [False, True, True]


@pytest.mark.parametrize("day", ["", "demain", "0001-01-01", "2027-02-30", "99999-01-01"])
def test_what_is_no_day_is_refused(cast: c.Cast, day: str) -> None:
    typed = {"day": day, "name_fr": "Fête", "name_en": "Feast"}
    answer = press(sign_in(cast.ibrahima), reverse("holiday_add"), **typed)
    assert (answer.status_code, Holiday.objects.count()) == (200, 0)
    assert said(answer)


@pytest.mark.parametrize("year", ["", "x", "1", "99999999999999999999", "٢٠٢٧"])
def test_an_odd_year_shows_this_year(cast: c.Cast, year: str) -> None:
    page = sign_in(cast.ibrahima).get(reverse("holidays"), {"year": year})
    assert (page.status_code, page.context["year"]) == (200, clock.now().year)


def test_coordination_hears_that_a_year_has_no_holidays(cast: c.Cast) -> None:
    this = clock.now().year
    browser = sign_in(cast.ibrahima)
    for name in ("terms", "holidays"):
        assert browser.get(reverse(name)).context["unknown_years"] == [this, this + 1]
    with c.acting(), transaction.atomic():
        write(Holiday(day=date(this, 5, 1), name_fr="Fête du Travail", name_en="Labour Day"))
    page = browser.get(reverse("terms"))
    assert page.context["unknown_years"] == [this + 1]
    assert reverse("holiday_propose", args=[this + 1]) in page.content.decode()


def test_referrals_of_the_past_keep_what_was_stamped() -> None:
    assert deadlines.due_at(State.SENT, urgency="urgent", at=FRIDAY) == FRIDAY + timedelta(days=1)
    assert Referral._meta.get_field("due_at").null
