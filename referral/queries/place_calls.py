"""Which place calls has somebody before them, and is there still an answer to wait for?"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partners.actor import Actor
from partners.enums import DESK_ROLES
from partners.models import Places
from partners.queries import free_places
from referral.enums import ENDED_CASE, SHELTER_SERVICES, PlacementState, State
from referral.lifecycle import Facts
from referral.models import Case, PlaceCall, Placement, PlaceOffer, Referral
from referral.place_calls import BEFORE_CENTRE, MOST_ASKED, CallState, OfferState
from referral.queries.candidates import Candidate, candidates
from referral.queries.facts import groups_of_persons
from referral.queries.refusals import said_no
from referral.queries.visible import visible_cases

HOLDS_A_PLACE = _(
    "A centre that was chosen holds a place for this person already: send the draft to it, or throw it away."
)


def may_be_asked(case: Case, service: str, at: datetime) -> list[Candidate]:
    """Centres at whose desk somebody can answer, the most likely first; those without a place last."""
    if service not in SHELTER_SERVICES:
        return []
    found = candidates(case, service, at, without=said_no([case], service, at))
    return [each for each in found if each.staffed and each.askable]


def calls_of(actor: Actor) -> QuerySet[PlaceCall]:
    """Those of the files that the actor holds, with the centres and what they answered."""
    offers = PlaceOffer.objects.select_related("organisation__region")
    return (
        PlaceCall.objects.filter(case__in=visible_cases(actor))
        .select_related("case", "region", "referral")
        .prefetch_related(Prefetch("offers", offers))
    )


def call_of(actor: Actor, pk: UUID) -> PlaceCall | None:
    return calls_of(actor).filter(pk=pk).first()


def open_call_of(case: Case) -> PlaceCall | None:
    return PlaceCall.objects.filter(case=case, state=CallState.OPEN).first()


def draft_holding(case: Case) -> Referral | None:
    """The draft for a centre that was chosen in a place call, which holds its place until it is sent."""
    held = Exists(Placement.objects.filter(referral=OuterRef("pk"), state=PlacementState.HELD))
    return case.referrals.filter(held, state=State.DRAFT).first()


def against_asking(case: Case, service: str, centres: Sequence[UUID], at: datetime) -> list[str | Promise]:
    """Why these centres cannot be asked now; empty when they can. Whoever acts on it holds the file."""
    if service not in SHELTER_SERVICES:
        return [_("A place call is about lodging: refer the person for this service.")]
    if not 0 < len(set(centres)) <= MOST_ASKED or len(set(centres)) != len(centres):
        return [_("Choose one to three centres.")]
    if not set(centres) <= {each.organisation.pk for each in may_be_asked(case, service, at)}:
        return [_("One of these centres cannot be asked any more: choose again.")]
    if open_call_of(case) is not None:
        return [_("A place call for this person is open already.")]
    if draft_holding(case) is not None:
        return [HOLDS_A_PLACE]
    return []


def asked_of(actor: Actor) -> QuerySet[PlaceOffer]:
    """What the actor's centre has before it: while it may answer, and once chosen until the referral itself comes.

    For everybody else, and from that moment on, there is no such call.
    """
    before_it = Q(state__in=sorted(BEFORE_CENTRE), call__state=CallState.OPEN)
    kept = Placement.objects.filter(referral=OuterRef("call__referral"), state=PlacementState.HELD)
    chosen = Q(state=OfferState.CHOSEN, call__referral__state=State.DRAFT) & (
        Q(places=None) | Q(Exists(kept))
    )
    if not actor.has(*DESK_ROLES):
        return PlaceOffer.objects.none()
    return (
        PlaceOffer.objects.filter(before_it | chosen, organisation_id=actor.organisation_id)
        .select_related("call__region", "places__site")
        .order_by("call__due_at")
    )


def offer_of(actor: Actor, pk: UUID) -> PlaceOffer | None:
    """Args: pk: of the call."""
    return asked_of(actor).filter(call_id=pk).first()


def before(actor: Actor, pks: Iterable[UUID]) -> dict[UUID, PlaceCall]:
    """Those of the calls that the actor may open, from either side."""
    asked = {offer.call_id: offer.call for offer in asked_of(actor).filter(call__in=pks)}
    return asked | calls_of(actor).in_bulk(list(pks))


def places_to_offer(call: PlaceCall, organisation_id: UUID, at: datetime) -> list[Places]:
    """The centre's free places for such a person, those of the best group first."""
    groups = groups_of_call(call)
    free = free_places(organisation_id, groups, at)
    return sorted(free, key=lambda places: groups.index(places.group))


def counts_places(call: PlaceCall, organisation_id: UUID) -> bool:
    """A centre that counts places for such a person can only offer one of them."""
    return Places.objects.filter(site__organisation=organisation_id, group__in=groups_of_call(call)).exists()


def groups_of_call(call: PlaceCall) -> list[Any]:
    """The groups of places that could lodge the person, the best first."""
    return list(
        groups_of_persons(call.sex, is_child=call.is_child, with_children=bool(call.details["children"]))
    )


def call_facts(call: PlaceCall, at: datetime) -> Facts:
    """Is there somebody to wait for? A file that has ended waits for nobody."""
    states = set(call.offers.values_list("state", flat=True))
    awaited = OfferState.OFFERED in states or (OfferState.ASKED in states and at < call.due_at)
    ended = Case.objects.filter(pk=call.case_id, state__in=sorted(ENDED_CASE)).exists()
    return Facts(at=at, offer_awaited=awaited and not ended)


# --- For the clock -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Calls:
    """As `due.Rows`, of calls: the file is locked before its call, as every act on a call does."""

    of: Callable[[datetime], QuerySet[PlaceCall]]

    def ids(self, at: datetime) -> list[UUID]:
        return list(self.of(at).values_list("pk", flat=True))

    def take(self, at: datetime, among: Sequence[UUID]) -> list[PlaceCall]:
        files = Case.objects.filter(pk__in=PlaceCall.objects.filter(pk__in=among).values("case"))
        held = [
            case.pk
            for case in files.select_for_update(skip_locked=True, of=("self",), no_key=True).order_by("pk")
        ]
        rows = self.of(at).filter(pk__in=among, case__in=held).select_related("case__owner")
        return list(rows.select_for_update(of=("self",), no_key=True))


def offers_lapsed(at: datetime) -> QuerySet[PlaceCall]:
    """Calls with an offered place that was held long enough."""
    lapsed = PlaceOffer.objects.filter(call=OuterRef("pk"), state=OfferState.OFFERED, held_until__lte=at)
    return PlaceCall.objects.filter(Exists(lapsed), state=CallState.OPEN).order_by("due_at")


def calls_without_answer(at: datetime) -> QuerySet[PlaceCall]:
    """Open calls for which nobody is waited for any more."""
    offers = PlaceOffer.objects.filter(call=OuterRef("pk"))
    offered = Exists(offers.filter(state=OfferState.OFFERED))
    asked = Exists(offers.filter(state=OfferState.ASKED))
    over = Q(due_at__lte=at) | ~Q(asked) | Q(case__state__in=sorted(ENDED_CASE))
    unoffered = ~Q(offered) | Q(case__state__in=sorted(ENDED_CASE))
    return PlaceCall.objects.filter(over, unoffered, state=CallState.OPEN).order_by("due_at")


def unsent_holds(at: datetime) -> QuerySet[Placement]:
    """Places of a centre that was chosen, while the referral to it was not sent in time."""
    rows = Placement.objects.filter(
        state=PlacementState.HELD, held_until__lte=at, referral__state=State.DRAFT
    )
    return rows.select_related("referral__case__owner").order_by("places")


def open_calls() -> Sequence[PlaceCall]:
    """All of them, for national coordination: codes, who asks, and what was answered."""
    return list(
        PlaceCall.objects.filter(state=CallState.OPEN)
        .select_related("region", "case__organisation")
        .prefetch_related("offers")
        .order_by("due_at")
    )
