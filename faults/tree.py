"""Is an event skipped or doubled in the tree when its sequencer dies? Killed as often as RUNS says, while others write.

Writers commit late and out of order, and roll back. What they were told is committed is kept outside of the system.
"""

import os
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from subprocess import Popen
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections

from audit import leaf, merkle
from audit.models import Checkpoint
from audit.notes import Verifier, verified
from audit.sequencing import COLUMNS
from audit.signer import VKEY
from audit.tree import tree_state
from config.database import default_state
from config.run import prepare_signer, start_sequencer, start_signer
from faults.crew import PATIENCE, Stuck
from faults.database import Database

WRITERS = 6
WRITE = """
INSERT INTO audit_event (id, session_hash, ip_class, verb, object_type, fields, scope, outcome, reason_code,
                         kek_unwraps, salt)
SELECT gen_random_uuid(), '', '', %s, 'faults.event', '{}', '', 'ok', '', 0, decode(md5(random()::text), 'hex')
FROM generate_series(1, %s) RETURNING id
"""
PLACED = "SELECT index, event_id, commitment, hash FROM audit_leaf ORDER BY index"
BEHIND = "SELECT (SELECT count(*) FROM audit_event) - (SELECT count(*) FROM audit_leaf)"


@dataclass
class Crowd:
    """Those who write, each on a connection of its own."""

    seed: int
    acknowledged: list[UUID] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _write(self, number: int) -> None:
        dice = Random(self.seed * WRITERS + number)
        try:
            with psycopg.connect(**_parameters()) as mine:
                while not self._stopped.is_set():
                    self._transact(mine, dice)
        except psycopg.Error as error:
            self.errors.append(f"a writer met {type(error).__name__}")

    def _transact(self, mine: psycopg.Connection[Any], dice: Random) -> None:
        written: list[UUID] = []
        for _statement in range(dice.randrange(1, 4)):
            verb = "export" if dice.random() < 0.02 else "view"  # signed at once
            written += [pk for (pk,) in mine.execute(WRITE, [verb, dice.randrange(1, 6)]).fetchall()]
            time.sleep(dice.random() ** 4)  # most often at once, now and then nearly a second
        if dice.random() < 0.1:
            mine.rollback()
        else:
            mine.commit()
            self.acknowledged += written


def run(database: Database, kills: int, seed: int) -> int:
    """Prints what it found; 1 when anything is wrong, or nothing was proven."""
    dice, crowd, hits = Random(seed), Crowd(seed), 0
    database.renew()
    folder = default_state() / "signer"
    shutil.rmtree(
        folder, ignore_errors=True
    )  # one that remembers another database refuses this one, and is right
    prepare_signer(folder)
    signer, sequencer = start_signer(dict(os.environ)), start_sequencer(dict(os.environ))
    try:
        crowd.begin()
        for _kill in range(kills):
            before = _leaves()
            _wait(lambda size=before: _leaves() > size, "the sequencer places nothing")
            time.sleep(dice.random())
            sequencer.kill()
            sequencer.wait()
            hits += database.rows(BEHIND) != [(0,)]
            if dice.random() < 0.2:
                signer.kill()
                signer.wait()
                signer = start_signer(dict(os.environ))
            sequencer = start_sequencer(dict(os.environ))
        crowd.end()
        _wait(lambda: database.rows(BEHIND) == [(0,)], "not all is placed")
        _wait(_all_signed, "the last events are not signed")
    except Stuck as reason:
        crowd.errors.append(str(reason))
    finally:
        crowd.end()
        for process in (sequencer, signer):
            _stop(process)
    found = [*crowd.errors, *_losses(crowd.acknowledged)]
    for sentence in found:
        print(f"    {sentence}", flush=True)
    print(
        f"Tree, seed {seed}: {len(crowd.acknowledged)} events acknowledged, the sequencer killed {kills} times, "
        f"{hits} of them with events that waited; {Checkpoint.objects.count()} checkpoints."
    )
    if found or not (crowd.acknowledged and hits):
        print(
            "Something is wrong with the tree, see above."
            if found
            else "Void: nothing was written or nobody hit."
        )
        return 1
    print("Every event has one leaf, none is missing, and what was signed is what stands there.")
    return 0


def _losses(acknowledged: list[UUID]) -> list[str]:
    """One sentence for each promise that was broken."""
    with psycopg.connect(**_parameters()) as asked:
        events = {
            row[COLUMNS.index("id")]: dict(zip(COLUMNS, row, strict=True))
            for row in asked.execute(f"SELECT salt, {leaf.selected()} FROM audit_event").fetchall()  # noqa: S608 - our columns
        }
        leaves = asked.execute(PLACED).fetchall()
    placed = [event_id for _index, event_id, _commitment, _hash in leaves]
    tree, roots = merkle.CompactRange(), {}
    for _index, _event_id, _commitment, hashed in leaves:
        tree.append(hashed)
        roots[tree.size] = tree.root()
    wrong = [
        event_id
        for _index, event_id, commitment, hashed in leaves
        if event_id not in events
        or commitment != leaf.commitment_of(events[event_id]["salt"], events[event_id])
        or hashed != merkle.leaf_hash(leaf.entry_of(commitment))
    ]
    forged = [each.size for each in Checkpoint.objects.all() if not _is_true(each, roots)]
    counts = (
        (len(set(acknowledged) - set(events)), "acknowledged events are gone"),
        (len(set(events) - set(placed)), "events have no leaf"),
        (len(placed) - len(set(placed)), "events have two"),
        (len(wrong), "leaves are not those of their events"),
        (sum(number != index for number, (index, *_rest) in enumerate(leaves)), "leaves stand behind a gap"),
        (len(forged), "checkpoints are not those of the tree"),
    )
    return [f"{count} {sentence}" for count, sentence in counts if count]


def _is_true(checkpoint: Checkpoint, roots: dict[int, bytes]) -> bool:
    verified(checkpoint.note, Verifier.read((default_state() / "signer" / VKEY).read_text()))
    return roots.get(checkpoint.size) == bytes(checkpoint.root)


def _parameters() -> dict[str, Any]:
    parameters = connections["default"].get_connection_params()
    return {name: value for name, value in parameters.items() if name not in ("cursor_factory", "context")}


def _leaves() -> int:
    return tree_state().size


def _all_signed() -> bool:
    state = tree_state()
    return state.checkpoint is not None and state.checkpoint.size == state.size


def _wait(until: Any, otherwise: str) -> None:
    """Raises Stuck."""
    ends = time.monotonic() + PATIENCE
    while not until():
        if time.monotonic() > ends:
            raise Stuck(otherwise)
        time.sleep(0.02)


def _stop(process: Popen[bytes]) -> None:
    process.terminate()
    with suppress(Exception):
        process.wait(timeout=20)
    process.kill()
    process.wait()
