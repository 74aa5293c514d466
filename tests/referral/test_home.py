"""What stands first on the page of the day, and what it says of the work of others."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from audit import clock
from partners.models import User
from referral.answers import DelayReason
from referral.enums import State, TaskKind
from referral.models import Task
from referral.services import assigning
from tests import cast as c
from tests.referral.pages import later, sign_in
from tests.referral.passing import rounds

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def home(user: User) -> Any:
    return sign_in(user).get("/")


def lines(user: User) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = home(user).context["lines"]
    return found


def own_task(owner: User | None, kind: TaskKind, cast: c.Cast, *, hours: float) -> Task:
    with c.acting(), c.transaction.atomic():
        at = clock.now()
        task = Task(
            kind=kind,
            case=c.open_case(cast),
            organisation=cast.unit,
            owner=owner,
            made_at=at,
            due_at=at + timedelta(hours=hours),
        )
        c.write(task)
    return task


# --- the order


def test_a_vital_emergency_that_nobody_answered_stands_before_all_that_waits_longer(cast: c.Cast) -> None:
    for urgency in ("standard", "urgent"):
        c.declined(cast, c.sent(cast, urgency=urgency))
    late = own_task(cast.ibrahima, TaskKind.DUTY_CALL, cast, hours=1)
    soon = own_task(cast.ibrahima, TaskKind.DUTY_CALL, cast, hours=30)
    emergency = c.sent(cast, urgency="emergency")
    rounds(4, every=0.25, rules=("referrals", "expiry"))
    emergency.refresh_from_db()
    assert emergency.state == State.EXPIRED
    shown = lines(cast.ibrahima)
    places = [line["url"] for line in shown]
    place = places.index(reverse("referral", args=[emergency.pk]))
    # Beside it only the call that the clock asked for because of it.
    assert {line.get("urgency") for line in shown[: place + 1]} == {"emergency"}
    assert shown[place]["when"]
    assert shown[place + 1]["urgency"] in ("emergency", "urgent")
    assert places.index(reverse("task_done", args=[late.pk])) < places.index(
        reverse("task_done", args=[soon.pk])
    )
    assert places[-1] == reverse("task_done", args=[soon.pk])
    assert sign_in(cast.ibrahima).get(places[place]).status_code == 200


def test_the_late_ones_stand_by_urgency_and_the_others_by_their_deadline(cast: c.Cast) -> None:
    standard = c.sent(cast, urgency="standard")
    later(hours=71)
    emergency, urgent = c.sent(cast, urgency="emergency"), c.sent(cast, urgency="urgent")
    later(hours=73)
    places = [line["url"] for line in lines(cast.codou)]
    assert places == [reverse("referral", args=[each.pk]) for each in (emergency, standard, urgent)]


def test_calls_of_a_vital_emergency_bear_its_urgency_and_the_house_to_call(cast: c.Cast) -> None:
    c.sent(cast, urgency="emergency")
    [line] = lines(cast.aissatou)
    assert (line["reference"], line["urgency"]) == (str(TaskKind.CALL_DESK.label), "emergency")
    assert line["who"] == cast.centre.name


def test_what_is_put_off_goes_to_the_end_and_says_why(cast: c.Cast) -> None:
    c.declined(cast, c.sent(cast, urgency="emergency"))
    c.declined(cast, c.sent(cast, urgency="standard"))
    first, second = Task.objects.filter(kind=TaskKind.REDIRECT).order_by("due_at")
    later(hours=30)
    with c.acting(cast.aissatou) as actor:
        asked = {"by": actor, "at": clock.now(), "version": first.version}
        until = clock.now() + timedelta(days=5)
        assigning.delay_task(first.pk, reason=DelayReason.WAITING_COURT, until=until, **asked)
    page = home(cast.aissatou)
    urls = [line["url"] for line in page.context["lines"]]
    assert urls[-1] == reverse("task_done", args=[first.pk])
    assert reverse("task_done", args=[second.pk]) in urls[:-1]
    assert not page.context["lines"][-1]["late"]
    body = page.content.decode()
    assert str(DelayReason.WAITING_COURT.label).lower() in body.lower()
    later(days=7)
    assert lines(cast.aissatou)[0]["url"] == reverse("task_done", args=[first.pk])
    assert lines(cast.aissatou)[0]["late"]


# --- of others


def test_a_supervisor_hears_of_what_is_late_with_the_team(cast: c.Cast) -> None:
    own_task(cast.aissatou, TaskKind.FOLLOW_UP, cast, hours=1)
    review = own_task(cast.aissatou, TaskKind.REVIEW_GROUND, cast, hours=1)
    own_task(cast.bineta, TaskKind.FOLLOW_UP, cast, hours=1)
    own_task(cast.aissatou, TaskKind.FOLLOW_UP, cast, hours=9)
    assert home(cast.bineta).context["team"].tasks == 0
    assert f'href="{reverse("tasks")}?of=team"' not in home(cast.bineta).content.decode()
    later(hours=2)
    page = home(cast.bineta)
    assert (page.context["team"].tasks, page.context["team"].reviews) == (2, 1)
    assert f'href="{reverse("tasks")}?of=team"' in page.content.decode()
    team = sign_in(cast.bineta).get(reverse("tasks"), {"of": "team"}).content.decode()
    assert reverse("case_grounds", args=[review.case_id]) in team
    for who in (cast.aissatou, cast.elisabeth, cast.ibrahima):
        assert not home(who).context["team"] or not home(who).context["team"].tasks


def test_everybody_hears_of_notices_that_wait_for_a_word(cast: c.Cast) -> None:
    c.sent(cast, urgency="urgent")
    assert f'href="{reverse("notices")}"' not in home(cast.elisabeth).content.decode().split("<main")[1]
    rounds(24.1)
    page = home(cast.elisabeth)
    assert page.context["to_confirm"] == 1
    assert f'href="{reverse("notices")}"' in page.content.decode().split("<main")[1]
    assert home(cast.codou).context["to_confirm"] == 0


# --- to redirect


def test_the_most_urgent_are_routed_first(cast: c.Cast) -> None:
    c.declined(cast, c.sent(cast, urgency="standard"))
    c.declined(cast, c.sent(cast, urgency="urgent"))
    c.declined(cast, c.sent(cast, urgency="emergency"))
    rows = sign_in(cast.ibrahima).get(reverse("routing")).context["rows"]
    assert [row["urgency"] for row in rows] == ["emergency", "urgent", "standard"]
