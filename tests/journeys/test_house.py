"""What a desk does on a telephone every evening, counted in taps and typed characters (360 px)."""

from typing import Any

import pytest
from playwright.sync_api import Page

from audit import clock
from partners.models import Places, Service
from referral.models import Waiting, WalkIn
from referral.services import walk_ins
from tests import cast as c
from tests.journeys.conftest import Site
from tests.journeys.steps import Look, at_width, fill, go, is_refused, send, words
from tests.referral import arrivals as a

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


class Thumb:
    """One person with one thumb: every tap and every sign typed is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.spent = page, 0

    def taps(self, what: str, **more: Any) -> None:
        self.spent += 1
        self.page.locator(f"main {what}", **more).first.click()
        self.page.wait_for_load_state()

    def starts(self, site: Site, path: str) -> None:
        go(self.page, site, path)
        self.spent = 0


def test_the_evening_of_a_desk(site: Site, looked_at: Look) -> None:
    referral = c.sent(site.cast)
    girls = site.cast.girls
    page = site.sign_in(site.cast.codou, width=360)
    thumb = Thumb(page)

    thumb.starts(site, "/inbox/")
    thumb.taps(f'a[href="/referrals/{referral.pk}/"]')
    thumb.taps(f'a[href="/referrals/{referral.pk}/accept/"]')
    thumb.taps('label:has-text("Non")')
    thumb.taps("form button.govuk-button")
    referral.refresh_from_db()
    assert (referral.state, thumb.spent) == ("accepted", 4)

    thumb.starts(site, "/")
    thumb.taps('a[href="/places/"]')
    looked_at(page, "board")
    thumb.taps(f'a[href="/places/{girls.pk}/walk-in/"]')
    looked_at(page, "walk-in")
    thumb.taps('label:has-text("9 à 13 ans")')
    thumb.taps("form button.govuk-button")
    assert (WalkIn.objects.get().age_band, thumb.spent <= 8) == ("9-13", True)

    thumb.starts(site, "/")
    thumb.taps('a[href="/places/headcount/"]')
    looked_at(page, "headcount")
    thumb.taps("form button.govuk-button")
    girls.refresh_from_db()
    assert (girls.confirmed_by, girls.occupied, thumb.spent <= 3) == (site.cast.codou, 1, True)
    looked_at(page, "board-counted")

    # Full now, with one held and one who walked in: above capacity by an act, and the next one waits.
    thumb.starts(site, f"/places/{girls.pk}/walk-in/")
    thumb.taps('label:has-text("En danger dehors")')
    thumb.taps("form button.govuk-button")
    assert Places.objects.get(pk=girls.pk).over == 1
    looked_at(page, "board-over")
    second = c.sent(site.cast)
    thumb.starts(site, f"/referrals/{second.pk}/")
    thumb.taps("form button.govuk-button")
    looked_at(page, "full-house")
    thumb.taps(f'a[href="/referrals/{second.pk}/put_on_list/"]')
    thumb.taps("form button.govuk-button")
    assert Waiting.objects.get().referral == second
    go(page, site, "/places/")
    looked_at(page, "board-waiting")
    coordinator = site.sign_in(site.cast.ibrahima, width=360)
    go(coordinator, site, "/places/national/")
    looked_at(coordinator, "national")


@at_width(360)
def test_a_service_is_written_down_by_keyboard_and_folds_what_is_seldom_said(
    site: Site, looked_at: Look, width: int
) -> None:
    page = site.sign_in(site.cast.codou, width=width)
    go(page, site, "/places/services/new/")
    looked_at(page, "service-new")
    hours = page.locator("details:has(input[name='opens_at'])")
    hours.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "days"
    fill(page, code="LEGAL", opens_at="08:00")
    is_refused(page, looked_at, "service-refused")
    opened = page.locator("details[open]")
    assert (opened.count(), opened.locator("input[name='closes_at']").count()) == (1, 1)
    page.locator(".govuk-error-summary a").first.press("Enter")
    assert page.evaluate("document.activeElement.name") == "closes_at"
    fill(page, closes_at="16:30")
    send(page)
    service = Service.objects.get(organisation=site.cast.centre, code="LEGAL")
    go(page, site, f"/places/services/{service.pk}/")
    assert "08:00, 16:30" in words(page)
    looked_at(page, "service-edit")


@at_width(360)
def test_a_desk_answers_a_group_of_which_one_is_there_and_takes_it_back(
    site: Site, looked_at: Look, width: int, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]  # the group is made without the browser
    cast = site.cast
    group = a.sent(cast, a.arrived(cast, a.line(1), a.line(2)), [1, 2])
    with c.acting(cast.codou) as actor:
        there = walk_ins.enter_walk_in(actor, cast.girls.pk, sex="female", age_band="9-13", at=clock.now())
    one = group.referrals.get(case__slip__number=1)
    page = site.sign_in(cast.codou, width=width)
    go(page, site, f"/referrals/groups/{group.pk}/answer/")
    page.locator("details summary").last.click()
    fill(page, accepted=str(one.pk), conflict="no", rest="wait", **{f"here_{one.pk}": str(there.pk)})
    looked_at(page, "group-here")
    send(page)
    there.refresh_from_db()
    assert there.placement is not None
    go(page, site, f"/places/walk-ins/{there.pk}/apart/")
    looked_at(page, "apart")
    fill(page, why="ANOTHER_PERSON")
    send(page)
    there.refresh_from_db()
    assert there.placement is None
