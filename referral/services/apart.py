"""Two persons who were said to be one: taken back by the desk, while nothing has been built on it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from partners.enums import Act
from partners.models import Places
from partners.services.guard import StaleForm, authorise, locked
from partners.services.ledger import Above, hold_place, lock_places, take_place
from referral.enums import PlacementState, State
from referral.lifecycle import NotPossible
from referral.models import Placement, WalkIn
from referral.queries import places_for
from referral.services import steps
from referral.services.address_releases import follow_place
from referral.services.receiving import WrongPlace


def took_over(walk_in: WalkIn) -> bool:
    """Did the referral get its place from this walk-in? Else it had one of its own, and one was given back."""
    passed_over: bool = stay_of(walk_in).history.filter(history_date=_joined_at(walk_in)).exists()
    return passed_over


def at_arrival(walk_in: WalkIn) -> bool:
    """Were the two said to be one by the act that recorded the arrival? Then the other has arrived, and stays so."""
    referral = stay_of(walk_in).referral
    arrived: bool = referral.history.filter(history_date=_joined_at(walk_in), state=State.IN_SERVICE).exists()
    return arrived


def counts_already(walk_in: WalkIn, places: Places) -> bool:
    """Were heads counted there since the other arrived? Then that number is right, and nobody is added to it."""
    counted_at, arrived_at = places.counted_at, stay_of(walk_in).occupied_at
    return counted_at is not None and arrived_at is not None and arrived_at < counted_at


def takes_place(walk_in: WalkIn, places: Places) -> bool:
    """Is one more head to be counted where the walk-in slept? Not where heads were counted since both were there."""
    counted = (
        places.counted_at is not None and walk_in.left_at is not None and walk_in.left_at < places.counted_at
    )
    return not took_over(walk_in) and not counted


def hindrance(walk_in: WalkIn) -> str | Promise:
    """Why the two can no longer be told apart by one press, and what to do instead; nothing where they can."""
    placement = stay_of(walk_in)
    referral = placement.referral
    if referral.state not in (State.ACCEPTED, State.IN_SERVICE):
        why = _("The referral has ended since.")
    elif took_over(walk_in) and referral.state != State.ACCEPTED and not at_arrival(walk_in):
        why = _("The arrival of the person who was referred has been recorded since.")
    elif placement.history.filter(history_date__gt=_joined_at(walk_in)).exists():
        why = _("The place of the person who was referred has changed since.")
    else:
        return ""
    return _("%(why)s If they are two persons, write down the other one as somebody who came in.") % {
        "why": why
    }


def tell_apart(
    by: Actor,
    pk: UUID,
    version: int,
    *,
    reason_code: str,
    places_id: UUID | None = None,
    above: Above | None = None,
    at: datetime,
) -> WalkIn:
    """This walk-in is not the person of that referral: she or he is in the house as before, and the other expected.

    Where it was said at the arrival, the other has arrived all the same, and is in the house too.

    Args:
        places_id: the place that is held for the referral, or taken, where it had only that of the walk-in.
        above: why there is one person more than places.

    Raises:
        StaleForm, NotAllowed, NotPossible, WrongPlace, NoPlaceFree.
    """
    with transaction.atomic():
        found = WalkIn.objects.select_related("placement", "places__site").get(pk=pk)
        authorise(by, Act.KEEP_PLACES, found.places.site.organisation_id)
        referral = steps.locked(None, stay_of(found).referral_id)
        walk_in = locked(WalkIn, pk, version)
        placement = locked(Placement, stay_of(walk_in).pk)
        if reason := hindrance(walk_in):
            steps.refuse(referral, "NOT_POSSIBLE_APART")
            raise NotPossible([reason])
        if took_over(walk_in):
            goal = places_for(referral).filter(pk=places_id).first() if places_id else None
            if goal is None:
                raise WrongPlace
            changed = _stay_apart(walk_in, placement, goal, above=above)
            write(
                placement,
                fields=changed,
                reason_code=reason_code,
                case_id=referral.case_id,
                referral_id=referral.pk,
            )
            follow_place(referral, goal.site_id, at=at)
        else:
            lock_places([walk_in.places_id])
            if takes_place(walk_in, Places.objects.get(pk=walk_in.places_id)):
                take_place(walk_in.places_id, above=above)
        walk_in.left_at = walk_in.placement = None
        write(walk_in, fields=["left_at", "placement"], reason_code=reason_code)
    return walk_in


def _stay_apart(walk_in: WalkIn, placement: Placement, goal: Places, *, above: Above | None) -> list[str]:
    """A place of its own for the stay of the referral; gives what has changed of it."""
    placement.places_id, placement.label = goal.pk, None
    if at_arrival(walk_in):
        lock_places([goal.pk])
        if not counts_already(walk_in, Places.objects.get(pk=goal.pk)):
            take_place(goal.pk, above=above)
        return ["places", "label"]
    hold_place(goal.pk, above=above)
    placement.state, placement.occupied_at = PlacementState.HELD, None
    placement.held_until = placement.referral.due_at
    return ["places", "label", "state", "occupied_at", "held_until"]


def stay_of(walk_in: WalkIn) -> Placement:
    """Where the walk-in goes on. Raises StaleForm for one that does not, or no longer."""
    if walk_in.placement is None:
        raise StaleForm
    return walk_in.placement


def _joined_at(walk_in: WalkIn) -> datetime:
    """When the two were said to be one; what that changed of the placement has the same date in its history."""
    said: datetime = (
        walk_in.history.filter(version=walk_in.version).values_list("history_date", flat=True).get()
    )
    return said
