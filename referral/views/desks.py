"""Desks at which nobody can answer: what waits there, in codes, and the act that moves it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import CodeList, Role
from partners.forms.fields import VersionForm
from partners.models import Organisation
from partners.queries import code_label
from partners.views.door import attempt, confirmation, done
from referral.models import Referral
from referral.queries.desks import EmptyDesk, empty_desks
from referral.references import spoken
from referral.services import reading
from referral.services.suspension import move_waiting
from referral.views.confirming import posted
from referral.views.door import ActingRequest, now

REASON = "NOT_ALLOWED_EMPTY_DESKS"


@require_GET
def empty_desks_page(request: ActingRequest) -> HttpResponse:
    reading.require_seat(request.actor, Role.COORDINATOR, reason_code=REASON)
    desks = [
        {
            "organisation": desk.organisation,
            "rows": [_row(referral) for referral in desk.waiting],
            "in_hand": _in_hand(desk),
        }
        for desk in empty_desks()
    ]
    return render(request, "referral/empty_desks.html", {"desks": desks})


def _row(referral: Referral) -> dict[str, Any]:
    return {
        "url": reverse("referral", args=[referral.pk]),
        "reference": spoken(referral.reference),
        "what": code_label(CodeList.SERVICE, referral.service),
        "sender": referral.referring_organisation,
        "urgency": referral.urgency,
        "urgency_label": referral.get_urgency_display(),
        "state": referral.state,
        "label": referral.get_state_display(),
        "due_at": referral.due_at,
    }


def _in_hand(desk: EmptyDesk) -> str:
    if not desk.in_hand:
        return ""
    return ngettext(
        "%(count)d person whom the house has accepted stays with her or his worker.",
        "%(count)d persons whom the house has accepted stay with their workers.",
        desk.in_hand,
    ) % {"count": desk.in_hand}


@require_http_methods(["GET", "POST"])
def move(request: ActingRequest, pk: UUID) -> HttpResponse:
    reading.require_seat(request.actor, Role.COORDINATOR, reason_code=REASON)
    organisation = get_object_or_404(Organisation.objects.select_related("region"), pk=pk)
    form = VersionForm(posted(request), initial={"version": organisation.version})
    if attempt(form, lambda data: move_waiting(request.actor, pk, at=now())):
        return done(request, _("Moved: each sender is told and looks for another provider."), "empty_desks")
    return confirmation(
        request,
        form,
        title=_("Move what waits at this desk?"),
        text=_(
            "Every unanswered referral to it ends, its sender gets the task to ask the next provider, "
            "and what had been prepared for this house is closed."
        ),
        rows=[(_("Organisation"), organisation.name), (_("Region"), organisation.region.name)],
        undo=_("It cannot be undone. Telephone first: perhaps somebody answers."),
        danger=True,
        submit=_("Move"),
        cancel_url=reverse("empty_desks"),
    )
