"""What the signer remembers on its own disk is compared with the log: nobody reaches it by the database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from audit.leaf import COLUMNS, commitment_of, entry_of
from audit.merkle import leaf_hash
from audit.models import Checkpoint
from audit.notes import Signer
from audit.signer import Memory, Notary
from audit.verification.report import Kind
from audit.verifying import verify_log
from tests.audit.answering import Answering

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


@pytest.fixture
def remembering(grown, signer, settings, tmp_path) -> Iterator[Path]:
    """A signer that has signed all forty events last."""
    last = Checkpoint.objects.get(size=40)
    Memory.create(tmp_path / "memory.json")
    Memory(tmp_path / "memory.json").keep(40, bytes(last.root))
    settings.RELAIS_LOG_KEY = str(signer.verifier)
    settings.RELAIS_SIGNER_SOCKET = str(tmp_path / "socket")
    with Answering(tmp_path / "socket", Notary(signer, Memory(tmp_path / "memory.json"))):
        yield tmp_path / "memory.json"


def test_what_nobody_touched_passes(remembering):
    before = remembering.read_text()
    report = verify_log()
    assert (report.faults, report.remarks) == ([], [])
    assert remembering.read_text() == before


def test_a_tail_cut_with_its_fingerprints_is_named(remembering, tamper):
    tamper(
        "DELETE FROM audit_checkpoint WHERE size > 20",
        "DELETE FROM audit_leaf WHERE index >= 20",
        "DELETE FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)",
    )
    fault = verify_log().first
    assert (fault.kind, fault.index) == (Kind.TRUNCATED, 20)


def test_a_tree_rewritten_after_its_last_fingerprints_were_taken_away_is_named(remembering, grown, tamper):
    """As large as it was: the database is whole in itself, and every fingerprint that is left fits."""
    tamper(
        "UPDATE audit_event SET actor_id = gen_random_uuid() WHERE id = %(id)s",
        "DELETE FROM audit_checkpoint WHERE size > 20",
        id=grown[33].pk,
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT salt, {', '.join(COLUMNS)} FROM audit_event WHERE id = %s", [grown[33].pk])
        salt, *values = cursor.fetchone()
    commitment = commitment_of(bytes(salt), dict(zip(COLUMNS, values, strict=True)))
    tamper(
        "UPDATE audit_leaf SET commitment = %(commitment)s, hash = %(hash)s WHERE index = 33",
        commitment=commitment,
        hash=leaf_hash(entry_of(commitment)),
    )
    fault = verify_log().first
    assert (fault.kind, fault.index) == (Kind.LEAVES_REWRITTEN, 20)
    assert "kept by the signer" in fault.where


def test_what_a_former_key_has_signed_stays_signed(remembering, signer, settings):
    new = Signer.new(signer.name)
    settings.RELAIS_LOG_KEY = str(new.verifier)
    assert {fault.kind for fault in verify_log().faults} == {Kind.CHECKPOINT_FORGED}
    settings.RELAIS_LOG_KEYS_FORMER = [str(signer.verifier)]
    assert verify_log().faults == []


def test_somebody_else_on_the_socket_is_not_believed(grown, signer, settings, tmp_path):
    Memory.create(tmp_path / "memory.json")
    settings.RELAIS_LOG_KEY = str(signer.verifier)
    settings.RELAIS_SIGNER_SOCKET = str(tmp_path / "socket")
    with Answering(tmp_path / "socket", Notary(Signer.new(signer.name), Memory(tmp_path / "memory.json"))):
        report = verify_log()
    assert (report.found, report.remarks) == (
        0,
        ["What answers as the signer has not the key of the log: what it says was not compared."],
    )


class Deaf(Notary):
    """As the signer is to a user whom neither `--peer` nor `--reader` names."""

    def answer(self, body: str) -> str:
        return ""


def test_a_signer_that_answers_nobody_like_us_is_told_of(grown, signer, settings, tmp_path):
    Memory.create(tmp_path / "memory.json")
    settings.RELAIS_LOG_KEY = str(signer.verifier)
    settings.RELAIS_SIGNER_SOCKET = str(tmp_path / "socket")
    with Answering(tmp_path / "socket", Deaf(signer, Memory(tmp_path / "memory.json"))):
        report = verify_log()
    assert (report.found, report.remarks) == (
        0,
        ["The signer does not answer to this user: what it remembers was not compared."],
    )
