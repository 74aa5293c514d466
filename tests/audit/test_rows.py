"""A row is saved and written down in one call."""

import pytest
from django.db import transaction

from audit.errors import FactRefused
from audit.models import Event
from audit.rows import write
from tests.audit.testapp.models import Note

pytestmark = pytest.mark.django_db


def test_a_new_row_is_a_creation(seated):
    note = Note(reference="AB12")
    event = write(note)
    assert (event.verb, event.object_id, event.version, event.fields) == ("create", note.pk, 1, [])


def test_a_changed_row_says_which_fields(note):
    note.reference, note.story = "CD34", "autre chose"
    event = write(note, fields=(name for name in ["reference"]))
    assert (event.verb, event.version, event.fields) == ("change", 2, ["reference"])
    assert (Note.objects.get().reference, Note.objects.get().story) == ("CD34", "elle a fui")


def test_a_verb_and_facts_of_one_s_own(note):
    event = write(note, "transition.close", reason_code="ERROR")
    assert (event.verb, event.reason_code, event.version) == ("transition.close", "ERROR", 2)


def test_a_refused_event_takes_the_change_with_it(note):
    with pytest.raises(FactRefused), transaction.atomic():
        write(note, reason_code="elle a fui")
    assert (Note.objects.get().version, Event.objects.count()) == (1, 0)
