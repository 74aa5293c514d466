"""National coordination opens a file in an emergency: who hears of it, how it ends in mid-page, who reviews it."""

from datetime import timedelta

import pytest
from django.db import transaction
from playwright.sync_api import Page

from audit import clock
from audit.rows import write
from referral.models import BreakGlass, TimedReading
from tests import cast as c
from tests.journeys.conftest import Site
from tests.journeys.steps import Look, at_width, fill, finds, follow, go, is_refused, send, words
from tests.referral.test_glass import PASSWORD, WORDS, set_password

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


def the_hour_passes() -> None:
    reading = TimedReading.objects.get()
    with c.acting(), transaction.atomic():
        reading.opened_at -= timedelta(minutes=61)
        reading.until = reading.opened_at + timedelta(minutes=60)
        write(reading, fields=["opened_at", "until"])
    assert reading.until < clock.now()


def reads_notice(page: Page, site: Site, look: Look, name: str) -> None:
    go(page, site, "/notices/")
    assert "canari" not in words(page).lower()
    look(page, name)


@at_width(360)
def test_the_glass_is_broken_and_reviewed(site: Site, looked_at: Look, width: int) -> None:
    cast = site.cast
    set_password(cast.ibrahima)
    case = c.open_case(cast, by=cast.daouda)

    page = site.sign_in(cast.ibrahima, width=width)
    go(page, site, "/supervision/")
    follow(page, "/supervision/break-glass/")
    looked_at(page, "glass-new")
    fill(page, reference=case.reference, reason="DANGER", words="Trop court", password=PASSWORD)
    is_refused(page, looked_at, "glass-short")
    fill(page, words=WORDS, password=PASSWORD)
    send(page)
    assert "Lecture seule jusqu’à" in words(page)
    assert "accès d’urgence" in words(page)
    looked_at(page, "glass-file")

    reads_notice(site.sign_in(cast.daouda, width=width), site, looked_at, "glass-notice-owner")
    supervisor = site.sign_in(cast.elisabeth, width=width)
    reads_notice(supervisor, site, looked_at, "glass-notice-supervisor")

    page.locator("summary", has_text="Afficher").first.click()
    page.locator('input[name="groups"][value="contact"]').check()
    page.locator('input[name="reason"][value="contact"]').check()
    page.locator('form[action*="/reveal/"] button').click()
    assert "+221" in words(page) or "77" in words(page)
    looked_at(page, "glass-revealed")

    the_hour_passes()
    assert finds(page, site, f"/cases/{case.pk}/") == 404
    assert "canari" not in page.content().lower()
    looked_at(page, "glass-over")
    go(page, site, "/supervision/break-glass/")
    looked_at(page, "glass-own")

    go(supervisor, site, "/supervision/break-glass/")
    looked_at(supervisor, "glass-to-review")
    glass = BreakGlass.objects.get()
    follow(supervisor, f"/supervision/break-glass/{glass.task_id}/")
    assert WORDS in words(supervisor)
    assert "Ndiaye" not in words(supervisor)
    looked_at(supervisor, "glass-review")
    fill(supervisor, verdict="NOT_JUSTIFIED", note="Le centre répondait")
    send(supervisor)
    assert "Non justifié" in words(supervisor)
    looked_at(supervisor, "glass-reviewed")

    go(page, site, "/supervision/break-glass/")
    assert "suspendu" in words(page)
    looked_at(page, "glass-suspended")
    auditor = site.sign_in(cast.khady, width=width)
    go(auditor, site, f"/supervision/break-glass/{glass.task_id}/")
    follow(auditor, f"/supervision/break-glass/{glass.task_id}/lift/")
    looked_at(auditor, "glass-lift")
    fill(auditor, reason="Erreur de bonne foi, rappel fait")
    send(auditor)
    go(page, site, "/supervision/break-glass/")
    assert page.locator('input[name="reference"]').count() == 1
