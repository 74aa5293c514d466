"""DATABASES from the environment; roles and databases on the server that the tests run on."""

from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from psycopg import sql

from config.connections import (
    NoRights,
    administrator,
    databases,
    login_named,
    make_database,
    make_roles,
)

STATE = Path("/nowhere/state")
EMBEDDED = not settings.DATABASE_URL


@pytest.fixture
def server():
    with administrator(connections.settings["default"], embedded=EMBEDDED) as connection:
        yield connection


def test_without_a_url_the_embedded_server_is_asked_by_login():
    made = databases("", STATE)
    assert made["default"]["USER"] == made["audit"]["USER"] == "relais_app"
    assert made["default"]["HOST"].startswith("/tmp/relais-")  # noqa: S108
    assert "role=" not in made["default"]["OPTIONS"]["options"]
    for login in ("owner", "sequencer"):
        assert databases("", STATE, login=login)["audit"]["USER"] == f"relais_{login}"


def test_a_login_that_is_misspelt_is_one_sentence():
    assert login_named("sequencer") == "sequencer"
    with pytest.raises(ImproperlyConfigured, match=r"is app, owner, sequencer, not 'sequencr'\.$"):
        login_named("sequencr")


@pytest.mark.parametrize(
    "url",
    ["postgres://me:secret@/cases?host=/run/pg&port=5433", "postgres://me:secret@%2Frun%2Fpg:5433/cases"],
)
def test_a_url_is_read_as_libpq_reads_it(url):
    made = databases(url, STATE)["audit"]
    assert {name: made[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "cases",
        "USER": "me",
        "PASSWORD": "secret",
        "HOST": "/run/pg",
        "PORT": "5433",
    }
    assert made["OPTIONS"]["options"].endswith("-c role=relais_app")


def test_what_else_a_url_says_reaches_the_server():
    assert (
        databases("postgres://db/cases?sslmode=verify-full", STATE)["default"]["OPTIONS"]["sslmode"]
        == "verify-full"
    )


def test_the_application_waits_for_nothing_long_and_migrations_may():
    app, owner, sequencer = (
        databases("", STATE, login=login)["default"]["OPTIONS"] for login in ("app", "owner", "sequencer")
    )
    assert app["pool"] == {"min_size": 1, "max_size": 4, "timeout": 2}
    assert "statement_timeout=5000" in app["options"]
    assert "pool" not in owner | sequencer
    assert sequencer["options"] == app["options"]
    assert "statement_timeout" not in owner["options"]
    assert "pool" not in databases("", STATE, pool=0)["default"]["OPTIONS"]


def test_roles_may_be_made_again(server):
    make_roles(server)
    make_roles(server)
    found = server.execute(
        "SELECT rolname, rolcanlogin, rolsuper FROM pg_roles WHERE rolname LIKE 'relais\\_%' ORDER BY 1"
    ).fetchall()
    assert set(found) >= {
        ("relais_app", True, False),
        ("relais_audit_owner", False, False),
        ("relais_owner", True, False),
        ("relais_sequencer", True, False),
    }


def test_a_login_without_rights_is_one_sentence(server):
    login = sql.Identifier("test_relais_powerless")
    server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(login))
    server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(login))
    info = server.info
    try:
        with (
            psycopg.connect(
                host=info.host,
                port=info.port,
                dbname="postgres",
                user="test_relais_powerless",
                password="x",
                autocommit=True,
            ) as powerless,
            pytest.raises(
                NoRights,
                match=r"^The login 'test_relais_powerless' of DATABASE_URL needs the rights CREATEDB and",
            ),
        ):
            make_roles(powerless)
    finally:
        server.execute(sql.SQL("DROP ROLE {}").format(login))


def test_a_database_is_made_for_the_owner_or_handed_over(server):
    make_roles(server)
    name = "test_relais_handed_over"
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s"
    server.execute(drop)
    try:
        make_database(server, name)
        assert server.execute(owner, [name]).fetchone() == ("relais_owner",)
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        make_database(server, name)
        make_database(server, name)
        assert server.execute(owner, [name]).fetchone() == ("relais_owner",)
    finally:
        server.execute(drop)
