"""The place call: one need in codes before at most three centres at once, of which the sender chooses one.

Every act locks the file, then the call, then its offers (the whole order stands in `partners.services.ledger`): of two
acts on one call one comes first, and the other finds what it has left. A place is held from the offer to the answer of
the sender, once, by the row that counts it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from audit import services as audit
from audit.rows import write
from partners.actor import Actor
from partners.models import Organisation
from partners.services.ledger import lock_places, lock_receivers, release_place
from referral import lifecycle, notices
from referral.disclosure import is_child
from referral.enums import (
    Action,
    CaseAct,
    Clock,
    Machine,
    PlacementState,
    Side,
    TaskKind,
)
from referral.lifecycle import Facts, NotPossible
from referral.models import Case, PlaceCall, Placement, PlaceOffer, Referral, Task
from referral.place_calls import BEFORE_CENTRE, CallAction, CallState, OfferAction, OfferState
from referral.queries import unmet_of
from referral.queries.due import Rows
from referral.queries.no_go import avoided_among
from referral.queries.place_calls import (
    Calls,
    against_asking,
    call_facts,
    call_of,
    calls_without_answer,
    offers_lapsed,
    open_call_of,
    unsent_holds,
)
from referral.queries.terms import terms_for
from referral.references import new_reference
from referral.services import sending, steps
from referral.services.receiving import lock_held, release_hold
from referral.services.rounds import AnyRule, Rule
from referral.services.tasks import finish_tasks


@dataclass(frozen=True)
class Need:
    """What is asked of each of the centres."""

    service: str
    urgency: str
    #: Days of lodging needed, or None when nobody knows.
    days: int | None = None


def prepare(by: Actor, case: Case, need: Need) -> dict[str, Any]:
    """The sealed codes that the centres would see, before anybody is asked: a look. Raises NotAllowed."""
    steps.permit_case(by, CaseAct.CALL_PLACES, case)
    audit.look("view", case, case_id=case.pk, scope="place_call")
    return sending.coded_details(case.person, days=need.days)


def read_call(by: Actor, pk: UUID) -> PlaceCall:
    """The call of one's own file, with its answers: a look. Raises NotVisible."""
    call = call_of(by, pk)
    if call is None or call.case.erased_at is not None:
        raise steps.NotVisible
    audit.look("preview", call, case_id=call.case_id, fields=["details"])
    return call


# --- The sender --------------------------------------------------------------------------------------------
def open_call(
    case_pk: UUID,
    *,
    by: Actor,
    at: datetime,
    need: Need,
    centres: Sequence[UUID],
    agreed_how: str,
    parent: Referral | None = None,
) -> PlaceCall:
    """Asks the centres at once. Who it is about stands in none of it.

    Args:
        centres: organisations of `may_be_asked`, three at most.
        agreed_how: the person agreed that one asks around without a name.
        parent: the referral that was declined, or stayed without an answer.

    Raises:
        NotVisible, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        lock_receivers(*centres)
        case = steps.locked_case(by, case_pk)
        steps.permit_change(by, CaseAct.CALL_PLACES, case)
        if reasons := against_asking(case, need.service, centres, at):
            steps.refuse(case, "NOT_POSSIBLE_CALL_PLACES")
            raise NotPossible(reasons)
        person = case.person
        call = PlaceCall(
            reference=new_reference(),
            case=case,
            service=need.service,
            urgency=need.urgency,
            sex=person.sex,
            age_band=person.age_band,
            is_child=is_child(person.age_status),
            region_id=case.region_id,
            details=sending.coded_details(person, days=need.days),
            agreed_how=agreed_how,
            opened_by_id=by.id,
            opened_at=at,
            state_since=at,
            due_at=terms_for(organisation_id=case.organisation_id).after(Clock.PLACE_CALL, at, need.urgency),
            parent=parent,
        )
        write(call, case_id=case.pk)
        for number, pk in enumerate(centres, start=1):
            write(PlaceOffer(call=call, organisation_id=pk, number=number, state_since=at), case_id=case.pk)
            notices.tell(notices.desk_of(pk), call, at=at, due_at=call.due_at)
        finish_tasks(case, TaskKind.PLACE_NOT_FOUND, by=by, at=at)
    return call


def choose_offer(pk: UUID, *, by: Actor, at: datetime, version: int) -> Referral:
    """One centre is chosen: a draft for it, which takes the held place along. For the others the call vanishes.

    Args:
        pk: of the offer. version: of the call.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        asked = PlaceOffer.objects.filter(pk=pk).first()
        if asked is None:
            raise steps.NotVisible
        lock_receivers(asked.organisation_id)
        call = _own(asked.call_id, by=by, version=version)
        steps.permit_change(by, CaseAct.CALL_PLACES, call.case)
        offers = _offers(call)
        (chosen,) = (offer for offer in offers if offer.pk == pk)
        _require(call, Machine.CALL, CallAction.CHOOSE, Facts(at))
        _move_offer(chosen, OfferAction.CHOOSE, at=at)
        call.referral = _draft(call, chosen.organisation, by=by, at=at)
        _carry_hold(chosen, call.referral, at)
        _end(call, CallAction.CHOOSE, by=by, at=at)
        _end_offers([offer for offer in offers if offer.pk != pk], at=at)
    return call.referral


def _draft(call: PlaceCall, centre: Organisation, *, by: Actor, at: datetime) -> Referral:
    asked = sending.Asked(centre, call.service, call.urgency, call.details["days"])
    if call.parent is not None and not unmet_of(call.parent, Action.REDIRECT, at):
        return sending.redirect(call.parent.pk, by=by, at=at, asked=asked)
    return sending.make_draft(call.case, by=by, at=at, asked=asked)


def _carry_hold(offer: PlaceOffer, referral: Referral, at: datetime) -> None:
    """The place stays held, by the referral from now on: until it is sent, then until it is answered."""
    if offer.places_id is None:
        return
    placement = Placement(
        referral=referral,
        case_id=referral.case_id,
        places_id=offer.places_id,
        state=PlacementState.HELD,
        held_until=terms_for(organisation_id=offer.organisation_id).after(
            Clock.OFFER_HELD, at, referral.urgency
        ),
    )
    write(placement, case_id=referral.case_id, referral_id=referral.pk)


def close_call(pk: UUID, *, by: Actor, at: datetime, version: int) -> PlaceCall:
    """The sender asks no more: every held place is given back. Raises as `choose_offer`."""
    with transaction.atomic():
        call = _own(pk, by=by, version=version)
        steps.permit_case(by, CaseAct.CALL_PLACES, call.case)
        _require(call, Machine.CALL, CallAction.CLOSE, Facts(at))
        _end(call, CallAction.CLOSE, by=by, at=at)
        _end_offers(_offers(call), at=at)
    return call


def _own(pk: UUID, *, by: Actor, version: int) -> PlaceCall:
    case_id = PlaceCall.objects.values_list("case_id", flat=True).filter(pk=pk).first()
    if case_id is None:
        raise steps.NotVisible
    steps.locked_case(by, case_id)
    call = locked(pk)
    if call.version != version:
        raise steps.StaleForm
    return call


# --- The system --------------------------------------------------------------------------------------------
def end_call_of(case: Case, *, at: datetime) -> None:
    """With its file ends what was asked for it. The caller holds the file."""
    if (call := open_call_of(case)) is not None:
        _close(locked(call.pk), at)


def end_calls_of(organisation_id: UUID, *, at: datetime) -> None:
    """A suspended organisation asks nothing any more."""
    own = PlaceCall.objects.filter(state=CallState.OPEN, case__organisation=organisation_id)
    for call_id, case_id in own.order_by("case_id").values_list("pk", "case_id"):
        _close(_locked_of_file(call_id, case_id), at)


def _close(call: PlaceCall, at: datetime) -> None:
    if call.state == CallState.OPEN:
        _end(call, CallAction.CLOSE, by=None, at=at)
        _end_offers(_offers(call), at=at)


def end_offers_of(organisation_id: UUID, *, at: datetime) -> None:
    """An organisation at which nobody can answer any more is not asked either."""
    before_it = {"offers__organisation": organisation_id, "offers__state__in": sorted(BEFORE_CENTRE)}
    asked = PlaceCall.objects.filter(state=CallState.OPEN, **before_it).order_by("case_id")
    for call_id, case_id in asked.values_list("pk", "case_id"):
        _end_those(_locked_of_file(call_id, case_id), {organisation_id}, at)


def end_offers_avoided(case: Case, *, at: datetime) -> None:
    """Whoever the person is kept away from is asked no longer, and learns no more than others whom nobody chose.

    The caller holds the file.
    """
    if (call := open_call_of(case)) is not None:
        asked = call.offers.values_list("organisation_id", flat=True)
        _end_those(locked(call.pk), avoided_among(case, asked), at)


def _end_those(call: PlaceCall, organisations: Collection[UUID], at: datetime) -> None:
    _end_offers([each for each in _offers(call) if each.organisation_id in organisations], at=at)
    expire_if_over(call, at)


def let_lapse(calls: Sequence[PlaceCall], at: datetime) -> None:
    """A place is not kept for a sender who does not choose."""
    lock_offered(calls)
    for call in calls:
        lapsed = [each for each in _offers(call) if each.held_until is not None and each.held_until <= at]
        _end_offers([each for each in lapsed if each.state == OfferState.OFFERED], at=at)
        if not expire_if_over(call, at):
            notices.tell([call.case.owner], call, at=at, due_at=call.due_at)


def end_unanswered(calls: Sequence[PlaceCall], at: datetime) -> None:
    lock_offered(calls)
    for call in calls:
        expire_if_over(call, at)


def release_unsent(placements: Sequence[Placement], at: datetime) -> None:
    """The draft may still be sent; the centre then says anew whether it has a place."""
    lock_held([each.referral_id for each in placements])
    for placement in placements:
        referral = placement.referral
        release_hold(referral)
        notices.tell([referral.case.owner], referral, at=at, due_at=referral.due_at)


def expire_if_over(call: PlaceCall, at: datetime) -> bool:
    """When nobody is waited for any more: the sender looks further, and has a task that says so."""
    facts = call_facts(call, at)
    if call.state != CallState.OPEN or lifecycle.unmet(call, CallAction.EXPIRE, facts, Machine.CALL):
        return False
    _end(call, CallAction.EXPIRE, by=None, at=at)
    _end_offers(_offers(call), at=at)
    case = call.case
    task = Task(
        kind=TaskKind.PLACE_NOT_FOUND,
        case=case,
        organisation_id=case.organisation_id,
        owner_id=case.owner_id,
        made_at=at,
        due_at=terms_for(organisation_id=case.organisation_id).after(Clock.ACKNOWLEDGE, at, call.urgency),
        proposal={"call": str(call.pk)},
    )
    write(task, case_id=case.pk)
    notices.tell([case.owner], task, at=at, due_at=task.due_at)
    return True


# --- Rows and moves ----------------------------------------------------------------------------------------
def locked(pk: UUID) -> PlaceCall:
    """The call, locked. The caller holds its file."""
    calls = PlaceCall.objects.select_related("case__owner", "case__person", "parent__case")
    return calls.select_for_update(of=("self",), no_key=True).get(pk=pk)


def _locked_of_file(pk: UUID, case_id: UUID) -> PlaceCall:
    Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)
    return locked(pk)


def _offers(call: PlaceCall) -> list[PlaceOffer]:
    offers = PlaceOffer.objects.select_for_update(of=("self",), no_key=True).filter(call=call)
    return list(offers.select_related("call", "organisation", "places").order_by("number"))


def _require(row: PlaceCall | PlaceOffer, machine: Machine, action: str, facts: Facts) -> None:
    """Raises NotPossible, and leaves an event."""
    if reasons := lifecycle.unmet(row, action, facts, machine):
        refuse(
            row if isinstance(row, PlaceCall) else row.call,
            f"NOT_POSSIBLE_{action.upper()}_{machine.upper()}",
        )
        raise NotPossible(reasons)


def refuse(call: PlaceCall, reason_code: str) -> None:
    """As `steps.refuse`."""
    audit.deny("denied", call._meta.label_lower, call.pk, case_id=call.case_id, reason_code=reason_code)


def _end(call: PlaceCall, action: CallAction, *, by: Actor | None, at: datetime) -> None:
    """The caller has asked whether it is legal, and tells."""
    source = call.state
    lifecycle.follow(call, action, at=at)
    call.ended_at, call.ended_by_id = at, by.id if by else None
    write(call, f"transition.{action}", case_id=call.case_id, scope=f"{source}:{call.state}")
    side = Side.REFERRING if by else Side.SYSTEM
    _log(call, Machine.CALL, action, source, by=by, side=side, at=at)
    notices.settle(call.pk, at=at)


def answer_with(offer: PlaceOffer, action: OfferAction, *, by: Actor, at: datetime) -> None:
    """What the centre says, which the story of the file tells too. Raises NotPossible, and leaves an event."""
    source = offer.state
    _move_offer(offer, action, at=at)
    _log(offer, Machine.OFFER, action, source, by=by, side=Side.RECEIVING, at=at)


def _move_offer(offer: PlaceOffer, action: OfferAction, *, at: datetime) -> None:
    _require(offer, Machine.OFFER, action, Facts(at))
    source = offer.state
    lifecycle.follow(offer, action, at=at)
    write(offer, f"transition.{action}", case_id=offer.call.case_id, scope=f"{source}:{offer.state}")


def _log(
    row: PlaceCall | PlaceOffer,
    machine: Machine,
    action: str,
    source: str,
    *,
    by: Actor | None,
    side: Side,
    at: datetime,
) -> None:
    case_id = row.case_id if isinstance(row, PlaceCall) else row.call.case_id
    steps.log(machine, case_id, action=action, source=source, target=row.state, by=by, side=side, at=at)


def _end_offers(offers: Sequence[PlaceOffer], *, at: datetime) -> None:
    """For a centre that still had the call before it, it is over: its place is free, its desk is told that, no more."""
    left = [offer for offer in offers if offer.state in BEFORE_CENTRE]
    held = [offer for offer in left if offer.state == OfferState.OFFERED]
    for offer in left:
        _move_offer(offer, OfferAction.END, at=at)
        desk = notices.desk_of(offer.organisation_id)
        notices.tell(desk, offer.call, at=at, due_at=None, action_needed=False)
    release(held)


def release(offers: Sequence[PlaceOffer]) -> None:
    for pk in sorted(offer.places_id for offer in offers if offer.places_id is not None):
        release_place(pk)


def lock_offered(calls: Sequence[PlaceCall]) -> None:
    """The places that are held for several calls, whose offers are locked first, before the first is given back."""
    offers = PlaceOffer.objects.select_for_update(of=("self",), no_key=True)
    offered = offers.filter(call__in=calls, state=OfferState.OFFERED).order_by("call", "number")
    lock_places({each for each in offered.values_list("places_id", flat=True) if each is not None})


#: For `services.clock`: what gives a place back comes before what counts who is left.
RULES: Mapping[str, AnyRule] = {
    "offers": Rule(Calls(offers_lapsed), let_lapse),
    "place_calls": Rule(Calls(calls_without_answer), end_unanswered),
    "unsent_holds": Rule(Rows(unsent_holds), release_unsent),
}
