"""From the environment to Django's DATABASES, and the roles and the database that they need."""

from pathlib import Path
from typing import Any, Literal

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from config.database import SUPERUSER, socket_folder

Login = Literal["app", "owner", "sequencer"]
ALIASES = ("default", "audit")

_SHORT = "-c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=30000"
TIMEOUTS: dict[Login, str] = {
    "app": _SHORT,
    "sequencer": _SHORT,
    # Migrations may take long, but must not queue for a lock in front of everybody else.
    "owner": "-c lock_timeout=10000",
}


class NoRights(Exception):
    """One sentence for the person at the terminal."""


def login_named(name: str) -> Login:
    """Raises ImproperlyConfigured: whoever misspells one must not become another."""
    for login in TIMEOUTS:
        if login == name:
            return login
    raise ImproperlyConfigured(f"RELAIS_DATABASE_LOGIN is {', '.join(sorted(TIMEOUTS))}, not '{name}'.")


def databases(url: str, state: Path, *, login: Login = "app", pool: int = 4) -> dict[str, dict[str, Any]]:
    """Both aliases of the one database: `audit` writes what must survive a rollback.

    Args:
        url: DATABASE_URL as libpq reads it (so also `?host=/run/postgresql`); empty for the embedded server.
        state: the state folder, for the embedded server's socket.
        login: who connects: the application, the owner of the tables for migrations, or the sequencer of the audit.
        pool: connections kept per alias and process; 0 for none. As many as the process has threads.
    """
    parts: dict[str, Any] = _read(url) if url else {"host": str(socket_folder(state)), "port": "5432"}
    settings = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "relais"),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 0,
    }
    if pool and login == "app":
        parts["pool"] = {"min_size": 1, "max_size": pool, "timeout": 2}
    # At once, as only statements of fixed text come to it (partners/queries/fixed.py).
    parts["prepare_threshold"] = 0
    result = {alias: settings | {"OPTIONS": dict(parts), "TEST": {}} for alias in ALIASES}
    for alias in ALIASES:
        take_on(result[alias], login, embedded=not url)
    return result


def _read(url: str) -> dict[str, Any]:
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {str(error).strip()}") from error


def take_on(settings: dict[str, Any], login: Login, *, embedded: bool) -> None:
    """Change in place who connects: a login of the embedded server, a role behind a URL's one login."""
    settings["OPTIONS"]["options"] = TIMEOUTS[login] + ("" if embedded else f" -c role=relais_{login}")
    if embedded:
        settings["USER"] = f"relais_{login}"


def administrator(
    settings: dict[str, Any], *, embedded: bool, dbname: str = "postgres"
) -> psycopg.Connection[Any]:
    """A connection that may make roles and databases."""
    return psycopg.connect(
        dbname=dbname,
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
        user=SUPERUSER if embedded else settings["USER"] or None,
        password=settings["PASSWORD"] or None,
        autocommit=True,
        connect_timeout=5,
    )


def make_roles(connection: psycopg.Connection[Any]) -> None:
    """Raises: NoRights when the login may not, and they are not there already."""
    try:
        connection.execute((Path(__file__).parent / "roles.sql").read_text())
    except psycopg.errors.InsufficientPrivilege as error:
        connection.rollback()
        raise NoRights(
            f"The login '{connection.info.user}' of DATABASE_URL needs the rights CREATEDB and CREATEROLE, "
            "or a superuser runs config/roles.sql and grants it relais_owner, relais_app and relais_sequencer "
            f"(the server says: {error.diag.message_primary})."
        ) from error


def make_database(connection: psycopg.Connection[Any], name: str) -> None:
    """A database of `relais_owner`; one that is there already is handed over to it."""
    found = connection.execute(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [name]
    ).fetchone()
    if found is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER relais_owner TEMPLATE template0 ENCODING 'UTF8'").format(
                sql.Identifier(name)
            )
        )
    elif found[0] != "relais_owner":
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO relais_owner").format(sql.Identifier(name)))
