"""A test database: made by the owner, used by the application, put back after tests that commit.

The application may not TRUNCATE, and the audit's triggers let nobody delete; so the owner puts the rows back
that the migrations left, with those triggers off.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.state import ProjectState
from django.test.utils import setup_databases, teardown_databases
from psycopg import sql

from config.connections import ALIASES, Login, administrator, make_database, make_roles, take_on
from config.database import Server, default_state

PREFIX = f"test_relais_{sha256(str(Path(__file__)).encode()).hexdigest()[:6]}"
EMBEDDED = not settings.DATABASE_URL
#: The tests' own login on the embedded server, which takes on the application's role and, where a test says so, the
#: sequencer's; of the server of DATABASE_URL, the login there. It is no member of the owners.
TESTER = "relais_tester"


@cache
def template() -> str:
    """The database that all test processes start from; its name tells which migrations, and files read by them."""
    read = sha256()
    for package in apps.get_app_configs():
        for pattern in ("migrations/**/*.py", "data/*", "models.py"):
            for file in sorted(Path(package.path).glob(pattern)):
                read.update(str(file).encode() + file.read_bytes())
    return f"{PREFIX}_t{read.hexdigest()[:12]}"


# A copy of every table that the migrations filled.
KEEP = """
CREATE SCHEMA pristine;
DO $$
DECLARE
    t name;
    filled boolean;
BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', t) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE pristine.%I AS TABLE public.%I', t, t);
        END IF;
    END LOOP;
END
$$;
"""
PUT_BACK = """
DO $$
DECLARE
    t name;
    columns text;
BEGIN
    FOR t IN SELECT DISTINCT c.relname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
             WHERE NOT g.tgisinternal AND c.relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE public.%I DISABLE TRIGGER USER', t);
    END LOOP;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%I', t);
    END LOOP;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'pristine' LOOP
        SELECT string_agg(quote_ident(column_name), ', ') INTO columns FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = t AND is_generated = 'NEVER';
        EXECUTE format('INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM pristine.%I',
                       t, columns, columns, t);
    END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;
    FOR t IN SELECT DISTINCT c.relname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
             WHERE NOT g.tgisinternal AND c.relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE public.%I ENABLE TRIGGER USER', t);
    END LOOP;
END
$$;
"""


#: What is there beside the rows of the migrations, kept so that each test can have it for one statement.
KEEP_CAST = """
CREATE SCHEMA kept_cast;
DO $$
DECLARE
    t name;
    filled boolean;
BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE kept_cast.%I AS TABLE public.%I', t, t);
        IF EXISTS (SELECT FROM pg_tables WHERE schemaname = 'pristine' AND tablename = t) THEN
            EXECUTE format('DELETE FROM kept_cast.%I k USING pristine.%I p WHERE k::text = p::text', t, t);
        END IF;
        EXECUTE format('SELECT EXISTS (SELECT FROM kept_cast.%I)', t) INTO filled;
        IF NOT filled THEN
            EXECUTE format('DROP TABLE kept_cast.%I', t);
        END IF;
    END LOOP;
END
$$;
GRANT USAGE ON SCHEMA kept_cast TO relais_app;
GRANT SELECT ON ALL TABLES IN SCHEMA kept_cast TO relais_app;
"""
CAST_AGAIN = """
SELECT string_agg(format('INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM kept_cast.%I',
                         k.tablename, c.names, c.names, k.tablename), ';')
FROM pg_tables k CROSS JOIN LATERAL (
    SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = k.tablename AND is_generated = 'NEVER'
        -- Number and time of an event are given anew, as to everybody who writes one.
        AND has_column_privilege('relais_app', format('public.%I', table_name), column_name, 'INSERT')) AS c (names)
WHERE k.schemaname = 'kept_cast'
"""


MAKE_TESTER = f"""
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{TESTER}') THEN
        CREATE ROLE {TESTER} LOGIN;
        GRANT relais_app, relais_sequencer TO {TESTER};
    END IF;
END
$$;
"""


def prepare_server() -> None:
    """Once for a run, before its processes: the server, and its roles.

    An embedded server stays for the next run; `make test` has one that it removes.
    """
    if EMBEDDED:
        server = Server(default_state(), durable=False)
        server.start()
        for alias in ALIASES:  # the first start chose the socket after the settings were read
            connections.settings[alias]["HOST"] = str(server.socket)
    with administrator(connections.settings["default"], embedded=EMBEDDED) as connection:
        make_roles(connection)
        if EMBEDDED:
            connection.execute(MAKE_TESTER)
        _drop_abandoned(connection)


def leave_server() -> None:
    """After a run: on a server that is not ours nothing stays behind."""
    if not EMBEDDED:
        with administrator(connections.settings["default"], embedded=EMBEDDED) as connection:
            _drop(connection, template())


def _need_template() -> None:
    """The first process that needs it makes it, the others wait."""
    with administrator(connections.settings["default"], embedded=EMBEDDED) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [PREFIX])
        if not _names(connection, template()):
            _drop(connection, f"{PREFIX}_t%")
            _make_template(connection)


def _make_template(connection: psycopg.Connection[Any]) -> None:
    """Migrates once; every process starts from a copy. It has its name only when it is whole."""
    making = f"{PREFIX}_{os.getpid()}_making"
    make_database(connection, making)
    names = {alias: connections.settings[alias]["NAME"] for alias in ALIASES}
    for alias in ALIASES:
        connections.settings[alias]["NAME"] = making
    switch("owner")
    with mock.patch.object(ProjectState, "reload_model", _reload_alone):
        call_command("migrate", run_syncdb=True, verbosity=0)
    with owner_connection() as owner:
        owner.execute(KEEP)
    for alias in ALIASES:
        connections.settings[alias]["NAME"] = names[alias]
    switch("app")
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(template()))
    )


def _reload_alone(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    """After each step of a migration Django makes all related models anew: four fifths of the time, as all are.

    Here the changed one alone, and all of them before the next step in Python, as Django does for the steps that it
    delays. The schema is the same; `make check` and the demonstration migrate without this.
    """
    if "apps" in state.__dict__:
        state.is_delayed = True
        state.apps.unregister_model(app_label, model_name)
        state.apps.render_multiple([state.models[app_label, model_name]])


def switch(login: Login) -> None:
    """Who the next connections of this process are."""
    for alias in ALIASES:
        connections[alias].close()
        connections[alias].close_pool()
        alone = EMBEDDED and login != "app"
        take_on(connections.settings[alias], login, embedded=alone)
        if EMBEDDED and not alone:
            connections.settings[alias]["USER"] = TESTER
        # One alias waits in the transaction of the test while the other one works, however long.
        connections.settings[alias]["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=0"


@contextmanager
def test_databases(worker: str, verbosity: int) -> Iterator[None]:
    """The database of one test process. Its name holds the process, so that two runs do not meet."""
    _need_template()
    for alias in ALIASES:
        name = "_".join(filter(None, [PREFIX, str(os.getpid()), worker]))
        connections.settings[alias]["TEST"] |= {"NAME": name, "TEMPLATE": template()}
    switch("owner")
    made = setup_databases(verbosity, interactive=False, aliases=set(ALIASES), serialized_aliases=set())
    switch("app")
    yield
    switch("owner")
    teardown_databases(made, verbosity)
    switch("app")


def keep_cast() -> str:
    """Takes what was written since the migrations out of the tables. Gives the statement that brings it back."""
    with owner_connection() as connection:
        connection.execute(KEEP_CAST)
        row = connection.execute(CAST_AGAIN).fetchone()
    put_back()
    assert row is not None
    return str(row[0])


def put_back() -> None:
    with owner_connection() as connection:
        connection.execute("SET lock_timeout = '5s'")
        connection.execute(PUT_BACK)


def owner_connection() -> psycopg.Connection[Any]:
    """Connects to the test database as the owner of all tables, in one transaction."""
    database = connections.settings["default"]
    if not database["NAME"].startswith(PREFIX):
        raise RuntimeError(f"{database['NAME']} is not a test database")
    connection = administrator(database, embedded=EMBEDDED, dbname=database["NAME"])
    connection.autocommit = False
    connection.execute("SET ROLE relais_owner")
    return connection


def _drop_abandoned(connection: psycopg.Connection[Any]) -> None:
    """Databases of test processes that were killed."""
    for name in _names(connection, f"{PREFIX}_%"):
        found = re.match(rf"{PREFIX}_(\d+)", name)
        if found and not Path(f"/proc/{found[1]}").exists():
            _drop(connection, name)


def _drop(connection: psycopg.Connection[Any], pattern: str) -> None:
    for name in _names(connection, pattern):
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _names(connection: psycopg.Connection[Any], pattern: str) -> list[str]:
    rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern]).fetchall()
    return [name for (name,) in rows]
