"""A quarter of one file is looked at: a remark, what was found, what is to be done, what is still missing."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from audit import clock
from referral.forms.when import BOX
from referral.models import CorrectiveAction
from tests import cast as c
from tests.referral import reviewing
from tests.referral.story import Story

TYPED = {
    "remark": "remarque de contrôle canari",
    "found": "constat de contrôle canari",
    "asked": "correction demandée canari",
    "missing": "ce qui manque canari",
}
CODED: set[str] = set()
UNSHOWN: set[str] = set()


def play(story: Story, trace: Any) -> None:
    """Bineta reviews what Aïssatou had last quarter; what was done about it is not enough the first time."""
    cast = story.cast
    with reviewing.last_quarter():
        # A nationality is a code wherever a page asks for it.
        c.open_case(cast, nationality="SEN")
    review = reviewing.draw(cast)
    row = review.files.get()
    name = reverse("review_name", args=[review.pk])
    story.does("ibrahima", name, told="bineta", reviewer=str(cast.bineta.pk))
    answer = {"answer_consent": "no", "remark_consent": TYPED["remark"]}
    story.does("bineta", reverse("review_file", args=[row.pk]), **answer)
    assert TYPED["remark"] in story.reads("bineta", "review_file", row.pk)
    day = timezone.localtime(clock.now() + timedelta(days=9)).strftime(BOX)
    asked = {"action": TYPED["asked"], "owner": str(cast.aissatou.pk), "due_at": day}
    found = {"question": "consent", "severity": "minor", "words": TYPED["found"]}
    story.does("bineta", reverse("review_finding", args=[row.pk]), told="aissatou", **found, **asked)
    action = CorrectiveAction.objects.get()
    story.does("aissatou", reverse("task_done", args=[action.task_id]), told="bineta")
    again = {"right": "no", "words": TYPED["missing"], "due_at": day}
    story.does("bineta", reverse("review_action", args=[action.pk]), told="aissatou", **again)
    action.refresh_from_db()
    assert TYPED["missing"] in story.reads("aissatou", "task_done", action.task_id)
    assert TYPED["found"] in story.reads("bineta", "review", review.pk)
    for who in ("ibrahima", "khady"):
        assert TYPED["found"] not in story.reads(who, "review", review.pk)
