"""A first meeting on a phone: a topic a page, a network that drops, a question that is not answered, one press."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from referral.models import Case
from tests.journeys.conftest import Site
from tests.journeys.test_main_job import choose, go, send

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])
Look = Callable[[Page, str], None]
#: Longer than the pause between two saves of a half-typed page, in milliseconds.
SAVED = 21_000


def onward(page: Page, button: str = "") -> None:
    """Presses the first button of the page's form, or the one that sends this name."""
    chosen = f'button[name="{button}"]' if button else "button.govuk-button:not([name])"
    with page.expect_navigation():
        page.locator(f'main form[method="post"] {chosen}').last.click()
    assert page.locator(".govuk-error-summary").count() == 0


def test_a_first_meeting_on_a_phone_whose_network_drops(site: Site, looked_at: Look) -> None:
    page = site.sign_in(site.cast.aissatou, width=360)
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
    onward(page)
    onward(page, "declined_topic")  # sex
    onward(page)  # region: that of the organisation
    onward(page, "declined_topic")  # languages

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
    choose(page, "card", "accepted")
    page.locator('input[name="card_answer"]').fill("mafé")
    looked_at(page, "card")
    send(page)
    go(page, site, f"/cases/{case.pk}/card/print/")
    looked_at(page, "card-print")
    duty = site.sign_in(site.cast.bineta, width=360)
    go(duty, site, "/cards/")
    duty.locator('input[name="code"]').fill(case.cards.get().code or "")
    duty.locator('input[name="answer"]').fill("MAFE")
    looked_at(duty, "cards")
    send(duty)
    looked_at(duty, "card-found")
