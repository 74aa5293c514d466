"""The inbox beside the floor page, at 10,000 and 100,000 referrals, interleaved in one run.

Trusted in this order: queries, buffers, ratios of CPU between pages of one run. Milliseconds say nothing by themselves:
the machine is shared.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.site import SIZES, Site, serving
from config.database import Server

ROUNDS = 80
WARM = 8

MOST_QUERIES = 6
MOST_OF_FLOOR = 2.0
MOST_GROWTH = 1.3


def run(state: Path, server: Server) -> list[str]:
    """Prints what it found. Gives the targets that were missed."""
    with ExitStack() as stack:
        sites = [stack.enter_context(serving(state, server, size)) for size in SIZES]
        measure(sites)
    return report(sites)


def measure(sites: Sequence[Site]) -> None:
    for number in range(WARM + ROUNDS):
        for site in sites:
            for page in ("floor", "inbox"):
                cost = site.ask(page)
                if number >= WARM:
                    site.costs[page].append(cost)
    for site in sites:
        site.facts = site.ask("facts")


def report(sites: Sequence[Site]) -> list[str]:
    small, large = sites
    growth = median(b / a for a, b in zip(small.costs["inbox"], large.costs["inbox"], strict=True))
    lines = [
        ("referrals", [f"{site.size:,}" for site in sites], ""),
        ("rows on the page", [str(site.facts["rows"]) for site in sites], ""),
        ("queries", [f"{site.facts['queries']:.0f}" for site in sites], f"<= {MOST_QUERIES}"),
        ("buffers of the list", [str(site.facts["buffers"]) for site in sites], ""),
        ("CPU of the floor, ms", [f"{site.milliseconds('floor'):.1f}" for site in sites], ""),
        ("CPU of the inbox, ms", [f"{site.milliseconds('inbox'):.1f}" for site in sites], ""),
        ("inbox / floor", [f"{site.ratio:.2f}" for site in sites], f"<= {MOST_OF_FLOOR}"),
        ("growth", ["", f"{growth:.2f}"], f"<= {MOST_GROWTH}"),
    ]
    for name, values, target in lines:
        print(f"{name:24}{''.join(f'{value:>12}' for value in values)}   {target}")
    return [
        sentence
        for sentence, held in (
            (f"more than {MOST_QUERIES} queries", all(s.facts["queries"] <= MOST_QUERIES for s in sites)),
            ("the queries grow with the data", small.facts["queries"] == large.facts["queries"]),
            (f"more than {MOST_OF_FLOOR} x the floor", large.ratio <= MOST_OF_FLOOR),
            (f"growth above {MOST_GROWTH}", growth <= MOST_GROWTH),
        )
        if not held
    ]
