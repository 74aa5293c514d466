"""Who comes to a house without a referral: written down in half a minute, in codes, and counted as everybody."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import services as audit
from audit.enums import Verb
from audit.rows import write
from partners.actor import Actor
from partners.enums import Act
from partners.models import Places
from partners.services.guard import StaleForm, authorise, locked
from partners.services.ledger import Above, leave_place, move_place, take_place
from referral.models import WalkIn


@transaction.atomic
def enter_walk_in(
    by: Actor,
    places_id: UUID,
    *,
    sex: str,
    age_band: str,
    children: int = 0,
    above: Above | None = None,
    at: datetime,
) -> WalkIn:
    """Somebody sleeps here tonight of whom no referral knows.

    Args:
        children: who came along, and take no place of their own.
        above: why, where no place is free.

    Raises:
        NotAllowed, NoPlaceFree.
    """
    places = Places.objects.select_related("site").get(pk=places_id)
    authorise(by, Act.KEEP_PLACES, places.site.organisation_id)
    take_place(places_id, above=above)
    who = {"sex": sex, "age_band": age_band, "children": children}
    walk_in = WalkIn(places_id=places_id, **who, arrived_at=at, entered_by_id=by.id)
    write(walk_in)
    return walk_in


@transaction.atomic
def end_walk_in(by: Actor, pk: UUID, version: int, *, at: datetime) -> WalkIn:
    """Raises NotAllowed, StaleForm."""
    walk_in = _present(by, pk, version)
    leave_place(walk_in.places_id, left_at=at)
    walk_in.left_at = at
    write(walk_in, fields=["left_at"])
    return walk_in


@transaction.atomic
def strike_walk_in(by: Actor, pk: UUID, version: int) -> None:
    """Entered by mistake: nobody came, no night is counted; only the history keeps it. Raises NotAllowed, StaleForm."""
    walk_in = _present(by, pk, version)
    leave_place(walk_in.places_id, left_at=walk_in.arrived_at)  # whoever counted since has counted nobody
    audit.record(Verb.DELETE, walk_in)
    walk_in.delete()


@transaction.atomic
def move_walk_in(by: Actor, pk: UUID, version: int, *, places_id: UUID, above: Above | None = None) -> WalkIn:
    """To another house or group of the organisation. Raises NotAllowed, StaleForm, NoPlaceFree."""
    walk_in = _present(by, pk, version)
    goal = Places.objects.select_related("site").get(pk=places_id)
    authorise(by, Act.KEEP_PLACES, goal.site.organisation_id)
    move_place(walk_in.places_id, places_id, held=False, above=above)
    walk_in.places = goal
    write(walk_in, fields=["places"])
    return walk_in


def _present(by: Actor, pk: UUID, version: int) -> WalkIn:
    walk_in = locked(WalkIn, pk, version)
    authorise(by, Act.KEEP_PLACES, walk_in.places.site.organisation_id)
    if walk_in.left_at is not None:
        raise StaleForm
    return walk_in
