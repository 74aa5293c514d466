"""One product process on one seeded database, spoken to line by line. The databases are kept between runs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from config.connections import administrator, databases, make_database, make_roles
from config.database import Server

ROOT = Path(__file__).resolve().parent.parent
SIZES = (10_000, 100_000)
WORKER = "import django; django.setup(); from bench.worker import main; main()"


@dataclass
class Site:
    """One database of `size` referrals and a product process on it."""

    size: int
    process: subprocess.Popen[str]
    costs: dict[str, list[float]] = field(default_factory=lambda: {"floor": [], "inbox": []})
    facts: dict[str, int] = field(default_factory=dict)

    def begin(self, question: str) -> None:
        """Asks, and goes on without the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{question}\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        assert self.process.stdout is not None
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"The process at {self.size} referrals ended: see above.")
        return json.loads(answer)

    def ask(self, question: str) -> Any:
        self.begin(question)
        return self.answer()

    def milliseconds(self, page: str) -> float:
        return median(self.costs[page]) * 1000

    @property
    def ratio(self) -> float:
        """Of pages served one after the other, so that both met the same machine."""
        return median(i / f for i, f in zip(self.costs["inbox"], self.costs["floor"], strict=True))


def environment(state: Path, server: Server, name: str, login: str) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "RELAIS_ENVIRONMENT": "development",
        "RELAIS_STATE": str(state),
        "RELAIS_DATABASE_LOGIN": login,
        "PGAPPNAME": f"bench {uuid4()}",  # tells the server's processes of one process from another's
        "DATABASE_URL": f"host={server.socket} port=5432 dbname={name} user=relais_{login}",
    }


def name_of(size: int) -> str:
    return f"bench_{size}"


def fill(state: Path, server: Server, size: int) -> None:
    """Makes the database and seeds it, unless an earlier run has."""
    settings = databases("", state)["default"]
    with administrator(settings, embedded=True) as connection:
        make_roles(connection)
        if _seeded(state, size):
            return
        print(f"Seeding {size:,} referrals...", flush=True)
        name = sql.Identifier(name_of(size))
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        make_database(connection, name_of(size))
    for command in (
        ["migrate", "--verbosity=0"],
        ["createcachetable"],
        ["seed", "--referrals", str(size)],
    ):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment(state, server, name_of(size), "owner"),
            check=True,
        )


def _seeded(state: Path, size: int) -> bool:
    """Whether it was seeded by the schema of today: a column more or less, and it is made anew."""
    settings = databases("", state)["default"] | {"NAME": name_of(size)}
    try:
        with administrator(settings, embedded=True, dbname=name_of(size)) as connection:
            there = connection.execute("SELECT app, name FROM django_migrations").fetchall()
            count = connection.execute("SELECT count(*) FROM referral_referral").fetchone()
    except psycopg.Error:
        return False
    ours = {(path.parent.parent.name, path.stem) for path in ROOT.glob("*/migrations/0*.py")}
    return ours <= set(there) and count == (size,)


@contextmanager
def serving(state: Path, server: Server, size: int, name: str = "") -> Iterator[Site]:
    """A process on the database `name`, or on the seeded one itself."""
    with subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=ROOT,
        env=environment(state, server, name or name_of(size), "app"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Site(size, process)
        finally:
            process.terminate()


@contextmanager
def copied(state: Path, size: int, suffix: str) -> Iterator[str]:
    """The name of a copy of the seeded database, which is thrown away afterwards: for what writes."""
    name = f"{name_of(size)}_{suffix}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with administrator(databases("", state)["default"], embedded=True) as connection:
        connection.execute(drop)
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER relais_owner TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(name_of(size))
            )
        )
        try:
            yield name
        finally:
            connection.execute(drop)
