"""The way to the centre: everything that is written of it, and a night on the way; then it is broken off."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from referral.forms.when import BOX
from referral.models import Trip
from tests import cast as c
from tests.referral.story import Story

TYPED = {
    "escort_name": "Accompagnateur Canari",
    "escort_telephone": "+221 77 000 00 86",
    "escort_organisation": "Transport Canari",
    "meeting_point": "croisement canari",
    "belongings": "valise canari",
    "lodged_with": "couvent canari",
    "reason": "roue canari",
}
#: Drawn by ourselves, from everyday words that stand elsewhere too; and a number holds no word.
CODED = {"referral.Trip.word_asked", "referral.Trip.word_answered", "referral.Trip.escort_telephone"}
#: A number is shown as one dials it.
UNSHOWN = {TYPED["escort_telephone"]}


def play(story: Story, trace: Any) -> None:
    """The owner plans it and goes along; the centre reads it, and reads the words."""
    cast = story.cast
    # A nationality is a code wherever a page asks for it.
    referral = c.accepted(cast, c.sent(cast, c.open_case(cast, nationality="SEN")))
    written = ("escort_name", "escort_telephone", "escort_organisation", "meeting_point", "belongings")
    arrives = timezone.localtime(timezone.now() + timedelta(hours=9)).strftime(BOX)
    said = {name: TYPED[name] for name in written} | {"means": "bus", "expected_arrival_at": arrives}
    story.does("aissatou", reverse("trip_plan", args=[referral.pk]), told="codou daouda", **said)
    trip = Trip.objects.get(referral=referral)
    story.does("daouda", reverse("trip_depart", args=[trip.pk]), told="aissatou")
    stops = {"region": str(cast.region.pk), "lodged_with": TYPED["lodged_with"]}
    night = reverse("trip_night", args=[trip.pk])
    story.does("aissatou", night, told="codou daouda", expected_arrival_at=arrives, **stops)
    for who in ("aissatou", "codou"):
        story.reads(who, "trip", trip.pk)
        story.reads(who, "trip_words", trip.pk)
    trace.look()
    off = reverse("trip_break_off", args=[trip.pk])
    story.does("codou", off, told="aissatou", reason=TYPED["reason"])
    assert TYPED["reason"] in story.reads("aissatou", "referral", referral.pk)
