"""The bed board of a centre, and the evening headcount."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import OTHER, Act
from partners.queries import places_of
from partners.services.guard import Refusal, authorise
from partners.services.provision import read_overflow_words
from partners.views.door import done, posted, question
from referral.forms.places import HeadcountForm
from referral.models import Referral
from referral.queries.board import Bed, board
from referral.references import spoken
from referral.services.headcount import TooMany, count_house
from referral.sms import place_codes
from referral.views.door import ActingRequest, now


@require_GET
def places_list(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.KEEP_PLACES, request.actor.organisation_id)
    at = now()
    beds = board(request.actor, at)
    codes = place_codes([bed.places for bed in beds])
    rows = [
        {"bed": bed, "code": codes[bed.places.pk], "words": _words(request, bed), **_said_of(bed)}
        for bed in beds
    ]
    return render(request, "referral/places/board.html", {"rows": rows, "at": at})


def _words(request: ActingRequest, bed: Bed) -> str:
    """Where the reason was another one than those of the list."""
    if bed.overflow is None or bed.overflow.reason != OTHER:
        return ""
    return read_overflow_words(request.actor, bed.overflow)


def _said_of(bed: Bed) -> dict[str, Any]:
    """Each person as one line: reference, or what is known of a walk-in."""
    ending = {placement.pk for placement in bed.ending}
    over = {placement.pk for placement in bed.over}
    return {
        "expected": [(_line(each.referral), each) for each in bed.expected],
        "away": [(_line(each.referral), each) for each in bed.away],
        "stays": [(_line(each.referral), each, each.pk in ending, each.pk in over) for each in bed.stays],
        "waiting": [(_line(each.referral), each) for each in bed.waiting],
        "difference": difference(bed),
    }


def _line(referral: Referral) -> dict[str, Any]:
    return {"reference": spoken(referral.reference), "referral": referral}


def difference(bed: Bed) -> str:
    """How the desk's own count differs from what Relais knows; nothing where it does not."""
    if bed.unknown > 0:
        return ngettext(
            "%(count)d person is counted whom Relais does not know.",
            "%(count)d persons are counted whom Relais does not know.",
            bed.unknown,
        ) % {"count": bed.unknown}
    if bed.unknown < 0:
        return ngettext(
            "Relais knows of %(count)d person more: record who has left.",
            "Relais knows of %(count)d persons more: record who has left.",
            -bed.unknown,
        ) % {"count": -bed.unknown}
    return ""


@require_http_methods(["GET", "POST"])
def headcount(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.KEEP_PLACES, request.actor.organisation_id)
    form, at = HeadcountForm(list(places_of(request.actor.organisation_id)), posted(request)), now()
    if form.is_valid():
        try:
            beds = count_house(request.actor, form.counts(), above=form.above(request.actor, at), at=at)
        except TooMany as refusal:
            form.add_error(f"count_{refusal.places_id}", str(refusal))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            for sentence in filter(None, map(_counted, beds)):
                messages.info(request, sentence)
            return done(request, _("Counted. The numbers are confirmed."), "places")
    return question(
        request,
        form,
        template="referral/places/headcount.html",
        title=_("Evening count"),
        text=_("How many persons sleep here tonight? Whoever is on the way or on leave is not counted."),
        submit=_("Confirm these numbers"),
        back_url=reverse("places"),
    )


def _counted(bed: Bed) -> str:
    differs = difference(bed)
    if not differs:
        return ""
    house = f"{bed.places.get_group_display()}, {bed.places.site.name}"
    return _("%(name)s: %(reason)s") % {"name": house, "reason": differs}
