"""Eighty persons of a boat: the page that checks whom of them one referral can take, and the sending itself.

On a copy of the smaller database. Trusted: queries. The seconds are those of this machine.
"""

from pathlib import Path
from typing import Any

from bench.site import SIZES, copied, serving
from config.database import Server


def run(state: Path, server: Server) -> list[str]:
    """Prints what it found. Gives the targets that were missed."""
    with copied(state, SIZES[0], "boat") as name, serving(state, server, SIZES[0], name) as site:
        return report(site.ask("boat"))


def report(found: dict[str, Any]) -> list[str]:
    few, all_of_them = found["checked"]
    print(f"\n{'persons of a boat':32}{few['persons']:>12}{all_of_them['persons']:>12}")
    print(f"{'queries of the check page':32}{few['queries']:>12}{all_of_them['queries']:>12}   the same")
    print(f"{'check page, s':32}{few['seconds']:>12.2f}{all_of_them['seconds']:>12.2f}")
    print(f"{'queries of the sending':32}{'':>12}{found['sent']['queries']:>12}")
    print(f"{'sending them, s':32}{'':>12}{found['sent']['seconds']:>12.2f}")
    return [
        sentence
        for sentence, held in (
            ("the queries of the check page grow with the group", few["queries"] == all_of_them["queries"]),
            ("the group was not sent", found["sent"]["persons"] == all_of_them["persons"]),
        )
        if not held
    ]
