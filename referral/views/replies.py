"""Where the gateway hands over answers by text message. It learns nothing from what it gets back."""

import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from referral.services.replies import receive_reply
from referral.views.door import now

LONGEST = 2000


@login_not_required
@csrf_exempt  # the gateway is no browser: it shows a token of its own
@require_POST
def reply(request: HttpRequest) -> HttpResponse:
    """Takes {"from", "text"} as JSON. 204 whatever it says; 404 for whoever does not show the token."""
    token = settings.RELAIS_GATEWAY_ANSWER_TOKEN
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not constant_time_compare(shown.encode(errors="replace"), token.encode()):
        raise Http404
    try:
        body = json.loads(request.body[:LONGEST])
        sender, text = str(body["from"]), str(body["text"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return HttpResponse(status=400)
    receive_reply(sender, text, at=now())
    return HttpResponse(status=204)
