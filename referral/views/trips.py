"""A trip as each side reads it, the two words, the sheet that two people sign, the address for the escort alone."""

from dataclasses import replace
from datetime import datetime
from math import ceil
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from partners.actor import Actor
from partners.pdf import typeset
from partners.templatetags.interface import day, dial, moment
from referral import policy
from referral.enums import Action, Machine, Side, State
from referral.lifecycle import legal_actions
from referral.models import Referral, Trip
from referral.policy import Tie
from referral.queries.trips import latest_trip, live_trip, open_release, trip_tie
from referral.references import spoken
from referral.services import address_releases, trip_looks
from referral.trips import LIVE_TRIP, TripAction
from referral.views.confirming import to_referral
from referral.views.door import ActingRequest, now

#: As for every sheet: an open folder of a shared machine tells nothing.
FILE_NAME = "fiche.pdf"
_PAGES: dict[TripAction, tuple[str | Promise, str]] = {
    TripAction.DEPART: (TripAction.DEPART.label, "trip_depart"),
    TripAction.STAY: (TripAction.STAY.label, "trip_night"),
    TripAction.PLAN: (gettext_lazy("Change the trip"), "trip_change"),
    TripAction.BREAK_OFF: (TripAction.BREAK_OFF.label, "trip_break_off"),
}


def may(actor: Actor, action: str, trip: Trip, standing: Tie) -> bool:
    """A button is shown to whom it is for, while the table lets it be pressed."""
    legal = action == policy.READ_TRIP or action in legal_actions(trip.state, Machine.TRIP)
    return legal and side_of(actor, action, trip.referral, standing) is not None


def side_of(actor: Actor, action: str, referral: Referral, standing: Tie) -> Side | None:
    return policy.acting_side(actor, action, referral, standing, policy.TRIP_MATRIX)


def box(actor: Actor, referral: Referral, standing: Tie) -> dict[str, Any]:
    """What the page of a referral says of its trip: the way there, or to a first plan."""
    if referral.accepted_at is None:
        return {}
    found = latest_trip(referral)
    live = found is not None and found.state in LIVE_TRIP
    plans = referral.state == State.ACCEPTED and not live
    plans = plans and side_of(actor, TripAction.PLAN, referral, standing) is not None
    if found is not None:
        standing = replace(standing, escort=found.escort_id == actor.id)
    reads = found is not None and side_of(actor, policy.READ_TRIP, referral, standing) is not None
    return {
        "trip": found,
        "live": live,
        "url": reverse("trip", args=[found.pk]) if found and reads else "",
        "plan_url": reverse("trip_plan", args=[referral.pk]) if plans else "",
    }


@require_GET
def trip(request: ActingRequest, pk: UUID) -> HttpResponse:
    found, at = trip_looks.open_trip(request.actor, pk), now()
    referral = found.referral
    standing = trip_tie(request.actor, found)
    live = found.state in LIVE_TRIP
    return render(
        request,
        "referral/trip/page.html",
        {
            "trip": found,
            "at": at,
            "late": live and found.expected_arrival_at <= at,
            "reference": spoken(referral.reference),
            "rows": rows(found),
            "agreed": agreed(found) if live else [],
            "acts": [
                (label, reverse(page, args=[pk]))
                for action, (label, page) in _PAGES.items()
                if may(request.actor, action, found, standing)
            ],
            "start_url": reverse("referral_act", args=[referral.pk, Action.START])
            if may(request.actor, TripAction.ARRIVE, found, standing)
            else "",
            "words_url": reverse("trip_words", args=[pk]) if live else "",
            "handover_url": reverse("trip_handover", args=[pk])
            if referral.state in trip_looks.PRINTED_IN
            else "",
            **address_box(request.actor, found, standing, at),
            "back_url": to_referral(referral),
        },
    )


def rows(found: Trip) -> list[tuple[str, Any]]:
    """In codes and times: what is left of a trip when it is over."""
    where = found.overnight_department or found.overnight_region
    times = [
        (_("Planned departure"), found.departure_planned_at),
        (_("Departed"), found.departed_at),
        (_("Expected arrival"), found.expected_arrival_at),
        (found.get_state_display(), found.ended_at),
    ]
    said = [
        (_("Means of travel"), found.get_means_display()),
        (_("Who pays"), found.get_payer_display()),
        *((name, moment(when)) for name, when in times if when is not None),
    ]
    if found.overnight_at is not None:
        night = _("%(where)s, since %(moment)s") % {"where": where, "moment": moment(found.overnight_at)}
        said.append((_("Night on the way"), night))
    return said


def agreed(found: Trip) -> list[tuple[str, Any]]:
    """Sealed: what the two sides told each other."""
    escort = found.escort
    who = [escort.name, escort.organisation.name] if escort else []
    who += [found.escort_name or "", found.escort_organisation or ""]
    return [
        (_("Meeting point"), found.meeting_point or ""),
        (_("Escort"), ", ".join(filter(None, who))),
        (_("Telephone on the way"), dial(found.escort_telephone)),
        *([(_("Lodged for the night by"), found.overnight_with)] if found.overnight_with else []),
        (_("Belongings and papers"), "\n".join(found.belongings or [])),
    ]


def address_box(actor: Actor, found: Trip, standing: Tie, at: datetime) -> dict[str, Any]:
    """The desk of the centre sees what it gave away, the escort where to read it, nobody else anything."""
    release = open_release(found, at)
    given = release is not None and release.released_to_id == actor.id == found.escort_id
    desk = may(actor, TripAction.RELEASE, found, standing)
    return {
        "release_url": reverse("trip_release", args=[found.pk]) if desk else "",
        "take_back_url": reverse("trip_take_back", args=[found.pk]) if desk and release else "",
        "released_until": release.until if release and (desk or given) else None,
        "address_url": reverse("trip_address", args=[found.pk]) if given else "",
    }


@require_GET
def words(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Read aloud and remembered: this page names no place, and no other page of the trip names the words."""
    found = trip_looks.read_words(request.actor, pk)
    side = side_of(request.actor, policy.READ_TRIP, found.referral, trip_tie(request.actor, found))
    return render(
        request,
        "referral/trip/words.html",
        {
            "reference": spoken(found.referral.reference),
            "asked": found.word_asked,
            "answered": found.word_answered,
            "sends": side == Side.REFERRING,
            "back_url": reverse("trip", args=[pk]),
        },
    )


@require_GET
def handover(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The sheet that goes along: a code, what goes along, two signatures. No name, no place, no reason."""
    found = trip_looks.print_handover(request.actor, pk)
    data = {
        "site": settings.RELAIS_SITE_NAME,
        "language": request.LANGUAGE_CODE,
        "region": "SN",
        "title": _("Handover sheet"),
        "reference": spoken(found.referral.reference),
        "facts": [
            [_("Reference"), spoken(found.referral.reference)],
            [_("Printed on"), day(now())],
        ],
        "list_title": _("Belongings and papers handed over"),
        "things": found.belongings or [],
        "nothing": _("Nothing was listed. Add by hand what is handed over."),
        "received": _("Received"),
        "more": _("Added by hand"),
        "signatures": [
            [_("Handed over by"), _("Date and hour"), _("Signature")],
            [_("Received by"), _("Date and hour"), _("Signature")],
        ],
        "kept": _("Two copies: one stays with each side."),
    }
    answer = HttpResponse(typeset("handover.typ", data), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{FILE_NAME}"'
    return answer


@require_http_methods(["GET", "POST"])
def address(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Opened by a press of the escort, on this answer alone, which nothing keeps; there is no such page for others."""
    at = now()
    release = address_releases.find_release(request.actor, pk, at)
    shown = address_releases.read_address(request.actor, release) if request.method == "POST" else ""
    minutes = ceil((release.until - at).total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    whole = ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    left = ngettext("%(count)d minute", "%(count)d minutes", rest) % {"count": rest}
    if hours:
        left = _("%(hours)s and %(minutes)s") % {"hours": whole, "minutes": left} if rest else whole
    answer = render(
        request,
        "referral/trip/address.html",
        {
            "reference": spoken(release.trip.referral.reference),
            "address": shown,
            "left": left,
            "until": release.until,
            "back_url": reverse("trip", args=[pk]),
        },
    )
    answer["Cache-Control"] = "no-store"
    return answer


def planned_already(referral: Referral) -> str:
    """The page of a trip that somebody has planned meanwhile; empty while there is none."""
    there = live_trip(referral)
    return reverse("trip", args=[there.pk]) if there else ""
