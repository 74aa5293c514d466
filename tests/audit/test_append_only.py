"""Nobody changes or removes an event: neither the application's login, nor, by mistake, the owner."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg.errors import InsufficientPrivilege

from audit import services, store
from audit.enums import Verb
from audit.models import Event
from tests.audit.conftest import columns

pytestmark = pytest.mark.django_db

REFUSED = (
    "UPDATE audit_event SET verb = 'view'",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "ALTER TABLE audit_event ALTER COLUMN seq RESTART",
    "DROP TRIGGER append_only ON audit_event",
    "SELECT setval('audit_event_seq_seq', 1)",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION audit_event_is_append_only() RETURNS trigger LANGUAGE sql AS ''",
    "CREATE OR REPLACE FUNCTION relais_history_guard() RETURNS trigger LANGUAGE sql AS ''",
    "ALTER TABLE audit_testapp_note DISABLE TRIGGER ALL",
    "DROP TRIGGER version_guard ON audit_testapp_note",
)


@pytest.fixture
def event(note):
    with transaction.atomic():
        return services.record(Verb.CREATE, note)


@pytest.mark.parametrize("statement", REFUSED)
def test_the_application_is_refused(event, statement):
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert isinstance(refusal.value.__cause__, InsufficientPrivilege)
    assert Event.objects.get() == event


@pytest.mark.parametrize("login", ["relais_app", "relais_sequencer"])
def test_no_login_of_the_product_becomes_another(login):
    for other in {"relais_owner", "relais_audit_owner", "relais_app", "relais_sequencer"} - {login}:
        assert columns("SELECT pg_has_role(%s, %s, 'MEMBER')", login, other) == (False,)


def test_the_orm_is_refused_too(event):
    for attempt in (
        event.delete,
        event.save,
        Event.objects.all().delete,
        lambda: Event.objects.update(scope="X"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_the_table_belongs_to_a_role_without_login():
    assert columns(
        "SELECT rolname, rolcanlogin FROM pg_class c JOIN pg_roles r ON r.oid = relowner"
        " WHERE relname = 'audit_event'"
    ) == ("relais_audit_owner", False)


def test_the_triggers_stand_where_the_rights_do_not():
    """With one login only there are no rights to refuse; and the owner of the database has them."""
    assert columns(
        "SELECT array_agg(tgname::text ORDER BY tgname), bool_and(tgenabled = 'O') FROM pg_trigger"
        " WHERE tgrelid = 'audit_event'::regclass AND NOT tgisinternal"
    ) == (["append_only", "never_truncated"], True)


@pytest.mark.parametrize(("column", "value"), [("seq", "1"), ("xid", "'1'::xid8"), ("at", "'2020-01-01'")])
def test_number_transaction_and_time_are_not_chosen_by_the_writer(event, column, value):
    refused = pytest.raises(DatabaseError, match=r"permission denied|cannot insert a non-DEFAULT value")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO audit_event (id, {column}, session_hash, ip_class, verb, object_type, fields, scope,"
            " outcome, reason_code, kek_unwraps, salt)"
            f" VALUES (gen_random_uuid(), {value}, '', '', 'view', 'a.b', '{{}}', '', 'ok', '', 0, '')"
        )


def test_seq_and_xid_come_from_the_database(seated, note):
    with transaction.atomic():
        first = services.record(Verb.CREATE, note)
        second = services.record(Verb.CHANGE, note)
        assert columns("SELECT pg_current_xact_id()::text::bigint") == (first.xid,)
    assert second.seq == first.seq + 1
    assert Event.objects.get(seq=first.seq).xid == second.xid
    assert len({first.salt, second.salt}) == 2
    assert len(first.salt) == 16


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "Fatou"),
        ("object_type", "Fatou"),
        ("reason_code", "elle a fui"),
        ("scope", "elle a fui"),
        ("stream_n", 1),
    ],
)
def test_the_database_refuses_words_too(event, column, value):
    with pytest.raises(IntegrityError), transaction.atomic():
        store.insert([Event(**({"verb": "view", "object_type": "a.b"} | {column: value}))], "default")
