"""Whether the audit holds, in one sentence each; and how anybody verifies it without Relais."""

import base64
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from audit.errors import NothingSigned
from partners.templatetags.interface import moment
from referral.services import verifications as services
from referral.services.verifications import Result
from referral.views.door import ActingRequest, now

#: What is asked, and what is said when nothing is wrong; the numbers are those of the last verification.
QUESTIONS: dict[str, tuple[Any, Any]] = {
    "tree": (
        gettext_lazy("Is every event as it was recorded?"),
        gettext_lazy("%(events)s events are in the tree, each as it was recorded and in its place."),
    ),
    "rows": (
        gettext_lazy("Is every row the one that its last event speaks of?"),
        gettext_lazy("%(rows)s rows and %(versions)s versions were compared with their events, and agree."),
    ),
    "streams": (
        gettext_lazy("Are all looks and refusals there?"),
        gettext_lazy("Of %(events)s numbered events none is missing."),
    ),
    "unwraps": (
        gettext_lazy("Was every opening of a key for something that is written down?"),
        gettext_lazy(
            "%(keys)s openings of keys were added up. What a key server counts is compared by hand."
        ),
    ),
}


@require_GET
def proof(request: ActingRequest) -> HttpResponse:
    results, checkpoint = services.read_proof(request.actor, now())
    context = {
        "rows": [_row(result) for result in results],
        "holds": all(result.wrong is None for result in results),
        "fingerprint": checkpoint,
        "root": base64.b64encode(bytes(checkpoint.root)).decode() if checkpoint else "",
        "key": settings.RELAIS_LOG_KEY,
    }
    return render(request, "referral/supervision/proof.html", context)


@require_GET
def script(request: ActingRequest) -> HttpResponse:
    services.require_reader(request.actor)
    response = HttpResponse(services.SCRIPT.read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify.py"'
    return response


@require_GET
def log(request: ActingRequest) -> HttpResponseBase:
    try:
        file = services.export_log_archive(request.actor)
    except NothingSigned:
        messages.error(request, _("There is no fingerprint yet: nobody has signed the log."))
        return redirect("proof")
    return FileResponse(file, as_attachment=True, filename="log.zip", content_type="application/zip")


def _row(result: Result) -> dict[str, Any]:
    question, fine = QUESTIONS[result.act]
    counts = dict.fromkeys(("events", "rows", "versions", "keys"), 0) | (result.checked or {})
    return {
        "act": result.act,
        "question": question,
        "at": moment(result.at) if result.at else "",
        "by": _("by itself, at night") if result.nightly else _("by hand, on the server"),
        "wrong": result.wrong is not None,
        "stale": result.stale,
        "sentence": result.wrong.label if result.wrong else fine % counts if result.at else "",
        "where": result.where,
        "more": max(0, result.found - 1),
    }
