"""The national board: the places of each region, as a picture and as a table. No house is named."""

from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from partners.enums import Act
from partners.queries.places import Tally, national
from partners.services.guard import authorise
from referral.views.bars import stacked
from referral.views.door import ActingRequest, now


@require_GET
def places_national(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.READ_NATIONAL_PLACES)
    at = now()
    tallies = national(at)
    # The lightest tone for what can be had, the heavy ones for what cannot.
    series = [_("Free"), pgettext("places", "Held"), _("Taken"), _("Full tonight")]
    return render(
        request,
        "referral/places/national.html",
        {
            "at": at,
            "regions": [
                (region, list(rows)) for region, rows in groupby(tallies, key=lambda tally: tally.region)
            ],
            "picture": stacked(series, [_bar(tally) for tally in tallies]),
            "free": sum(tally.free for tally in tallies),
            "over": sum(tally.over for tally in tallies),
            "stale": sum(tally.stale for tally in tallies),
        },
    )


def _bar(tally: Tally) -> tuple[str, tuple[int, int, int, int]]:
    label = f"{tally.region}, {tally.group.label}"
    return label, (tally.free, tally.held, tally.occupied, tally.closed)
