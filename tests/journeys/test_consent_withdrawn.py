"""She takes her consent back while a house lodges her: it ends at once, she is handed over, and the house keeps
what safety needs until she has left."""

import pytest

from audit import clock
from partners.enums import PersonGroup
from partners.models import Places
from referral.models import Placement, Referral, Task
from tests import cast as c
from tests.journeys.conftest import Site
from tests.journeys.steps import Look, at_width, choose, fill, finds, follow, go, long_version, send, words

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


def lodged(site: Site) -> Referral:
    cast = site.cast
    women = Places.objects.get(group=PersonGroup.WOMEN)
    sent = c.sent(cast, c.open_case(cast, **c.WOMAN))
    return c.started(cast, c.accepted(cast, sent, places=women))


@long_version
@at_width(360)
def test_consent_is_taken_back_in_mid_service(site: Site, looked_at: Look, width: int) -> None:
    referral = lodged(site)
    worker = site.sign_in(site.cast.daouda, width=width)
    go(worker, site, f"/referrals/{referral.pk}/shared/")
    assert c.SECRETS["alias"] in worker.content()

    page = site.sign_in(site.cast.aissatou, width=width)
    go(page, site, f"/cases/{referral.case_id}/")
    follow(page, f"/cases/{referral.case_id}/consent/withdraw/")
    assert "72 heures" in words(page), "what happens then is said before"
    choose(page, "about", f"{site.cast.centre.pk}:services")
    choose(page, "person_is_safe", "yes")
    looked_at(page, "consent-withdraw")
    send(page)
    looked_at(page, "case-withdrawn")
    referral.refresh_from_db()
    assert (referral.state, referral.withdraw_reason) == ("withdrawn", "CONSENT_WITHDRAWN")

    for closed in (f"/referrals/{referral.pk}/shared/", f"/referrals/{referral.pk}/"):
        assert finds(worker, site, closed) == 404
    keep_what_safety_needs(site, looked_at, referral, width=width)

    task = Task.objects.get(kind="hand_over", done_at=None)
    go(page, site, "/")
    looked_at(page, "home-hand-over")
    follow(page, f"/tasks/{task.pk}/done/")
    fill(page, note="Aïssatou est allée la chercher")
    looked_at(page, "hand-over")
    send(page)
    task.refresh_from_db()
    assert task.done_at is not None


def keep_what_safety_needs(site: Site, look: Look, referral: Referral, *, width: int) -> None:
    """The desk that still lodges her: an extract without a name, and none once she has left."""
    desk = site.sign_in(site.cast.codou, width=width)
    go(desk, site, "/inbox/?show=ended")
    look(desk, "inbox-lodged")
    follow(desk, f"/referrals/{referral.pk}/safety-extract/")
    look(desk, "safety-extract")
    assert c.SECRETS["health"] in desk.content()
    assert not any(c.SECRETS[name] in desk.content() for name in ("alias", "family_name", "narrative"))
    follow(desk, f"/referrals/{referral.pk}/departure/")
    look(desk, "departure")
    send(desk)
    look(desk, "inbox-departed")
    left = Placement.objects.get(referral=referral).left_at
    assert left is not None
    assert left <= clock.now()
    assert finds(desk, site, f"/referrals/{referral.pk}/safety-extract/") == 404
