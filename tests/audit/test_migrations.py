from importlib import import_module
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

first = import_module("audit.migrations.0001_initial")

pytestmark = pytest.mark.django_db


def test_without_the_roles_one_sentence_says_what_to_do():
    """The application's login is no member of the audit's owner: it cannot migrate."""
    with pytest.raises(
        CommandError, match=r"run config/roles\.sql as a superuser, then migrate as relais_owner\.$"
    ):
        first.require_roles(None, SimpleNamespace(connection=connection))


@pytest.mark.parametrize("app", ["audit", "audit_testapp"])
def test_models_and_migrations_agree(app):
    call_command("makemigrations", app, check=True, dry_run=True, stdout=StringIO())
