"""The inbox beside the floor page, at 10,000 and 100,000 referrals, interleaved in one run.

Trusted in this order: queries, buffers, ratios of CPU between pages of one run. Milliseconds say nothing by themselves:
the machine is shared. The databases are kept between runs, below the state folder.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psycopg
from psycopg import sql

from config.connections import administrator, databases, make_database, make_roles
from config.database import CannotStart, Server, default_state, make_state
from config.run import prepare_key

ROOT = Path(__file__).resolve().parent.parent
SIZES = (10_000, 100_000)
WORKER = "import django; django.setup(); from bench.worker import main; main()"
ROUNDS = 80
WARM = 8

MOST_QUERIES = 6
MOST_OF_FLOOR = 2.0
MOST_GROWTH = 1.3


@dataclass
class Site:
    """One database of `size` referrals and a product process on it."""

    size: int
    process: subprocess.Popen[str]
    costs: dict[str, list[float]] = field(default_factory=lambda: {"floor": [], "inbox": []})
    facts: dict[str, int] = field(default_factory=dict)

    def ask(self, question: str) -> object:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{question}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"The process at {self.size} referrals ended: see above.")
        return json.loads(answer)

    def milliseconds(self, page: str) -> float:
        return median(self.costs[page]) * 1000

    @property
    def ratio(self) -> float:
        """Of pages served one after the other, so that both met the same machine."""
        return median(i / f for i, f in zip(self.costs["inbox"], self.costs["floor"], strict=True))


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
        with ExitStack() as stack:
            sites = [stack.enter_context(serving(state, server, size)) for size in SIZES]
            measure(sites)
    finally:
        server.stop()
    return report(sites)


def environment(state: Path, server: Server, size: int, login: str) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "RELAIS_ENVIRONMENT": "development",
        "RELAIS_STATE": str(state),
        "RELAIS_DATABASE_LOGIN": login,
        "DATABASE_URL": f"host={server.socket} port=5432 dbname={_name(size)} user=relais_{login}",
    }


def _name(size: int) -> str:
    return f"bench_{size}"


def fill(state: Path, server: Server, size: int) -> None:
    """Makes the database and seeds it, unless an earlier run has."""
    settings = databases("", state)["default"]
    with administrator(settings, embedded=True) as connection:
        make_roles(connection)
        if _seeded(state, size):
            return
        print(f"Seeding {size:,} referrals...", flush=True)
        name = sql.Identifier(_name(size))
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        make_database(connection, _name(size))
    for command in (
        ["migrate", "--verbosity=0"],
        ["createcachetable"],
        ["seed", "--referrals", str(size)],
    ):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment(state, server, size, "owner"),
            check=True,
        )


def _seeded(state: Path, size: int) -> bool:
    """Whether it was seeded by the schema of today: a column more or less, and it is made anew."""
    settings = databases("", state)["default"] | {"NAME": _name(size)}
    try:
        with administrator(settings, embedded=True, dbname=_name(size)) as connection:
            there = connection.execute("SELECT app, name FROM django_migrations").fetchall()
            count = connection.execute("SELECT count(*) FROM referral_referral").fetchone()
    except psycopg.Error:
        return False
    ours = {(path.parent.parent.name, path.stem) for path in ROOT.glob("*/migrations/0*.py")}
    return ours <= set(there) and count == (size,)


@contextmanager
def serving(state: Path, server: Server, size: int) -> Iterator[Site]:
    with subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=ROOT,
        env=environment(state, server, size, "app"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Site(size, process)
        finally:
            process.terminate()


def measure(sites: list[Site]) -> None:
    for number in range(WARM + ROUNDS):
        for site in sites:
            for page in ("floor", "inbox"):
                cost = site.ask(page)
                if number >= WARM:
                    site.costs[page].append(cost)  # type: ignore[arg-type]
    for site in sites:
        site.facts = site.ask("facts")  # type: ignore[assignment]


def report(sites: list[Site]) -> int:
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
    missed = [
        sentence
        for sentence, held in (
            (f"more than {MOST_QUERIES} queries", all(s.facts["queries"] <= MOST_QUERIES for s in sites)),
            ("the queries grow with the data", small.facts["queries"] == large.facts["queries"]),
            (f"more than {MOST_OF_FLOOR} x the floor", large.ratio <= MOST_OF_FLOOR),
            (f"growth above {MOST_GROWTH}", growth <= MOST_GROWTH),
        )
        if not held
    ]
    print(f"Missed: {'; '.join(missed)}." if missed else "All targets reached.")
    return 1 if missed else 0
