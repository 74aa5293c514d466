"""Sixteen who write events while the sequencer runs or stands still; then many events at once. Spoken to by `tree`."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from django.db import connection, connections, transaction

from audit import merkle, signer, store
from audit.models import Checkpoint, Event, Leaf
from audit.notes import Verifier
from audit.sequencing import Sequencer
from audit.tree import StoredNodes, consistency_proof, inclusion_proof, root_at, tree_size, tree_state
from audit.verification.tree import verify_tree
from config.connections import take_on
from referral.models import Referral

WRITERS = 16
ROUNDS = 5
SECONDS = 3.0  # of each half of a round
PATIENCE = 600.0  # for a backlog
MANY = int(os.environ.get("EVENTS", "1_000_000"))
PROOFS = 200
#: The alias by which this process writes the tree; it writes all else by the other one.
SEQUENCING = "audit"

WRITE = """
INSERT INTO audit_event (id, session_hash, ip_class, verb, object_type, object_id, fields, scope, outcome, reason_code,
                         kek_unwraps, salt)
SELECT gen_random_uuid(), repeat('ab', 32), 'private', 'view', 'referral.referral', gen_random_uuid(),
       '{service,urgency,state}', 'inbox', 'ok', '', 0, decode(md5(random()::text), 'hex')
FROM generate_series(1, %s)
"""
WHOLE = """
SELECT (SELECT count(*) FROM audit_event), count(*), coalesce(max(index) + 1, 0), count(DISTINCT event_id)
FROM audit_leaf
"""


def measured() -> dict[str, Any]:
    for alias in connections:
        connections.settings[alias]["OPTIONS"].pop("pool", None)  # a connection for each writer
    take_on(connections.settings[SEQUENCING], "sequencer", embedded=True)
    connections.close_all()
    with TemporaryDirectory() as folder:
        beside = _beside(Path(folder) / "signer")
        found = beside | _many(Verifier.read((Path(folder) / "signer" / signer.VKEY).read_text()))
    return found | {"whole": _whole()}


def _beside(folder: Path) -> dict[str, Any]:
    """Both halves of a round meet the same machine: first the sequencer stands still, then it runs."""
    rows = list(Referral.objects.values_list("pk", flat=True)[:1000])
    alone, together, lags = [], [], []
    with _sequencing(folder) as sequencer:
        _wait_until_drained()
        for _round in range(ROUNDS):
            os.kill(sequencer.pid, signal.SIGSTOP)
            alone.append(_written(rows))
            os.kill(sequencer.pid, signal.SIGCONT)
            _wait_until_drained()
            with _watched(lags):
                together.append(_written(rows))
        _wait_until_drained()
    return {
        "alone": median(alone),
        "together": median(together),
        "ratio": median(b / a for a, b in zip(alone, together, strict=True)),
        "lag": median(lags),
        "longest": max(lags),
        "checkpoints": Checkpoint.objects.count(),
    }


@contextmanager
def _sequencing(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    signer.create(folder, "bench.localhost/audit")
    environment = os.environ | {
        "RELAIS_SIGNER_SOCKET": str(folder / "socket"),
        "RELAIS_LOG_KEY": (folder / signer.VKEY).read_text(),
        "RELAIS_DATABASE_LOGIN": "sequencer",
        "DATABASE_URL": os.environ["DATABASE_URL"].replace("user=relais_app", "user=relais_sequencer"),
    }
    started = [
        subprocess.Popen([sys.executable, *arguments], env=environment)
        for arguments in (
            ["-m", "audit.signer", "serve", str(folder), str(folder / "socket")],
            ["manage.py", "audit", "sequence"],
        )
    ]
    try:
        yield started[1]
    finally:
        for process in started:
            process.terminate()
            process.wait()


def _written(rows: list[Any]) -> float:
    """Requests a second: each locks a referral, reads some others and writes its event, in one transaction."""
    counts, until = [], time.monotonic() + SECONDS

    def write(seed: int) -> None:
        dice, done = random.Random(seed), 0
        while time.monotonic() < until:
            with transaction.atomic():
                pk = dice.choice(rows)
                Referral.objects.select_for_update(of=("self",)).only("pk", "state").get(pk=pk)
                list(
                    Referral.objects.filter(pk__in=dice.sample(rows, min(20, len(rows)))).values_list(
                        "pk", "state"
                    )
                )
                event = Event(
                    verb="view", object_type="referral.referral", object_id=pk, referral_id=pk, id=uuid4()
                )
                store.insert([event], "default")
            done += 1
        counts.append(done)
        connection.close()

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


@contextmanager
def _watched(lags: list[float]) -> Iterator[None]:
    stopped = threading.Event()

    def watch() -> None:
        while not stopped.wait(0.1):
            lags.append(tree_state().lag.total_seconds())
        connection.close()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _wait_until_drained() -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if tree_state().lag.total_seconds() == 0:
            return
        time.sleep(0.1)
    raise SystemExit("The sequencer does not come to an end.")


def _many(verifier: Verifier) -> dict[str, Any]:
    """A backlog of days, then the whole tree verified from its events, as `manage.py audit verify` does."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for _part in range(-(-MANY // 10_000)):
            cursor.execute(WRITE, [min(MANY, 10_000)])
    _memory()
    before, memory = tree_size(), _memory()
    sequencer, began = Sequencer(SEQUENCING), time.perf_counter()
    while sequencer.step().more:
        pass
    sequenced = time.perf_counter() - began
    placed = tree_size() - before
    began = time.perf_counter()
    faults = verify_tree([verifier]).faults
    whole = not faults and sequencer.tree.root() == root_at(sequencer.tree.size)
    verified = time.perf_counter() - began
    return {
        "placed": placed,
        "sequenced": sequenced / placed * 1e6,
        "verified": verified / sequencer.tree.size * 1e6,
        "memory": _memory() - memory,
        "true": whole,
        **_proofs(sequencer.tree),
    }


def _proofs(tree: merkle.CompactRange) -> dict[str, float]:
    dice, seconds, sizes = random.Random(1), [], []
    nodes = StoredNodes()
    for _proof in range(PROOFS):
        index = dice.randrange(tree.size)
        found = Leaf.objects.get(index=index)
        began = time.perf_counter()
        place, proof = inclusion_proof(found.event_id, tree.size)
        seconds.append(time.perf_counter() - began)
        sizes.append(32 * len(proof))
        merkle.verify_inclusion(place, tree.size, bytes(found.hash), proof, tree.root())
    old = tree.size // 3
    began = time.perf_counter()
    proof = consistency_proof(old, tree.size)
    consistency = time.perf_counter() - began
    merkle.verify_consistency(old, merkle.CompactRange.of(old, nodes).root(), tree.size, tree.root(), proof)
    return {"proof": median(seconds), "bytes": max(sizes), "consistency": consistency}


def _memory() -> int:
    """The most that this process has had since it was asked last, in bytes."""
    status = Path("/proc/self/status").read_text()
    Path("/proc/self/clear_refs").write_text("5")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def _whole() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WHOLE)
        return len(set(cursor.fetchone())) == 1
