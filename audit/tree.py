"""How large is the stored tree, and what proves that something stands in it? Reads a few hundred hashes for a proof."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection

from audit import merkle
from audit.models import Checkpoint, Leaf, Node

#: A tile holds 2**8 hashes, so a stored level is eight levels of the tree (https://c2sp.org/tlog-tiles).
TILE_HEIGHT = 8
TILE = 1 << TILE_HEIGHT
#: So long the sequencer or the signer may say nothing before it is told.
SILENCE = timedelta(seconds=60)


def tree_size(using: str = DEFAULT_DB_ALIAS) -> int:
    last = Leaf.objects.using(using).order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def latest_checkpoint() -> Checkpoint | None:
    return Checkpoint.objects.order_by("-size").first()


class StoredNodes:
    """The nodes of the stored tree (`merkle.Nodes`); each tile is read once."""

    def __init__(self, using: str = DEFAULT_DB_ALIAS) -> None:
        self._using = using
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        stored, above = divmod(level, TILE_HEIGHT)
        first = index << above
        tile = self._tile(stored, first // TILE)
        return merkle.root_of(tile[first % TILE : first % TILE + (1 << above)])

    def _tile(self, level: int, number: int) -> list[bytes]:
        if (level, number) not in self._tiles:
            self._tiles[level, number] = self._read(level, range(number * TILE, (number + 1) * TILE))
        return self._tiles[level, number]

    def _read(self, level: int, places: range) -> list[bytes]:
        between = {"index__gte": places.start, "index__lt": places.stop}
        rows = (
            Node.objects.using(self._using).filter(level=level, **between)
            if level
            else Leaf.objects.using(self._using).filter(**between)
        )
        return [bytes(hashed) for hashed in rows.order_by("index").values_list("hash", flat=True)]


def root_at(size: int) -> bytes:
    """Of the first `size` leaves, by the stored nodes."""
    return merkle.CompactRange.of(size, StoredNodes()).root()


def consistency_proof(old: int, new: int) -> list[bytes]:
    """Raises ValueError when `old` is larger than `new`."""
    return merkle.consistency_proof(old, new, StoredNodes())


def inclusion_proof(event_id: UUID, size: int) -> tuple[int, list[bytes]]:
    """The event's place, and its proof in the tree of `size`.

    Raises:
        Leaf.DoesNotExist: the event is not in the tree.
        ValueError: it came later than that.
    """
    index = Leaf.objects.values_list("index", flat=True).get(event_id=event_id)
    return index, merkle.inclusion_proof(index, size, StoredNodes())


@dataclass(frozen=True)
class TreeState:
    """How far the tree is behind, for whoever watches the installation."""

    size: int
    #: How long the oldest event waits for its place.
    lag: timedelta
    checkpoint: Checkpoint | None
    #: How old the last checkpoint is.
    age: timedelta | None

    @property
    def grows(self) -> bool:
        return self.lag <= SILENCE

    @property
    def signed(self) -> bool:
        """The last checkpoint has all of it, or is new enough."""
        if self.checkpoint is None or self.age is None:
            return self.size == 0
        return self.checkpoint.size >= self.size or self.age <= SILENCE


#: The first event without a leaf behind the last one's number: good enough to show a delay, not to sequence by.
_STATE = """
WITH last AS (SELECT index + 1 AS size, event_id FROM audit_leaf ORDER BY index DESC LIMIT 1),
     done AS (SELECT coalesce((SELECT e.seq FROM last JOIN audit_event e ON e.id = last.event_id), 0) AS seq)
SELECT coalesce((SELECT size FROM last), 0),
       (SELECT relais_now() - e.at FROM audit_event e, done
        WHERE e.seq > done.seq AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)
        ORDER BY e.seq LIMIT 1),
       relais_now()
"""


def tree_state() -> TreeState:
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        size, lag, now = cursor.fetchone()
    checkpoint = latest_checkpoint()
    return TreeState(
        size=size,
        lag=max(lag or timedelta(0), timedelta(0)),
        checkpoint=checkpoint,
        age=now - checkpoint.at if checkpoint else None,
    )
