"""The database of a run: a copy of one that was migrated and cast once, with a clock that can be moved."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from psycopg import sql

from config.connections import administrator, make_database, make_roles
from config.run import prepare_key
from tests.cast import Cast, make_cast

ROOT = Path(__file__).resolve().parent.parent
NAME = "relais"
MODEL = "relais_model"


class Database:
    """
    Raises:
        psycopg.Error: nothing is caught here; a database that does not answer is no result.
    """

    def __init__(self) -> None:
        prepare_key(settings.RELAIS_KEY_FILE)
        self._server = administrator(connections.settings["default"], embedded=True)
        make_roles(self._server)
        make_database(self._server, NAME)
        for command in (["migrate", "--verbosity=0"], ["createcachetable"]):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=ROOT,
                env=os.environ | {"RELAIS_DATABASE_LOGIN": "owner"},
                check=True,
            )
        self.cast: Cast = make_cast()
        connections.close_all()
        self._server.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(NAME), sql.Identifier(MODEL))
        )

    def renew(self) -> None:
        """As it was before the first run, at the hour of today. Whoever is connected is cut off."""
        connections.close_all()
        name, model = sql.Identifier(NAME), sql.Identifier(MODEL)
        self._server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        self._server.execute(
            sql.SQL("CREATE DATABASE {} OWNER relais_owner TEMPLATE {} STRATEGY file_copy").format(
                name, model
            )
        )
        self._queue = administrator(connections.settings["default"], embedded=True, dbname=NAME)

    def move(self, offset: timedelta) -> None:
        """What connects from now on finds it that much later."""
        self._server.execute(
            sql.SQL("ALTER DATABASE {} SET relais.clock_offset = {}").format(
                sql.Identifier(NAME), sql.Literal(f"{offset.total_seconds():.0f} seconds")
            )
        )
        connections.close_all()

    def rows(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """Asked beside the product, on a connection of its own: of the queue, whose clock is not moved."""
        return self._queue.execute(question, values).fetchall()

    def write(self, statement: str, *values: Any) -> None:
        self._queue.execute(statement, values)
