"""The main job of design §1 by the people who do it: a woman with her consent, a child on the ground of protection."""

import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from partners.models import User
from referral.models import Case, Referral
from tests.journeys.conftest import Site

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])
Look = Callable[[Page, str], None]
#: The long version walks each journey at both widths, the short one at one of them.
FULL = os.environ.get("FULL") == "1"


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f'input[name="{name}"][value="{value}"]').check()


def send(page: Page) -> None:
    """The one button of the page's own form."""
    with page.expect_navigation():
        page.locator(
            'main form[method="post"] button.govuk-button:not(.govuk-button--secondary)'
        ).last.click()
    faults = page.locator(".govuk-error-summary")
    assert faults.count() == 0, faults.inner_text()


def go(page: Page, site: Site, path: str) -> None:
    answer = page.goto(site.url + path)
    assert answer is not None, path
    assert answer.status == 200, (path, answer.status)


def open_a_case(page: Page, site: Site, look: Look, *, age_status: str, age_band: str, name: str) -> Case:
    go(page, site, "/cases/new/page/")
    look(page, "case-new")
    choose(page, "urgency", "urgent")
    choose(page, "age_status", age_status)
    page.locator('select[name="age_band"]').select_option(age_band)
    choose(page, "sex", "female")
    choose(page, "languages", "wol")
    page.locator('select[name="region"]').select_option(index=1)
    page.locator('input[name="alias"]').fill(name)
    page.locator("details:has(input[name='family_name']) > summary").click()
    page.locator('input[name="family_name"]').fill("Canari")
    page.locator('textarea[name="needs"]').fill("Un lit")
    choose(page, "flags", "danger_nearby")
    send(page)
    look(page, "case")
    case = Case.objects.latest("seq")
    assert name not in page.content()  # masked until revealed
    return case


def agree_to_all(page: Page, site: Site, look: Look, case: Case, service: str) -> None:
    """The conversation about consent: everything that the centre would need, yes."""
    centre = site.cast.centre.pk
    go(page, site, f"/cases/{case.pk}/consent/")
    look(page, "consent-who")
    go(page, site, f"/cases/{case.pk}/consent/?to={centre}:{service}&ask=1")
    look(page, "consent")
    page.locator('input[name="explained"]').check()
    page.locator('select[name="language"]').select_option("wol")
    choose(page, "method", "oral_with_witness")
    page.locator('input[name="witness"]').fill("Témoin Canari")
    for box in page.locator('input[name^="cell_"][value="yes"]').all():
        box.check()
    send(page)


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


def act(
    page: Page,
    site: Site,
    look: Look,
    referral: Referral,
    action: str,
    fill: Callable[[], Any] = lambda: None,
) -> None:
    go(page, site, f"/referrals/{referral.pk}/{action}/")
    fill()
    look(page, f"act-{action}")
    send(page)
    referral.refresh_from_db()


def receive(site: Site, look: Look, referral: Referral, secret: str, *, width: int) -> None:
    """The desk answers on a phone; the named worker records arrival and outcome."""
    desk = site.sign_in(site.cast.codou, width=width)
    go(desk, site, "/inbox/")
    look(desk, "inbox")
    assert re.sub(r"\s", "", desk.locator("main").inner_text()).count(referral.reference) == 1
    go(desk, site, f"/referrals/{referral.pk}/")
    look(desk, "referral-preview")
    assert secret not in desk.content()
    act(desk, site, look, referral, "acknowledge")
    assert secret not in desk.content()

    def answers() -> None:
        choose(desk, "conflict", "no")
        desk.locator('select[name="worker"]').select_option(str(site.cast.daouda.pk))

    act(desk, site, look, referral, "accept", answers)
    assert referral.state == "accepted"
    worker = site.sign_in(site.cast.daouda, width=width)
    go(worker, site, f"/referrals/{referral.pk}/shared/")
    look(worker, "shared")
    assert secret in worker.content()


def finish(site: Site, look: Look, referral: Referral, code: str, secret: str, *, width: int) -> None:
    worker = site.sign_in(site.cast.daouda, width=width)
    act(worker, site, look, referral, "start", lambda: worker.locator('input[name="code"]').fill(code))
    assert referral.state == "in_service"

    def outcome() -> None:
        choose(worker, "reason_code", "NEED_MET")
        choose(worker, "left", "yes")

    act(worker, site, look, referral, "complete", outcome)
    assert referral.state == "completed"
    go(worker, site, f"/referrals/{referral.pk}/")
    look(worker, "referral-completed")
    assert secret not in worker.content()
    assert worker.goto(f"{site.url}/referrals/{referral.pk}/shared/").status in (403, 404)  # type: ignore[union-attr]


def arrival_code(page: Page, site: Site, look: Look, referral: Referral) -> str:
    go(page, site, f"/referrals/{referral.pk}/print/")
    look(page, "slip")
    from tests.cast import acting

    with acting():
        code = Referral.objects.get(pk=referral.pk).arrival_code or ""
    assert code in re.sub(r"\s", "", page.locator("main").inner_text())
    return code


def supervise(site: Site, look: Look, case: Case, people: list[User], *, width: int) -> None:
    supervisor = site.sign_in(site.cast.bineta, width=width)
    go(supervisor, site, f"/cases/{case.pk}/")
    look(supervisor, "case-supervisor")
    go(supervisor, site, f"/cases/{case.pk}/looks/")
    look(supervisor, "looks")
    seen = supervisor.locator("main").inner_text()
    assert site.cast.aissatou.name in seen  # her own colleague, by name
    assert str(site.cast.centre) in seen  # the others by organisation only
    assert not any(person.name in seen for person in people)


@pytest.mark.parametrize("width", [1280, 360] if FULL else [1280])
def test_a_woman_is_referred_with_her_consent(site: Site, looked_at: Look, width: int) -> None:
    page = site.sign_in(site.cast.aissatou, width=width)
    go(page, site, "/")
    looked_at(page, "home")
    case = open_a_case(page, site, looked_at, age_status="adult", age_band="21-29", name="Fanta Secrète")
    agree_to_all(page, site, looked_at, case, "SHELTER_EMERG")
    referral = refer(page, site, looked_at, case, "SHELTER_EMERG")
    receive(site, looked_at, referral, "Fanta Secrète", width=width)
    code = arrival_code(page, site, looked_at, referral)
    finish(site, looked_at, referral, code, "Fanta Secrète", width=width)
    go(page, site, "/notices/")
    looked_at(page, "notices")
    supervise(site, looked_at, case, [site.cast.codou, site.cast.daouda], width=width)


@pytest.mark.parametrize("width", [1280, 360] if FULL else [360])
def test_a_child_is_referred_on_the_ground_of_protection(site: Site, looked_at: Look, width: int) -> None:
    page = site.sign_in(site.cast.aissatou, width=width)
    case = open_a_case(page, site, looked_at, age_status="child", age_band="9-13", name="Awa Secrète")
    found_a_ground(page, site, looked_at, case, "SHELTER_EMERG")
    referral = refer(page, site, looked_at, case, "SHELTER_EMERG")
    receive(site, looked_at, referral, "Awa Secrète", width=width)
    code = arrival_code(page, site, looked_at, referral)
    finish(site, looked_at, referral, code, "Awa Secrète", width=width)
    supervise(site, looked_at, case, [site.cast.codou, site.cast.daouda], width=width)
