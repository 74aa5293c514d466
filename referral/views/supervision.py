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
from referral.services.reading import require_seat
from referral.views.door import ActingRequest

Rule = Callable[[Actor], bool]

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
        lambda actor: actor.has(Role.COORDINATOR, Role.SUPERVISOR),
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
    (
        "break_glass",
        _("Emergency access to a file"),
        _("Who has opened a file that was not theirs, why, and what somebody else says of it."),
        (Role.COORDINATOR, Role.SUPERVISOR, Role.AUDITOR),
    ),
    (
        "reviews",
        _("Reviews of files"),
        _("What was drawn of each quarter, what was found in it, and what is done about it."),
        (Role.SUPERVISOR, Role.AUDITOR, Role.COORDINATOR),
    ),
)
#: Who has a page here at all: the menu asks it too.
READERS = (Role.SUPERVISOR, Role.AUDITOR, Role.COORDINATOR)


@require_GET
def supervision(request: ActingRequest) -> HttpResponse:
    require_seat(request.actor, *READERS, reason_code="NOT_ALLOWED_SUPERVISION")
    rows = [
        {"url": reverse(name), "label": label, "about": about}
        for name, label, about, may in ENTRIES
        if may(request.actor)
    ]
    return render(request, "referral/supervision/home.html", {"rows": rows})
