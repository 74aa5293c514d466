"""Who could receive this person? 1,000 services in the directory, the page of 200 needs beside the floor page."""

from pathlib import Path

from bench.site import SIZES, copied, serving
from config.connections import administrator, databases
from config.database import Server

MOST_QUERIES = 6
MOST_OF_FLOOR = 2.0


def run(state: Path, server: Server) -> list[str]:
    """Prints what it found. Gives the targets that were missed."""
    size = SIZES[0]
    with copied(state, size, "routing") as name, serving(state, server, size, name) as site:
        site.ask("offers")
        _analyse(state, name)
        found = site.ask("needs")
    fewest, most = found["queries"]
    for what, value, target in (
        ("services in the directory", f"{found['services']:,}", ""),
        ("of them for this need", str(found["offered"]), ""),
        ("needs", str(found["needs"]), ""),
        ("queries", f"{fewest} to {most}", f"<= {MOST_QUERIES}, the same for all"),
        ("CPU of the floor, ms", f"{found['floor'] * 1000:.1f}", ""),
        ("CPU of the page, ms", f"{found['page'] * 1000:.1f}", ""),
        ("routing / floor", f"{found['ratio']:.2f}", f"<= {MOST_OF_FLOOR}"),
    ):
        print(f"{what:28}{value:>12}   {target}")
    return [
        sentence
        for sentence, held in (
            (f"routing takes more than {MOST_QUERIES} queries", most <= MOST_QUERIES),
            ("the queries of routing differ from need to need", fewest == most),
            (f"routing takes more than {MOST_OF_FLOOR} x the floor", found["ratio"] <= MOST_OF_FLOOR),
        )
        if not held
    ]


def _analyse(state: Path, name: str) -> None:
    """What the server does by itself within minutes of such a change: until then it plans for a directory of before."""
    with administrator(databases("", state)["default"], embedded=True, dbname=name) as connection:
        connection.execute("ANALYZE")
