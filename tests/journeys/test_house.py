"""What a desk does on a telephone every evening, counted in taps and typed characters (360 px)."""

from typing import Any

import pytest
from playwright.sync_api import Page

from partners.models import Places
from referral.models import Waiting, WalkIn
from tests import cast as c
from tests.journeys.conftest import Site
from tests.journeys.steps import Look, go

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
