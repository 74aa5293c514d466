"""What national coordination routes: declined, unanswered, or waiting where nobody moves. Codes only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from partners.enums import CodeList, Role
from partners.queries import code_label
from partners.templatetags.interface import lasting, moment
from referral.enums import UNANSWERED
from referral.models import PlaceCall, Referral
from referral.place_calls import OfferState
from referral.queries import staffed_desks
from referral.queries.lists import to_route
from referral.queries.place_calls import open_calls
from referral.queries.silence import silent_house
from referral.references import spoken
from referral.services import reading
from referral.views.door import ActingRequest, now


@require_GET
def routing(request: ActingRequest) -> HttpResponse:
    reading.require_seat(request.actor, Role.COORDINATOR, reason_code="NOT_ALLOWED_ROUTING")
    referrals, at = to_route(request.actor), now()
    staffed = staffed_desks(referral.receiving_organisation_id for referral in referrals)
    rows = [_row(referral, staffed, at) for referral in referrals]
    calls = [_call(call) for call in open_calls()]
    return render(request, "referral/routing.html", {"rows": rows, "calls": calls, "at": at})


def _call(call: PlaceCall) -> dict[str, Any]:
    """A place call, in codes: who asks, and how many offer."""
    offers = [offer.state for offer in call.offers.all()]
    return {
        "reference": spoken(call.reference),
        "what": code_label(CodeList.SERVICE, call.service),
        "urgency": call.urgency,
        "urgency_label": call.get_urgency_display(),
        "region": call.region.name,
        "house": call.case.organisation.name,
        "said": _("%(offered)d of %(asked)d centres offer a place")
        % {"offered": offers.count(OfferState.OFFERED), "asked": len(offers)},
        "due": call.due_at,
    }


def _row(referral: Referral, staffed: frozenset[UUID], at: datetime) -> dict[str, Any]:
    house = silent_house(referral)
    return {
        "url": reverse("referral", args=[referral.pk]),
        "reference": spoken(referral.reference),
        "note": _why(referral, staffed, at),
        "state": referral.state,
        "label": referral.get_state_display(),
        "what": code_label(CodeList.SERVICE, referral.service),
        "sides": f"{referral.referring_organisation} → {referral.receiving_organisation}",
        "house": house.name,
        "telephone": house.telephone,
        "since": moment(referral.state_since),
        "urgency": referral.urgency,
        "urgency_label": referral.get_urgency_display(),
    }


def _why(referral: Referral, staffed: frozenset[UUID], at: datetime) -> str:
    if referral.decline_reason:
        return code_label(CodeList.DECLINE_REASON, referral.decline_reason)
    if not referral.is_open:
        return ""
    if referral.state in UNANSWERED and referral.receiving_organisation_id not in staffed:
        return _("Nobody is at this desk any more.")
    span = lasting(at - referral.counted_from)
    if referral.state in UNANSWERED:
        return _("Escalated: no answer for %(span)s.") % {"span": span}
    return _("Escalated: nothing has moved for %(span)s.") % {"span": span}
