import pytest
from django.core.checks import Error, run_checks
from django.db import connection

from audit import checks
from audit.notes import Signer
from tests.database.sequencer import as_sequencer

pytestmark = pytest.mark.django_db


def found() -> set[str]:
    messages = run_checks(tags=["database"], include_deployment_checks=True, databases=["default"])
    return {str(message.id) for message in messages if isinstance(message, Error)}


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_this_database_is_in_order():
    assert not found() & {"audit.E001", "audit.E002", "audit.E004"}


def test_a_shifted_clock_is_an_error():
    execute("SET LOCAL relais.clock_offset = '1 day'")
    assert "audit.E001" in found()
    execute("SET LOCAL relais.clock_offset = ''")
    assert "audit.E001" not in found()


def test_a_login_that_may_rewrite_the_audit_is_an_error(monkeypatch):
    monkeypatch.setattr(checks.Event._meta, "db_table", "audit_testapp_note")  # a table that it may change
    assert "audit.E002" in found()


def test_a_login_that_may_write_the_tree_is_an_error():
    with as_sequencer():
        assert "audit.E004" in found()


def test_nothing_is_asked_without_a_database():
    assert checks.clock_is_true() == []
    assert checks.audit_is_append_only() == []
    assert checks.tree_is_written_by_another() == []


def test_somebody_vouches_for_the_audit(settings):
    settings.RELAIS_LOG_KEY = ""
    (warning,) = checks.somebody_vouches()
    assert (warning.id, warning.msg) == (
        "audit.W003",
        "RELAIS_LOG_KEY is not set: nobody vouches for the audit.",
    )
    settings.RELAIS_LOG_KEY = str(Signer.new("cases.example/audit").verifier)
    assert checks.somebody_vouches() == []
    settings.RELAIS_WITNESSES = ["https://witness.example"]
    assert len(checks.somebody_vouches()) == 1
