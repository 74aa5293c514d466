"""Nobody knows how old she is: she answers for herself, has the safeguards of a child, and two people are needed."""

import pytest

from referral.models import Case
from tests.journeys.conftest import Site
from tests.journeys.steps import (
    Look,
    at_width,
    fill,
    finds,
    follow,
    go,
    is_refused,
    long_version,
    open_a_case,
    send,
    talk,
    words,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


@long_version
@at_width(360)
def test_unknown_age_is_decided_by_a_second_person(site: Site, looked_at: Look, width: int) -> None:
    page = site.sign_in(site.cast.aissatou, width=width)
    case = open_a_case(page, site, looked_at, age_status="unknown", age_band="unknown", alias="Ndèye Secrète")
    assert "Âge inconnu" in words(page)

    talk(page, site, looked_at, case, "SHELTER_EMERG")
    said = words(page)
    assert "on demande l’accord de la personne comme à un adulte" in said
    assert "les protections d’un enfant s’appliquent" in said
    fill(page, point_agrees="yes")
    is_refused(page, looked_at, "consent-without-assent")
    fill(page, assent="Elle veut dormir ailleurs", guardian="nobody")
    send(page)
    looked_at(page, "case-agreed")

    # What a child has: somebody to stand beside, a ground, a custody title.
    assert page.locator(f'main a[href="/cases/{case.pk}/guardians/"]').count()
    assert page.locator(f'main a[href="/cases/{case.pk}/ground/"]').count()
    assert finds(page, site, f"/cases/{case.pk}/age/") == 403, "nobody decides alone"

    second = site.sign_in(site.cast.bineta, width=width)
    go(second, site, "/")
    looked_at(second, "home-age")
    follow(second, f"/cases/{case.pk}/age/")
    fill(second, age_status="adult", age_band="18-20")
    looked_at(second, "age-decide")
    send(second)
    looked_at(second, "case-adult")
    assert Case.objects.get(pk=case.pk).person.age_status == "adult"
    assert second.locator(f'main a[href="/cases/{case.pk}/guardians/"]').count() == 0
