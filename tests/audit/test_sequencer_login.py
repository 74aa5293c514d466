"""The tree is written by the sequencer's login alone, which may do nothing else: not even read a case."""

import os
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg.conninfo import make_conninfo
from psycopg.errors import InsufficientPrivilege

from audit.management.acts.sequence import go_on
from audit.models import Checkpoint, Leaf
from audit.sequencing import Sequencer
from audit.tree import tree_state
from audit.work import defer
from config.run import start_sequencer
from tests.audit.test_sequence import wait
from tests.audit.tree import rows, write
from tests.database.sequencer import as_sequencer

pytestmark = pytest.mark.django_db

READ = {"audit_event", "audit_leaf", "audit_node", "audit_checkpoint"}
WRITTEN = READ - {"audit_event"}
TABLES = """
SELECT c.oid, c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
"""
ADDED = f"""
SELECT t.name, p FROM ({TABLES}) AS t (oid, name), unnest(ARRAY['INSERT', 'UPDATE', 'REFERENCES']) AS p
WHERE has_any_column_privilege('relais_sequencer', t.oid, p)
"""
CHANGED = f"""
SELECT t.name FROM ({TABLES}) AS t (oid, name)
WHERE has_table_privilege('relais_sequencer', t.oid, 'DELETE, TRUNCATE, TRIGGER')
"""
NUMBERED = """
SELECT seqrelid::regclass::text FROM pg_sequence
WHERE has_sequence_privilege('relais_sequencer', seqrelid, 'USAGE, SELECT, UPDATE')
"""
INSERTS = {
    "audit_leaf": "INSERT INTO audit_leaf VALUES (0, gen_random_uuid(), '', '')",
    "audit_node": "INSERT INTO audit_node (level, index, hash) VALUES (1, 0, '')",
    "audit_checkpoint": "INSERT INTO audit_checkpoint (size, root, note, at) VALUES (1, '', '', now())",
}


def may(statement: str) -> bool:
    """What is refused for another reason than the rights of the login fails the test."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as refusal:
        if not isinstance(refusal.__cause__, InsufficientPrivilege):
            raise
        return False
    return True


@pytest.mark.parametrize("table", INSERTS)
def test_the_application_writes_nothing_into_the_tree(table):
    assert not may(INSERTS[table])
    assert not may(f"COPY {table} FROM STDIN")
    with as_sequencer():
        assert may(INSERTS[table])


def test_the_sequencer_reads_the_events_and_the_tree_and_no_other_table():
    tables = {table for _oid, table in rows(TABLES)}
    assert {"referral_case", "partners_user", "crypto_datakey", *READ} < tables
    with as_sequencer():
        assert {table for table in tables if may(f"SELECT * FROM {table} LIMIT 1")} == READ
        assert may("SELECT id, queueing_lock FROM procrastinate_jobs")
        assert not may("SELECT args FROM procrastinate_jobs")


def test_the_sequencer_adds_to_the_tree_and_asks_for_a_job_and_changes_nothing():
    queue = {"procrastinate_jobs", "procrastinate_events"}
    assert set(rows(ADDED)) == {(table, "INSERT") for table in WRITTEN | queue}
    assert rows(CHANGED) == []
    assert {name for (name,) in rows(NUMBERED)} == {f"{table}_id_seq" for table in queue}


@pytest.mark.parametrize("table", sorted(WRITTEN))
def test_what_it_wrote_it_neither_changes_nor_removes(table):
    with as_sequencer():
        assert may(INSERTS[table])
        for statement in (
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
            f"UPDATE {table} SET {'root' if table == 'audit_checkpoint' else 'hash'} = 'x'",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        ):
            assert not may(statement), statement


def test_it_asks_for_the_witnesses_once():
    with as_sequencer():
        for _time in range(2):
            defer("audit.witness", once="audit.witness")
    assert ProcrastinateJob.objects.filter(task_name="audit.witness", status="todo").count() == 1


def test_with_another_login_it_does_not_begin():
    with pytest.raises(CommandError, match=r"RELAIS_DATABASE_LOGIN=sequencer\.$"):
        call_command("audit", "sequence", "--once")
    with pytest.raises(CommandError, match=r"RELAIS_DATABASE_LOGIN=sequencer\.$"):
        go_on(Sequencer(), threading.Event())


@pytest.mark.django_db(transaction=True)
def test_the_process_of_make_run_places_signs_and_asks_for_witnesses(running, settings):
    database = connections.settings["default"]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": make_conninfo(
            host=database["HOST"],
            port=database["PORT"],
            dbname=connection.settings_dict["NAME"],
            user=database["USER"],
            password=database["PASSWORD"] or None,
        ),
        "RELAIS_SIGNER_SOCKET": settings.RELAIS_SIGNER_SOCKET,
        "RELAIS_LOG_KEY": settings.RELAIS_LOG_KEY,
    }
    write(3, verb="breakglass.open")
    process = start_sequencer(environment)
    try:
        wait(lambda: Leaf.objects.count() == 3)
        wait(lambda: Checkpoint.objects.count() == 1)
        wait(lambda: ProcrastinateJob.objects.filter(task_name="audit.witness").exists())
    finally:
        process.terminate()
        assert process.wait(30) == 0
    assert tree_state().signed
