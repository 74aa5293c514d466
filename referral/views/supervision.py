"""What one may look into of how cases are handled: the door to each page of supervision."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from partners.enums import Role
from referral.services.reading import require_seat
from referral.views.door import ActingRequest

#: Address, what it is called, one sentence about it, and who finds it here. Each address asks its own rule again.
ENTRIES: tuple[tuple[str, Any, Any, tuple[Role, ...]], ...] = (
    (
        "lost_loops",
        _("Lost loops"),
        _("What nobody holds any more, and who can bring it back."),
        (Role.COORDINATOR, Role.SUPERVISOR),
    ),
    (
        "fingerprint",
        _("Fingerprint of the audit"),
        _("Eight words for the safe, and whether those of an older paper still hold."),
        (Role.SUPERVISOR, Role.AUDITOR),
    ),
    (
        "proof",
        _("The proof of the audit"),
        _("Whether anything recorded was changed, removed or hidden, and how to verify that oneself."),
        (Role.AUDITOR, Role.SUPERVISOR),
    ),
)
#: Who has a page here at all: the menu asks it too.
READERS = (Role.SUPERVISOR, Role.AUDITOR, Role.COORDINATOR)


@require_GET
def supervision(request: ActingRequest) -> HttpResponse:
    require_seat(request.actor, *READERS, reason_code="NOT_ALLOWED_SUPERVISION")
    rows = [
        {"url": reverse(name), "label": label, "about": about}
        for name, label, about, roles in ENTRIES
        if request.actor.has(*roles)
    ]
    return render(request, "referral/supervision/home.html", {"rows": rows})
