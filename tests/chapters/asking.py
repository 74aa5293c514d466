"""Where a person must not be sent, and who is asked for a place without her name: codes, sealed all the same."""

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from referral.models import PlaceCall
from tests import cast as c
from tests.referral.story import Story

TYPED: dict[str, str] = {}
#: Ids of organisations and codes of a region; codes of the preview.
CODED = {"referral.NoGoList.entries", "referral.PlaceCall.details"}
UNSHOWN: set[str] = set()


def play(story: Story, trace: Any) -> None:
    """One centre is kept away from, the other is asked; then the sender closes the call."""
    cast = story.cast
    # A nationality is a code wherever a page asks for it.
    case = c.open_case(cast, nationality="SEN")
    away = reverse("case_keep_away", args=[case.pk])
    story.does("aissatou", away, organisation=str(cast.other_centre.pk), why="refused")
    need = urlencode({"service": "SHELTER_EMERG", "urgency": "urgent", "days": "10"})
    ask = f"{reverse('place_call_new', args=[case.pk])}?{need}"
    story.does("aissatou", ask, told="codou", centres=[str(cast.centre.pk)], agreed="yes")
    call = PlaceCall.objects.get(case=case)
    story.reads("codou", "place_call_answer", call.pk)
    trace.look()
    story.does("aissatou", reverse("place_call_close", args=[call.pk]), told="codou")
