from importlib import import_module
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.database.pristine import owner_connection

first = import_module("audit.migrations.0001_initial")
login = import_module("audit.migrations.0007_login_of_the_sequencer")

pytestmark = pytest.mark.django_db


def test_without_the_roles_one_sentence_says_what_to_do():
    """The application's login is no member of the audit's owner: it cannot migrate."""
    with pytest.raises(
        CommandError, match=r"run config/roles\.sql as a superuser, then migrate as relais_owner\.$"
    ):
        first.require_roles(None, SimpleNamespace(connection=connection))


def test_without_the_sequencer_s_role_one_sentence_says_what_to_do():
    """As on an installation of before, whose roles were made without it."""
    with owner_connection() as owner:
        login.require_role(None, SimpleNamespace(connection=owner))
        owner.execute("RESET ROLE")
        owner.execute("ALTER ROLE relais_sequencer RENAME TO relais_sequencer_away")
        with pytest.raises(
            CommandError, match=r"run config/roles\.sql again .* then migrate as relais_owner\.$"
        ):
            login.require_role(None, SimpleNamespace(connection=owner))
        owner.rollback()


def test_the_login_of_the_sequencer_can_be_taken_back():
    """And given again: what each may is then what it was."""
    with owner_connection() as owner:
        before = rights(owner)
        owner.execute(login.ASKS_NOT + login.TOGETHER)
        assert owner.execute(
            "SELECT count(*) FROM information_schema.role_table_grants WHERE grantee = 'relais_sequencer'"
        ).fetchone() == (0,)
        assert owner.execute(
            "SELECT has_table_privilege('relais_app', 'audit_leaf', 'INSERT')"
        ).fetchone() == (True,)
        assert rights(owner) != before
        owner.execute(login.APART + login.ASKS)
        assert rights(owner) == before
        owner.rollback()


def rights(owner: Any) -> set[tuple[Any, ...]]:
    tables = owner.execute(
        "SELECT relname, a.grantee::regrole::text, a.privilege_type FROM pg_class, aclexplode(relacl) a"
        " WHERE relnamespace = 'public'::regnamespace"
    ).fetchall()
    columns = owner.execute(
        "SELECT attrelid::regclass::text, attname, a.grantee::regrole::text, a.privilege_type"
        " FROM pg_attribute, aclexplode(attacl) a WHERE attrelid > 16384"
    ).fetchall()
    return {*tables, *columns}


@pytest.mark.parametrize("app", ["audit", "audit_testapp"])
def test_models_and_migrations_agree(app):
    call_command("makemigrations", app, check=True, dry_run=True, stdout=StringIO())
