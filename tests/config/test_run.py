"""The steps of `make run`, one by one; .ci/run plays it whole."""

import re
import signal
import socket
import stat
import subprocess
import sys

import pytest

from config import run
from config.run import (
    CannotRun,
    alone,
    main,
    manage,
    prepare_database,
    prepare_key,
    require_free,
    wait_until_ready,
)


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def terminated_as_before():
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_a_taken_port_is_one_sentence_and_starts_nothing(
    taken_port, terminated_as_before, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("RELAIS_PORT", str(taken_port))
    monkeypatch.setenv("RELAIS_STATE", str(tmp_path / "state"))
    assert main() == 1
    assert capsys.readouterr().err == (
        f"Port {taken_port} is taken: stop what uses it, or try `make run RELAIS_PORT=8001`.\n"
    )
    assert sorted(path.name for path in (tmp_path / "state").iterdir()) == ["run.lock"]


@pytest.mark.parametrize("port", ["", "http", "0", "65536"])
def test_a_port_that_is_none_is_one_sentence(port, terminated_as_before, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RELAIS_PORT", port)
    monkeypatch.setenv("RELAIS_STATE", str(tmp_path / "state"))
    assert main() == 1
    assert capsys.readouterr().err == f"RELAIS_PORT is a number from 1 to 65535, not '{port}'.\n"


def test_a_free_port_is_free(taken_port):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        free = listening.getsockname()[1]
    require_free(free)


def test_a_checkout_runs_once(tmp_path):
    with alone(tmp_path), pytest.raises(CannotRun, match="runs already from this folder"), alone(tmp_path):
        pass
    with alone(tmp_path):
        pass


def test_the_key_is_made_once_and_closed(tmp_path):
    path = tmp_path / "keys" / "kek.json"
    prepare_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    before = path.read_bytes()
    prepare_key(path)
    assert path.read_bytes() == before


def test_a_failed_command_shows_what_it_said():
    with pytest.raises(CannotRun, match=r"(?s)Unknown command.*`manage.py nonsense` failed"):
        manage("nonsense", environment={"RELAIS_ENVIRONMENT": "development"})


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path):
    with pytest.raises(CannotRun, match=r"^The database does not answer: [^\n]+$"):
        prepare_database("postgres://127.0.0.1:1/relais", tmp_path)


def test_a_url_that_is_none_is_one_sentence(terminated_as_before, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RELAIS_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("DATABASE_URL", "mysql://127.0.0.1/relais")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setenv("RELAIS_PORT", str(listening.getsockname()[1]))
    assert main() == 1
    assert re.fullmatch(r"DATABASE_URL cannot be read: [^\n]+\n", capsys.readouterr().err)


def test_a_web_server_that_ends_is_noticed():
    with subprocess.Popen([sys.executable, "-c", ""]) as web:
        web.wait()
        with pytest.raises(CannotRun, match="does not answer"):
            wait_until_ready(web, 1)


def test_a_web_server_that_never_answers_is_given_up(monkeypatch, taken_port):
    monkeypatch.setattr(run, "PATIENCE", 0.5)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as web:
        try:
            with pytest.raises(CannotRun, match="does not answer"):
                wait_until_ready(web, 1)
        finally:
            web.kill()
