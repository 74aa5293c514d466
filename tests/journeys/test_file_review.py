"""A review of quality, from the draw to the confirmed correction: by somebody from outside, with a mandate."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from audit import clock
from referral.file_reviews import QualityQuestion
from referral.forms.when import BOX
from referral.models import CorrectiveAction, FileReview
from tests import cast as c
from tests.journeys.conftest import Site
from tests.journeys.steps import (
    Look,
    at_width,
    choose,
    fill,
    finds,
    follow,
    go,
    is_refused,
    long_version,
    send,
    words,
)
from tests.referral.reviewing import last_quarter

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


def in_days(days: int) -> str:
    return timezone.localtime(clock.now() + timedelta(days=days)).strftime(BOX)


def answer_all(page: Page, but: str) -> None:
    for question in QualityQuestion.values:
        choose(page, f"answer_{question}", "no" if question == but else "yes")


@long_version
@at_width(360)
def test_a_quality_review_from_the_draw_to_the_confirmed_correction(
    site: Site, looked_at: Look, width: int
) -> None:
    cast = site.cast
    with last_quarter():
        case = c.open_case(cast)
    head = site.sign_in(cast.bineta, width=width)
    go(head, site, "/supervision/")
    follow(head, "/supervision/reviews/")
    looked_at(head, "reviews-none")
    follow(head, "/supervision/reviews/draw/")
    looked_at(head, "review-draw")
    send(head)
    looked_at(head, "reviews")
    review = FileReview.objects.get(worker=cast.aissatou)
    here = f"/supervision/reviews/{review.pk}/"
    follow(head, here)
    looked_at(head, "review-drawn")
    follow(head, f"{here}check/")
    looked_at(head, "review-check")
    assert "Le même tirage" in words(head)
    go(head, site, f"{here}name/")
    fill(head, reviewer=str(cast.elisabeth.pk))
    is_refused(head, looked_at, "review-name")
    fill(head, until=in_days(20))
    send(head)

    page = site.sign_in(cast.elisabeth, width=width)
    assert finds(page, site, f"/cases/{case.pk}/") == 404
    go(page, site, here)
    follow(page, f"{here}open/")
    looked_at(page, "review-open")
    send(page)
    row = review.files.get()
    grid = f"/supervision/reviews/files/{row.pk}/"
    follow(page, grid)
    looked_at(page, "review-grid")
    follow(page, f"/cases/{case.pk}/")
    looked_at(page, "review-file-read")
    go(page, site, f"{grid}finding/")
    fill(page, question="risk", severity="serious", words="Constat canari", action="Réévaluer, canari")
    fill(page, owner=str(cast.aissatou.pk), due_at=in_days(9))
    looked_at(page, "review-finding")
    send(page)
    go(page, site, grid)
    answer_all(page, but="risk")
    send(page)
    looked_at(page, "review-answered")
    follow(page, f"{here}conclude/")
    choose(page, "conclusion", "to_correct")
    looked_at(page, "review-conclude")
    send(page)
    looked_at(page, "review-concluded")
    assert finds(page, site, f"/cases/{case.pk}/") == 404, "with the conclusion the files close"

    worker = site.sign_in(cast.aissatou, width=width)
    action = CorrectiveAction.objects.get()
    go(worker, site, f"/tasks/{action.task_id}/done/")
    looked_at(worker, "review-task")
    fill(worker, note="Fait avec la personne")
    send(worker)
    go(worker, site, here)
    looked_at(worker, "review-of-worker")
    assert "Constat canari" in words(worker)
    assert "Empreinte" not in words(worker), "how it was drawn is not the worker's"

    go(page, site, here)
    follow(page, f"/supervision/reviews/actions/{action.pk}/")
    choose(page, "right", "yes")
    looked_at(page, "review-action")
    send(page)
    looked_at(page, "review-confirmed")
    action.refresh_from_db()
    assert action.confirmed_by == cast.elisabeth
