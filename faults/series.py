"""RUNS runs, a line for each, and whether they prove anything."""

import os
import signal
import time

from faults import tree
from faults.crew import Stuck
from faults.database import Database
from faults.run import Result, Run


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # workers are stopped with it
    runs = int(os.environ.get("RUNS", "50"))
    first = int(os.environ.get("SEED", "") or time.time())
    print("Database...", flush=True)
    database = Database()
    print(f"{'seed':>12}{'sent':>6}{'kills':>7}{'in a job':>10}{'mails':>7}{'twice':>7}{'s':>7}")
    results = [_shown(_one(database, first + number)) for number in range(runs)]
    return _summary(results) | tree.run(database, runs, first)


def _one(database: Database, seed: int) -> Result:
    try:
        return Run(database, seed).play()
    except Stuck as reason:
        return Result(seed, losses=[str(reason)])


def _shown(result: Result) -> Result:
    print(
        f"{result.seed:>12}{result.acknowledged:>6}{result.kills:>7}{result.hits:>10}"
        f"{result.mails:>7}{result.twice:>7}{result.seconds:>7.1f}",
        flush=True,
    )
    for sentence in result.losses:
        print(f"    {sentence}", flush=True)
    return result


def _summary(results: list[Result]) -> int:
    """A series that sent nothing, or killed nobody at work, proves nothing."""
    sent, kills, hits = (
        sum(getattr(each, name) for each in results) for name in ("acknowledged", "kills", "hits")
    )
    lost = [each.seed for each in results if each.losses]
    print(
        f"{len(results)} runs: {sent} referrals acknowledged, {kills} workers killed, {hits} of them in a job."
    )
    if lost:
        print(
            f"Something was lost, see above. Again: {'; '.join(f'RUNS=1 SEED={seed} make faults' for seed in lost)}"
        )
        return 1
    if not (sent and kills and hits):
        print("Void: nothing was sent, or no worker was killed at work.")
        return 1
    print("Nothing was lost, nobody was told twice.")
    return 0
