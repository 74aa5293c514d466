"""A first meeting: a topic a page, a network that drops, a question that is not answered, one press."""

import pytest
from playwright.sync_api import Page, expect

from referral.models import Case
from tests.journeys.conftest import Site
from tests.journeys.steps import FULL, Look, at_width, choose, fill, go, send

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])
#: Longer than the pause between two saves of a half-typed page, in milliseconds.
SAVED = 21_000
#: What the meeting leaves for another day.
LATER = ("identity", "contact", "journey", "control", "circumstances", "children", "health", "story", "card")


def onward(page: Page, button: str = "") -> None:
    """Presses the first button of the page's form, or the one that sends this name."""
    chosen = f'button[name="{button}"]' if button else "button.govuk-button:not([name])"
    with page.expect_navigation():
        page.locator(f'main form[method="post"] {chosen}').last.click()
    assert page.locator(".govuk-error-summary").count() == 0


@at_width(360)
def test_a_first_meeting_whose_network_drops(site: Site, looked_at: Look, width: int) -> None:
    page = site.sign_in(site.cast.aissatou, width=width)
    page.clock.install()
    go(page, site, "/cases/new/")
    looked_at(page, "intake-start")
    page.locator("main a.govuk-button").click()
    choose(page, "urgency", "urgent")
    looked_at(page, "intake-danger")
    onward(page)
    choose(page, "first_needs", "SHELTER_EMERG")
    looked_at(page, "intake-need")
    onward(page)
    choose(page, "age_status", "child")
    looked_at(page, "intake-age")
    onward(page)
    looked_at(page, "intake-sex")
    onward(page, "declined_topic")
    looked_at(page, "intake-place")
    onward(page)  # region: that of the organisation
    looked_at(page, "intake-language")
    onward(page, "declined_topic")

    alias = page.locator('input[name="alias"]')
    alias.fill("Étoile Canari")
    status = page.locator("[data-autosave-status]")
    page.context.set_offline(True)
    page.clock.fast_forward(SAVED)
    expect(status).to_have_class("app-autosave app-autosave--failed")
    page.context.set_offline(False)
    with page.expect_response("**/drafts/**"):
        page.clock.fast_forward(SAVED)
    page.goto(page.url)
    assert alias.input_value() == "Étoile Canari"
    looked_at(page, "intake-called")
    onward(page)

    about = page.url.split("/")[-3]
    go(page, site, f"/cases/new/{about}/exploitation/")
    choose(page, "exploitation", "SN_DAARA_BEGGING")
    choose(page, "places", "daara")
    looked_at(page, "intake-exploitation")
    onward(page)
    for topic in LATER if FULL else ():
        go(page, site, f"/cases/new/{about}/{topic}/")
        looked_at(page, f"intake-{topic}")
    go(page, site, f"/cases/new/{about}/")
    looked_at(page, "intake-topics")
    go(page, site, f"/cases/new/{about}/check/")
    looked_at(page, "intake-check")
    assert "Étoile Canari" in page.content()
    send(page)
    looked_at(page, "intake-opened")
    case = Case.objects.get()
    assert (case.person.age_status, case.person.sex, case.owner) == ("child", "unknown", site.cast.aissatou)

    go(page, site, f"/cases/{case.pk}/card/")
    fill(page, card="accepted", card_answer="mafé")
    looked_at(page, "card")
    send(page)
    go(page, site, f"/cases/{case.pk}/card/print/")
    looked_at(page, "card-print")
    duty = site.sign_in(site.cast.bineta, width=width)
    go(duty, site, "/cards/")
    fill(duty, code=case.cards.get().code or "", answer="MAFE")
    looked_at(duty, "cards")
    send(duty)
    looked_at(duty, "card-found")
