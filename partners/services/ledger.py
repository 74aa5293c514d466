"""What becomes of one place: held, taken, left, moved. In every version free + held + occupied = capacity + over.

`referral.services` has asked who may, holds the referral's lock and calls these inside its own transaction.

The one order in which every act locks what it changes, so that no two wait for each other:

1. organisations, by their ids: the one that is suspended; shared, those to which something is entrusted
   (`lock_receivers`), so that neither overtakes the other
2. files, by their ids; then what is one file's: its transfer, its place call, the offers of that by their numbers
3. referrals, by their sequence; then what is one referral's: a walk-in that goes on in it, its placement, its tasks
4. places, by their ids (`lock_places`)

An act may begin anywhere and goes on downwards. Rows are locked against change, not against being pointed to: whoever
writes a line about a file at which another one works (an event of its referral, a task) does not wait for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from psycopg.sql import SQL, Identifier

from audit.rows import write
from partners.models import Organisation, Overflow, Places
from partners.services.guard import Refusal, locked

OVERFLOW = "OVERFLOW"


class NoPlaceFree(Refusal):
    def __init__(self) -> None:
        super().__init__(_("There is no free place."))


class OverCapacity(Refusal):
    """More persons than places: possible, but only when somebody says so."""

    def __init__(self, count: int) -> None:
        sentence = ngettext(
            "This is %(count)d person above capacity: say why, or correct the number.",
            "This is %(count)d persons above capacity: say why, or correct the number.",
            count,
        )
        super().__init__(sentence % {"count": count})


@dataclass(frozen=True)
class Above:
    """The explicit act of somebody who takes a person above capacity: a coded reason; words go with OTHER, sealed."""

    reason: str
    said_by: UUID
    at: datetime
    words: str = ""


def settle(
    places: Places, changed: Sequence[str], *, above: Above | None = None, reason_code: str = ""
) -> Places:
    """Saves new numbers of a locked row with what is above capacity by them.

    What is above disappears with whoever leaves, and is never offered; it grows by an act of somebody alone.

    Raises:
        OverCapacity: it would grow, and nobody says so.
    """
    over = max(0, places.held + places.occupied - places.capacity)
    grown = over - places.over
    if grown > 0 and above is None:
        raise OverCapacity(grown)
    if grown:
        places.over = over
        changed = [*changed, "over"]
    write(places, fields=changed, reason_code=OVERFLOW if grown > 0 else reason_code)
    if grown > 0 and above is not None:
        said = {"said_by_id": above.said_by, "said_at": above.at, "words": above.words or None}
        write(Overflow(places=places, persons=grown, reason=above.reason, **said))
    return places


def lock_receivers(*ids: UUID) -> None:
    """Before anything is entrusted to them: none of them is suspended until the transaction ends, or was before.

    Shared: whoever sends to the same desk at the same moment waits for nobody. Django knows no FOR SHARE.
    """
    query = SQL("SELECT FROM {} WHERE id = ANY(%s) ORDER BY id FOR SHARE").format(
        Identifier(Organisation._meta.db_table)
    )
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(query.as_string(), [list(ids)])


def lock_places(ids: Iterable[UUID]) -> None:
    """For an act that changes several: all of them, in the one order, before the first is changed."""
    rows = Places.objects.filter(pk__in=list(ids)).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def hold_place(pk: UUID, *, above: Above | None = None) -> Places:
    """Raises NoPlaceFree, unless somebody takes the person above capacity."""
    places = locked(Places, pk)
    if places.free == 0 and above is None:
        raise NoPlaceFree
    places.held += 1
    return settle(places, ["held"], above=above)


def release_place(pk: UUID) -> Places:
    """Gives a held place back."""
    places = locked(Places, pk)
    places.held -= 1
    return settle(places, ["held"])


def occupy_place(pk: UUID) -> Places:
    """The person whose place was held has arrived, or is back."""
    places = locked(Places, pk)
    places.held -= 1
    places.occupied += 1
    return settle(places, ["held", "occupied"])


def take_place(pk: UUID, *, above: Above | None = None) -> Places:
    """Somebody is here for whom nothing was held. Raises NoPlaceFree, unless somebody says why above capacity."""
    places = locked(Places, pk)
    if places.free == 0 and above is None:
        raise NoPlaceFree
    places.occupied += 1
    return settle(places, ["occupied"], above=above)


def leave_place(pk: UUID, *, left_at: datetime | None = None) -> Places:
    """Args: left_at: when the person went, if it may be written up later than heads were counted."""
    places = locked(Places, pk)
    if left_at is not None and places.counted_at is not None and left_at < places.counted_at:
        return places  # the count was without this one already: to take one more away would promise a place twice
    # The desk counts heads, also of people whom Relais does not know; its count may already be without this one.
    places.occupied = max(0, places.occupied - 1)
    return settle(places, ["occupied"])


def keep_place(pk: UUID) -> Places:
    """Who lodged here is away for some nights and comes back: not a head to be counted, not a place to be offered."""
    places = locked(Places, pk)
    taken = min(1, places.occupied)
    places.occupied -= taken
    if not taken and places.free == 0:
        raise NoPlaceFree  # the desk counted without this person, and has promised the place since
    places.held += 1
    return settle(places, ["held", "occupied"])


def move_place(origin: UUID, goal: UUID, *, held: bool, above: Above | None = None) -> Places:
    """From one house or group to another, in one step: never two places, never none. Gives the new one.

    Args:
        held: the place is only held so far.

    Raises:
        NoPlaceFree.
    """
    lock_places((origin, goal))
    if held:
        release_place(origin)
        return hold_place(goal, above=above)
    leave_place(origin)
    return take_place(goal, above=above)
