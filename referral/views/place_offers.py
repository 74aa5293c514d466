"""The desk that is asked for a place: one page, two buttons, and a line among what waits for it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.actor import Actor
from partners.enums import CodeList, Sex
from partners.queries import code_label
from referral.enums import AgeBand
from referral.forms.place_calls import DeskForm
from referral.models import PlaceOffer
from referral.place_calls import OfferState
from referral.queries.place_calls import counts_places, places_to_offer
from referral.references import spoken
from referral.services import place_offers
from referral.views.confirming import posted
from referral.views.door import ActingRequest, now, perform
from referral.views.place_calls import rows_of


@require_http_methods(["GET", "POST"])
def place_call_answer(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Codes alone; what is pressed is the answer. Once the sender has chosen another, there is no such page."""
    offer = place_offers.read_asked(request.actor, pk)
    call, asked = offer.call, offer.state == OfferState.ASKED
    free = places_to_offer(call, offer.organisation_id, now()) if asked else []
    form = DeskForm(posted(request), version=offer.version, free=free)

    def act(cleaned: dict[str, Any]) -> str:
        said = {"by": request.actor, "at": now(), "version": cleaned["version"]}
        if cleaned["answer"] == DeskForm.NO:
            place_offers.decline_call(pk, **said)
            messages.success(request, _("The sender is told. There is nothing more to do."))
            return reverse("inbox")
        place = cleaned.get("place")
        place_offers.offer_place(pk, **said, places_id=UUID(place) if place else None)
        messages.success(request, _("Your place is held, and the sender is told."))
        return reverse("place_call_answer", args=[pk])

    done = perform(request, form, act)
    form.renew(offer.version)
    return done or render(
        request,
        "referral/place_call/answer.html",
        {
            "title": _("Can you receive this person?"),
            "form": form,
            "offer": offer,
            "call": call,
            "reference": spoken(call.reference),
            "rows": rows_of(call),
            "full": asked and not free and counts_places(call, offer.organisation_id),
            "places": f"{offer.places.site.name}, {offer.places.get_group_display()}" if offer.places else "",
            "at": now(),
        },
    )


def lines(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """The calls before this desk, for its inbox and its first page: clear codes, and the time that is left."""
    return [_line(offer, at) for offer in place_offers.list_asked(actor)]


def _line(offer: PlaceOffer, at: datetime) -> dict[str, Any]:
    call = offer.call
    due = offer.held_until if offer.state == OfferState.OFFERED else call.due_at
    person = f"{AgeBand(call.age_band).label}, {str(Sex(call.sex).label).lower()} · {call.region.name}"
    return {
        "url": reverse("place_call_answer", args=[call.pk]),
        "reference": spoken(call.reference),
        "note": f"{_('Place call')} · {person}",
        "what": code_label(CodeList.SERVICE, call.service),
        "urgency": call.urgency,
        "urgency_label": call.get_urgency_display(),
        "who": "",
        "state": offer.state,
        "label": offer.get_state_display(),
        "due": due,
        "late": due is not None and due <= at,
    }
