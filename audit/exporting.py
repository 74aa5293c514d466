"""How is the log handed out? As files that anybody's tools read (https://c2sp.org/tlog-tiles), and one event at a time.

The entries are commitments: whoever has the whole log learns how many events there were, and nothing else.
"""

import base64
from collections.abc import Callable
from typing import Any
from uuid import UUID

from audit import merkle
from audit.errors import NoteRefused, NothingSigned
from audit.leaf import COLUMNS, body_of, commitment_of, entry_of, selected
from audit.models import Checkpoint, Cosignature, Event
from audit.notes import signatures_of
from audit.tiles import CHECKPOINT, WIDTH, bundle, entries_path, tile_path
from audit.tree import TILE_HEIGHT, inclusion_proof, latest_checkpoint
from audit.verification.reading import one_moment, stream

#: Takes a path inside the folder, and what the file holds.
Write = Callable[[str, bytes], object]
LEAVES = f"""
SELECT l.commitment, e.salt, {selected("e")}
FROM audit_leaf l LEFT JOIN audit_event e ON e.id = l.event_id WHERE l.index < %s ORDER BY l.index
"""  # noqa: S608 - our own columns


def export_log(write: Write) -> Checkpoint:
    """Writes the log up to the latest checkpoint, in bounded memory.

    The entries are made from the events as they are now, so that whoever is given the folder finds what was changed.
    Of an event whose body law has erased, the commitment stands.

    Raises NothingSigned.
    """
    with one_moment():
        checkpoint = _latest()
        tiles = _Tiles(write)
        entries: list[bytes] = []
        for committed, salt, *values in stream(LEAVES, [checkpoint.size]):
            columns = dict(zip(COLUMNS, values, strict=True))
            gone = columns["id"] is None
            entry = entry_of(bytes(committed) if gone else commitment_of(bytes(salt), columns))
            entries.append(entry)
            tiles.add(entry)
            if len(entries) == WIDTH:
                write(entries_path(tiles.size // WIDTH - 1), bundle(entries))
                entries.clear()
        if entries:
            write(entries_path(tiles.size // WIDTH, len(entries)), bundle(entries))
        tiles.end()
        write(CHECKPOINT, signed_note(checkpoint).encode())
    return checkpoint


class _Tiles:
    """Collects the hashes of each level, and writes a tile when it is full."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._tree = merkle.CompactRange()
        self._levels: list[list[bytes]] = [[]]
        self._counts = [0]

    @property
    def size(self) -> int:
        return self._tree.size

    def add(self, entry: bytes) -> None:
        hashed = merkle.leaf_hash(entry)
        self._put(0, hashed)
        self._tree.append(hashed, self._completed)

    def end(self) -> None:
        for level, hashes in enumerate(self._levels):
            if hashes:
                self._write(tile_path(level, self._counts[level], len(hashes)), b"".join(hashes))

    def _completed(self, level: int, _index: int, hashed: bytes) -> None:
        if level % TILE_HEIGHT == 0:
            self._put(level // TILE_HEIGHT, hashed)

    def _put(self, level: int, hashed: bytes) -> None:
        if level == len(self._levels):
            self._levels.append([])
            self._counts.append(0)
        self._levels[level].append(hashed)
        if len(self._levels[level]) == WIDTH:
            self._write(tile_path(level, self._counts[level]), b"".join(self._levels[level]))
            self._levels[level].clear()
            self._counts[level] += 1


def disclosure_of(event_id: UUID) -> dict[str, Any]:
    """One event with all that proves it: body, salt, and a proof that it stands in the signed log.

    Raises:
        Event.DoesNotExist, Leaf.DoesNotExist: there is no such event, or it is not in the tree yet.
        NothingSigned: no checkpoint covers it yet.
    """
    checkpoint = _latest()
    columns, salt = _stored(event_id)
    try:
        index, proof = inclusion_proof(event_id, checkpoint.size)
    except ValueError:
        raise NothingSigned("The latest checkpoint is older than this event.") from None
    return {
        "format": "relais-disclosure/1",
        "event": body_of(columns),
        "salt": salt.hex(),
        "index": index,
        "proof": tlog_proof(index, proof, signed_note(checkpoint)),
    }


def tlog_proof(index: int, proof: list[bytes], note: str) -> str:
    """https://c2sp.org/tlog-proof"""
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *(base64.b64encode(each).decode() for each in proof)]
    return "\n".join(lines) + "\n\n" + note


def signed_note(checkpoint: Checkpoint) -> str:
    """With the lines of the witnesses; one that is no signature would make the note unreadable."""
    lines = Cosignature.objects.filter(checkpoint=checkpoint).order_by("pk").values_list("line", flat=True)
    return checkpoint.note + "".join(
        line if line.endswith("\n") else f"{line}\n" for line in lines if _is_signature(line)
    )


def _is_signature(line: str) -> bool:
    try:
        return len(signatures_of(line)) == 1
    except NoteRefused:
        return False


def _latest() -> Checkpoint:
    checkpoint = latest_checkpoint()
    if checkpoint is None:
        raise NothingSigned(
            "Nobody has signed the tree yet: start the signer and `manage.py audit sequence`."
        )
    return checkpoint


def _stored(event_id: UUID) -> tuple[dict[str, object], bytes]:
    """As PostgreSQL gives it: the sealed detail as it is stored."""
    query = f"SELECT salt, {selected()} FROM audit_event WHERE id = %s"  # noqa: S608 - our own columns
    with one_moment():
        row = next(stream(query, [event_id]), None)
    if row is None:
        raise Event.DoesNotExist
    salt, *values = row
    return dict(zip(COLUMNS, values, strict=True)), bytes(salt)
