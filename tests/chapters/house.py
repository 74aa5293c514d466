"""A house above capacity, and the words with which its desk said why."""

from typing import Any

from django.urls import reverse

from partners.models import Places
from referral.models import WalkIn
from tests.referral.story import Story

TYPED = {"overflow_words": "trop-plein canari"}
CODED: set[str] = set()
UNSHOWN: set[str] = set()


def play(story: Story, trace: Any) -> None:
    """Nobody has left when one more comes; in the end the house is as it was."""
    women = Places.objects.get(site=story.cast.girls.site, group="women")
    edit = reverse("places-edit", args=[women.pk])
    story.does("codou", edit, capacity=str(women.held + women.occupied), occupied=str(women.occupied))
    story.does("codou", reverse("walk-in-new", args=[women.pk]), overflow="OTHER", **TYPED)
    assert TYPED["overflow_words"] in story.reads("elisabeth", "places")
    walk_in = reverse("walk-in-left", args=[WalkIn.objects.get().pk])
    story.browser("codou").post(walk_in, {"version": WalkIn.objects.get().version})
    story.does("codou", edit, capacity=str(women.capacity), occupied=str(women.occupied))
