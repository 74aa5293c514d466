"""What witnesses have signed is checked with the tree, and holds it to account when the signer's key is stolen."""

import pytest
from django.db import connection

from audit.leaf import COLUMNS, commitment_of, entry_of
from audit.merkle import leaf_hash, root_of
from audit.models import Checkpoint, Cosignature, Leaf
from audit.notes import COSIGNATURE, Verifier, cosigned_text, opened, signature_line
from audit.verification.report import Kind
from audit.verifying import verify_log
from crypto.signing import SigningKey
from tests.audit.verification.conftest import vouch

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

STAMP = 1_800_000_000


class Witness:
    def __init__(self, name: str = "witness.example/1") -> None:
        self.key = SigningKey.new()
        self.verifier = Verifier(name, self.key.public, COSIGNATURE)
        self.line = ""

    def cosign(self, checkpoint: Checkpoint) -> None:
        signed = self.key.sign(cosigned_text(opened(checkpoint.note)[0], STAMP))
        self.line = signature_line(self.verifier.name, self.verifier.id + STAMP.to_bytes(8, "big") + signed)
        Cosignature.objects.create(checkpoint=checkpoint, witness=self.verifier.name, line=self.line)


@pytest.fixture
def witness(grown, signer, settings, tmp_path) -> Witness:
    found = Witness()
    settings.RELAIS_LOG_KEY = str(signer.verifier)
    settings.RELAIS_SIGNER_SOCKET = str(tmp_path / "nobody")
    settings.RELAIS_WITNESSES = [f"https://witness.example {found.verifier}"]
    for size in (20, 40):
        found.cosign(Checkpoint.objects.get(size=size))
    return found


def test_their_own_pass_and_are_counted(witness):
    report = verify_log()
    assert (report.faults, report.checked["cosignatures"]) == ([], 2)


def test_a_line_that_somebody_else_has_written_is_named(witness):
    other = Witness(witness.verifier.name)
    other.cosign(Checkpoint.objects.get(size=30))
    report = verify_log()
    assert [(fault.kind, fault.index) for fault in report.faults] == [(Kind.COSIGNATURE_FORGED, 30)]


def test_a_signature_below_another_tree_is_named(witness, tamper):
    line = Cosignature.objects.get(checkpoint__size=20).line
    tamper("UPDATE audit_cosignature SET line = %(line)s", line=line)
    assert [(fault.kind, fault.index) for fault in verify_log().faults] == [(Kind.COSIGNATURE_FORGED, 40)]


def test_a_line_that_is_no_signature_is_named(witness, tamper):
    tamper("UPDATE audit_cosignature SET line = 'hello'")
    assert {fault.kind for fault in verify_log().faults} == {Kind.COSIGNATURE_FORGED}


def test_a_log_rewritten_with_the_stolen_key_of_the_signer_is_given_away_by_the_witness(
    witness, signer, tamper, grown
):
    """An event is changed, its leaf too, and the fingerprint above it is signed anew: nothing else would tell."""
    tamper("UPDATE audit_event SET actor_id = gen_random_uuid() WHERE id = %(id)s", id=grown[33].pk)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT salt, {', '.join(COLUMNS)} FROM audit_event WHERE id = %s", [grown[33].pk])
        salt, *values = cursor.fetchone()
    commitment = commitment_of(bytes(salt), dict(zip(COLUMNS, values, strict=True)))
    tamper(
        "DELETE FROM audit_checkpoint WHERE size = 40",
        "UPDATE audit_leaf SET commitment = %(commitment)s, hash = %(hash)s WHERE index = 33",
        commitment=commitment,
        hash=leaf_hash(entry_of(commitment)),
    )
    anew = vouch(signer, 40, root_of(map(bytes, Leaf.objects.values_list("hash", flat=True))))
    tamper(
        "DELETE FROM audit_cosignature c WHERE NOT EXISTS"
        " (SELECT FROM audit_checkpoint p WHERE p.id = c.checkpoint_id AND p.size < 40) AND checkpoint_id <> %(pk)s",
        pk=anew.pk,
    )
    assert verify_log().faults == [], "without what the witness signed nothing is found"
    Cosignature.objects.create(checkpoint=anew, witness=witness.verifier.name, line=witness.line)
    assert [(fault.kind, fault.index) for fault in verify_log().faults] == [(Kind.COSIGNATURE_FORGED, 40)]


def test_a_cut_behind_what_a_witness_saw_is_named_without_the_signer_s_fingerprints(witness, signer, tamper):
    """Twenty events, and nothing of the signer that says there were more; the witness's line stands by itself."""
    tamper(
        "UPDATE audit_checkpoint SET note = replace(note, '— relais', '— nobody') WHERE size = 40",
        "DELETE FROM audit_checkpoint WHERE size = 30",
        "DELETE FROM audit_leaf WHERE index >= 20",
        "DELETE FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)",
    )
    found = {fault.kind for fault in verify_log().faults}
    assert found == {Kind.CHECKPOINT_FORGED, Kind.TRUNCATED}


def test_an_older_line_under_a_larger_number_does_not_hide_what_the_witness_saw(witness, signer, tamper):
    tamper(
        "UPDATE audit_checkpoint SET note = replace(note, '— relais', '— nobody') WHERE size = 40",
        "DELETE FROM audit_checkpoint WHERE size = 30",
        "DELETE FROM audit_leaf WHERE index >= 20",
        "DELETE FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)",
        "WITH older AS (INSERT INTO audit_checkpoint (size, root, note, at)"
        " SELECT 1000, root, note, at FROM audit_checkpoint WHERE size = 20 RETURNING id)"
        " INSERT INTO audit_cosignature (checkpoint_id, witness, line, at) SELECT older.id, w.witness, w.line, w.at"
        " FROM older, audit_cosignature w JOIN audit_checkpoint c ON c.id = w.checkpoint_id WHERE c.size = 20",
    )
    assert Kind.TRUNCATED in {fault.kind for fault in verify_log().faults}


def test_what_a_witness_signed_before_it_changed_its_key_is_no_fault(witness, settings):
    anew = Witness(witness.verifier.name)
    anew.cosign(Checkpoint.objects.get(size=30))
    settings.RELAIS_WITNESSES = [f"https://witness.example {anew.verifier}"]
    assert len(verify_log().faults) == 2, "unless it is said"
    settings.RELAIS_WITNESSES_FORMER = [str(witness.verifier)]
    report = verify_log()
    assert (report.faults, report.checked["cosignatures"]) == ([], 3)


def test_of_whom_the_settings_do_not_name_nothing_is_said(witness, settings):
    settings.RELAIS_WITNESSES = []
    report = verify_log()
    assert report.faults == []
    assert any("witness.example/1" in remark and "2" in remark for remark in report.remarks)
