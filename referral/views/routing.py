"""What national coordination routes: declined, unanswered, or waiting at a desk without anybody. Codes only."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from partners.enums import CodeList, Role
from partners.queries import code_label
from partners.templatetags.interface import moment
from referral.enums import TERMINAL
from referral.models import Referral
from referral.queries.lists import to_route
from referral.references import spoken
from referral.services import reading
from referral.views.door import ActingRequest, now
from referral.views.inbox import heads


@require_GET
def routing(request: ActingRequest) -> HttpResponse:
    reading.require_seat(request.actor, Role.COORDINATOR, reason_code="NOT_ALLOWED_ROUTING")
    rows = [
        {
            "url": reverse("referral", args=[referral.pk]),
            "reference": spoken(referral.reference),
            "note": _why(referral),
            "state": referral.state,
            "label": referral.get_state_display(),
            "what": code_label(CodeList.SERVICE, referral.service),
            "who": f"{referral.referring_organisation} → {referral.receiving_organisation}",
            "when": moment(referral.state_since),
            "urgency": referral.urgency,
            "urgency_label": referral.get_urgency_display(),
        }
        for referral in to_route(request.actor)
    ]
    return render(request, "referral/routing.html", {"rows": rows, "columns": heads(_("Since")), "at": now()})


def _why(referral: Referral) -> str:
    if referral.decline_reason:
        return code_label(CodeList.DECLINE_REASON, referral.decline_reason)
    return "" if referral.state in TERMINAL else _("Nobody is at this desk any more.")
