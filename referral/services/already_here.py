"""Whoever came without a referral, and was referred to the same house afterwards: one person, who has one place."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.rows import write
from partners.actor import Actor
from partners.enums import Act
from partners.policy import may
from partners.services.guard import authorise
from partners.services.ledger import leave_place, release_place
from referral.enums import SHELTER_SERVICES, PlacementState, State
from referral.lifecycle import NotPossible
from referral.models import Placement, Referral, WalkIn
from referral.queries.board import present_walk_ins, referred_like, walk_ins_like
from referral.queries.facts import groups_of_persons
from referral.services import steps
from referral.services.address_releases import follow_place


def choices(by: Actor, referral: Referral) -> list[WalkIn]:
    """Among whom the desk says that this person is one; nobody for whoever does not keep the places."""
    lodged = referral.placements.filter(state=PlacementState.OCCUPIED).exists()
    if lodged or not may(by, Act.KEEP_PLACES, referral.receiving_organisation_id):
        return []
    return list(walk_ins_like(referral)) if referral.service in SHELTER_SERVICES else []


def choices_among(by: Actor, referrals: Sequence[Referral]) -> dict[UUID, list[WalkIn]]:
    """The same for several who are referred together, by referral; without those who cannot be anybody in the house."""
    if not referrals or not may(by, Act.KEEP_PLACES, by.organisation_id):
        return {}
    there = list(present_walk_ins(by.organisation_id))
    found: dict[UUID, list[WalkIn]] = {}
    for referral in referrals:
        groups = groups_of_persons(referral.sex, is_child=referral.is_child, with_children=True)
        like = [each for each in there if each.places.group in groups]
        if like and referral.service in SHELTER_SERVICES:
            found[referral.pk] = like
    return found


def lock_those(walk_ins: Collection[UUID]) -> list[UUID]:
    """Those who are to go on in referrals, in the one order; gives their places, which come after them."""
    rows = WalkIn.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=walk_ins).order_by("pk")
    return list(rows.values_list("places_id", flat=True))


def list_referred(by: Actor, walk_in: WalkIn) -> list[Placement]:
    """The referrals among which the desk says which one this is: a look, in codes. Raises NotAllowed."""
    authorise(by, Act.KEEP_PLACES, walk_in.places.site.organisation_id)
    found = referred_like(walk_in)
    if found:
        audit.look("list", Referral, detail={"referrals": [str(each.referral_id) for each in found]})
    return found


def say_referred(by: Actor, walk_in_id: UUID, referral_id: UUID, *, at: datetime) -> Referral:
    """This walk-in is the person of that referral, which was accepted before anybody knew.

    Raises:
        NotVisible, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        referral = steps.locked(by, referral_id)
        if referral.state not in (State.ACCEPTED, State.IN_SERVICE):
            raise NotPossible([_("This referral has ended or changed meanwhile: choose again.")])
        join(referral, walk_in_id, by=by, at=at)
    return referral


def join(
    referral: Referral, walk_in_id: UUID, *, by: Actor, at: datetime, label: str | None = None
) -> Placement:
    """The walk-in ends into the referral, whose row the caller holds; nobody takes a second place.

    Until then the nights are the walk-in's, from then on the referral's. The place where the person sleeps passes
    over; one that was held elsewhere is given back.

    Raises:
        NotAllowed, NotPossible.
    """
    authorise(by, Act.KEEP_PLACES, referral.receiving_organisation_id)
    walk_in = walk_ins_like(referral).select_for_update(of=("self",)).filter(pk=walk_in_id).first()
    if walk_in is None:
        steps.refuse(referral, "NOT_POSSIBLE_JOIN")
        raise NotPossible([_("This person has left the list of those without a referral: choose again.")])
    live = [PlacementState.HELD, PlacementState.OCCUPIED]
    placement = referral.placements.select_for_update(of=("self",)).filter(state__in=live).first()
    if placement is not None and WalkIn.objects.filter(placement=placement).exists():
        steps.refuse(referral, "NOT_POSSIBLE_JOIN")
        raise NotPossible([_("Somebody without a referral was said to be this person already.")])
    since = max(at, walk_in.arrived_at)
    if placement is not None and placement.state == PlacementState.OCCUPIED:
        # Two places were taken for one person. Heads that were counted since are right already.
        begun = placement.occupied_at or at
        leave_place(walk_in.places_id, left_at=max(walk_in.arrived_at, begun))
        since = max(walk_in.arrived_at, min(since, begun))
    else:
        placement = _pass_over(referral, walk_in, placement, since, label)
    walk_in.left_at, walk_in.placement = since, placement
    write(walk_in, fields=["left_at", "placement"])
    return placement


def _pass_over(
    referral: Referral, walk_in: WalkIn, held: Placement | None, since: datetime, label: str | None
) -> Placement:
    if held is None:
        placement = Placement(referral=referral, case_id=referral.case_id)
    else:
        release_place(held.places_id)
        placement = held
        follow_place(referral, walk_in.places.site_id, at=since)
    placement.places_id, placement.label = walk_in.places_id, label or None
    placement.state, placement.occupied_at = PlacementState.OCCUPIED, since
    fields = None if held is None else ["places", "label", "state", "occupied_at"]
    write(placement, fields=fields, case_id=referral.case_id, referral_id=referral.pk)
    return placement
