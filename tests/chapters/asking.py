"""Where a person is not referred, and a centre that is asked for a place without a name."""

from typing import Any

from django.urls import reverse

from referral.models import PlaceCall
from tests.referral.story import Story

TYPED: dict[str, str] = {}
#: Ids and codes: nobody types words into either.
CODED = {"referral.NoGoList.entries", "referral.PlaceCall.details"}
UNSHOWN: set[str] = set()


def play(story: Story, trace: Any) -> None:
    """The owner keeps an adult away from one centre and asks the other, which declines."""
    cast = story.cast
    case = story.opens_case(alias="Alias Canari")
    away = reverse("case_keep_away", args=[case.pk])
    story.does("aissatou", away, organisation=str(cast.other_centre.pk), why="conflict")
    asked = f"{reverse('place_call_new', args=[case.pk])}?service=SHELTER_EMERG&urgency=urgent&days=10"
    story.does("aissatou", asked, centres=[str(cast.centre.pk)], agreed="yes", told="codou")
    call = PlaceCall.objects.get(case=case)
    story.reads("aissatou", "place_call", call.pk)
    story.does("codou", reverse("place_call_answer", args=[call.pk]), answer="no", told="aissatou")
