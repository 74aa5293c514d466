"""From the plan to the end and back: set with the person, approved, followed, closed and opened again by two people."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from audit import clock
from referral.models import Case, Task
from tests.journeys.conftest import Site
from tests.journeys.steps import Look, at_width, does, fill, follow, go, long_version, send, tick, words
from tests.referral import life

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


def approve(page: Page, site: Site, look: Look, case: Case, kind: str) -> None:
    """The second person finds the request among what needs her."""
    asked = Task.objects.get(case=case, kind=kind, done_at=None)
    go(page, site, "/")
    look(page, f"home-{kind}")
    follow(page, f"/tasks/{asked.pk}/decide/")
    fill(page, approve="yes")
    look(page, kind)
    send(page)


def set_a_goal(page: Page, site: Site, look: Look, case: Case) -> None:
    go(page, site, f"/cases/{case.pk}/")
    follow(page, f"/cases/{case.pk}/plan/begin/")
    look(page, "plan-begin")
    send(page)
    look(page, "plan-empty")
    follow(page, f"/cases/{case.pk}/plan/goals/new/")
    day = clock.now() + timedelta(days=60)
    fill(page, goal="Un métier", own_words="Je veux coudre", service="VOC")
    fill(page, target_on_day=f"{day:%d}", target_on_month=f"{day:%m}", target_on_year=f"{day:%Y}")
    look(page, "goal-new")
    send(page)
    look(page, "plan")
    follow(page, f"/cases/{case.pk}/plan/agreement/")
    look(page, "plan-agreement")
    send(page)
    look(page, "plan-asked")


@long_version
@at_width(360)
def test_a_plan_its_follow_up_the_end_and_a_new_beginning(site: Site, looked_at: Look, width: int) -> None:
    case = life.agreed(site.cast)
    page = site.sign_in(site.cast.aissatou, width=width)
    second = site.sign_in(site.cast.bineta, width=width)
    set_a_goal(page, site, looked_at, case)
    assert life.state_of(case) == "planning"
    approve(second, site, looked_at, case, "approve_plan")
    assert life.state_of(case) == "assisted"

    go(page, site, f"/cases/{case.pk}/services/")
    looked_at(page, "services")
    go(page, site, f"/cases/{case.pk}/")
    looked_at(page, "case-assisted")
    follow(page, f"/cases/{case.pk}/follow-up/")
    tick(page, "stable")
    looked_at(page, "follow-up")
    send(page)
    follow(page, f"/cases/{case.pk}/how-it-goes/")
    fill(page, answer="well")
    looked_at(page, "how-it-goes")
    send(page)
    looked_at(page, "case-followed")

    follow(page, f"/cases/{case.pk}/close/ask/")
    fill(page, reason_code="PLAN_COMPLETED", why_open="La formation continue sans nous")
    tick(page, "informed")
    looked_at(page, "close-ask")
    send(page)
    assert life.state_of(case) == "followup", "nobody closes an own case"
    approve(second, site, looked_at, case, "approve_close")
    assert life.state_of(case) == "closed"

    go(second, site, f"/cases/{case.pk}/")
    looked_at(second, "case-closed")
    assert "Pas encore possible" not in words(second), "it is over, and says so once"
    path = f"/cases/{case.pk}/reopen/"
    follow(second, path)
    does(
        second,
        site,
        looked_at,
        path,
        "reopen",
        owner=str(site.cast.aissatou.pk),
        reason="Elle a rappelé",
    )
    looked_at(second, "case-reopened")
    assert life.state_of(case) == "assisted"
