"""The two pictures of delays: figures that can be checked by hand, still waiting counted, no house shown another's."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from audit import clock as time
from audit.models import Event
from audit.work import at_work
from partners.enums import Role
from referral.models import ClockRound, Referral
from referral.queries.answers import Asked, Wait, ageing, waits
from referral.services import clock, withdrawing
from referral.views.bars import stacked
from tests import cast as c
from tests import world
from tests.referral.pages import act, later, leaked, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

URL = "/reports/answers/"


def asked(**more: Any) -> Asked:
    return Asked(time.now(), **more)


def known(**more: Any) -> list[tuple[str, int, int, int, int]]:
    return [
        (each.organisation, each.first_half, each.second_half, each.late, each.expired)
        for each in ageing(asked(**more))
    ]


def told(**more: Any) -> dict[timedelta | None, tuple[int, int, int, int]]:
    """The classes in which somebody is."""
    return {
        wait.below: (wait.answered, wait.waiting, wait.ended, wait.share)
        for wait in waits(asked(**more))
        if wait.answered or wait.waiting or wait.ended
    }


@pytest.fixture
def ages(cast: c.Cast) -> c.Cast:
    """With 24 hours to acknowledge: one expired, one late, one in its second half and two fresh; and one elsewhere."""
    c.sent(cast)
    for hours in (13, 25, 37, 49):
        later(hours=hours)
        with at_work() as at:
            clock.go_round(at)
        assert not ClockRound.objects.filter(failed__gt=0).exists()
    later(hours=60)
    c.sent(cast)
    later(hours=75)
    c.sent(cast)
    later(hours=90)
    c.sent(cast)
    c.sent(cast)
    c.sent(cast, to=cast.other_centre)
    return cast


def test_ages_are_counted_by_organisation_in_the_order_of_the_alphabet(ages: c.Cast) -> None:
    assert Referral.objects.filter(state="expired").count() == 1
    assert known() == [("Maison Keur", 1, 0, 0, 0), ("Maison Teranga", 2, 1, 1, 1)]
    assert known(organisation_id=ages.other_centre.pk) == [("Maison Keur", 1, 0, 0, 0)]
    later(hours=50, days=30)
    assert known(organisation_id=ages.centre.pk) == [("Maison Teranga", 0, 0, 4, 0)]


@pytest.fixture
def answers(cast: c.Cast) -> c.Cast:
    """Sent at one moment: accepted after 1 h and 5 h, declined after 30 h, withdrawn after 4 h; two wait for 49 h."""
    world.more_places(cast, 9)
    first, second, third, fourth, _fifth, _sixth = (c.sent(cast, urgency="standard") for _each in range(6))
    later(hours=1)
    c.accepted(cast, first)
    later(hours=4)
    with c.acting(cast.aissatou) as actor:
        withdrawing.withdraw_referral(fourth.pk, by=actor, at=time.now(), reason_code="OTHER_SOLUTION")
    later(hours=5)
    c.accepted(cast, second)
    later(hours=30)
    c.declined(cast, third)
    later(hours=49)
    return cast


def test_who_still_waits_is_counted_and_not_dropped(answers: c.Cast) -> None:
    assert told() == {
        timedelta(hours=2): (1, 0, 0, 17),
        timedelta(hours=6): (1, 0, 1, 33),
        timedelta(days=2): (1, 0, 0, 50),
        timedelta(days=3): (0, 2, 0, 50),
    }
    assert waits(asked())[-1] == Wait(None, 0, 0, 0, 50)


def test_an_answer_stays_an_answer_whatever_comes_after(answers: c.Cast) -> None:
    accepted = Referral.objects.filter(state="accepted").order_by("accepted_at").first()
    assert accepted is not None
    act(answers.aissatou, accepted, "withdraw", reason_code="OTHER_SOLUTION")
    assert told()[timedelta(hours=2)] == (1, 0, 0, 17)


def test_what_was_sent_longer_ago_is_past(answers: c.Cast) -> None:
    later(days=91)
    assert waits(asked()) == []
    assert known() == [("Maison Teranga", 0, 0, 2, 0)]


def test_region_and_service_choose(answers: c.Cast) -> None:
    assert known(service="SHELTER_TRANSIT") == []
    assert known(service="SHELTER_EMERG") == known(region=answers.region.code) == known()
    assert known(region="SN-XX") == []
    page = sign_in(answers.ibrahima).get(URL, {"service": "SHELTER_TRANSIT", "region": answers.region.code})
    [side] = page.context["sides"]
    assert (side["ageing"], side["waits"]) == ([], [])
    assert "app-bars" not in page.content.decode()


def test_coordination_sees_pictures_with_their_tables_and_no_person(answers: c.Cast) -> None:
    answer = sign_in(answers.ibrahima).get(URL)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count('role="img"') == page.count("<table") == 2
    assert 'aria-labelledby="received-ageing-title received-ageing-about"' in page
    assert "Maison Teranga (2)" in page
    assert " style=" not in page
    assert "<style" not in page
    assert leaked(answer) == []
    assert Event.objects.using("audit").filter(verb="list", scope="answers").count() == 1


def test_a_supervisor_sees_her_own_house_and_neither_name_nor_figure_of_another(ages: c.Cast) -> None:
    answer = sign_in(ages.elisabeth).get(URL, {"region": "SN-XX"})
    received, sent = answer.context["sides"]
    assert counts(received) == [("Maison Teranga", [2, 1, 1, 1])]
    assert (received["sent"], sent["sent"], counts(sent)) == (5, 0, [])
    page = answer.content.decode()
    assert "Maison Keur" not in page
    assert 'name="region"' not in page
    with c.acting(), transaction.atomic():
        head = c.person("ndeye", ages.other_centre, Role.SUPERVISOR, at=time.now())
    answer = sign_in(head).get(URL)
    assert counts(answer.context["sides"][0]) == [("Maison Keur", [1, 0, 0, 0])]
    assert "Maison Teranga" not in answer.content.decode()


def test_a_supervisor_sees_what_her_house_sent_and_waits_for(ages: c.Cast) -> None:
    answer = sign_in(ages.bineta).get(URL)
    received, sent = answer.context["sides"]
    assert (counts(received), received["sent"]) == ([], 0)
    assert counts(sent) == [(ages.unit.name, [3, 1, 1, 1])]
    assert (sent["sent"], sent["waiting"]) == (6, 5)
    page = answer.content.decode()
    assert "Maison Keur" not in page
    assert "Maison Teranga" not in page


def counts(side: dict[str, Any]) -> list[tuple[str, list[int]]]:
    return [(label, [count for _words, count in cells]) for label, cells in side["ageing"]]


def test_others_are_refused(cast: c.Cast) -> None:
    for who in ("aissatou", "codou", "daouda", "gora", "khady", "lamine", "mareme"):
        assert sign_in(cast.people[who]).get(URL).status_code == 403
    denied = Event.objects.using("audit").filter(outcome="denied", reason_code="NOT_ALLOWED_ANSWERS")
    assert denied.count() == 7


def test_two_aggregates_whatever_the_number(answers: c.Cast, django_assert_max_num_queries: Any) -> None:
    same = asked()
    with django_assert_max_num_queries(2):
        ageing(same)
        waits(same)
    browser = sign_in(answers.ibrahima)
    browser.get(URL)
    with django_assert_max_num_queries(25):
        browser.get(URL)


def test_the_reports_lead_there(cast: c.Cast) -> None:
    for who, shown in (("ibrahima", True), ("bineta", True), ("aissatou", False)):
        page = sign_in(cast.people[who]).get(reverse("reports")).content.decode()
        assert (URL in page, "/reports/lost/" in page) == (shown, shown)


# --- the bars themselves


def test_bars_share_one_scale_and_leave_out_what_is_nobody() -> None:
    picture = stacked(["a", "b", "c"], [("first", (1, 0, 3)), ("second", (0, 2, 0))])
    assert (picture.width, picture.height) == (320, 92)
    assert [(part.tone, part.count, part.x, part.width) for part in picture.bars[0].parts] == [
        (1, 1, 0, 80),
        (3, 3, 80, 240),
    ]
    assert [(part.tone, part.x, part.width) for part in picture.bars[1].parts] == [(2, 0, 160)]
    assert [bar.total for bar in picture.bars] == [4, 2]


def test_a_long_name_ends_within_the_picture_and_a_narrow_part_has_no_number() -> None:
    [bar] = stacked(["a", "b"], [("x" * 120, (1, 999))]).bars
    assert (len(bar.label), bar.label[-1]) == (38, "…")
    assert [(part.numbered, part.width) for part in bar.parts] == [(False, 1), (True, 320)]


def test_nothing_to_draw_is_drawn_as_nothing() -> None:
    assert stacked(["a"], []).height == 0
    assert stacked(["a"], [("x", (0,))]).bars[0].parts == []
