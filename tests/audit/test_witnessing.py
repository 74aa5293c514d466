"""A witness that keeps every rule of https://c2sp.org/tlog-witness cosigns, or says why not; what it signs is kept."""

import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit import jobs, merkle
from audit.errors import NoteRefused, ProofRefused, WitnessRefused, WitnessSilent
from audit.exporting import signed_note
from audit.models import Checkpoint, Cosignature, Leaf
from audit.notes import (
    COSIGNATURE,
    Signer,
    Verifier,
    cosigned_text,
    note_of,
    opened,
    signature_line,
    verified,
)
from audit.notes import Checkpoint as Text
from audit.signer import Request
from audit.witnessing import Witness, cosign, witnesses
from crypto.signing import SigningKey
from tests.database.sequencer import as_sequencer

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

LOG = Signer.new("cases.example/audit")


class Strict(HTTPServer):
    """What the protocol asks of a witness, and nothing besides."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.key = SigningKey.new()
        self.verifier = Verifier("witness.example/1", self.key.public, COSIGNATURE)
        self.known = {LOG.name: LOG.verifier}
        self.seen = (0, merkle.EMPTY_ROOT)
        self.asked = 0
        self.instead: tuple[int, str] | None = None

    def answer(self, path: str, body: str) -> tuple[int, str]:
        self.asked += 1
        if self.instead:
            return self.instead
        if path != "/add-checkpoint":
            return 404, ""
        try:
            request = Request.read(body)
            asked = Text.read(opened(request.text)[0])
        except NoteRefused:
            return 400, ""
        if asked.origin not in self.known:
            return 404, ""
        try:
            verified(request.text, self.known[asked.origin])
        except NoteRefused:
            return 403, ""
        if request.old > asked.size:
            return 400, ""
        if request.old != self.seen[0] or (request.old == asked.size and asked.root != self.seen[1]):
            return 409, f"{self.seen[0]}\n"
        try:
            merkle.verify_consistency(*self.seen, asked.size, asked.root, request.proof)
        except ProofRefused:
            return 422, ""
        self.seen = (asked.size, asked.root)
        stamp = int(time.time())
        signed = self.key.sign(cosigned_text(str(asked), stamp))
        return 200, signature_line(self.verifier.name, self.verifier.id + stamp.to_bytes(8, "big") + signed)


class Asked(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status, text = self.server.answer(self.path, body)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def strict():
    with Strict() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def witness(strict, settings):
    settings.RELAIS_WITNESSES = [f"http://127.0.0.1:{strict.server_port}/ {strict.verifier}"]
    (found,) = witnesses()
    return found


def checkpoint(size: int, signer: Signer = LOG) -> Checkpoint:
    """As the sequencer stores them."""
    there = Leaf.objects.count()
    root = merkle.root_of(merkle.leaf_hash(b"%d" % number) for number in range(size))
    text = str(Text(signer.name, size, root))
    with as_sequencer():
        Leaf.objects.bulk_create(
            Leaf(
                index=number,
                event_id=f"00000000-0000-0000-0000-{number:012d}",
                commitment=bytes(32),
                hash=merkle.leaf_hash(b"%d" % number),
            )
            for number in range(there, size)
        )
        return Checkpoint.objects.create(size=size, root=root, note=note_of(text, [signer.signature(text)]))


def test_each_checkpoint_is_cosigned_once_and_kept(strict, witness):
    assert cosign(witness) is None  # there is nothing yet
    for size in (3, 11):
        made = checkpoint(size)
        kept = cosign(witness)
        assert (kept.checkpoint, kept.witness) == (made, "witness.example/1")
        assert verified(made.note + kept.line, strict.verifier) == opened(made.note)[0]
    assert cosign(witness) is None
    assert (strict.asked, strict.seen[0]) == (2, 11)


def test_a_witness_that_has_seen_more_than_we_remember_is_believed(strict, witness):
    """As after an answer that was lost."""
    first = checkpoint(5)
    strict.seen = (5, bytes(first.root))
    checkpoint(9)
    assert cosign(witness).checkpoint.size == 9
    assert strict.asked == 2


def test_a_forged_cosignature_keeps_nothing_from_the_witness_and_breaks_no_note(strict, witness):
    for size, line in ((3, "hello\n\nworld"), (4, signature_line("witness.example/1", bytes(76)))):
        made = checkpoint(size)
        Cosignature.objects.create(checkpoint=made, witness="witness.example/1", line=line)
        assert verified(signed_note(made), LOG.verifier) == opened(made.note)[0]
        cosign(witness)
        assert strict.seen[0] == size
    Cosignature.objects.create(checkpoint=checkpoint(9), witness="other", line="— other AAAAAAAA\n")
    assert cosign(witness).checkpoint.size == 9


def test_a_tree_that_was_cut_or_rewritten_is_told(strict, witness):
    checkpoint(5)
    strict.seen = (7, bytes(32))
    with pytest.raises(WitnessRefused, match="cosigned 7 events, and there are 5"):
        cosign(witness)
    for seen in ((3, bytes(32)), (5, bytes(32))):
        strict.seen = seen
        with pytest.raises(WitnessRefused, match="another tree"):
            cosign(witness)
    assert not Cosignature.objects.exists()


@pytest.mark.parametrize(
    ("instead", "reason"),
    [
        ((500, ""), "answers 500"),
        ((302, ""), "answers 302"),
        ((409, "many\n"), "does not say what it has seen"),
        ((200, "hello"), "another signature"),
        ((200, signature_line("witness.example/1", bytes(76))), "another signature"),
    ],
)
def test_what_is_no_answer_is_kept_nowhere(strict, witness, instead, reason):
    checkpoint(5)
    strict.instead = instead
    with pytest.raises(WitnessSilent, match=reason):
        cosign(witness)
    assert not Cosignature.objects.exists()


def test_a_log_that_the_witness_does_not_know(strict, witness):
    checkpoint(5, Signer.new("other.example"))
    with pytest.raises(WitnessSilent, match="answers 404"):
        cosign(witness)


def test_one_that_is_away_keeps_the_others_from_nothing(strict, witness, settings):
    away = Verifier("away.example", SigningKey.new().public, COSIGNATURE)
    settings.RELAIS_WITNESSES = [f"http://127.0.0.1:1 {away}", *settings.RELAIS_WITNESSES]
    checkpoint(2)
    jobs.witness(0)
    assert [each.witness for each in Cosignature.objects.all()] == ["witness.example/1"]
    out = StringIO()
    with pytest.raises(CommandError, match="Not every witness"):
        call_command("audit", "witness", stdout=out)
    assert out.getvalue().splitlines() == [
        "away.example does not answer.",
        "witness.example/1: has seen it already",
    ]


def test_a_witness_is_an_address_and_a_key_for_cosignatures(settings):
    for wrong in (
        "https://a.example",
        f"https://a.example {LOG.verifier}",
        f"ftp://a.example {Verifier('a', bytes(32), 4)}",
    ):
        with pytest.raises(NoteRefused):
            Witness.read(wrong)
    settings.RELAIS_WITNESSES = ["https://a.example"]
    with pytest.raises(CommandError, match="no key"):
        call_command("audit", "witness")
    settings.RELAIS_WITNESSES = []
    with pytest.raises(CommandError, match="names no witness"):
        call_command("audit", "witness")
