"""The signer vouches for what grows out of what it vouched for, and for nothing else."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from audit import merkle, signer
from audit.errors import NoteRefused
from audit.notes import Checkpoint, Signer, note_of, verified
from audit.signer import Memory, Notary, Request
from crypto.errors import KeyUnavailable

NAME = "cases.example/audit"
LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(40)]
FORKED = [*LEAVES[:9], merkle.leaf_hash(b"other"), *LEAVES[10:]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    signer.create(tmp_path / "signer", NAME)
    return tmp_path / "signer"


def notary(folder: Path) -> Notary:
    return Notary(Signer.read((folder / "key").read_text()), Memory(folder / "memory.json"))


def request(old: int, size: int, leaves: list[bytes] = LEAVES, name: str = NAME) -> str:
    proof = merkle.consistency_proof(old, size, merkle.nodes_of(leaves[:size])) if old <= size else []
    return str(Request(old, proof, str(Checkpoint(name, size, merkle.root_of(leaves[:size])))))


def test_it_signs_a_tree_that_grows(folder):
    mine = notary(folder)
    verifier = Signer.read((folder / "key").read_text()).verifier
    assert str(verifier) == (folder / "vkey").read_text().strip()
    for old, size in ((0, 5), (5, 5), (5, 12), (12, 40)):
        word, line = mine.answer(request(old, size)).split("\n", 1)
        assert word == "signed"
        text = Request.read(request(old, size)).text
        assert Checkpoint.read(verified(note_of(text, [line]), verifier)).size == size


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (request(10, 20, FORKED), "refused The tree of 10 is not the beginning"),
        (request(10, 10, FORKED), "refused Two trees of one size differ"),
        (request(10, 9), "refused A tree of 9 holds none of 10"),
        (request(9, 12), "remembered 10"),
        (request(0, 12), "remembered 10"),
        (request(11, 12), "remembered 10"),
        (request(10, 12, name="another.example"), "refused This is no checkpoint of cases.example/audit"),
        (request(10, 12) + "more\n", "refused This is no checkpoint of cases.example/audit"),
        ("", "refused This is no request"),
        ("old ten\n\n", "refused This is no request"),
        ("old 10\nÉ\n\nx", "refused The proof is no base64"),
        ("old 10\nAAAA\n\nx", "refused The proof is made of something else"),
        ("old 10\n\nx", "refused This is no checkpoint of a log"),
    ],
)
def test_it_signs_nothing_else_and_forgets_nothing(folder, asked, answer):
    mine = notary(folder)
    assert mine.answer(request(0, 10)).startswith("signed")
    before = (folder / "memory.json").read_text()
    for again in (mine, notary(folder)):  # nor when it was started again
        assert again.answer(asked).startswith(answer)
    assert (folder / "memory.json").read_text() == before


def test_it_remembers_before_it_answers(folder):
    """If the memory cannot be kept, nothing is signed."""
    mine = notary(folder)
    (folder / "memory.new").mkdir()
    with pytest.raises(OSError, match="memory"):
        mine.answer(request(0, 10))
    assert json.loads((folder / "memory.json").read_text())["size"] == 0


def test_a_full_disk_is_said_and_nobody_who_dawdles_keeps_the_others_waiting(folder):
    (folder / "memory.new").mkdir()
    process = started(folder)
    try:
        assert "cannot keep its memory" in signer.ask(folder / "socket", request(0, 10))
        with socket.socket(socket.AF_UNIX) as slow:
            slow.connect(str(folder / "socket"))
            begun = time.monotonic()
            with contextlib.suppress(OSError):
                while time.monotonic() < begun + 20:
                    slow.send(b"o")
                    time.sleep(0.3)
            assert time.monotonic() - begun < 10
        (folder / "memory.new").rmdir()
        assert signer.ask(folder / "socket", request(0, 10)).startswith("signed")
    finally:
        process.terminate()
        process.wait()


def test_without_its_memory_or_with_an_open_key_it_does_not_start(folder):
    (folder / "memory.json").write_text("{}")
    with pytest.raises(KeyUnavailable, match="does not know what it signed last"):
        signer.serve(folder, folder / "socket")
    (folder / "key").chmod(0o640)
    with pytest.raises(KeyUnavailable, match="open to others"):
        signer.serve(folder, folder / "socket")
    assert signer.main(["serve", str(folder), str(folder / "socket")]) == 1


def test_a_key_is_never_replaced(folder):
    before = (folder / "key").read_text()
    assert signer.main(["create", str(folder), "--name", NAME]) == 1
    assert (folder / "key").read_text() == before
    assert (folder / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(NoteRefused, match="cannot be called"):
        signer.create(folder / "more", "with space")


@pytest.fixture
def running(folder):
    with started(folder) as process:
        yield process


def started(folder: Path, *options: str, at: Path | None = None) -> subprocess.Popen:
    path = at or folder / "socket"
    process = subprocess.Popen([sys.executable, "-m", "audit.signer", "serve", folder, path, *options])
    until = time.monotonic() + 30
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.01)
    return process


def test_it_answers_on_its_socket_to_its_own_user_and_survives_those_who_hang_up(folder):
    process = started(folder)
    try:
        assert (folder / "socket").stat().st_mode & 0o777 == 0o600
        with pytest.raises(KeyUnavailable, match="Another signer"):
            signer.serve(folder, folder / "socket")
        with socket.socket(socket.AF_UNIX) as rude:
            rude.connect(str(folder / "socket"))
        assert signer.ask(folder / "socket", request(0, 10)).startswith("signed")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with pytest.raises(ConnectionRefusedError):
            signer.ask(folder / "socket", request(0, 10))
        process = started_again(folder)
        assert signer.ask(folder / "socket", request(0, 10)) == "remembered 10\n"
        assert signer.ask(folder / "socket", request(10, 20, FORKED)).startswith("refused")
    finally:
        process.terminate()
        process.wait()
    assert not (folder / "socket").exists()


def started_again(folder: Path) -> subprocess.Popen:
    (folder / "socket").unlink()
    return started(folder)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_who_asks_for_signatures_who_reads_and_who_is_not_heard(folder, open_folder, as_user):
    """The application's user reads: a larger tree that it made up would keep the true one from being signed."""
    sequencer, application = "--peer=54321", "--reader=54322"
    path = open_folder / "socket"

    def said(body: str) -> Callable[[], str]:
        return lambda: signer.ask(path, body)

    with served(folder, path, sequencer, application):
        assert as_user(54321, said(request(0, 10))).startswith("signed\n")
        before = (folder / "memory.json").read_text()
        for body in (request(10, 20), request(0, 10), "", "last", f"{signer.LAST}{request(10, 20)}"):
            assert as_user(54322, said(body)) == "refused This user may only ask what was signed last.\n"
        assert (folder / "memory.json").read_text() == before
        last = as_user(54322, said(signer.LAST)).removeprefix("signed\n")
        verifier = Signer.read((folder / "key").read_text()).verifier
        assert Checkpoint.read(verified(last, verifier)).size == 10
        assert as_user(54321, said(signer.LAST)).startswith("signed\n")
        assert unheard(as_user, 54323, said(signer.LAST))
    with served(folder, path):
        assert unheard(as_user, 54321, said(signer.LAST))
        assert signer.ask(path, request(10, 20)).startswith("signed\n")


def unheard(as_user: Callable[..., Any], uid: int, ask: Callable[[], str]) -> bool:
    try:
        return as_user(uid, ask) == ""
    except OSError:  # gone before the question was out, or the socket is closed to this user
        return True


@contextlib.contextmanager
def served(folder: Path, path: Path, *options: str) -> Iterator[None]:
    process = started(folder, *options, at=path)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def test_it_knows_neither_database_nor_framework():
    code = "import sys, audit.signer; print([name for name in sys.modules if name.startswith(('django', 'psycopg'))])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )
