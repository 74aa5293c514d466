"""The key agent among people who mean no good, and in the hands of one who mistypes."""

import os
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from crypto import agent as agents
from crypto import wire
from crypto.agent import Agent
from crypto.errors import KeyUnavailable, WrongKey
from crypto.providers import SealedKeyProvider
from tests.crypto.conftest import CLIENT, Clock, log

KEY = bytes(range(32))
ME = os.geteuid()


def asked(folder: Path, sent: bytes = b"") -> socket.socket:
    channel = socket.socket(socket.AF_UNIX)
    channel.settimeout(5)
    channel.connect(str(folder / "agent.sock"))
    if sent:
        channel.sendall(sent)
    return channel


def test_a_stranger_is_not_listened_to_and_fills_no_log(
    sealed: SealedKeyProvider, agent: Agent, tmp_path: Path, clock: Clock
) -> None:
    agent._clients = {CLIENT}
    before = threading.active_count()
    strangers = [asked(tmp_path) for _each in range(20)]  # he says nothing, and waits
    for stranger in strangers:
        assert wire.receive(stranger, within=5)["error"] == "refused"
        stranger.close()
    assert threading.active_count() == before
    assert [line["act"] for line in log(tmp_path)] == ["refused"]
    clock.now += 60
    with asked(tmp_path) as stranger:
        assert wire.receive(stranger, within=5)["error"] == "refused"
    agent._clients = {ME}
    with pytest.raises(KeyUnavailable, match="people open them"):
        sealed.status()
    assert [line["act"] for line in log(tmp_path)] == ["refused"] * 2
    (tmp_path / "agent.log").unlink()
    (tmp_path / "agent.log").mkdir()
    agent._clients, clock.now = {CLIENT}, clock.now + 60
    with asked(tmp_path) as stranger, pytest.raises((EOFError, ConnectionError)):
        wire.receive(stranger, within=5)


def test_many_who_begin_and_say_no_more_are_not_heard_all_and_take_nothing_from_a_keeper(
    sealed: SealedKeyProvider, agent: Agent, tmp_path: Path, shares: list[str]
) -> None:
    keepers, agent._keepers = agent._keepers, {0} - {ME}
    begun = [asked(tmp_path, b"\0\0") for _each in range(agents.MOST_HEARD)]
    with asked(tmp_path) as one_more:
        assert one_more.recv(1) == b"", "turned away, and may come again"
    agent._keepers = keepers
    sealed.open(shares=shares[:3])
    sealed.close()
    agent._keepers = {0} - {ME}
    for each in begun:
        each.close()
    for _try in range(200):
        try:
            sealed.status()
        except KeyUnavailable as error:
            if "people open them" in str(error):
                break
            time.sleep(0.01)
    else:
        pytest.fail("their places were never free again")


def test_who_sends_a_byte_now_and_then_is_not_waited_for() -> None:
    left, right = socket.socketpair()
    stop = threading.Event()

    def drip() -> None:
        left.sendall((1000).to_bytes(4, "big"))
        while not stop.wait(0.02):
            left.sendall(b" ")

    with left, right:
        dripping = threading.Thread(target=drip)
        dripping.start()
        with pytest.raises(TimeoutError):
            wire.receive(right, within=0.1)
        stop.set()
        dripping.join()
        with pytest.raises(TimeoutError):
            wire.receive(right, within=0)


def test_what_goes_wrong_inside_is_named_by_its_kind_alone(
    sealed: SealedKeyProvider, agent: Agent, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def broken(message: dict[str, Any], uid: int) -> dict[str, Any]:
        raise RuntimeError(f"asked for {message}")

    monkeypatch.setattr(agent, "answer", broken)
    with pytest.raises(KeyUnavailable, match="does not answer"):
        sealed.wrap(KEY, b"a")
    for _try in range(200):
        said = capsys.readouterr().err
        if said:
            break
        time.sleep(0.01)
    assert said == "The key agent has met with RuntimeError.\n"


def test_what_is_no_socket_is_not_deleted(tmp_path: Path, shares: list[str]) -> None:
    """Two words in the wrong order in a unit would have cost the keys."""
    with pytest.raises(FileExistsError):
        Agent(file=tmp_path / "kek.sealed", socket=tmp_path / "kek.sealed", log=tmp_path / "agent.log")
    assert (tmp_path / "kek.sealed").exists()


def test_an_older_copy_of_the_keys_does_not_take_the_place_of_those_that_are_open(
    sealed: SealedKeyProvider, shares: list[str], tmp_path: Path
) -> None:
    sealed.open(shares=shares[:3])
    older = (tmp_path / "kek.sealed").read_bytes()
    sealed.add_epoch()
    kek_id, wrapped = sealed.wrap(KEY, b"a")
    (tmp_path / "kek.sealed").write_bytes(older)
    with pytest.raises(WrongKey, match="older copy"):
        sealed.open(shares=shares[:3])
    assert sealed.unwrap(wrapped, kek_id, b"a") == KEY
    sealed.close()
    sealed.open(shares=shares[:3])  # whoever means it
    assert kek_id not in sealed.status().epochs
