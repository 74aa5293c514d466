"""The neutral card: its offer, its print, and the page on which a duty officer types what somebody shows and says."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.templatetags.interface import moment, telephone
from referral.enums import CaseAct
from referral.forms.cards import FindForm, OfferForm
from referral.models import Task
from referral.queries.cards import last_offer, live_card
from referral.references import spoken
from referral.services import cards, steps
from referral.views import words
from referral.views.confirming import posted
from referral.views.door import ActingRequest, case_or_404, now, perform


@require_http_methods(["GET", "POST"])
def case_card(request: ActingRequest, pk: UUID) -> HttpResponse:
    """What became of the offer; the card can be printed, withdrawn, and offered again."""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.OFFER_CARD, case)
    if "withdraw" in request.POST:
        cards.withdraw_card(pk, by=request.actor, at=now())
        messages.success(request, _("The card is withdrawn: its code finds nothing any more."))
        return redirect("case_card", pk)
    form = OfferForm(posted(request), version=case.version)

    def act(cleaned: dict[str, Any]) -> str:
        cards.offer_card(pk, by=request.actor, at=now(), version=cleaned["version"], **form.card_values())
        messages.success(request, _("It is written down."))
        return reverse("case_card", args=[pk])

    done = perform(request, form, act)
    form.renew(case.version)
    return done or render(
        request,
        "referral/case/card.html",
        {
            "form": form,
            "caption": words.case_title(case),
            "title": _("Neutral card"),
            "offer": last_offer(case),
            "live": live_card(case),
            "print_url": reverse("card_print", args=[pk]),
            "back_url": reverse("case", args=[pk]),
        },
    )


@require_GET
def card_print(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Looks like the card of a shop. No name, no word of what it is for; printing it is written down."""
    case = case_or_404(request, pk)
    card = cards.print_card(request.actor, case)
    code = card.code or ""
    return render(
        request,
        "referral/case/card_print.html",
        {
            "title": settings.RELAIS_CARD_TITLE,
            "telephone": telephone(case.organisation.telephone) if case.organisation.telephone else "",
            "code": f"{code[:3]} {code[3:]}",
            "back_url": reverse("case_card", args=[pk]),
        },
    )


@require_http_methods(["GET", "POST"])
def find(request: ActingRequest) -> HttpResponse:
    """A wrong code and a wrong word get the same answer."""
    cards.require_finder(request.actor)
    form = FindForm(posted(request))
    if form.is_valid():
        asked = form.cleaned_data
        task = cards.find_by_card(asked["code"], asked["answer"], by=request.actor, at=now())
        if task is not None:
            return render(request, "referral/card_found.html", _found(request, task))
        form.add_error(
            None,
            _("Code and word do not go together, or were tried too often. Ask again, then wait for an hour."),
        )
    return render(
        request,
        "components/question.html",
        {
            "form": form,
            "title": _("Somebody shows a card"),
            "text": _("Type the code on the card and the word that the person says. Ask for no name."),
            "submit": _("Find whom to call"),
            "back_url": reverse("home"),
        },
    )


def _found(request: ActingRequest, task: Task) -> dict[str, Any]:
    """Whom to call, in codes: nothing of the file."""
    case = task.case
    own = case.organisation_id == request.actor.organisation_id
    house = case.organisation
    rows = [
        (_("Case"), spoken(case.reference) if own else ""),
        (_("Case owner"), case.owner.name if own and case.owner else ""),
        (_("Organisation"), "" if own else house.name),
        (_("Telephone"), telephone(house.telephone) if house.telephone else ""),
        (_("Urgency"), case.get_urgency_display()),
        (_("To be called before"), moment(task.due_at)),
    ]
    return {"rows": [row for row in rows if row[1]], "back_url": reverse("home")}
