"""A girl whose father is suspected: he is asked nothing, and a legal ground leads on without him."""

import pytest

from referral.models import Guardian, LegalGround
from tests import cast as c
from tests.journeys.conftest import Site
from tests.journeys.steps import (
    Look,
    at_width,
    choose,
    fill,
    follow,
    found_a_ground,
    go,
    long_version,
    send,
    talk,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])
FATHER, SAID = "Père Canari", "Elle dit qu’il l’a confiée"


@long_version
@at_width(1280)
def test_a_suspected_father_agrees_to_nothing(site: Site, looked_at: Look, width: int) -> None:
    case = c.open_case(site.cast)
    page = site.sign_in(site.cast.aissatou, width=width)
    go(page, site, f"/cases/{case.pk}/")
    follow(page, f"/cases/{case.pk}/guardians/")
    looked_at(page, "guardians-none")
    follow(page, f"/cases/{case.pk}/guardians/new/")
    fill(page, relation="father", name=FATHER)
    looked_at(page, "guardian-new")
    send(page)
    looked_at(page, "guardians-father")
    father = Guardian.objects.get(case=case)
    follow(page, f"/guardians/{father.pk}/standing/")
    fill(page, standing="suspected", reason=SAID)
    looked_at(page, "guardian-standing")
    send(page)
    looked_at(page, "guardians-suspected")

    talk(page, site, looked_at, case, "SHELTER_EMERG")
    assert page.locator(f'input[name="guardian"][value="{father.pk}"]').count() == 0, "he cannot be chosen"
    warned = page.locator(".app-notice", has_text=FATHER)
    assert "AEMO" in warned.inner_text()
    fill(page, point_agrees="yes", assent="Elle ne veut pas retourner", guardian="nobody")
    send(page)
    found_a_ground(page, site, looked_at, case, "SHELTER_EMERG")
    looked_at(page, "case-ground")
    assert LegalGround.objects.get(case=case).valid_from is not None
    assert FATHER not in page.content(), "the file shows him in codes"

    second = site.sign_in(site.cast.bineta, width=width)
    go(second, site, "/")
    looked_at(second, "home-guardian")
    follow(second, f"/guardians/{father.pk}/decide/")
    assert FATHER not in second.content()
    looked_at(second, "guardian-decide")
    assert SAID not in second.content(), "masked until somebody says why"
    second.locator("summary", has_text="Afficher").click()
    choose(second, "reason", "supervise")
    with second.expect_navigation():
        second.locator(".app-reveal button").click()
    looked_at(second, "guardian-decide-opened")
    assert SAID in second.content()
    fill(second, standing="suspected", reason="Confirmé par la mère")
    send(second)
    father.refresh_from_db()
    assert (father.standing, father.proposed) == ("suspected", "")
