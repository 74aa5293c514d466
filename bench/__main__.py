"""Ratios that must hold, measured on the real product in one run (shared performance targets)."""

import sys

from bench import arrival, clock, inbox, routing, search, tree
from bench.site import SIZES, fill
from config.database import CannotStart, Server, default_state, make_state
from config.run import prepare_key


def main() -> int:
    state = default_state() / "bench"
    try:
        make_state(state)
        server = Server(state, durable=False)
        server.start()
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    try:
        prepare_key(state / "keys" / "kek.json")
        for size in SIZES:
            fill(state, server, size)
        missed = [
            sentence
            for part in (inbox, search, clock, arrival, routing, tree)
            for sentence in part.run(state, server)
        ]
    finally:
        server.stop()
    print(f"Missed: {'; '.join(missed)}." if missed else "All targets reached.")
    return 1 if missed else 0


sys.exit(main())
