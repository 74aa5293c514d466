"""A boat by the keyboard alone: counted, written down line by line, referred together, taken in part."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from referral.models import Arrival, Case, FamilyLink, GroupReferral
from tests import cast as c
from tests.journeys.conftest import Site
from tests.journeys.steps import FULL, Look, at_width
from tests.world import more_places

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])
PERSONS = 80 if FULL else 8
#: Longer than eighty persons take on a busy machine, in milliseconds.
ONE_ACT = 60_000


class Keys:
    """Hands that never leave the keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, selector: str) -> None:
        """Tab until the focus is there."""
        wanted = self.page.locator(selector).first
        wanted.wait_for()
        for _press in range(1500):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} is not reached by Tab")

    def types(self, selector: str, text: str) -> None:
        self.to(selector)
        self.page.keyboard.type(text)

    def presses(self, selector: str, key: str = "Enter") -> None:
        """A button or a link that leads on."""
        self.to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        faults = self.page.locator(".govuk-error-summary")
        assert faults.count() == 0, faults.inner_text()

    def ticks(self, selector: str) -> None:
        self.to(selector)
        self.page.keyboard.press("Space")


def columns(page: Page, keys: Keys, persons: int) -> None:
    """Down each column with Enter: a word begins, a digit chooses."""

    def down(column: str, words: Callable[[int], str]) -> None:
        keys.to(f"#id_{column}_1")
        for number in range(1, persons + 1):
            assert page.evaluate("document.activeElement.id") == f"id_{column}_{number}"
            page.keyboard.type(words(number))
            page.keyboard.press("Enter")

    down("triage", lambda n: "1" if n == 3 else "2" if n % 2 else "3")
    page.keyboard.press("Tab")
    for column, words in (
        ("sex", lambda n: "Fém"),
        ("age", lambda n: "9" if n > 2 else "6"),
        ("family", lambda n: "a" if n < 4 else ""),
    ):
        page.locator("h1").evaluate("element => { element.tabIndex = -1; element.focus() }")
        down(column, words)


@at_width(1280)
def test_a_boat_by_the_keyboard_alone(site: Site, looked_at: Look, width: int) -> None:
    cast = site.cast
    more_places(cast, 60)
    page = site.sign_in(cast.aissatou, width=width)
    page.set_default_navigation_timeout(ONE_ACT)
    keys = Keys(page)
    page.goto(site.url + "/arrivals/new/")
    looked_at(page, "arrival-new")
    keys.to('input[name="kind"]')
    page.keyboard.press("ArrowDown")
    keys.types('input[name="counted"]', str(PERSONS))
    keys.to('select[name="region"]')
    page.keyboard.press("ArrowDown")
    keys.presses("main form .app-actions button")
    looked_at(page, "arrival-people")
    columns(page, keys, PERSONS)
    with page.expect_response("**/drafts/**") as kept:
        # As when one has just typed and looks at another tab.
        page.evaluate(
            "document.getElementById('id_family_1').dispatchEvent(new Event('input', {bubbles: true}));"
            "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
            "document.dispatchEvent(new Event('visibilitychange')); delete document.hidden"
        )
    assert kept.value.status == 200
    page.reload()
    assert page.locator("#id_family_1").input_value() == "a", "what was typed is kept"
    keys.presses("main form[data-autosave-url] .app-actions button")
    looked_at(page, "arrival")
    arrival = Arrival.objects.get()
    assert (arrival.slips.count(), FamilyLink.objects.count()) == (PERSONS, 3)
    assert Case.objects.get(slip__number=3).urgency == "emergency"
    page.goto(f"{site.url}/arrivals/{arrival.pk}/slips/")
    looked_at(page, "slips")
    refer(site, page, keys, looked_at, arrival)
    group = GroupReferral.objects.get()
    assert group.size == PERSONS
    answer(site, looked_at, group, cast, width=width)
    taken = min(PERSONS - 2, 40)
    assert group.referrals.filter(state="accepted").count() == taken
    assert group.referrals.filter(state="declined").count() == PERSONS - taken


def refer(site: Site, page: Page, keys: Keys, look: Look, arrival: Arrival) -> None:
    page.goto(f"{site.url}/arrivals/{arrival.pk}/refer/")
    keys.presses('button[name="pick"]')
    look(page, "group-who")
    keys.to('select[name="service"]')
    page.locator('select[name="service"]').select_option("SHELTER_EMERG")
    keys.to('input[name="urgency"]')
    page.keyboard.press("ArrowDown")
    keys.presses("main form:has(select[name=service]) button.govuk-button:not(.govuk-button--secondary)")
    look(page, "group-where")
    keys.ticks(f'input[name="to"][value="{site.cast.centre.pk}"]')
    keys.presses("main form button")
    look(page, "group-check")
    keys.presses('main a[href*="/ground/"]')
    look(page, "group-ground")
    for name in ("safety", "view", "guardian"):
        keys.types(f'textarea[name="{name}"]', "Trois mots dits")
    keys.presses("main form .app-actions button")
    look(page, "group-check-again")
    keys.presses("main form .app-actions button")
    look(page, "group-sent")


def answer(site: Site, look: Look, group: GroupReferral, cast: c.Cast, *, width: int) -> None:
    page = site.sign_in(cast.codou, width=width)
    page.set_default_navigation_timeout(ONE_ACT)
    keys = Keys(page)
    page.goto(site.url + "/inbox/")
    look(page, "inbox-group")
    keys.presses(f'a[href="/referrals/groups/{group.pk}/"]')
    look(page, "group-desk")
    keys.presses(f'a[href="/referrals/groups/{group.pk}/answer/"]')
    look(page, "group-pick")
    keys.types('input[name="most"]', str(min(PERSONS - 2, 40)))
    keys.presses('button[name="pick"]')
    keys.ticks('input[name="conflict"]')
    keys.to('select[name="place_girls"]')
    page.keyboard.press("ArrowDown")
    keys.ticks('input[name="rest"]')
    keys.to('select[name="reason_code"]')
    page.keyboard.press("ArrowDown")
    look(page, "group-answer")
    keys.presses("main form[method=post] .app-actions button")
    look(page, "group-answered")
