"""The digest of a row says whether it is still the same."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone

from audit.digest import digest_of, row_digest
from audit.errors import RowNotStored
from tests.audit.testapp.models import Note, Sample

pytestmark = pytest.mark.django_db

VALUES = {
    "number": 7,
    "amount": Decimal("7.10"),
    "flag": True,
    "text": "7",
    "data": b"7",
    "moment": datetime(2026, 3, 1, 7, 0, 0, 7, tzinfo=UTC),
    "day": date(2026, 3, 1),
    "numbers": [7, None, 8],
}
OTHERS = {
    "number": [8, -7, None],
    "amount": [Decimal("7.11"), None],
    "flag": [False, None],
    "text": ["8", "7 ", "", None],
    "data": [b"8", b"7\0", b"", None],
    "moment": [datetime(2026, 3, 1, 7, 0, 0, 8, tzinfo=UTC), None],
    "day": [date(2026, 3, 2), None],
    "numbers": [[7, 8], [7, None, 9], [None, 7, 8], [78], [], None],
}
SAMPLE_ID = UUID(int=7)


def stored(**values) -> bytes:
    sample, _ = Sample.objects.update_or_create(id=SAMPLE_ID, defaults=VALUES | values)
    return row_digest(sample)


@pytest.mark.parametrize(
    ("column", "value"), [(column, value) for column in OTHERS for value in OTHERS[column]]
)
def test_any_column_changes_it(column, value):
    assert stored(**{column: value}) != stored()


def test_it_is_of_the_row_not_of_the_instance():
    before = stored()
    sample = Sample.objects.get()
    sample.text, sample.amount, sample.day = "unsaved", Decimal("7.1"), "2026-03-01"
    assert row_digest(sample) == before
    sample.text = "7"
    sample.save()
    assert row_digest(sample) == before


def test_the_time_zone_of_the_reader_does_not_matter():
    before = stored()
    with timezone.override("Asia/Tokyo"):
        assert row_digest(Sample.objects.get()) == before


def test_a_change_of_version_changes_it(note):
    before = row_digest(note)
    note.save()
    assert row_digest(note) != before


@pytest.mark.parametrize("at", [0, 3, 19, 31, -1])
def test_one_byte_of_a_ciphertext_changes_it(note, at):
    before = row_digest(note)
    with connection.cursor() as cursor:
        cursor.execute("SELECT story FROM audit_testapp_note")
        ciphertext = bytearray(cursor.fetchone()[0])
        ciphertext[at] ^= 1
        cursor.execute(
            "INSERT INTO audit_testapp_note (id, version, reference, story) VALUES (%s, 1, 'AB12', %s)",
            [other := uuid4(), bytes(ciphertext)],
        )
        cursor.execute(
            "INSERT INTO audit_testapp_historicalnote"
            " (id, version, reference, story, history_type, history_date)"
            " SELECT id, version, reference, story, '+', now() FROM audit_testapp_note WHERE id = %s",
            [other],
        )
        names = ["id", "version", "reference", "story", "about_id"]
        rows = {}
        for pk in (note.pk, other):
            cursor.execute(f"SELECT {', '.join(names)} FROM audit_testapp_note WHERE id = %s", [pk])
            rows[pk] = dict(zip(names, cursor.fetchone(), strict=True)) | {"id": note.pk}
    assert digest_of(rows[note.pk].items()) == before
    assert digest_of(rows[other].items()) != before


def test_a_new_column_that_is_null_changes_nothing():
    assert digest_of([("a", 1), ("b", None)]) == digest_of([("a", 1)])


def test_no_two_rows_read_alike():
    rows = [
        [("a", "b"), ("c", "d")],
        [("a", "bc"), ("", "d")],
        [("a", "b")],
        [("ab", "")],
        [("a", 1)],
        [("a", True)],
        [("a", "1")],
        [("a", b"1")],
        [("a", ["1"])],
        [("a", [["1"]])],
        [],
    ]
    assert len({digest_of(row) for row in rows}) == len(rows)


def test_a_kind_of_column_that_nobody_spelled_is_refused():
    with pytest.raises(TypeError, match="timedelta"):
        stored(duration=timedelta(days=1))


def test_what_is_not_stored_has_no_digest(note):
    with pytest.raises(RowNotStored, match="No row"):
        row_digest(Note())
    stale = Note.objects.get()
    note.save()
    with pytest.raises(RowNotStored, match="version 1"):
        row_digest(stale)


def test_it_is_sha_256_over_framed_columns():
    """Written out, so that a change of the spelling cannot pass unseen: old events rest on it."""
    spelled = {
        "number": b"\0\0\0\6number\0\0\0\2i7",
        "amount": b"\0\0\0\6amount\0\0\0\5n7.10",
        "flag": b"\0\0\0\4flag\0\0\0\2o1",
        "text": b"\0\0\0\4text\0\0\0\2s7",
        "data": b"\0\0\0\4data\0\0\0\2b7",
        "moment": b"\0\0\0\6moment\0\0\0\x21t2026-03-01T07:00:00.000007+00:00",
        "day": b"\0\0\0\3day\0\0\0\x0bd2026-03-01",
        "numbers": b"\0\0\0\7numbers\0\0\0\x11l\0\0\0\2i7\0\0\0\0\0\0\0\2i8",
        "id": b"\0\0\0\2id\0\0\0\x11u" + SAMPLE_ID.bytes,
    }
    row = VALUES | {"id": SAMPLE_ID}
    assert digest_of(row.items()) == hashlib.sha256(b"".join(spelled[name] for name in row)).digest()
