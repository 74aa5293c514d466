"""A house can no longer answer: what was entrusted to it comes back, in the same transaction (design §6)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit import sitting
from partners.actor import Actor
from partners.enums import Role
from partners.models import Organisation, Places
from partners.queries import desk_staffed
from partners.services import organisations
from partners.services.guard import Refusal, locked
from partners.services.ledger import lock_places
from referral import grants
from referral.course import OPEN_TRANSFER
from referral.enums import DESK_EMPTY, OPEN, ORGANISATION_SUSPENDED, UNANSWERED, PlacementState, State
from referral.models import Case, PlaceCall, Placement, PlaceOffer, Referral, Transfer
from referral.place_calls import CallState, OfferState
from referral.services.place_calls import end_calls_of, end_offers_of
from referral.services.reading import require_seat
from referral.services.receiving import ask_for_redirect
from referral.services.transfers import end_transfers_to
from referral.services.withdrawing import end


def suspend_organisation(by: Actor, pk: UUID, version: int) -> Organisation:
    """Nobody of it signs in any more; every open referral to it ends with a hand-over, its own go to coordination.

    Whoever waited for it to take a case over looks further.

    Raises what `partners.services.organisations.suspend_organisation` raises.
    """
    with transaction.atomic():
        organisation = organisations.suspend_organisation(by, pk, version)
        at = sitting.current().at
        _lock(organisation.pk)
        hand_back(organisation.pk, OPEN - {State.DRAFT}, at, reason_code=ORGANISATION_SUSPENDED)
        own = (
            Referral.objects.select_for_update(of=("self",), no_key=True)
            .select_related("case")
            .order_by("seq")
        )
        for referral in own.filter(referring_organisation=organisation, state__in=sorted(OPEN)):
            grants.orphan(referral)
        end_calls_of(organisation.pk, at=at)
        end_transfers_to(organisation.pk, at=at)
    return organisation


def move_waiting(by: Actor, organisation_id: UUID, *, at: datetime) -> int:
    """What waits at a desk at which nobody can answer goes back to its senders, as at a suspension; gives how many.

    Persons whom the house has accepted stay with their workers.

    Raises:
        NotAllowed, Refusal.
    """
    require_seat(by, Role.COORDINATOR, reason_code="NOT_ALLOWED_EMPTY_DESKS")
    with transaction.atomic():
        locked(Organisation, organisation_id)
        if desk_staffed(organisation_id):
            raise Refusal(_("Somebody is at this desk again: telephone there. Nothing was moved."))
        _lock(organisation_id)
        return hand_back(organisation_id, UNANSWERED, at, reason_code=DESK_EMPTY)


def hand_back(organisation_id: UUID, states: Collection[State], at: datetime, *, reason_code: str) -> int:
    """Ends what was entrusted to a house; owners are told, the search is open again. The caller holds all of it."""
    waiting = (
        Referral.objects.select_for_update(of=("self",), no_key=True).select_related("case").order_by("seq")
    )
    ended = list(waiting.filter(receiving_organisation=organisation_id, state__in=sorted(states)))
    for referral in ended:
        end(referral, by=None, at=at, reason_code=reason_code, reason=None, person_is_safe=True)
        ask_for_redirect(referral, at)
    end_offers_of(organisation_id, at=at)
    return len(ended)


def _lock(organisation_id: UUID) -> None:
    """All that may end with it, in the one order (`partners.services.ledger`), before the first of it is changed."""
    of_it = Q(receiving_organisation=organisation_id) | Q(referring_organisation=organisation_id)
    referrals = Referral.objects.filter(of_it, state__in=sorted(OPEN))
    asked = Q(offers__organisation=organisation_id) | Q(case__organisation=organisation_id)
    calls = PlaceCall.objects.filter(asked, state=CallState.OPEN).values("pk")
    transfers = Transfer.objects.filter(
        receiving_organisation=organisation_id, state__in=sorted(OPEN_TRANSFER)
    )
    files = Case.objects.filter(
        Q(referrals__in=referrals) | Q(place_calls__in=calls) | Q(transfers__in=transfers.values("pk"))
    ).values("pk")
    for rows in (
        Case.objects.filter(pk__in=files).order_by("pk"),
        transfers.order_by("case_id"),
        PlaceCall.objects.filter(pk__in=calls).order_by("case"),
        PlaceOffer.objects.filter(call__in=calls).order_by("call", "number"),
        referrals.order_by("seq"),
    ):
        list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    held = Placement.objects.filter(referral__in=referrals, state=PlacementState.HELD).values("places")
    offered = PlaceOffer.objects.filter(call__in=calls, state=OfferState.OFFERED).values("places")
    lock_places(Places.objects.filter(Q(pk__in=held) | Q(pk__in=offered)).values_list("pk", flat=True))
