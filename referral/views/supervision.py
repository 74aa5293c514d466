"""What one may look into of how cases are handled: the door to each page of supervision."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from partners.enums import Role
from referral.queries.complaints import looks_into_any
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
        "orders",
        _("Orders of justice"),
        _("What justice asked of files, what was checked and handed out, what was refused; in codes."),
        (Role.SUPERVISOR, Role.AUDITOR),
    ),
    (
        "incidents",
        _("Register of incidents"),
        _("What went wrong with data or the system, and who was told."),
        (Role.SUPERVISOR, Role.COORDINATOR, Role.AUDITOR),
    ),
    (
        "complaint_desk",
        _("Who looks into complaints"),
        _("The independent person to whom complaints about a worker or a centre go, and who stands in."),
        (Role.COORDINATOR,),
    ),
    (
        "cdp",
        _("File for the data-protection authority (CDP)"),
        _("What is processed, why, for how long, and how rights were answered: on screen, as PDF or text."),
        (Role.SUPERVISOR, Role.AUDITOR),
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
    if looks_into_any(request.actor):
        label, about = _("Complaints"), _("Those that you look into, or stand in for. Nobody else sees any.")
        rows.append({"url": reverse("complaints"), "label": label, "about": about})
    return render(request, "referral/supervision/home.html", {"rows": rows})
