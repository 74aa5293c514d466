"""The key agent: shut until people open it, for whom it works, what it writes down, and when it says no."""

import os
import resource
import socket
import subprocess
import sys
from ctypes import CDLL
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from crypto import agent as agents
from crypto import keyring, wire
from crypto.agent import Agent
from crypto.errors import KeyUnavailable, Tampered, WrongKey
from crypto.providers import SealedKeyProvider, WrappedKey
from crypto.scopes import SYSTEM, Scope, ScopeKind
from tests.crypto.conftest import CLIENT, PASSPHRASE, Clock, log, sealed_in, serving

KEY = bytes(range(32))
ME, STRANGER = os.geteuid(), 40_001


# --- Shut and open ---------------------------------------------------------------------------------------------
def test_it_starts_shut_and_works_once_people_have_opened_it(
    sealed: SealedKeyProvider, shares: list[str]
) -> None:
    for act in (sealed.status, lambda: sealed.wrap(KEY, b"a"), lambda: sealed.index_mac("name", b"awa")):
        with pytest.raises(KeyUnavailable, match="people open them"):
            act()
    with pytest.raises(KeyUnavailable):
        sealed.add_epoch()
    sealed.open(shares=shares[1:4])
    kek_id, wrapped = sealed.wrap(KEY, b"a")
    assert sealed.unwrap(wrapped, kek_id, b"a") == KEY
    sealed.close()
    with pytest.raises(KeyUnavailable, match="people open them"):
        sealed.unwrap(wrapped, kek_id, b"a")


def test_a_passphrase_opens_it_too(tmp_path: Path) -> None:
    assert sealed_in(tmp_path, passphrase=PASSPHRASE, in_shares=False) == []
    with serving(tmp_path):
        provider = SealedKeyProvider(tmp_path / "agent.sock")
        provider.open(passphrase=PASSPHRASE)
        assert provider.kek_id.startswith("file-")


def test_a_wrong_one_changes_nothing_and_slows_the_next_down(
    sealed: SealedKeyProvider, shares: list[str], clock: Clock, tmp_path: Path
) -> None:
    before = (tmp_path / "kek.sealed").read_bytes()
    with pytest.raises(WrongKey, match="3 shares are needed; these are 2"):
        sealed.open(shares=shares[:2])
    for wait in (1, 2, 4):
        with pytest.raises(WrongKey, match="try again in"):
            sealed.open(shares=shares[:3])
        clock.now += wait
        with pytest.raises(WrongKey, match="not sealed by a passphrase"):
            sealed.open(passphrase="guess")
    clock.now += 7
    with pytest.raises(WrongKey, match="try again in 2 seconds"):
        sealed.open(shares=shares[:3])
    clock.now += 1
    sealed.open(shares=shares[:3])
    assert (tmp_path / "kek.sealed").read_bytes() == before
    assert [line["act"] for line in log(tmp_path)] == ["open refused"] * 8 + ["open"]
    assert log(tmp_path)[-1]["by"] == "shares"
    assert "guess" not in (tmp_path / "agent.log").read_text()


def test_epochs_come_and_go_without_the_people_and_last_over_a_restart(
    tmp_path: Path, shares: list[str]
) -> None:
    with serving(tmp_path):
        provider = SealedKeyProvider(tmp_path / "agent.sock")
        provider.open(shares=shares[:3])
        former, wrapped = provider.wrap(KEY, b"a")
        provider.add_epoch()
    with serving(tmp_path):
        with pytest.raises(KeyUnavailable):
            provider.status()
        provider.open(shares=shares[2:])
        assert former in provider.status().epochs
        assert provider.kek_id != former
        assert provider.unwrap(wrapped, former, b"a") == KEY


def test_an_agent_that_holds_former_keys_does_not_write_over_newer_ones(
    sealed: SealedKeyProvider, shares: list[str], tmp_path: Path
) -> None:
    """People have made new shares meanwhile: the file has another key now."""
    sealed.open(shares=shares[:3])
    (tmp_path / "kek.sealed").unlink()
    sealed_in(tmp_path)
    with pytest.raises(KeyUnavailable, match="opened again"):
        sealed.add_epoch()
    assert sealed.status()


# --- For whom --------------------------------------------------------------------------------------------------
def test_a_stranger_gets_nothing_and_a_client_does_not_open(agent: Agent, shares: list[str]) -> None:
    agent.answer({"act": "open", "shares": shares[:3]}, ME)
    for act in ("status", "wrap", "unwrap", "rewrap", "mac", "open", "close", "add_epoch", "drop_epoch", "x"):
        assert agent.answer({"act": act}, STRANGER)["error"] == "refused"
    for act in ("open", "close", "add_epoch", "drop_epoch"):
        assert "keeper" in agent.answer({"act": act}, CLIENT)["say"]
    assert agent.answer({"act": "status"}, CLIENT)["kek_id"]


def test_who_asks_is_what_the_kernel_says(
    sealed: SealedKeyProvider, tmp_path: Path, shares: list[str]
) -> None:
    sealed.open(shares=shares[:3])
    assert {line["uid"] for line in log(tmp_path)} == {ME}


# --- What it writes down ---------------------------------------------------------------------------------------
def test_every_key_is_written_down_before_it_leaves(
    sealed: SealedKeyProvider, shares: list[str], tmp_path: Path
) -> None:
    sealed.open(shares=shares[:3])
    case, note = Scope(ScopeKind.CASE, uuid4()), Scope(ScopeKind.EXCHANGE, uuid4(), uuid4())
    keys = [
        WrappedKey(sealed.wrap(KEY, context)[1], sealed.kek_id, context)
        for context in (
            keyring.wrapping_context(case, uuid4()),
            keyring.wrapping_context(case, uuid4()),
            keyring.wrapping_context(note, uuid4()),
            keyring.wrapping_context(SYSTEM, uuid4()),
        )
    ]
    sealed.batch_unwrap(keys)
    assert log(tmp_path)[-1]["keys"] == {f"case {case.id}": 2, f"case {note.case_id}": 1, "system": 1}
    assert (tmp_path / "agent.log").stat().st_mode & 0o077 == 0


def test_what_cannot_be_written_down_does_not_happen(
    sealed: SealedKeyProvider, shares: list[str], tmp_path: Path
) -> None:
    sealed.open(shares=shares[:3])
    kek_id, wrapped = sealed.wrap(KEY, b"a")
    (tmp_path / "agent.log").unlink()
    (tmp_path / "agent.log").mkdir()
    with pytest.raises(KeyUnavailable, match="cannot write"):
        sealed.unwrap(wrapped, kek_id, b"a")


@pytest.mark.parametrize(
    "context",
    [b"", b"\0\0\0\1a", b"\0\0\0\1a" * 5 + b"x", b"\0\0\0\x01a" + b"\0\0\0\x20" + b"a" * 32, b"\xff" * 9],
)
def test_a_context_of_nobody_is_unknown(context: bytes) -> None:
    assert agents.subject_of(context) == "unknown"


# --- When it says no -------------------------------------------------------------------------------------------
def test_a_minute_has_so_many_keys_and_no_more(
    sealed: SealedKeyProvider, shares: list[str], clock: Clock, tmp_path: Path
) -> None:
    sealed.open(shares=shares[:3])
    kek_id, wrapped = sealed.wrap(KEY, b"a")
    key = WrappedKey(wrapped, kek_id, b"a")
    assert sealed.batch_unwrap([key] * 5) == [KEY] * 5
    with pytest.raises(KeyUnavailable, match="in a minute"):
        sealed.unwrap(*key)
    assert log(tmp_path)[-1]["act"] == "unwrap refused"
    clock.now += 60
    assert sealed.unwrap(*key) == KEY


def test_why_a_key_does_not_open(sealed: SealedKeyProvider, shares: list[str]) -> None:
    sealed.open(shares=shares[:3])
    kek_id, wrapped = sealed.wrap(KEY, b"a")
    with pytest.raises(Tampered):
        sealed.unwrap(wrapped, kek_id, b"b")
    with pytest.raises(KeyUnavailable, match="not in the key file"):
        sealed.unwrap(wrapped, "file-00000000", b"a")


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"act": "nothing"},
        {"act": "wrap"},
        {"act": "wrap", "key": 7, "context": ""},
        {"act": "wrap", "key": "é", "context": ""},
        {"act": "unwrap", "keys": [["AAAA", "x"]]},
        {"act": "unwrap", "keys": 7},
        {"act": "open"},
        {"act": "open", "shares": 7},
        {"act": "open", "shares": [7]},
        {"act": "mac", "index": 7, "message": ""},
        {"act": "drop_epoch"},
    ],
)
def test_what_is_not_understood_is_an_answer(
    agent: Agent, shares: list[str], message: dict[str, Any]
) -> None:
    agent.answer({"act": "open", "shares": shares[:3]}, ME)
    answer = agent.answer(message, ME)
    assert answer["error"] == "bad", answer
    assert agent.answer({"act": "status"}, ME)["kek_id"]


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\0\0",
        b"\xff\xff\xff\xff",
        b"\0\0\0\2[]",
        b"\0\0\0\2{{",
        (100_000).to_bytes(4, "big") + b"[" * 100_000,
    ],
)
def test_what_is_no_message_ends_the_conversation(
    sealed: SealedKeyProvider, tmp_path: Path, sent: bytes
) -> None:
    with socket.socket(socket.AF_UNIX) as channel:
        channel.settimeout(5)
        channel.connect(str(tmp_path / "agent.sock"))
        channel.sendall(sent)
        channel.shutdown(socket.SHUT_WR)
        assert channel.recv(1) == b""
    with pytest.raises(KeyUnavailable):
        sealed.status()  # shut, and still there


def test_an_agent_that_is_not_there_or_answers_nonsense_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable, match="does not answer"):
        SealedKeyProvider(tmp_path / "nobody.sock").status()
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen()
        with pytest.raises(KeyUnavailable, match="does not answer"):
            SealedKeyProvider(tmp_path / "silent.sock", timeout=0.05).status()


def test_messages_go_over_a_socket_whole() -> None:
    left, right = socket.socketpair()
    with left, right:
        wire.send(left, {"text": "é" * 10})
        assert wire.receive(right, within=1) == {"text": "é" * 10}
        left.close()
        with pytest.raises(EOFError):
            wire.receive(right, within=1)


# --- As a process ----------------------------------------------------------------------------------------------
def arguments(folder: Path) -> list[str]:
    return [f"--{name}={folder / file}" for name, file in PARTS.items()] + ["--client=40002", "--quota=50"]


PARTS = {"file": "kek.sealed", "socket": "agent.sock", "log": "agent.log"}


def test_the_process_keeps_others_out_of_its_memory(tmp_path: Path, shares: list[str]) -> None:
    served: list[Agent] = []
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    try:
        assert agents.main(arguments(tmp_path), served.append) == 0
        assert CDLL(None).prctl(3, 0, 0, 0, 0) == 0, "neither a core dump nor a debugger of the same user"
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    finally:
        CDLL(None).prctl(4, 1, 0, 0, 0)
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
    assert (served[0]._quota, CLIENT in served[0]._clients) == (50, True)


def test_killed_and_started_again_it_is_shut(tmp_path: Path, shares: list[str]) -> None:
    """A process of its own, without Django's settings and without the database."""
    provider = SealedKeyProvider(tmp_path / "agent.sock")
    for _start in range(2):
        process = subprocess.Popen(
            [sys.executable, "-m", "crypto.agent", *arguments(tmp_path)],
            env={"PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert "shut until people open them" in process.stdout.readline()
            with pytest.raises(KeyUnavailable, match="people open them"):
                provider.status()
            provider.open(shares=shares[:3])
            assert provider.kek_id
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
    with pytest.raises(KeyUnavailable, match="does not answer"):
        provider.status()
