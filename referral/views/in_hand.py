"""National coordination takes a case in hand that nobody owns: the way out of the report of lost loops."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.templatetags.interface import moment
from referral.enums import CaseAct
from referral.forms.acts import ActForm
from referral.readings import IN_HAND
from referral.services import in_hand
from referral.views.confirming import posted
from referral.views.door import ActingRequest, now, perform


@require_http_methods(["GET", "POST"])
def case_in_hand(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Shows whose it is, in codes; opens the file once it is taken."""
    case = in_hand.find_orphan(request.actor, pk, now())
    form = ActForm(posted(request))

    def act(cleaned: dict[str, Any]) -> str:
        hand = in_hand.take_in_hand(pk, by=request.actor, at=now())
        messages.success(
            request, _("The case is in your hand until %(until)s.") % {"until": moment(hand.until)}
        )
        return reverse("case", args=[pk])

    done = perform(request, form, act) if request.method == "POST" else None
    return done or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Take this case in hand?"),
            "text": _(
                "Nobody owns it. You own it for 72 hours, with every act of a case owner, and name somebody who stays."
            ),
            "rows": [
                (_("Organisation"), case.organisation.name),
                (_("Urgency"), case.get_urgency_display()),
                (_("State"), case.get_state_display()),
                (_("In your hand until"), moment(now() + IN_HAND)),
            ],
            "undo": _(
                "The supervisors of the organisation are told. When the time is over the case closes to you."
            ),
            "submit": CaseAct.TAKE_IN_HAND.label,
            "cancel_url": reverse("lost_loops"),
        },
    )
