"""An entry of the tree is fixed for good: who changes how it is made breaks every proof that was given."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

import pytest

from audit import leaf
from audit.models import Event

ROW = dict.fromkeys(leaf.COLUMNS) | {
    "id": UUID(int=1),
    "seq": 2**60,
    "xid": "77",
    "at": datetime(2026, 11, 30, 9, 18, 37, 5, tzinfo=timezone(timedelta(hours=1))),
    "session_hash": "",
    "verb": "view",
    "object_type": "a.b",
    "version": 3,
    "row_digest": memoryview(b"\x01" * 32),
    "fields": ["narrative", "age"],
    "scope": 'é\n"\\\x01',
    "detail": b"sealed",
    "kek_unwraps": 0,
}
JSON = (
    '{{"at":"2026-11-30T08:18:37.000005Z","detail":"{}","fields":["narrative","age"],'
    '"id":"00000000-0000-0000-0000-000000000001","kek_unwraps":0,"object_type":"a.b","row_digest":"{}",'
    '"scope":"é\\n\\"\\\\\\u0001","seq":"1152921504606846976","session_hash":"","verb":"view","version":3,"xid":"77"}}'
).format(sha256(b"sealed").hexdigest(), "01" * 32)


def test_the_canonical_form():
    assert leaf.canonical(leaf.body_of(ROW)).decode() == JSON
    commitment = leaf.commitment_of(b"salt", ROW)
    assert commitment == sha256(b"salt" + JSON.encode()).digest()
    assert leaf.entry_of(commitment) == b"relais-audit/v1 " + b64encode(commitment) + b"\n"


def test_every_column_but_the_salt_is_vouched_for():
    """A new column of the event is left out of v1 knowingly, or makes a v2."""
    assert list(leaf.COLUMNS) == [
        field.column for field in Event._meta.concrete_fields if field.name != "salt"
    ]


@pytest.mark.parametrize("name", leaf.COLUMNS)
def test_no_column_can_be_changed_unseen(name):
    other = {"at": datetime(2027, 1, 1, tzinfo=UTC), "fields": ["other"]}.get(name, "other")
    assert leaf.commitment_of(b"salt", ROW | {name: other}) != leaf.commitment_of(b"salt", ROW)


def test_what_is_no_text_in_a_list_is_not_taken_for_text():
    bodies = [
        leaf.canonical(leaf.body_of(ROW | {"fields": fields}))
        for fields in (
            ["a", None],
            ["a", "None"],
            ["a", "null"],
            [["a"], ["b"]],
            ["['a']", "['b']"],
            ["a"],
            [],
        )
    ]
    assert len(set(bodies)) == 7


def test_what_version_1_cannot_write_is_refused():
    with pytest.raises(TypeError, match="version 1 does not say"):
        leaf.body_of(ROW | {"scope": 1.5})
