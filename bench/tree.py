"""The tree of the audit: what it costs those who write, how far it is behind, and a million events.

On a copy of the smaller database, whose own events are a backlog already. EVENTS=100000 makes it shorter. Trusted: the
ratio, that nothing is lost, and the bytes; the seconds are those of this machine.
"""

from pathlib import Path
from typing import Any

from bench.site import SIZES, copied, serving
from config.database import Server

LEAST_RATIO = 0.7
MOST_LAG = 1.0  # seconds
MOST_MEMORY = 64 << 20


def run(state: Path, server: Server) -> list[str]:
    """Prints what it found. Gives the targets that were missed."""
    with copied(state, SIZES[0], "audit") as name, serving(state, server, SIZES[0], name) as site:
        return report(site.ask("tree"))


def report(found: dict[str, Any]) -> list[str]:
    for label, value, target in (
        ("16 writers, sequencer at rest, /s", f"{found['alone']:.0f}", ""),
        ("16 writers and the sequencer, /s", f"{found['together']:.0f}", ""),
        ("their ratio", f"{found['ratio']:.2f}", f">= {LEAST_RATIO}"),
        ("an event waits, s (median)", f"{found['lag']:.2f}", f"<= {MOST_LAG}"),
        ("at most, s", f"{found['longest']:.2f}", ""),
        ("checkpoints signed meanwhile", f"{found['checkpoints']}", ""),
        ("backlog of events", f"{found['placed']}", ""),
        ("a million into the tree, s", f"{found['sequenced']:.0f}", ""),
        ("a million verified, s", f"{found['verified']:.0f}", ""),
        ("memory for both, MB", f"{found['memory'] / (1 << 20):.0f}", f"<= {MOST_MEMORY >> 20}"),
        ("proof of one event, bytes", f"{found['bytes']}", ""),
        ("proof of one event, ms", f"{found['proof'] * 1000:.1f}", ""),
        ("proof of consistency, ms", f"{found['consistency'] * 1000:.1f}", ""),
    ):
        print(f"{label:36}{value:>12}   {target}".rstrip())
    return [
        sentence
        for sentence, held in (
            ("the sequencer slows the writers down", found["ratio"] >= LEAST_RATIO),
            ("events wait for the tree", found["lag"] <= MOST_LAG),
            ("memory grows with the events", found["memory"] <= MOST_MEMORY),
            ("an event has no leaf, or two, or a leaf is missing", found["whole"]),
            ("the tree is not that of its events", found["true"]),
            ("nothing was signed", found["checkpoints"] > 0),
        )
        if not held
    ]
