"""How large is the stored tree, and what proves that something stands in it? Reads a few hundred hashes for a proof."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection

from audit import merkle
from audit.errors import NoteRefused, TreeBroken
from audit.models import Checkpoint, Leaf, Node
from audit.notes import Verifier, signed_by

#: A tile holds 2**8 hashes, so a stored level is eight levels of the tree (https://c2sp.org/tlog-tiles).
TILE_HEIGHT = 8
TILE = 1 << TILE_HEIGHT
#: So long the sequencer or the signer may say nothing before it is told.
SILENCE = timedelta(seconds=60)


def tree_size(using: str = DEFAULT_DB_ALIAS) -> int:
    last = Leaf.objects.using(using).order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def log_verifier() -> Verifier:
    """Raises NoteRefused when the settings name no key."""
    if not settings.RELAIS_LOG_KEY:
        raise NoteRefused("RELAIS_LOG_KEY is not set: nobody vouches for the audit.")
    return Verifier.read(settings.RELAIS_LOG_KEY)


def former_verifiers() -> list[Verifier]:
    """What they signed counts still; they sign nothing new. Raises NoteRefused."""
    return [Verifier.read(key) for key in settings.RELAIS_LOG_KEYS_FORMER]


def latest_checkpoint() -> Checkpoint | None:
    """Of most events among those that the signer has signed: whoever writes into the database can add others.

    Without a key in the settings nobody can say which those are.
    """
    newest = Checkpoint.objects.order_by("-size")
    try:
        verifier = log_verifier()
    except NoteRefused:
        return newest.first()
    left = newest
    while some := list(left[:5]):
        for each in some:
            if _is_signed(each, [verifier]):
                return each
        left = newest.filter(size__lt=some[-1].size)
    return None


def first_checkpoint_since(at: datetime) -> Checkpoint | None:
    """As `latest_checkpoint`; nobody can choose its root who has not the key of the signer."""
    since = Checkpoint.objects.filter(at__gte=at).order_by("size")
    try:
        verifiers = [log_verifier(), *former_verifiers()]
    except NoteRefused:
        return since.first()
    return next((each for each in since.iterator() if _is_signed(each, verifiers)), None)


def _is_signed(checkpoint: Checkpoint, verifiers: list[Verifier]) -> bool:
    signed = signed_by(checkpoint.note, verifiers)
    return signed is not None and (signed.size, signed.root) == (checkpoint.size, bytes(checkpoint.root))


class StoredNodes:
    """The nodes of the stored tree (`merkle.Nodes`); each tile is read once. Raises TreeBroken where one is missing."""

    def __init__(self, using: str = DEFAULT_DB_ALIAS) -> None:
        self._using = using
        self._tiles: dict[tuple[int, int], dict[int, bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        stored, above = divmod(level, TILE_HEIGHT)
        first = index << above
        tile = self._tile(stored, first // TILE)
        try:
            return merkle.root_of([tile[place] for place in range(first, first + (1 << above))])
        except KeyError as missing:
            raise TreeBroken(f"The tree has no hash {missing} on level {stored}, but later ones.") from None

    def _tile(self, level: int, number: int) -> dict[int, bytes]:
        if (level, number) not in self._tiles:
            self._tiles[level, number] = self._read(level, range(number * TILE, (number + 1) * TILE))
        return self._tiles[level, number]

    def _read(self, level: int, places: range) -> dict[int, bytes]:
        between = {"index__gte": places.start, "index__lt": places.stop}
        rows = (
            Node.objects.using(self._using).filter(level=level, **between)
            if level
            else Leaf.objects.using(self._using).filter(**between)
        )
        return {index: bytes(hashed) for index, hashed in rows.values_list("index", "hash")}


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
        """The last checkpoint has all of it, or is new enough; it has no more than there is."""
        if self.checkpoint is None or self.age is None:
            return self.size == 0
        return self.checkpoint.size == self.size or (self.checkpoint.size < self.size and self.age <= SILENCE)


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
    checkpoint = latest_checkpoint()  # first, so that the tree that is read then has at least as many events
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        size, lag, now = cursor.fetchone()
    return TreeState(
        size=size,
        lag=max(lag or timedelta(0), timedelta(0)),
        checkpoint=checkpoint,
        age=now - checkpoint.at if checkpoint else None,
    )
