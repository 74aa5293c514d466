"""The centre's side of a place call: it offers a place, or says that it has none. Two taps on a phone."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import services as audit
from partners.actor import Actor
from partners.services.ledger import NoPlaceFree, hold_place
from referral import notices, policy
from referral.enums import Clock
from referral.models import Case, PlaceCall, PlaceOffer
from referral.place_calls import OfferAction, OfferState
from referral.policy import NotAllowed
from referral.queries.place_calls import asked_of, counts_places, offer_of, places_to_offer
from referral.queries.terms import terms_for
from referral.services import steps
from referral.services.place_calls import answer_with, expire_if_over, locked, refuse, release


def offer_place(
    pk: UUID, *, by: Actor, at: datetime, version: int, places_id: UUID | None = None
) -> PlaceOffer:
    """The desk has a place: it is held for the sender, for a while.

    Args:
        pk: of the call. version: of the offer.
        places_id: None: the first that is free, where the centre counts places for such a person.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible, NoPlaceFree.
    """
    with transaction.atomic():
        offer = _asked(pk, by=by, version=version)
        free = places_to_offer(offer.call, by.organisation_id, at)
        if places_id is not None:
            free = [places for places in free if places.pk == places_id]
        if not free and counts_places(offer.call, by.organisation_id):
            raise NoPlaceFree
        if free:
            offer.places = hold_place(free[0].pk)
        offer.offered_at, offer.offered_by_id = at, by.id
        terms = terms_for(organisation_id=by.organisation_id)
        offer.held_until = terms.after(Clock.OFFER_HELD, at, offer.call.urgency)
        answer_with(offer, OfferAction.OFFER, by=by, at=at)
        notices.tell([offer.call.case.owner], offer.call, at=at, due_at=offer.held_until)
    return offer


def decline_call(pk: UUID, *, by: Actor, at: datetime, version: int) -> PlaceOffer:
    """The desk has none, or takes its offer back. When nobody else may still offer, the call ends at once.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        offer = _asked(pk, by=by, version=version)
        taken_back = offer.state == OfferState.OFFERED
        action = OfferAction.TAKE_BACK if taken_back else OfferAction.DECLINE
        answer_with(offer, action, by=by, at=at)
        if taken_back:
            release([offer])
        if not expire_if_over(offer.call, at) and taken_back:
            notices.tell([offer.call.case.owner], offer.call, at=at, due_at=offer.call.due_at)
    return offer


def _asked(pk: UUID, *, by: Actor, version: int) -> PlaceOffer:
    """What the desk has before it, locked; whoever comes after the sender's choice finds nothing."""
    case_id = asked_of(by).filter(call=pk).values_list("call__case_id", flat=True).first()
    if case_id is None:
        raise steps.NotVisible
    Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)
    call = locked(pk)
    offer = offer_of(by, pk)
    if offer is None:
        raise steps.NotVisible
    permit_answer(by, offer)
    if offer.version != version:
        raise steps.StaleForm
    offer.call = call
    return offer


def permit_answer(by: Actor, offer: PlaceOffer) -> None:
    """Raises `NotAllowed`, and leaves an event."""
    if not policy.may_answer_call(by, offer):
        refuse(offer.call, "NOT_ALLOWED_ANSWER_CALL")
        raise NotAllowed(OfferAction.OFFER)


def read_asked(by: Actor, pk: UUID) -> PlaceOffer:
    """The call as the centre sees it, in codes: an audited look. Raises NotVisible, NotAllowed."""
    offer = offer_of(by, pk)
    if offer is None:
        raise steps.NotVisible
    permit_answer(by, offer)
    audit.look("preview", offer.call, case_id=offer.call.case_id, fields=["details"])
    return offer


def list_asked(by: Actor) -> list[PlaceOffer]:
    """The desk's calls for its list, without what is sealed: a look where there are any."""
    offers = [offer for offer in asked_of(by) if policy.may_answer_call(by, offer)]
    if offers:
        audit.look("list", PlaceCall, detail={"calls": [str(offer.call_id) for offer in offers]})
    return offers
