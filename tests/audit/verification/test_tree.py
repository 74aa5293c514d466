"""Whoever owns the machine changes, removes, adds, moves, cuts or re-times events: each is found, and named."""

import os
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import connection

from audit import notes
from audit.leaf import COLUMNS, commitment_of, entry_of
from audit.merkle import leaf_hash, root_of
from audit.models import Checkpoint, Event, Leaf, Node
from audit.notes import Signer
from audit.verification.report import Fault, Kind, Report
from audit.verification.tree import Known, verify_tree
from tests.audit.verification.conftest import plant, vouch

pytestmark = pytest.mark.django_db(databases=["default", "audit"])
Tamper = Callable[..., None]
FULL = os.environ.get("FULL") == "1"


def verified(signer: Signer, **more) -> Report:
    return verify_tree([signer.verifier], **more)


def first(signer: Signer, **more) -> tuple[Kind, int | None]:
    fault = verified(signer, **more).first
    assert fault is not None, "nothing was found"
    return fault.kind, fault.index


def test_what_nobody_touched_passes(grown, signer):
    report = verified(signer)
    assert (report.faults, report.checked["events"], report.checked["fingerprints"]) == ([], 40, 4)


@pytest.mark.parametrize(
    "change",
    [
        "actor_id = gen_random_uuid()",
        "verb = 'list'",
        "object_id = gen_random_uuid()",
        "version = 7",
        "fields = '{}'",
        "outcome = 'denied'",
        "kek_unwraps = 9",
        "stream_n = 900",
        "salt = repeat('x', 16)::bytea",
        "actor_id = NULL",
        "row_digest = repeat('x', 32)::bytea",
    ],
)
def test_a_changed_event_is_named(grown, signer, tamper, change):
    tamper(f"UPDATE audit_event SET {change} WHERE id = %(id)s", id=grown[23].pk)
    fault = verified(signer).first
    assert (fault.kind, fault.index) == (Kind.EVENT_CHANGED, 23)
    assert str(grown[23].pk) in fault.where


@pytest.mark.parametrize("index", range(40) if FULL else [0, 9, 10, 39])
def test_wherever_it_is_the_first_bad_index_is_named(grown, signer, tamper, index):
    """Right before and behind a fingerprint, the first and the last of all; a later one does not hide it."""
    changed = [event.pk for event in grown[index::5]]
    tamper("UPDATE audit_event SET scope = 'x' WHERE id = ANY(%(changed)s)", changed=changed)
    assert first(signer) == (Kind.EVENT_CHANGED, index)
    assert verified(signer).found == len(changed)


def test_a_deleted_event_is_named(grown, signer, tamper):
    tamper("DELETE FROM audit_event WHERE id = %(id)s", id=grown[23].pk)
    report = verified(signer)
    assert [(fault.kind, fault.index) for fault in report.faults] == [(Kind.EVENT_DELETED, 23)]


def test_a_deleted_event_with_its_leaf_is_named(grown, signer, tamper):
    tamper(
        "DELETE FROM audit_event WHERE id = %(id)s",
        "DELETE FROM audit_leaf WHERE event_id = %(id)s",
        id=grown[23].pk,
    )
    assert first(signer) == (Kind.EVENT_DELETED, 23)


def test_a_deleted_event_whose_leaf_the_next_ones_fill_is_named(grown, signer, tamper):
    tamper(
        "DELETE FROM audit_event WHERE id = %(id)s",
        "DELETE FROM audit_leaf WHERE event_id = %(id)s",
        "UPDATE audit_leaf SET index = index + 1000 WHERE index > 23",
        "UPDATE audit_leaf SET index = index - 1001 WHERE index >= 1000",
        id=grown[23].pk,
    )
    # After the last fingerprint that fits: the leaf itself is gone, so no more can be said of its place.
    assert first(signer) == (Kind.EVENT_DELETED, 20)


def test_an_event_slipped_in_is_named(grown, signer, tamper):
    _copy(tamper, grown[23])
    assert first(signer) == (Kind.EVENT_INSERTED, 24)


def test_an_event_slipped_in_with_a_leaf_is_named(grown, signer, tamper):
    new = _copy(tamper, grown[23])
    tamper(
        "UPDATE audit_leaf SET index = index + 1000 WHERE index > 23",
        "UPDATE audit_leaf SET index = index - 999 WHERE index >= 1000",
    )
    commitment = _commitment(new)
    Leaf.objects.create(index=24, event_id=new, commitment=commitment, hash=leaf_hash(entry_of(commitment)))
    fault = verified(signer).first
    assert (fault.kind, fault.index) == (Kind.EVENT_INSERTED, 24)
    assert str(new) in fault.where


def test_events_in_another_order_are_named(grown, signer, tamper):
    one, other = grown[22].pk, grown[27].pk
    tamper(
        "UPDATE audit_leaf SET event_id = gen_random_uuid() WHERE index = 22",
        "UPDATE audit_leaf SET event_id = %(one)s WHERE index = 27",
        "UPDATE audit_leaf SET event_id = %(other)s WHERE index = 22",
        one=one,
        other=other,
    )
    fault = verified(signer).first
    assert (fault.kind, fault.index) == (Kind.EVENTS_REORDERED, 22)
    assert "belongs at index 27" in fault.where


def test_leaves_in_another_order_are_named(grown, signer, tamper):
    tamper(
        "UPDATE audit_leaf SET index = 1000 WHERE index = 22",
        "UPDATE audit_leaf SET index = 22 WHERE index = 27",
        "UPDATE audit_leaf SET index = 27 WHERE index = 1000",
    )
    assert first(signer) == (Kind.EVENTS_REORDERED, 22)


def test_a_truncated_tail_is_named(grown, signer, tamper):
    tamper(
        "DELETE FROM audit_leaf WHERE index >= 33",
        "DELETE FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)",
    )
    assert first(signer) == (Kind.TRUNCATED, 33)


def test_truncated_events_are_named_though_their_leaves_are_there(grown, signer, tamper):
    tamper(
        "DELETE FROM audit_event WHERE xid >= (SELECT xid FROM audit_event WHERE id = %(id)s)",
        id=grown[33].pk,
    )
    report = verified(signer)
    assert [(fault.kind, fault.index) for fault in report.faults] == [(Kind.TRUNCATED, 33)]


def test_a_tail_cut_with_its_fingerprints_is_named_by_the_one_on_paper(grown, signer, tamper):
    paper = Checkpoint.objects.get(size=40)
    kept = Known(40, bytes(paper.root), "paper")
    tamper(
        "DELETE FROM audit_checkpoint WHERE size > 20",
        "DELETE FROM audit_leaf WHERE index >= 20",
        "DELETE FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)",
    )
    assert verified(signer).faults == []  # the database alone cannot know: that is what paper is for
    assert first(signer, known=[kept]) == (Kind.TRUNCATED, 20)


@pytest.mark.parametrize("index", [3, 15])
def test_a_retimed_change_is_named_with_its_true_time(grown, signer, tamper, index):
    """To the second: history was written in the same transaction."""
    tamper("UPDATE audit_event SET at = at + interval '1 second' WHERE id = %(id)s", id=grown[index].pk)
    fault = verified(signer).first
    assert (fault.kind, fault.index) == (Kind.EVENT_RETIMED, index)
    assert f"{grown[index].at:%H:%M:%S}" in fault.where


@pytest.mark.parametrize("at", ["infinity", "-infinity", "0044-03-15 BC"])
def test_a_time_out_of_this_world_is_named(grown, signer, tamper, at):
    tamper("UPDATE audit_event SET at = %(at)s WHERE id = ANY(%(ids)s)", at=at, ids=[grown[31].pk])
    tamper("UPDATE audit_testapp_historicalnote SET history_date = 'infinity'")
    assert first(signer) == (Kind.EVENT_RETIMED, 31)


def test_a_retimed_look_is_named(grown, signer, tamper):
    tamper("UPDATE audit_event SET at = at - interval '1 hour' WHERE id = %(id)s", id=grown[31].pk)
    assert first(signer) == (Kind.EVENT_RETIMED, 31)


def test_a_look_retimed_by_little_is_found(grown, signer, tamper):
    tamper("UPDATE audit_event SET at = at - interval '1 second' WHERE id = %(id)s", id=grown[31].pk)
    assert first(signer) == (Kind.EVENT_CHANGED, 31)


def test_a_deleted_look_is_named(grown, signer, tamper):
    tamper("DELETE FROM audit_event WHERE id = %(id)s", id=grown[35].pk)
    assert grown[35].verb == "view"
    assert first(signer) == (Kind.EVENT_DELETED, 35)


def test_a_changed_event_with_its_leaf_rewritten_is_found(grown, signer, tamper):
    """Everything in the database is made to fit; the fingerprints are signed elsewhere."""
    tamper("UPDATE audit_event SET actor_id = gen_random_uuid() WHERE id = %(id)s", id=grown[23].pk)
    commitment = _commitment(grown[23].pk)
    tamper(
        "UPDATE audit_leaf SET commitment = %(commitment)s, hash = %(hash)s WHERE index = 23",
        commitment=commitment,
        hash=leaf_hash(entry_of(commitment)),
    )
    fault = verified(signer).first
    assert (fault.kind, fault.index) == (Kind.LEAVES_REWRITTEN, 20)
    assert "up to 29" in fault.where


def test_a_leaf_whose_hash_alone_is_changed_is_found(grown, signer, tamper):
    tamper("UPDATE audit_leaf SET hash = commitment WHERE index = 23")
    assert first(signer) == (Kind.LEAVES_REWRITTEN, 23)


@pytest.mark.parametrize(
    ("wrong", "index"),
    [
        ("UPDATE audit_node SET hash = sha256('x') WHERE index = 1", 511),
        ("DELETE FROM audit_node WHERE index = 1", 511),
        ("INSERT INTO audit_node (level, index, hash) VALUES (2, 0, sha256('x'))", 600),
        ("INSERT INTO audit_node (level, index, hash) VALUES (1, 2, sha256('x'))", 600),
        (None, None),
    ],
)
def test_a_hash_that_proofs_are_made_of_is_compared(seated, signer, tamper, wrong, index):
    tamper(
        "INSERT INTO audit_leaf SELECT n, gen_random_uuid(), sha256(n::text::bytea), ''"
        " FROM generate_series(0, 599) n",
        "UPDATE audit_leaf SET hash = sha256('\\x00'::bytea || convert_to('relais-audit/v1 '"
        " || encode(commitment, 'base64') || chr(10), 'UTF8'))",
    )
    hashes = [bytes(each) for each in Leaf.objects.order_by("index").values_list("hash", flat=True)]
    for place in (0, 1):
        Node.objects.create(level=1, index=place, hash=root_of(hashes[place * 256 : (place + 1) * 256]))
    if wrong:
        tamper(wrong)
    gone, *faults = sorted(verified(signer).faults, key=lambda fault: fault.index)
    assert (gone.kind, gone.index) == (Kind.TRUNCATED, 0)  # the leaves have no events here
    assert [(fault.kind, fault.index) for fault in faults] == ([(Kind.NODE_CHANGED, index)] if wrong else [])


# --- Fingerprints ----------------------------------------------------------------------------------------------
def test_a_fingerprint_signed_by_somebody_else_is_forged(grown, signer, tamper):
    real = Checkpoint.objects.get(size=30)
    tamper("DELETE FROM audit_checkpoint WHERE size = 30")
    vouch(Signer.new(signer.name), 30, bytes(real.root))
    assert [fault.kind for fault in verified(signer).faults] == [Kind.CHECKPOINT_FORGED]


def test_a_fingerprint_of_another_tree_is_forged(grown, signer, tamper):
    tamper("UPDATE audit_checkpoint SET root = %(root)s WHERE size = 30", root=b"x" * 32)
    assert first(signer) == (Kind.CHECKPOINT_FORGED, 30)


def test_one_character_of_a_note_is_found(grown, signer, tamper):
    tamper("UPDATE audit_checkpoint SET note = replace(note, E'\\n30\\n', E'\\n31\\n') WHERE size = 30")
    assert first(signer) == (Kind.CHECKPOINT_FORGED, 30)


def test_a_fingerprint_for_another_log_is_forged(grown, signer, tamper):
    real = Checkpoint.objects.get(size=30)
    text = str(notes.Checkpoint("another.example/log", 30, bytes(real.root)))
    tamper(
        "UPDATE audit_checkpoint SET note = %(note)s WHERE size = 30",
        note=notes.note_of(text, [signer.signature(text)]),
    )
    assert first(signer) == (Kind.CHECKPOINT_FORGED, 30)


def test_whoever_holds_the_signing_key_is_found_by_the_paper(grown, signer, tamper):
    kept = Known(30, bytes(Checkpoint.objects.get(size=30).root), "paper")
    tamper(
        "UPDATE audit_event SET actor_id = gen_random_uuid() WHERE id = %(id)s",
        "DELETE FROM audit_leaf",
        "DELETE FROM audit_checkpoint",
        id=grown[23].pk,
    )
    plant(signer)
    assert verified(signer).faults == []
    assert first(signer, known=[kept])[0] == Kind.LEAVES_REWRITTEN


def test_events_that_the_tree_never_got_are_counted(grown, signer, tamper):
    tamper("DELETE FROM audit_leaf WHERE index >= 30", "DELETE FROM audit_checkpoint WHERE size > 30")
    report = verified(signer)
    kinds = {fault.kind for fault in report.faults}
    assert kinds == {Kind.NOT_IN_TREE, Kind.EVENT_INSERTED} or kinds == {Kind.NOT_IN_TREE}
    assert f"number {grown[30].seq}" in str(report.faults[0])


@pytest.mark.parametrize("at", ["infinity", "2099-01-01"])
def test_an_event_of_a_time_to_come_that_the_tree_never_got_is_counted(grown, signer, tamper, at):
    tamper("UPDATE audit_event SET at = %(at)s WHERE id = %(id)s", at=at, id=_copy(tamper, grown[23]))
    assert first(signer) == (Kind.NOT_IN_TREE, None)


def test_progress_is_told(grown, signer, monkeypatch):
    monkeypatch.setattr("audit.verification.tree.STEP", 10)
    told: list[int] = []
    verified(signer, tell=told.append)
    assert told == [10, 20, 30, 40]


def test_a_fault_is_a_sentence():
    fault = Fault(Kind.TRUNCATED, "index 7", 7)
    assert str(fault) == "Les derniers événements ont été coupés. index 7"


def _copy(tamper: Tamper, event: Event) -> UUID:
    """A look more, right after this one."""
    new = uuid4()
    names = [name for name in COLUMNS if name not in ("id", "seq", "stream_id", "stream_n")]
    listed = ", ".join(names)
    tamper(
        f"INSERT INTO audit_event (id, salt, {listed}) SELECT %(new)s, salt, {listed}"
        " FROM audit_event WHERE id = %(old)s",
        new=new,
        old=event.pk,
    )
    return new


def _commitment(pk) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT salt, {', '.join(COLUMNS)} FROM audit_event WHERE id = %s", [pk])
        salt, *values = cursor.fetchone()
    return commitment_of(bytes(salt), dict(zip(COLUMNS, values, strict=True)))
