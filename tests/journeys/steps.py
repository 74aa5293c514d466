"""What people do in the journeys: open a page, fill its form, press its button; and the steps that several share."""

import os
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from referral.models import Case, Referral
from tests.cast import acting
from tests.journeys.conftest import Site

#: Checks a page as the fixture `looked_at` does, under a name.
Look = Callable[[Page, str], None]
#: The long version walks each journey at both widths, the short one at one of them.
FULL = os.environ.get("FULL") == "1"


def at_width(short: int) -> pytest.MarkDecorator:
    """Both widths under FULL=1, else `short`."""
    return pytest.mark.parametrize("width", [1280, 360] if FULL else [short])


#: For what the tests over HTTP promise too: a developer's run leaves the walk to the long version.
long_version = pytest.mark.skipif(not FULL, reason="walked at both widths with FULL=1")


def go(page: Page, site: Site, path: str) -> None:
    answer = page.goto(site.url + path)
    assert answer is not None, path
    assert answer.status == 200, (path, answer.status)


def finds(page: Page, site: Site, path: str) -> int:
    """How an address is answered to whom it may be closed."""
    answer = page.goto(site.url + path)
    assert answer is not None, path
    return answer.status


def follow(page: Page, path: str) -> None:
    """The link of the page that leads there."""
    with page.expect_navigation() as led:
        page.locator(f'main a[href="{path}"]').first.click()
    assert led.value.status == 200, (path, led.value.status)


def words(page: Page) -> str:
    """What the page says, on one line."""
    return " ".join(page.locator("main").inner_text().split())


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f'input[name="{name}"][value="{value}"]').check()


def tick(page: Page, name: str) -> None:
    page.locator(f'main input[name="{name}"]').check()


def fill(page: Page, **typed: str) -> None:
    """Each field as it is: a choice is made, a list is opened, a box is written in."""
    for name, value in typed.items():
        field = page.locator(f'main [name="{name}"]').first
        match field.evaluate("element => element.type"):
            case "radio" | "checkbox":
                choose(page, name, value)
            case "select-one":
                field.select_option(value)
            case _:
                field.fill(value)


def press(page: Page) -> None:
    """The one button of the page's own form."""
    with page.expect_navigation() as led:
        page.locator(
            'main form[method="post"] button.govuk-button:not(.govuk-button--secondary)'
        ).last.click()
    assert led.value.status == 200, (page.url, led.value.status)


def send(page: Page) -> None:
    press(page)
    faults = page.locator(".govuk-error-summary")
    assert faults.count() == 0, faults.inner_text()


def is_refused(page: Page, look: Look, name: str) -> None:
    """The page comes back, says why, and keeps what was typed."""
    press(page)
    assert page.locator(".govuk-error-summary").count() == 1
    look(page, name)


def does(page: Page, site: Site, look: Look, path: str, name: str, **typed: str) -> None:
    """One act on the page of its own."""
    go(page, site, path)
    fill(page, **typed)
    look(page, name)
    send(page)


def act(page: Page, site: Site, look: Look, referral: Referral, action: str, **typed: str) -> None:
    does(page, site, look, f"/referrals/{referral.pk}/{action}/", f"act-{action}", **typed)
    referral.refresh_from_db()


# --- steps that several journeys share
def open_a_case(
    page: Page,
    site: Site,
    look: Look,
    *,
    age_status: str,
    age_band: str,
    alias: str,
    family_name: str = "",
) -> Case:
    go(page, site, "/cases/new/page/")
    look(page, "case-new")
    fill(page, urgency="urgent", age_status=age_status, age_band=age_band, sex="female", languages="wol")
    page.locator('select[name="region"]').select_option(index=1)
    fill(page, alias=alias, needs="Un lit", flags="danger_nearby")
    if family_name:
        page.locator("details:has(input[name='family_name']) > summary").click()
        fill(page, family_name=family_name)
    send(page)
    look(page, "case")
    assert alias not in page.content()  # masked until revealed
    return Case.objects.latest("seq")


def talk(page: Page, site: Site, look: Look, case: Case, service: str) -> None:
    """The conversation about consent, opened and filled in: everything that the centre would need, yes."""
    centre = site.cast.centre.pk
    go(page, site, f"/cases/{case.pk}/consent/")
    look(page, "consent-who")
    go(page, site, f"/cases/{case.pk}/consent/?to={centre}:{service}&ask=1")
    look(page, "consent")
    tick(page, "explained")
    fill(page, language="wol", method="oral_with_witness", witness="Témoin Canari")
    for box in page.locator('input[name^="cell_"][value="yes"]').all():
        box.check()


def found_a_ground(page: Page, site: Site, look: Look, case: Case, service: str) -> None:
    """Protection of a child: recorded by one person with three answers about the child's best interests."""
    go(page, site, f"/cases/{case.pk}/ground/?to={site.cast.centre.pk}:{service}&ask=1")
    look(page, "ground")
    choose(page, "code", "child_protection")
    for area in page.locator("main textarea").all():
        area.fill("Réponse de trois mots")
    for box in page.locator('main input[type="checkbox"][name="groups"]').all():
        box.check()
    send(page)


def refer(page: Page, site: Site, look: Look, case: Case, service: str) -> Referral:
    go(page, site, f"/cases/{case.pk}/refer/")
    look(page, "refer-need")
    go(page, site, f"/cases/{case.pk}/refer/?service={service}&urgency=urgent")
    look(page, "refer-choose")
    choose(page, "organisation", str(site.cast.centre.pk))
    send(page)
    look(page, "check-answers")
    send(page)
    look(page, "send-confirm")
    send(page)
    look(page, "referral-sent")
    referral = Referral.objects.latest("seq")
    assert referral.state == "sent"
    return referral


def receive(site: Site, look: Look, referral: Referral, secret: str, *, width: int) -> None:
    """The desk answers; the named worker reads what was shared."""
    desk = site.sign_in(site.cast.codou, width=width)
    go(desk, site, "/inbox/")
    look(desk, "inbox")
    assert re.sub(r"\s", "", desk.locator("main").inner_text()).count(referral.reference) == 1
    go(desk, site, f"/referrals/{referral.pk}/")
    look(desk, "referral-preview")
    assert secret not in desk.content()
    act(desk, site, look, referral, "acknowledge")
    assert secret not in desk.content()
    act(desk, site, look, referral, "accept", conflict="no", worker=str(site.cast.daouda.pk))
    assert referral.state == "accepted"
    worker = site.sign_in(site.cast.daouda, width=width)
    go(worker, site, f"/referrals/{referral.pk}/shared/")
    look(worker, "shared")
    assert secret in worker.content()


def arrival_code(page: Page, site: Site, look: Look, referral: Referral) -> str:
    go(page, site, f"/referrals/{referral.pk}/print/")
    look(page, "slip")
    with acting():
        code = Referral.objects.get(pk=referral.pk).arrival_code or ""
    assert code in re.sub(r"\s", "", page.locator("main").inner_text())
    return code


def finish(site: Site, look: Look, referral: Referral, code: str, secret: str, *, width: int) -> None:
    """The named worker records arrival and outcome."""
    worker = site.sign_in(site.cast.daouda, width=width)
    act(worker, site, look, referral, "start", code=code)
    assert referral.state == "in_service"
    act(worker, site, look, referral, "complete", reason_code="NEED_MET", left="yes")
    assert referral.state == "completed"
    go(worker, site, f"/referrals/{referral.pk}/")
    look(worker, "referral-completed")
    assert secret not in worker.content()
    assert finds(worker, site, f"/referrals/{referral.pk}/shared/") in (403, 404)
