"""A file opened in an emergency, judged not justified, and the right given back: three times somebody writes why."""

from typing import Any

from django.urls import reverse

from referral.models import BreakGlass
from tests.referral.story import Story
from tests.referral.test_glass import PASSWORD, set_password

TYPED = {
    "words": "appel de la gendarmerie canari, personne ne répond au centre depuis hier",
    "note": "le centre répondait canari",
    "lifted": "bonne foi canari",
}
UNSHOWN: set[str] = set()
CODED: set[str] = set()


def play(story: Story, trace: Any) -> None:
    set_password(story.cast.ibrahima)
    case = story.opens_case("daouda")
    said = {"reference": case.reference, "reason": "DANGER", "words": TYPED["words"], "password": PASSWORD}
    story.does("ibrahima", reverse("break_glass"), told="daouda elisabeth", **said)
    glass = BreakGlass.objects.get()
    review, lift = (reverse(name, args=[glass.task_id]) for name in ("glass_review", "glass_lift"))
    told = "bineta daouda ibrahima khady"
    story.does("elisabeth", review, told=told, verdict="NOT_JUSTIFIED", note=TYPED["note"])
    story.does("bineta", lift, told="ibrahima", reason=TYPED["lifted"])
    story.reads("khady", "glass_review", glass.task_id)
