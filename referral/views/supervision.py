"""What one may look into of how cases are handled: the door to each page of supervision."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from partners.actor import Actor
from partners.enums import Role
from referral.policy import monitors, watches
from referral.queries.complaints import looks_into_any, open_complaints
from referral.queries.incidents import incidents_to_tell
from referral.queries.requisitions import own_to_check
from referral.services.reading import require_seat
from referral.views.door import ActingRequest

Rule = Callable[[Actor], bool]


def seated(*roles: Role) -> Rule:
    return lambda actor: actor.has(*roles)


def controlling(*roles: Role) -> Rule:
    """As `services.reading.require_control`."""
    return lambda actor: actor.has(*roles) and not monitors(actor)


#: Address, what it is called, one sentence about it, and who finds it here. Each address asks its own rule again.
ENTRIES: tuple[tuple[str, Any, Any, Rule], ...] = (
    (
        "supervised_files",
        _("What happened to a file"),
        _("Everything in one list: who did and saw what, and when. In codes, without what is sealed."),
        watches,
    ),
    (
        "supervised_people",
        _("Who looked at what"),
        _("By person, organisation and period."),
        watches,
    ),
    (
        "unusual_access",
        _("Looks out of the ordinary"),
        _("Many at once, at night, outside the assignment: each with the rule that found it."),
        watches,
    ),
    (
        "monitor",
        _("Figures and samples"),
        _("For the supervision of human rights: nothing here names anybody."),
        monitors,
    ),
    (
        "lost_loops",
        _("Lost loops"),
        _("What nobody holds any more, and who can bring it back."),
        seated(Role.COORDINATOR, Role.SUPERVISOR),
    ),
    (
        "fingerprint",
        _("Fingerprint of the audit"),
        _("Eight words for the safe, and whether those of an older paper still hold."),
        seated(Role.SUPERVISOR, Role.AUDITOR),
    ),
    (
        "proof",
        _("The proof of the audit"),
        _("Whether anything recorded was changed, removed or hidden, and how to verify that oneself."),
        seated(Role.AUDITOR, Role.SUPERVISOR),
    ),
    (
        "break_glass",
        _("Emergency access to a file"),
        _("Who has opened a file that was not theirs, why, and what somebody else says of it."),
        controlling(Role.COORDINATOR, Role.SUPERVISOR, Role.AUDITOR),
    ),
    (
        "reviews",
        _("Reviews of files"),
        _("What was drawn of each quarter, what was found in it, and what is done about it."),
        controlling(Role.SUPERVISOR, Role.AUDITOR, Role.COORDINATOR),
    ),
    (
        "orders",
        _("Orders of justice"),
        _("What justice asked of files, what was checked and handed out, what was refused; in codes."),
        controlling(Role.SUPERVISOR, Role.AUDITOR),
    ),
    (
        "incidents",
        _("Register of incidents"),
        _("What went wrong with data or the system, and who was told."),
        controlling(Role.SUPERVISOR, Role.COORDINATOR, Role.AUDITOR),
    ),
    (
        "complaint_desk",
        _("Who looks into complaints"),
        _("The independent person to whom complaints about a worker or a centre go, and who stands in."),
        seated(Role.COORDINATOR),
    ),
    (
        "cdp",
        _("File for the data-protection authority (CDP)"),
        _("What is processed, why, for how long, and how rights were answered: on screen, as PDF or text."),
        controlling(Role.SUPERVISOR, Role.AUDITOR),
    ),
)
#: Who has a page here at all: the menu asks it too.
READERS = (Role.SUPERVISOR, Role.AUDITOR, Role.COORDINATOR)


def waiting(actor: Actor) -> dict[str, int]:
    """How much waits for this person under each entry; the menu says how much together (`queries.frame_facts`)."""
    return {
        "orders": own_to_check(actor).count(),
        "incidents": incidents_to_tell(actor).count(),
        "complaints": open_complaints(actor)[0],
    }


@require_GET
def supervision(request: ActingRequest) -> HttpResponse:
    require_seat(request.actor, *READERS, reason_code="NOT_ALLOWED_SUPERVISION")
    counts = waiting(request.actor)
    rows = [
        {"url": reverse(name), "label": label, "about": about, "count": counts.get(name)}
        for name, label, about, may in ENTRIES
        if may(request.actor)
    ]
    if looks_into_any(request.actor):
        label, about = _("Complaints"), _("Those that you look into, or stand in for. Nobody else sees any.")
        url = reverse("complaints")
        rows.append({"url": url, "label": label, "about": about, "count": counts["complaints"]})
    return render(request, "referral/supervision/home.html", {"rows": rows})
