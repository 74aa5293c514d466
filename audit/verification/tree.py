"""Does the tree still say of every event what it said when the event was written, and do its fingerprints fit it?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from audit.leaf import COLUMNS, commitment_of, entry_of, selected
from audit.merkle import CompactRange, leaf_hash
from audit.notes import Verifier, signed_by
from audit.tree import TILE_HEIGHT
from audit.verification import telling_apart
from audit.verification.reading import one_moment, stream
from audit.verification.report import Fault, Kind, Progress, Report, silent
from audit.verification.telling_apart import Place

STEP = 10_000
#: An event waits at most so long for its leaf.
PATIENCE = timedelta(minutes=1)
#: Between two fingerprints, so many leaves are kept to say what happened where they no longer fit.
WINDOW = 2000
LEAVES = f"""
SELECT l.index, l.event_id, l.commitment, l.hash, e.salt, {selected("e")}
FROM audit_leaf l LEFT JOIN audit_event e ON e.id = l.event_id ORDER BY l.index
"""  # noqa: S608 - our own columns
#: Named after another fault of the same place.
CONSEQUENCES = (Kind.LEAVES_REWRITTEN, Kind.NODE_CHANGED)
#: Each behind the last leaf below it, as they are completed.
NODES = "SELECT level, index, hash FROM audit_node ORDER BY (index + 1) * 256::numeric ^ level, level"
CHECKPOINTS = "SELECT size, root, note FROM audit_checkpoint ORDER BY size, id"
#: A time to come hides nothing. What the sequencer has passed over stands before an event that is in the tree already.
WAITING = """
SELECT e.id, e.seq, to_char(e.at, 'YYYY-MM-DD HH24:MI:SS'), e.at < last.at - %(patience)s
FROM audit_event e, (SELECT coalesce(max(e.at), '-infinity') AS at
    FROM (SELECT event_id FROM audit_leaf ORDER BY index DESC LIMIT 500) l JOIN audit_event e ON e.id = l.event_id) last
WHERE e.at NOT BETWEEN relais_now() - %(patience)s AND relais_now() + %(patience)s
    AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)
ORDER BY e.seq
"""


@dataclass(frozen=True)
class Known:
    """A fingerprint that was kept elsewhere: on paper, by a witness, by the signer."""

    size: int
    root: bytes
    whose: str


def verify_tree(
    verifiers: Sequence[Verifier], *, known: Iterable[Known] = (), tell: Progress = silent
) -> Report:
    """Recomputes every leaf from its event and every root from the leaves, in bounded memory.

    Args:
        verifiers: whose signature below a fingerprint counts; former keys too.
        known: fingerprints kept elsewhere. Without one, whoever holds the signer's key could write another tree.
    """
    report = Report("tree")
    with one_moment():
        walk = _Walk(verifiers, sorted(known, key=lambda each: each.size), report)
        for row in stream(LEAVES):
            walk.leaf(row)
            if walk.size % STEP == 0:
                tell(walk.size)
        walk.end()
        _waiting(report)
    # Of two at one place the one that says more comes first.
    report.faults.sort(key=lambda fault: (fault.index or 0, fault.kind in CONSEQUENCES))
    return report


class _Walk:
    """From leaf to leaf; on the way each fingerprint is compared with the tree of its size."""

    def __init__(self, verifiers: Sequence[Verifier], known: list[Known], report: Report) -> None:
        #: How many leaves were passed; the tree over them, unless one is missing.
        self.size = 0
        self.tree = CompactRange()
        self.report = report
        self._verifiers = verifiers
        self._known = iter(known)
        self._checkpoints = stream(CHECKPOINTS)
        self._next = next(self._checkpoints, None)
        #: None when one was not as it should be: named once.
        self._nodes: Iterator[tuple[Any, ...]] | None = stream(NODES)
        self._next_known = next(self._known, None)
        #: The tree at the last fingerprint that fitted, and the leaves since.
        self._good = self.tree.copy()
        self._since: list[Place] = []
        self._rewritten = False
        #: A fingerprint that does not fit: (size, root, whose).
        self._unfit: tuple[int, bytes, str] | None = None
        self._gone: list[int] = []

    def leaf(self, row: tuple[Any, ...]) -> None:
        index, event_id, commitment, hashed, salt, *values = row
        self._fingerprints()
        if index != self.size:
            self._missing(index)
        commitment = bytes(commitment)
        leaf = leaf_hash(entry_of(commitment))
        columns = dict(zip(COLUMNS, values, strict=True))
        if leaf != bytes(hashed):
            self._add(Kind.LEAVES_REWRITTEN, index, "a leaf does not follow from its commitment")
        if columns["id"] is None:
            self._lost(index)
        elif (found := commitment_of(bytes(salt), columns)) != commitment:
            kind, words = telling_apart.changed(index, bytes(salt), columns, commitment, found)
            self._add(kind, index, f"event {event_id}{words and ', '}{words}")
        if len(self._since) < WINDOW:
            self._since.append(Place(index, leaf, _order(columns), event_id))
        self.size = index + 1
        if not self._rewritten or self._unfit is not None:
            self.tree.append(leaf, self._node)
        self._explain()
        self.report.checked["events"] += 1

    def end(self) -> None:
        self._fingerprints()
        self._explain()
        size = self.size
        if self._nodes is not None and not self._rewritten and next(self._nodes, None) is not None:
            self._add(Kind.NODE_CHANGED, size, "a hash of leaves that are not there yet")
        if self._gone and self._gone[1] == size - 1:
            self._add(
                Kind.TRUNCATED, self._gone[0], f"all {size - self._gone[0]} events from here on are gone"
            )
        else:
            self._flush_lost()
        larger = [each[0] for each in self._rest()]
        if larger:
            kind = Kind.EVENT_DELETED if self._rewritten else Kind.TRUNCATED
            words = f"the tree has {size} events, fingerprints vouch for {max(larger)}"
            self._add(kind, self._good.size if self._rewritten else size, words)

    # --- Events ----------------------------------------------------------------------------------------------
    def _lost(self, index: int) -> None:
        if self._gone and self._gone[1] == index - 1:
            self._gone[1] = index
        else:
            self._flush_lost()
            self._gone = [index, index]

    def _flush_lost(self) -> None:
        if self._gone:
            first, last = self._gone
            self._add(Kind.EVENT_DELETED, first, "" if first == last else f"and all up to {last}")
            self._gone = []

    def _missing(self, index: int) -> None:
        """From here on no root can be made any more."""
        last = index - 1
        self._add(
            Kind.EVENT_DELETED, self.size, f"leaf {last}" if last == self.size else f"leaves up to {last}"
        )
        self._rewritten = True

    def _node(self, level: int, index: int, hashed: bytes) -> None:
        """Nothing is proved by the stored ones; but with a wrong one the signer refuses for ever, and must not."""
        if level % TILE_HEIGHT or self._nodes is None or self._rewritten:
            return
        stored = next(self._nodes, None)
        wanted = (level // TILE_HEIGHT, index, hashed)
        if stored is None or (*stored[:2], bytes(stored[2])) != wanted:
            self._nodes = None
            self._add(Kind.NODE_CHANGED, ((index + 1) << level) - 1, f"hash {index} of level {wanted[0]}")

    # --- Fingerprints ----------------------------------------------------------------------------------------
    def _fingerprints(self) -> None:
        while self._next is not None and self._next[0] <= self.size:
            size, root, note = self._next
            self._checkpoint(size, bytes(root), note)
            self._next = next(self._checkpoints, None)
        while self._next_known is not None and self._next_known.size <= self.size:
            known = self._next_known
            self._compare(known.size, known.root, f"the fingerprint kept by {known.whose}")
            self._next_known = next(self._known, None)

    def _checkpoint(self, size: int, root: bytes, note: str) -> None:
        self.report.checked["fingerprints"] += 1
        if self._vouched(size, root, note):
            self._compare(size, root, f"the fingerprint of {size} events")

    def _vouched(self, size: int, root: bytes, note: str) -> bool:
        signed = signed_by(note, self._verifiers)
        if signed is None:
            self._add(Kind.CHECKPOINT_FORGED, size, f"fingerprint of {size} events")
        elif (signed.size, signed.root) != (size, root):
            self._add(Kind.CHECKPOINT_FORGED, size, f"the note of {size} events speaks of another tree")
        else:
            return True
        return False

    def _compare(self, size: int, root: bytes, what: str) -> None:
        if self._rewritten or size != self.size:
            return  # named once; nothing after it can fit
        if self.tree.root() == root:
            self._good, self._since = self.tree.copy(), []
            return
        self._rewritten = True
        self._unfit = size, root, what

    def _explain(self) -> None:
        """One leaf later, which belongs to those that do not fit where another was slipped in."""
        if self._unfit is None:
            return
        size, root, what = self._unfit
        self._unfit = None
        kind, index, words = Kind.LEAVES_REWRITTEN, None, ""
        if len(self._since) < WINDOW:
            kind, index, words = telling_apart.rewritten(self._good, self._since, size, root)
        if index is None:
            index, words = self._good.size, f"or later, up to {size - 1}, "
        self._add(kind, index, f"{words}{what} does not fit")

    def _rest(self) -> Iterator[tuple[int, bytes]]:
        """Fingerprints of more events than there are, if they are the signer's or were kept elsewhere."""
        while self._next is not None:
            size, root, note = self._next
            if self._vouched(size, bytes(root), note):
                yield size, root
            self._next = next(self._checkpoints, None)
        while self._next_known is not None:
            yield self._next_known.size, self._next_known.root
            self._next_known = next(self._known, None)

    def _add(self, kind: Kind, index: int, words: str) -> None:
        if kind not in (Kind.EVENT_DELETED, Kind.TRUNCATED, Kind.NODE_CHANGED):
            self._flush_lost()
        self.report.add(Fault(kind, f"index {index}{words and ': '}{words}", index))


def _order(columns: Mapping[str, Any]) -> tuple[int, int]:
    return (int(columns["xid"]), int(columns["seq"])) if columns["id"] is not None else (0, 0)


def _waiting(report: Report) -> None:
    waiting, oldest = 0, None
    for event_id, seq, at, passed in stream(WAITING, {"patience": PATIENCE}):
        if passed:
            index = _place_of(event_id)
            report.add(Fault(Kind.EVENT_INSERTED, f"index {index}: event {event_id} of {at}", index))
        else:
            waiting, oldest = waiting + 1, oldest or seq
    if waiting:
        report.add(Fault(Kind.NOT_IN_TREE, f"{waiting} events, the oldest is number {oldest}"))


def _place_of(event_id: Any) -> int:
    """Where it would stand: before the first leaf whose event comes after it."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT l.index FROM audit_event e JOIN audit_leaf l ON l.event_id = e.id"
            " WHERE (e.xid, e.seq) > (SELECT xid, seq FROM audit_event WHERE id = %s)"
            " ORDER BY e.xid, e.seq LIMIT 1",
            [event_id],
        )
        found = cursor.fetchone()
        if found is None:
            cursor.execute("SELECT count(*) FROM audit_leaf")
            found = cursor.fetchone()
    return int(found[0])
