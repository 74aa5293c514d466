"""No version without its number, no version without its history row, by whatever route."""

from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from tests.audit.testapp.models import Note

pytestmark = pytest.mark.django_db


def raw(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def commit():
    """A transaction whose end asks what a commit asks, inside the test's own."""
    with transaction.atomic():
        yield
        connection.check_constraints()


def test_queryset_update_is_refused(note):
    with pytest.raises(IntegrityError, match="must be followed by the next"), transaction.atomic():
        Note.objects.update(reference="ZZ")


def test_bulk_update_is_refused(note):
    note.reference = "ZZ"
    with pytest.raises(IntegrityError, match="must be followed by the next"), transaction.atomic():
        Note.objects.bulk_update([note], ["reference"])


def test_a_stale_instance_is_refused(note):
    stale = Note.objects.get()
    note.save()
    stale.reference = "ZZ"
    with pytest.raises(IntegrityError, match="must be followed by the next"), transaction.atomic():
        stale.save()
    assert stale.version == 1
    assert Note.objects.get().reference == "AB12"


@pytest.mark.parametrize(
    "change", ["reference = 'ZZ'", "version = version + 2", "version = version - 1", "id = gen_random_uuid()"]
)
def test_raw_sql_is_refused(note, change):
    with pytest.raises(IntegrityError, match="must be followed by the next"), transaction.atomic():
        raw(f"UPDATE audit_testapp_note SET {change}")


def test_a_row_begins_with_version_one(seated):
    with pytest.raises(IntegrityError, match="first version must be 1"), transaction.atomic():
        Note(reference="AB12", version=2).save()


def test_a_version_without_history_is_refused_at_commit(note):
    with pytest.raises(IntegrityError, match="UPDATE of version 2 has no history row"), commit():
        raw("UPDATE audit_testapp_note SET reference = 'ZZ', version = 2")


def test_each_version_of_one_transaction_needs_its_row(note):
    with pytest.raises(IntegrityError, match="UPDATE of version 2"), commit():
        raw(
            "UPDATE audit_testapp_note SET version = 2",
            "UPDATE audit_testapp_note SET version = 3",
            "INSERT INTO audit_testapp_historicalnote (id, version, reference, history_type, history_date)"
            " SELECT id, version, reference, '~', now() FROM audit_testapp_note",
        )


def test_bulk_create_is_refused_at_commit(seated):
    with pytest.raises(IntegrityError, match="INSERT of version 1 has no history row"), commit():
        Note.objects.bulk_create([Note(reference="AB12")])


def test_a_deletion_without_history_is_refused_at_commit(note):
    with pytest.raises(IntegrityError, match="DELETE of version 1 has no history row"), commit():
        raw("DELETE FROM audit_testapp_note")


def test_a_temporary_table_does_not_pass_for_the_history(note):
    with pytest.raises(IntegrityError, match="UPDATE of version 2 has no history row"), commit():
        raw(
            "CREATE TEMPORARY TABLE audit_testapp_historicalnote"
            " (LIKE public.audit_testapp_historicalnote) ON COMMIT DROP",
            "UPDATE audit_testapp_note SET version = 2",
            "INSERT INTO pg_temp.audit_testapp_historicalnote"
            " (history_id, id, version, reference, history_type, history_date)"
            " SELECT 1, id, version, reference, '~', now() FROM audit_testapp_note",
        )


@pytest.mark.django_db(transaction=True)
def test_the_commit_itself_refuses(seated):
    with transaction.atomic():
        note = Note(reference="AB12")
        note.save()
    with pytest.raises(IntegrityError, match="has no history row"), transaction.atomic():
        raw("UPDATE audit_testapp_note SET reference = 'ZZ', version = 2")
    with pytest.raises(IntegrityError, match="has no history row"):
        note.save()  # outside a transaction the row is committed before its history is written
    assert (Note.objects.get().reference, Note.objects.get().version, note.version) == ("AB12", 1, 1)
