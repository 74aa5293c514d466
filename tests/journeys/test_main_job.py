"""The main job of design §1 by the people who do it: a woman with her consent, a child on the ground of protection."""

import pytest

from partners.models import User
from referral.models import Case
from tests.journeys.conftest import Site
from tests.journeys.steps import (
    Look,
    arrival_code,
    at_width,
    finish,
    found_a_ground,
    go,
    open_a_case,
    receive,
    refer,
    send,
    talk,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


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


@at_width(1280)
def test_a_woman_is_referred_with_her_consent(site: Site, looked_at: Look, width: int) -> None:
    page = site.sign_in(site.cast.aissatou, width=width)
    go(page, site, "/")
    looked_at(page, "home")
    secret = "Fanta Secrète"
    person = {"age_status": "adult", "age_band": "21-29", "alias": secret, "family_name": "Canari"}
    case = open_a_case(page, site, looked_at, **person)
    talk(page, site, looked_at, case, "SHELTER_EMERG")
    send(page)
    referral = refer(page, site, looked_at, case, "SHELTER_EMERG")
    receive(site, looked_at, referral, secret, width=width)
    code = arrival_code(page, site, looked_at, referral)
    finish(site, looked_at, referral, code, secret, width=width)
    go(page, site, "/notices/")
    looked_at(page, "notices")
    supervise(site, looked_at, case, [site.cast.codou, site.cast.daouda], width=width)


@at_width(360)
def test_a_child_is_referred_on_the_ground_of_protection(site: Site, looked_at: Look, width: int) -> None:
    page = site.sign_in(site.cast.aissatou, width=width)
    secret = "Awa Secrète"
    person = {"age_status": "child", "age_band": "9-13", "alias": secret, "family_name": "Canari"}
    case = open_a_case(page, site, looked_at, **person)
    found_a_ground(page, site, looked_at, case, "SHELTER_EMERG")
    referral = refer(page, site, looked_at, case, "SHELTER_EMERG")
    receive(site, looked_at, referral, secret, width=width)
    code = arrival_code(page, site, looked_at, referral)
    finish(site, looked_at, referral, code, secret, width=width)
    supervise(site, looked_at, case, [site.cast.codou, site.cast.daouda], width=width)
