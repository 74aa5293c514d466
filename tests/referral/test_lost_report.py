"""Who sees what is lost, the act that repairs it, and what is told every morning."""

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from audit import clock as time
from audit.models import Event
from partners.enums import Role
from partners.models import User
from partners.templatetags.interface import telephone
from referral import jobs
from referral.models import Case, Referral
from referral.references import spoken
from tests import cast as c
from tests.referral.losses import (
    beat,
    changed,
    deadline_unheard,
    decided,
    desk_empty,
    go_round,
    ground,
    ground_uncountersigned,
    kinds,
    receiver_suspended,
    report_left_lying,
    without_next_step,
    without_owner,
)
from tests.referral.pages import later, leaked, press, sign_in
from tests.referral.story import fr

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


URL = "/reports/lost/"


# --- whose eyes


@pytest.fixture
def two_lost(cast: c.Cast) -> list[Case]:
    """A case of the national unit and one of the centre, each without a next step."""
    mine, theirs = c.protect(c.open_case(cast)), c.protect(c.open_case(cast, by=cast.daouda))
    later(hours=25)
    beat()
    return [mine, theirs]


def test_coordination_sees_all_of_it_in_codes(cast: c.Cast, two_lost: list[Case]) -> None:
    changed(cast.unit, telephone="+221338000001")
    answer = sign_in(cast.ibrahima).get(URL)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert {cast.unit.name, cast.centre.name} <= {
        row["organisation"] for row in answer.context["groups"][0]["rows"]
    }
    assert [row["url"] for row in answer.context["groups"][0]["rows"]] == ["", ""]
    assert not any(spoken(case.reference) in page or str(case.pk) in page for case in two_lost)
    assert telephone("+221338000001") in page
    assert leaked(answer) == []


def test_a_supervisor_sees_her_own_house_with_its_references_and_links(
    cast: c.Cast, two_lost: list[Case]
) -> None:
    mine, theirs = two_lost
    page = sign_in(cast.bineta).get(URL).content.decode()
    assert spoken(mine.reference) in page
    assert reverse("case", args=[mine.pk]) in page
    assert spoken(theirs.reference) not in page
    assert cast.centre.name not in page


def test_an_overdue_review_is_the_own_supervisor_s_too_and_the_report_says_so(cast: c.Cast) -> None:
    decided(cast, ground(cast))
    for days in (30, 34):
        later(days=days, minutes=1)
        go_round()
    page = sign_in(cast.bineta).get(URL).content.decode()
    who = fr("Another supervisor countersigns; the case owner or a supervisor of the organisation reviews.")
    assert who in page
    url = reverse("case_grounds", args=[Case.objects.get().pk])
    assert url in page
    assert sign_in(cast.bineta).get(url).status_code == 200
    assert sign_in(cast.bineta).get("/").context["team"].reviews == 1


def test_looking_is_written_down_and_others_are_refused_and_written_down_too(
    cast: c.Cast, two_lost: list[Case]
) -> None:
    assert sign_in(cast.ibrahima).get(URL).status_code == 200
    look = Event.objects.using("audit").get(verb="list", scope="lost")
    assert look.actor_id == cast.ibrahima.pk
    for who in ("aissatou", "codou", "gora", "khady", "mareme"):
        assert sign_in(cast.people[who]).get(URL).status_code == 403
    denied = Event.objects.using("audit").filter(outcome="denied", reason_code="NOT_ALLOWED_LOST")
    assert denied.count() == 5


def test_an_empty_report_says_so_and_when_it_was_checked(cast: c.Cast) -> None:
    go_round()
    answer = sign_in(cast.ibrahima).get(URL)
    assert "app-empty" in answer.content.decode()
    assert answer.context["groups"] == []


def test_the_report_costs_the_same_for_one_and_for_many(
    cast: c.Cast, django_assert_max_num_queries: Any
) -> None:
    for _each in range(4):
        c.sent(cast)
    later(hours=40)
    browser = sign_in(cast.bineta)
    browser.get(URL)
    with django_assert_max_num_queries(25):
        assert sum(group["count"] for group in browser.get(URL).context["groups"]) == 1


# --- the act that repairs it


def link(user: User) -> str:
    [group] = sign_in(user).get(URL).context["groups"]
    [row] = group["rows"]
    assert row["url"]
    return str(row["url"])


def test_naming_an_owner_repairs_a_case_without_one(cast: c.Cast) -> None:
    with c.acting(), transaction.atomic():
        new = c.person("khadim", cast.unit, Role.CASEWORKER, at=time.now())
    without_owner(cast)
    beat()
    assert press(sign_in(cast.bineta), link(cast.bineta), owner=str(new.pk)).status_code == 302
    assert kinds() == []


def test_taking_in_repairs_a_report_left_lying(cast: c.Cast) -> None:
    report_left_lying(cast)
    assert press(sign_in(cast.bineta), link(cast.bineta)).status_code == 302
    assert "no_owner" not in kinds()


def test_withdrawing_repairs_a_referral_of_a_closed_case(cast: c.Cast) -> None:
    receiver_suspended(cast)
    beat()
    assert sign_in(cast.bineta).get(link(cast.bineta)).status_code == 200
    answer = press(
        sign_in(cast.bineta),
        reverse("referral_act", args=[Referral.objects.get().pk, "withdraw"]),
        reason_code="OTHER_SOLUTION",
    )
    assert answer.status_code == 302
    assert kinds() == []


def test_a_countersignature_repairs_a_ground_that_nobody_reviewed(cast: c.Cast) -> None:
    ground_uncountersigned(cast)
    assert press(sign_in(cast.bineta), link(cast.bineta), approve="yes").status_code == 302
    assert kinds() == []


def test_coordination_reaches_what_waits_at_an_empty_desk(cast: c.Cast) -> None:
    desk_empty(cast)
    beat()
    assert sign_in(cast.ibrahima).get(link(cast.ibrahima)).status_code == 200


# --- without a screen


def test_every_morning_the_counts_are_written_down_and_coordination_hears_of_them(
    cast: c.Cast, mailoutbox: list[Any], settings: Any
) -> None:
    without_next_step(cast)
    beat()
    assert sign_in(cast.ibrahima).get("/").context["lines"] == []
    jobs.count_lost(timestamp=0)
    event = Event.objects.using("audit").get(verb="list", scope="lost.daily")
    assert event.actor_id is None
    [line] = sign_in(cast.ibrahima).get("/").context["lines"]
    assert (line["url"], line["what"]) == (URL, fr("%(count)d to bring back") % {"count": 1})
    [message] = mailoutbox
    assert message.to == [cast.ibrahima.email]
    assert (settings.RELAIS_ORIGIN + URL) in message.body
    assert [each for each in (*c.SECRETS.values(), cast.unit.name) if each in str(message.message())] == []


def test_a_morning_without_losses_writes_to_nobody(cast: c.Cast, mailoutbox: list[Any]) -> None:
    beat()
    jobs.count_lost(timestamp=0)
    assert mailoutbox == []
    assert sign_in(cast.ibrahima).get("/").context["lines"] == []


def test_the_command_prints_counts_and_no_reference_of_a_case(cast: c.Cast) -> None:
    deadline_unheard(cast)
    c.open_case(cast)
    out = io.StringIO()
    call_command("report", "lost-loops", stdout=out)
    referral = Referral.objects.get()
    assert "no_deadline: 1" in out.getvalue()
    assert spoken(referral.reference) in out.getvalue()
    assert spoken(referral.case.reference) not in out.getvalue()
