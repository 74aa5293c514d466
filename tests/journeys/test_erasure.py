"""A person asks to be forgotten: one asks for it, two others decide, and what is left names nobody."""

import pytest
from playwright.sync_api import Page

from audit import clock
from referral.models import Case, RightsRequest
from referral.services import cases
from tests import cast as c
from tests.journeys.conftest import Site
from tests.journeys.steps import Look, at_width, choose, fill, follow, go, long_version, send, tick, words

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


def closed(site: Site) -> Case:
    case = c.open_case(site.cast)
    with c.acting(site.cast.bineta) as actor:
        return cases.close_case(
            case.pk, by=actor, at=clock.now(), version=case.version, reason_code="PERSON_REQUEST"
        )


def decide(page: Page, site: Site, look: Look, case: Case, name: str) -> None:
    go(page, site, "/")
    look(page, f"home-{name}")
    follow(page, f"/cases/{case.pk}/erasure/")
    choose(page, "approve", "yes")
    look(page, name)
    send(page)
    look(page, f"{name}-recorded")
    assert page.locator(f'main a[href="/cases/{case.pk}/erasure/"]').count() == 0, (
        "it waits for somebody else"
    )


@long_version
@at_width(360)
def test_a_file_is_erased_by_three_people(site: Site, looked_at: Look, width: int) -> None:
    case = closed(site)
    page = site.sign_in(site.cast.aissatou, width=width)
    go(page, site, f"/cases/{case.pk}/")
    follow(page, f"/cases/{case.pk}/rights/")
    looked_at(page, "rights")
    follow(page, f"/cases/{case.pk}/rights/new/")
    fill(page, kind="erasure", identified="known", note="Elle veut être oubliée")
    looked_at(page, "request-new")
    send(page)
    looked_at(page, "request")
    follow(page, f"/cases/{case.pk}/erasure/")
    choose(page, "reason", "request")
    tick(page, "understood")
    looked_at(page, "erasure-ask")
    send(page)

    decide(site.sign_in(site.cast.bineta, width=width), site, looked_at, case, "erasure-first")
    assert Case.objects.get(pk=case.pk).erased_at is None, "one approval erases nothing"
    decide(site.sign_in(site.cast.ibrahima, width=width), site, looked_at, case, "erasure-second")

    go(page, site, f"/cases/{case.pk}/")
    looked_at(page, "case-erased")
    erased = Case.objects.get(pk=case.pk)
    assert (erased.state, erased.erased_at is not None) == ("archived", True)
    assert RightsRequest.objects.get(case=case).result == "granted"
    said = words(page)
    assert "Effacé le" in said
    assert not any(secret in said for secret in c.SECRETS.values())
    assert page.locator('main form[method="post"]').count() == 0, "nothing more can be done to it"
    follow(page, f"/cases/{case.pk}/looks/")
    looked_at(page, "looks-of-erased")
