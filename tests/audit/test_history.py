"""Each version is kept as it was stored."""

from contextvars import Context
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit import clock, sitting
from audit.errors import NoSitting
from crypto.errors import KeyringClosed
from tests.audit.conftest import columns
from tests.audit.testapp.models import Note

pytestmark = pytest.mark.django_db


def test_each_save_raises_the_version_and_keeps_a_row(note, who):
    note.reference = "CD34"
    note.save()
    assert list(note.history.values_list("history_type", "version", "reference", "history_by")) == [
        ("~", 2, "CD34", who.actor_id),
        ("+", 1, "AB12", who.actor_id),
    ]
    assert note.history.first().history_date == clock.now()


def test_the_system_leaves_no_name(ring):
    with sitting.opened(sitting.SYSTEM), transaction.atomic():
        Note(reference="AB12").save()
    assert Note.history.get().history_by is None


def test_nothing_is_saved_by_nobody(ring):
    note = Note(reference="AB12")
    with pytest.raises(NoSitting), transaction.atomic():
        note.save()
    assert not Note.objects.exists()


def test_history_holds_the_stored_bytes(note):
    live = columns("SELECT story FROM audit_testapp_note")
    assert live == columns("SELECT story FROM audit_testapp_historicalnote")
    assert b"elle a fui" not in bytes(live[0])
    assert note.history.get().story == "elle a fui"


def test_history_is_written_without_a_key(note):
    """In the database: one statement, nothing decrypted."""
    note.reference = "CD34"
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        note.save(update_fields=["reference"])
    assert [query["sql"].split()[0] for query in queries] == ["SAVEPOINT", "UPDATE", "INSERT", "RELEASE"]


def test_update_fields_take_the_version_along(note):
    note.reference, note.story = "CD34", "autre chose"
    note.save(update_fields=["reference"])
    assert (note.version, note.history.first().reference) == (2, "CD34")
    assert note.history.first().story == "elle a fui"  # what was not saved is no history


def test_no_update_field_is_no_version(note):
    note.save(update_fields=[])
    assert (note.version, note.history.count()) == (1, 1)


def test_a_row_loaded_in_part_can_be_saved(note):
    part = Note.objects.only("reference").get()
    part.reference = "CD34"
    part.save()
    assert note.history.first().story == "elle a fui"
    assert Note.objects.get().version == 2


def test_a_refused_save_can_be_tried_again(note):
    note.reference = "too long for it"
    with pytest.raises(Exception, match="too long"), transaction.atomic():
        note.save()
    note.reference = "CD34"
    note.save()
    assert Note.objects.get().version == 2


@pytest.mark.parametrize("delete", [lambda note: note.delete(), lambda note: Note.objects.all().delete()])
def test_a_deletion_is_kept(note, delete):
    with transaction.atomic():
        delete(note)
        connection.check_constraints()
    assert list(Note.history.values_list("history_type", "version")) == [("-", 1), ("+", 1)]


def test_a_past_version_opens_only_with_a_keyring(note):
    note.story = "autre chose"
    note.save()
    past = note.history.earliest().instance
    assert (past.pk, past.version, past.story) == (note.pk, 1, "elle a fui")
    assert str(note.history.earliest()) == f"note {note.history.earliest().history_id}"


def test_a_past_version_is_read_without_one(note):
    row = note.history.get()
    past = Context().run(lambda: row.instance)
    assert past.reference == "AB12"
    assert "elle a fui" not in repr(past.__dict__)
    with pytest.raises(KeyringClosed):
        Context().run(lambda: past.story)


def test_the_row_as_of_a_moment(note):
    at = clock.now()
    assert note.history.as_of(at).reference == "AB12"
    assert Note.history.as_of(at).get().reference == "AB12"
    with pytest.raises(Note.DoesNotExist):
        note.history.as_of(at - timedelta(days=1))


def test_a_relation_is_kept_without_a_foreign_key(note):
    second = Note(reference="CD34", about=note)
    second.save()
    assert second.history.get().about_id == note.pk


def test_history_has_no_reason_column_and_no_back_door():
    assert "history_change_reason" not in {field.name for field in Note.history.model._meta.fields}
    assert not hasattr(Note, "save_without_historical_record")
