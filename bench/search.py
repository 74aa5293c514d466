"""Is the search an oracle? A partner asks for names that other organisations hold and for names of nobody, interleaved.

Queries, bytes and headers must be equal; of the times, what one could measure from outside: the difference of the
medians with its 95 % interval, beside the median. The buckets of an index hold many people by chance: one more of them
costs what the noise of the machine hides.
"""

import subprocess
import sys
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from bench.site import ROOT, SIZES, environment, name_of, serving
from config.database import Server

SIZE = SIZES[0]
WARM, SEARCHES = 20, 600
RESAMPLES = 1000
MOST_OF_MEDIAN = 0.05


def run(state: Path, server: Server) -> list[str]:
    """Prints what it found. Gives the targets that were missed."""
    subprocess.run(
        [sys.executable, "manage.py", "match", "rebuild"],
        cwd=ROOT,
        env=environment(state, server, name_of(SIZE), "app"),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    with serving(state, server, SIZE) as site:
        asked = measure(site)
    return report(asked)


def measure(site: Any) -> dict[str, list[dict[str, Any]]]:
    """In pairs whose order is drawn: what slows the machine down slows both down."""
    random = Random(2005)
    asked: dict[str, list[dict[str, Any]]] = {"held": [], "free": []}
    for number in range(WARM + SEARCHES):
        for kind in random.sample(sorted(asked), 2):
            answer = site.ask(kind)
            if number >= WARM:
                asked[kind].append(answer)
    return asked


def report(asked: dict[str, list[dict[str, Any]]]) -> list[str]:
    times = {kind: [each["seconds"] for each in answers] for kind, answers in asked.items()}
    middle = median(times["held"] + times["free"])
    low, high = (edge / middle for edge in interval(times["held"], times["free"]))
    told = [
        part
        for part in ("queries", "bytes", "headers")
        if len({str(each[part]) for answers in asked.values() for each in answers}) > 1
    ]
    print(f"\n{'search by name':24}{'held by others':>16}{'held by nobody':>16}")
    for part in ("queries", "bytes"):
        print(f"{part:24}{''.join(f'{median(e[part] for e in asked[k]):>16,.0f}' for k in ('held', 'free'))}")
    print(f"{'median, ms':24}{''.join(f'{median(times[k]) * 1000:>16.2f}' for k in ('held', 'free'))}")
    print(
        f"{'difference / median':24}{f'{low:+.1%} to {high:+.1%}':>32}   within ± {MOST_OF_MEDIAN:.0%}, n = {SEARCHES}"
    )
    return [
        sentence
        for sentence, held in (
            (f"a search tells by its {', '.join(told)} whether others hold the person", not told),
            ("a search tells by its time whether others hold the person", max(-low, high) <= MOST_OF_MEDIAN),
        )
        if not held
    ]


def interval(held: list[float], free: list[float]) -> tuple[float, float]:
    """95 % of the differences of the medians, of pairs drawn again and again."""
    random = Random(2012)
    pairs = list(zip(held, free, strict=True))
    differences = []
    for _n in range(RESAMPLES):
        drawn = random.choices(pairs, k=len(pairs))
        differences.append(median(h for h, _f in drawn) - median(f for _h, f in drawn))
    differences.sort()
    return differences[int(RESAMPLES * 0.025)], differences[int(RESAMPLES * 0.975)]
