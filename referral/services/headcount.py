"""The evening headcount: what the house counts, and how it differs from what Relais knows."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from partners.actor import Actor
from partners.services.ledger import Above, OverCapacity, lock_places
from partners.services.provision import count_heads
from referral.queries.board import Bed, board


class TooMany(Exception):
    """One of the numbers is above capacity, which takes somebody who says why."""

    def __init__(self, places_id: UUID, refusal: OverCapacity) -> None:
        super().__init__(str(refusal))
        self.places_id = places_id


def count_house(
    by: Actor, counts: Mapping[UUID, tuple[int, int]], *, above: Above | None = None, at: datetime
) -> list[Bed]:
    """Every number of the house at once, or none. Gives the board as it is then.

    Args:
        counts: places -> persons counted, and the version that was shown.
        above: why there may be more persons than places.

    Raises:
        NotAllowed, StaleForm, TooMany.
    """
    with transaction.atomic():
        lock_places(counts)
        for pk, (counted, version) in counts.items():
            try:
                count_heads(by, pk, version, counted=counted, above=above, at=at)
            except OverCapacity as refusal:
                raise TooMany(pk, refusal) from refusal
    return board(by, at)
