"""Somebody who has a place moves to another house, goes on leave for some nights, comes back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from partners.services.ledger import (
    Above,
    keep_place,
    leave_place,
    move_place,
    occupy_place,
    take_place,
)
from referral.enums import PlacementState
from referral.lifecycle import NotPossible
from referral.models import Placement, Referral
from referral.policy import NotAllowed
from referral.queries.board import elsewhere_in
from referral.services import steps
from referral.services.address_releases import follow_place
from referral.services.receiving import WrongPlace


def stay_of(referral: Referral) -> Placement | None:
    """The place that the person has, or that is held for her or him."""
    live = [PlacementState.HELD, PlacementState.OCCUPIED]
    return referral.placements.filter(state__in=live).select_related("places__site").first()


def permit(by: Actor, referral: Referral) -> None:
    """The desk or the named worker of the house. Raises NotAllowed, and leaves an event."""
    if by.organisation_id != referral.receiving_organisation_id:
        steps.refuse(referral, "NOT_ALLOWED_STAY")
        raise NotAllowed("stay")
    steps.permit_departure(by, referral)


def move_stay(
    pk: UUID, *, by: Actor, at: datetime, version: int, places_id: UUID, above: Above | None = None
) -> Referral:
    """To another house or group of the same organisation, in one step: the person never has two places, nor none.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible, WrongPlace, NoPlaceFree.
    """
    with transaction.atomic():
        referral, placement = _locked(by, pk, version)
        if placement.away_since is not None:
            raise NotPossible([_("The person is on leave: record the return first.")])
        goals = elsewhere_in(referral.receiving_organisation_id, placement.places_id)
        goal = next((each for each in goals if each.pk == places_id), None)
        if goal is None:
            raise WrongPlace
        move_place(placement.places_id, places_id, held=placement.state == PlacementState.HELD, above=above)
        # A room of the former house says nothing of the new one.
        placement.places_id, placement.label = places_id, None
        _write(placement, ["places", "label"])
        follow_place(referral, goal.site_id, at=at)
    return referral


def begin_leave(pk: UUID, *, by: Actor, at: datetime, version: int, until: datetime, kept: bool) -> Referral:
    """Away for some nights: the place is held for the person, or given to others.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible, NoPlaceFree.
    """
    with transaction.atomic():
        referral, placement = _locked(by, pk, version)
        if placement.state != PlacementState.OCCUPIED or placement.away_since is not None:
            raise NotPossible([_("Only who lodges with you goes on leave.")])
        (keep_place if kept else leave_place)(placement.places_id)
        placement.away_since, placement.away_until, placement.place_kept = at, until, kept
        _write(placement, ["away_since", "away_until", "place_kept"])
    return referral


def end_leave(pk: UUID, *, by: Actor, at: datetime, version: int, above: Above | None = None) -> Referral:
    """Back: to the place that was kept, else to a free one. Raises as `begin_leave`."""
    with transaction.atomic():
        referral, placement = _locked(by, pk, version)
        if placement.away_since is None:
            raise NotPossible([_("This person is not on leave.")])
        if placement.place_kept:
            occupy_place(placement.places_id)
        else:
            take_place(placement.places_id, above=above)
        placement.away_since, placement.away_until, placement.place_kept = None, None, True
        _write(placement, ["away_since", "away_until", "place_kept"])
    return referral


def _locked(by: Actor, pk: UUID, version: int) -> tuple[Referral, Placement]:
    """Version: of the placement, which these acts change; the referral stays as it is."""
    referral = steps.locked(by, pk)
    permit(by, referral)
    placement = (
        Placement.objects.select_for_update(of=("self",))
        .filter(referral=referral, state__in=[PlacementState.HELD, PlacementState.OCCUPIED])
        .first()
    )
    if placement is None:
        raise NotPossible([_("No place is held or taken for this person.")])
    if placement.version != version:
        raise steps.StaleForm
    return referral, placement


def _write(placement: Placement, fields: list[str]) -> None:
    write(placement, fields=fields, case_id=placement.case_id, referral_id=placement.referral_id)
