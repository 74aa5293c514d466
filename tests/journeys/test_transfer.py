"""The responsibility goes to another organisation: asked, approved, accepted; at each moment one person has it."""

import pytest

from referral.models import Task, Transfer
from tests import cast as c
from tests.journeys.conftest import Site
from tests.journeys.steps import Look, at_width, choose, fill, follow, go, long_version, send, words
from tests.referral import life

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


@long_version
@at_width(1280)
def test_a_case_is_handed_over(site: Site, looked_at: Look, width: int) -> None:
    case = life.assisted(site.cast)
    page = site.sign_in(site.cast.aissatou, width=width)
    go(page, site, f"/cases/{case.pk}/")
    follow(page, f"/cases/{case.pk}/transfer/")
    choose(page, "to", str(site.cast.centre.pk))
    looked_at(page, "transfer-to")
    with page.expect_navigation():
        page.locator('main form[method="get"] button').click()
    fill(page, reason_code="MigrationOrChangeOfLocation", message="Elle aime coudre")
    looked_at(page, "transfer-ask")
    send(page)
    looked_at(page, "case-transfer-asked")
    transfer = Transfer.objects.get(case=case)

    second = site.sign_in(site.cast.bineta, width=width)
    asked = Task.objects.get(case=case, kind="approve_transfer")
    go(second, site, "/")
    follow(second, f"/tasks/{asked.pk}/decide/")
    choose(second, "approve", "yes")
    looked_at(second, "transfer-decide")
    send(second)

    taker = site.sign_in(site.cast.daouda, width=width)
    go(taker, site, "/")
    looked_at(taker, "home-transfer")
    follow(taker, f"/transfers/{transfer.pk}/")
    looked_at(taker, "transfer-codes")
    assert not any(secret in taker.content() for secret in (*c.SECRETS.values(), "Elle aime coudre"))
    follow(taker, f"/transfers/{transfer.pk}/accept/")
    looked_at(taker, "transfer-accept")
    send(taker)
    looked_at(taker, "case-taken-over")
    transfer.refresh_from_db()
    assert transfer.new_case is not None
    assert transfer.new_case.owner == site.cast.daouda
    follow(taker, f"/transfers/{transfer.pk}/")
    looked_at(taker, "transfer-taken")
    assert "Elle aime coudre" in words(taker)

    go(page, site, f"/cases/{case.pk}/")
    looked_at(page, "case-handed-over")
    follow(page, f"/transfers/{transfer.pk}/")
    looked_at(page, "transfer-over")
    assert site.cast.daouda.name not in page.content(), "the other side answers as an organisation"
    assert life.state_of(case) == "closed_transferred"
