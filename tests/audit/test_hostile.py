"""Whoever has taken over the sequencer's login writes into the tree what it may insert: nothing passes in silence.

Who has the application's writes nothing there (test_sequencer_login.py) but what a witness is said to have signed.
"""

import time

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg.errors import InsufficientPrivilege

from audit import clock, notes, tree
from audit.errors import SignerRefused, TreeBroken
from audit.exporting import export_log
from audit.merkle import CompactRange
from audit.models import Checkpoint, Cosignature, Leaf
from audit.notes import Signer
from audit.sequencing import BATCH, Sequencer
from audit.tree import first_checkpoint_since, latest_checkpoint, tree_state
from audit.verification.tree import verify_tree
from audit.verification.unwraps import reconcile
from audit.vouching import Vouching
from tests.audit.tree import drained, rows, step, write
from tests.audit.verification.conftest import vouch
from tests.database.pristine import owner_connection
from tests.database.sequencer import as_sequencer

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = ("audit_leaf", "audit_node", "audit_checkpoint", "audit_cosignature")


@pytest.fixture
def signer(settings):
    signer = Signer.new("relais.example/audit")
    settings.RELAIS_LOG_KEY, settings.RELAIS_SIGNER_SOCKET = str(signer.verifier), "/nowhere/socket"
    return signer


@pytest.mark.parametrize("table", TABLES)
def test_the_application_changes_and_removes_nothing(table):
    for statement in (
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
        f"UPDATE {table} SET {'hash' if table in TABLES[:2] else 'id'} = NULL",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"DROP TRIGGER append_only ON {table}",
        f"CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION audit_tree_is_append_only()",
        "CREATE OR REPLACE FUNCTION audit_tree_is_append_only() RETURNS trigger LANGUAGE sql AS ''",
    ):
        with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert isinstance(refusal.value.__cause__, InsufficientPrivilege), statement
    assert rows(
        "SELECT rolname, rolcanlogin FROM pg_class c JOIN pg_roles r ON r.oid = relowner"
        f" WHERE relname = '{table}'"
    ) == [("relais_audit_owner", False)]


def test_a_forged_fingerprint_does_not_stand_for_the_signed_one(signer):
    write(3)
    sequencer = Sequencer()
    drained(sequencer)
    signed = vouch(signer, 3, sequencer.tree.root())
    for size in (*range(1000, 1020), 10**18):
        vouch(Signer.new(signer.name), size, bytes(32))
    text = str(notes.Checkpoint(signer.name, 3, sequencer.tree.root()))
    with as_sequencer():
        Checkpoint.objects.create(
            size=2000, root=bytes(32), note=notes.note_of(text, [signer.signature(text)])
        )
    assert latest_checkpoint() == tree_state().checkpoint == signed


def test_nobody_without_the_key_chooses_the_fingerprint_that_a_draw_begins_with(signer):
    at = clock.now()
    vouch(Signer.new(signer.name), 1, b"x" * 32)
    assert first_checkpoint_since(at) is None
    signed = vouch(signer, 3, bytes(32))
    assert first_checkpoint_since(at) == signed


def test_the_signer_is_asked_though_a_forged_fingerprint_says_it_has_signed(signer, caplog):
    write(1)
    sequencer = Sequencer()
    drained(sequencer)
    vouch(Signer.new(signer.name), 10**18, bytes(32))
    assert not tree_state().signed
    assert Vouching().consider(sequencer.tree, urgent=False) is None
    assert "checkpoint not signed" in caplog.text


def test_a_tree_that_was_cut_is_shown_to_the_signer_so_that_its_refusal_is_heard(signer, monkeypatch):
    def refuses(grown: CompactRange, remembered: int) -> Checkpoint:
        asked.append((grown.size, remembered))
        raise SignerRefused

    asked: list[tuple[int, int]] = []
    monkeypatch.setattr("audit.vouching.vouched", refuses)
    write(2)
    sequencer = Sequencer()
    drained(sequencer)
    vouch(signer, 5, bytes(32))
    Vouching().consider(sequencer.tree, urgent=False)
    assert asked == [(2, 5)]
    assert not tree_state().signed


def test_a_leaf_behind_a_gap_does_not_make_a_false_tree(signer):
    write(2)
    sequencer = Sequencer()
    drained(sequencer)
    with as_sequencer():
        Leaf.objects.create(
            index=7, event_id="00000000-0000-0000-0000-000000000007", commitment=bytes(32), hash=bytes(32)
        )
    write(1)
    with pytest.raises(TreeBroken, match="no hash"):
        until_it_sees(sequencer)
    with pytest.raises(TreeBroken):
        tree.root_at(8)
    assert Leaf.objects.count() == 3


@pytest.mark.parametrize("at", ["infinity", "-infinity", "0044-03-15 BC", "20000-01-01"])
def test_an_event_whose_time_python_cannot_hold_stops_neither_the_tree_nor_who_verifies(signer, at):
    """The application gives no time; whoever owns the tables can."""
    write(2)
    with owner_connection() as owner:
        owner.execute(
            "INSERT INTO audit_event (id, session_hash, ip_class, verb, object_type, fields, scope, outcome,"
            " reason_code, kek_unwraps, salt, at) VALUES (gen_random_uuid(), '', '', 'key.unwrap_batch', 'a.b',"
            " '{NULL}', '', 'ok', '', 1, '', %s)",
            [at],
        )
    write(2)
    sequencer = Sequencer()
    drained(sequencer)
    vouch(signer, 5, sequencer.tree.root())
    assert verify_tree([signer.verifier]).faults == []
    assert reconcile().faults == []
    assert export_log(lambda _name, _data: None).size == 5


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("salt", "convert_to(repeat('x', 17), 'UTF8')"),
        ("row_digest", "convert_to(repeat('x', 33), 'UTF8')"),
        ("detail", "convert_to(repeat('x', 262145), 'UTF8')"),
        ("fields", "ARRAY[repeat('x', 16385)]"),
        ("fields", "array_fill(NULL::text, ARRAY[200, 100])"),
    ],
)
def test_the_application_writes_no_event_that_is_too_large_to_be_read(column, value):
    """With half a gigabyte in one of them the tree would stand still until a superuser takes the event away."""
    with pytest.raises(IntegrityError, match="event_is_small"):
        write_with(column, value)


def test_the_application_keeps_no_line_of_a_witness_that_is_too_large_to_be_read(signer):
    shown = vouch(signer, 1, bytes(32))
    with pytest.raises(IntegrityError, match="cosignature_is_small"):
        Cosignature.objects.create(checkpoint=shown, witness="witness.example/1", line="x" * 4097)


def test_a_batch_of_the_largest_events_is_placed():
    write_with("detail", "decode(repeat(md5(n::text), 16384), 'hex')", count=BATCH)
    assert drained(Sequencer()) == BATCH


def write_with(column, value, *, count=1):
    event = {
        "id": "gen_random_uuid()",
        **dict.fromkeys(("session_hash", "ip_class", "scope", "reason_code"), "''"),
        **{"verb": "'view'", "object_type": "'a.b'", "outcome": "'ok'"},
        **{"fields": "'{}'", "kek_unwraps": "0", "salt": "''", column: value},
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO audit_event ({', '.join(event)}) SELECT {', '.join(event.values())}"
            f" FROM generate_series(1, {count}) AS n"
        )


def until_it_sees(sequencer: Sequencer) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        step(sequencer)
        time.sleep(0.01)
