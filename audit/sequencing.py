"""How do events get their places in the tree? In the order (xid, seq), behind every transaction that may still write.

An event is ready when its transaction is older than every one that still runs: xid < xmin of the snapshot. What has
such an xid is committed and seen, or rolled back for good, and pg_current_xact_id() never gives that number again. So
nothing can appear behind the last event of a batch, and its (xid, seq) is a place to go on from. `seq` alone is none:
it is handed out before the commit, and whoever commits late would be passed over.

Where a dump was restored into another server, the numbers of transactions begin anew. Events of before then have an
xid that this server has not come to yet; they are taken first, and all pages are gone through once.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from audit import leaf, merkle
from audit.enums import Verb
from audit.tree import TILE_HEIGHT, StoredNodes, tree_size

BATCH = 1000
#: After these somebody should be able to hold the log to account at once.
URGENT = frozenset({Verb.BREAKGLASS_OPEN, Verb.EXPORT, Verb.KEY_SHRED, Verb.CASE_SHREDDED})

LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('relais audit sequencer'))"
COLUMNS = ("salt", *leaf.COLUMNS)
_PAGE = (
    f"SELECT e.salt, {leaf.selected('e')} FROM audit_event e WHERE (e.xid, e.seq) > (%s::xid8, %s) AND {{bound}}"  # noqa: S608 - our own
    " ORDER BY e.xid, e.seq LIMIT %s"  # not by the text that is selected
)
READY = _PAGE.format(bound="e.xid < pg_snapshot_xmin(pg_current_snapshot())")
#: No transaction of this server has come so far: the event was written on another one. Asked once for a connection.
FOREIGN = _PAGE.format(
    bound="e.xid >= pg_snapshot_xmax(pg_current_snapshot())"
    " AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)"
)
#: After a restore all of its events are gone through.
UNHURRIED = "SELECT set_config('statement_timeout', '10min', true)"
LAST = """
SELECT e.xid::text, e.seq FROM audit_leaf l JOIN audit_event e ON e.id = l.event_id
WHERE l.index = %s AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
"""
PLACED = "SELECT event_id FROM audit_leaf WHERE event_id = ANY(%s)"


class Place(NamedTuple):
    xid: str
    seq: int


BEGINNING = Place("0", 0)


@dataclass(frozen=True)
class Batch:
    """What one step did."""

    leaves: int = 0
    #: There may be more at once.
    more: bool = False
    urgent: bool = False


class Sequencer:
    """Goes on wherever the tree stands. Several may run: they take turns, batch by batch."""

    def __init__(self, using: str = DEFAULT_DB_ALIAS, batch: int = BATCH) -> None:
        self._using, self._batch = using, batch
        self.tree = merkle.CompactRange()
        self._after = BEGINNING
        self.forget()

    def forget(self) -> None:
        """After an error, and on a new connection: what is stored counts, and it may be another server."""
        self._loaded = False
        self._page = FOREIGN

    def step(self) -> Batch:
        """One batch in one transaction: all of its leaves or none. After a database error, `forget`."""
        with transaction.atomic(using=self._using):
            if self._one(LOCK) != (True,):
                return Batch()  # another one is at it
            if self._page is FOREIGN:
                self._one(UNHURRIED)
            if not self._loaded or tree_size(self._using) != self.tree.size:
                self._load()
            rows = [
                dict(zip(COLUMNS, row, strict=True))
                for row in self._all(self._page, [*self._after, self._batch])
            ]
            tree = self.tree.copy()
            fresh = self._unplaced(rows)
            self._store(fresh, tree)
        self.tree = tree
        full = len(rows) == self._batch
        if rows:
            self._after = Place(rows[-1]["xid"], rows[-1]["seq"])
        if self._page is FOREIGN and not full:
            self._page, self._loaded, full = READY, False, True
        return Batch(len(fresh), full, any(row["verb"] in URGENT for row in fresh))

    def _load(self) -> None:
        size = tree_size(self._using)
        self.tree = merkle.CompactRange.of(size, StoredNodes(self._using))
        self._after = BEGINNING if self._page is FOREIGN else self._resumed()
        self._loaded = True

    def _resumed(self) -> Place:
        """Behind the last leaf. From the beginning when that event is gone, or came from another server."""
        found = self._one(LAST, [self.tree.size - 1])
        return Place(*found) if found else BEGINNING

    def _unplaced(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Without those that have their leaf: on the way from the beginning they are met again."""
        placed: set[UUID] = (
            {event_id for (event_id,) in self._all(PLACED, [[row["id"] for row in rows]])} if rows else set()
        )
        return [row for row in rows if row["id"] not in placed]

    def _store(self, rows: list[dict[str, Any]], tree: merkle.CompactRange) -> None:
        """Adds to `tree`, and writes what was added."""
        if not rows:
            return
        nodes: list[tuple[int, int, bytes]] = []

        def complete(level: int, index: int, hashed: bytes) -> None:
            if level % TILE_HEIGHT == 0:
                nodes.append((level // TILE_HEIGHT, index, hashed))

        with connections[self._using].cursor() as cursor:
            with cursor.copy("COPY audit_leaf (index, event_id, commitment, hash) FROM STDIN") as copy:
                for row in rows:
                    commitment = leaf.commitment_of(row["salt"], row)
                    hashed = merkle.leaf_hash(leaf.entry_of(commitment))
                    copy.write_row((tree.size, row["id"], commitment, hashed))
                    tree.append(hashed, complete)
            with cursor.copy("COPY audit_node (level, index, hash) FROM STDIN") as copy:
                for node in nodes:
                    copy.write_row(node)

    def _all(self, sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        with connections[self._using].cursor() as cursor:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())

    def _one(self, sql: str, parameters: list[Any] | None = None) -> tuple[Any, ...] | None:
        with connections[self._using].cursor() as cursor:
            cursor.execute(sql, parameters)
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row
