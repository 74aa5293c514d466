"""`make run`: from an empty checkout to a served page, in one process that stops what it started."""

import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.core.exceptions import ImproperlyConfigured

from audit import signer
from config.connections import NoRights, administrator, databases, make_database, make_roles
from config.database import CannotStart, Server, default_state, make_state
from crypto.providers import FileKeyProvider

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30.0  # seconds for the web server's first answer


class CannotRun(Exception):
    """One sentence for the person at the terminal."""


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    state, url = default_state(), os.environ.get("DATABASE_URL", "")
    server = None if url else Server(state)
    try:
        port = chosen_port()
        environment = os.environ | {
            "RELAIS_ENVIRONMENT": "development",
            "RELAIS_DEMONSTRATION": "1",
            "RELAIS_BIND": f"127.0.0.1:{port}",
            "RELAIS_ORIGIN": f"http://127.0.0.1:{port}",
        }
        make_state(state)
        with alone(state):
            require_free(port)
            try:
                if server is not None:
                    print("Database...", flush=True)
                    server.start()
                prepare_database(url, state)
                prepare_key(state / "keys" / "kek.json")
                prepare_signer(state / "signer")
                manage(
                    "migrate", "--verbosity=0", environment=environment | {"RELAIS_DATABASE_LOGIN": "owner"}
                )
                manage("createcachetable", environment=environment | {"RELAIS_DATABASE_LOGIN": "owner"})
                manage("collectstatic", "--noinput", "--clear", "--verbosity=0", environment=environment)
                print("Demonstration...", flush=True)
                sign_ins = manage("demo", environment=environment)
                serve(port, sign_ins, environment)
            finally:
                if server is not None:
                    server.stop()
    except (CannotRun, CannotStart, NoRights, ImproperlyConfigured) as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.")
    return 0


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """Whoever stops `make run` stops its database, so a checkout runs once."""
    with (state / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                "Relais runs already from this folder: stop the other `make run` first."
            ) from None
        yield


def chosen_port() -> int:
    chosen = os.environ.get("RELAIS_PORT", "8000")
    if not chosen.isdecimal() or not 0 < int(chosen) < 65536:
        raise CannotRun(f"RELAIS_PORT is a number from 1 to 65535, not '{chosen}'.")
    return int(chosen)


def require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CannotRun(
                f"Port {port} is taken: stop what uses it, or try `make run RELAIS_PORT=8001`."
            ) from None


def prepare_database(url: str, state: Path) -> None:
    settings = databases(url, state)["default"]
    try:
        with administrator(settings, embedded=not url) as connection:
            make_roles(connection)
            make_database(connection, settings["NAME"])
    except psycopg.OperationalError as error:
        raise CannotRun(f"The database does not answer: {str(error).strip().splitlines()[-1]}") from error


def prepare_key(path: Path) -> None:
    """Outside the database's folder: who takes one has not got the other."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        FileKeyProvider.create(path)


def prepare_signer(folder: Path) -> None:
    """On a server the signer's folder is no business of the application's user (docs/operations.md)."""
    if not (folder / signer.KEY).exists():
        signer.create(folder, "relais.localhost/audit")


def manage(*arguments: str, environment: dict[str, str]) -> str:
    """Run a management command; what it prints is shown only if it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotRun(f"{done.stdout}{done.stderr}`manage.py {arguments[0]}` failed: see above.")
    return done.stdout


def serve(port: int, sign_ins: str, environment: dict[str, str]) -> None:
    web = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"],
        cwd=ROOT,
        env=environment,
    )
    beside: dict[str, subprocess.Popen[bytes]] = {}
    try:
        wait_until_ready(web, port)
        beside = {name: start(environment) for name, start in BESIDE.items()}
        print(f"{sign_ins}\nRelais runs on http://127.0.0.1:{port}/ (Ctrl-C stops it)", flush=True)
        while web.poll() is None:
            for name, process in beside.items():
                if process.poll() is not None:  # deadlines and proof run only with them
                    beside[name] = BESIDE[name](environment)
            time.sleep(1)
        if web.returncode:
            raise CannotRun("The web server ended: see above.")
    finally:
        for process in (*beside.values(), web):
            process.terminate()
        for process in (*beside.values(), web):
            process.wait()


def start_worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return _start(["manage.py", "procrastinate", "worker"], environment)


def start_sequencer(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """With a login of its own: the others may not write the tree."""
    return _start(["manage.py", "audit", "sequence"], environment | {"RELAIS_DATABASE_LOGIN": "sequencer"})


def start_signer(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """It is told nothing of the database."""
    folder = default_state() / "signer"
    bare = {
        name: value for name, value in environment.items() if not name.startswith(("RELAIS_", "DATABASE_"))
    }
    return _start(["-m", "audit.signer", "serve", str(folder), str(folder / "socket")], bare)


def _start(arguments: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """In a group of its own: Ctrl-C reaches this process, which lets the other one end what is at hand."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,  # a greeting; what matters goes to the log
        start_new_session=True,
    )


#: What runs beside the web server, and is started again when it ends.
BESIDE = {"signer": start_signer, "sequencer": start_sequencer, "worker": start_worker}


def wait_until_ready(web: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while web.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            pass  # not listening yet
        finally:
            connection.close()
        time.sleep(0.2)
    raise CannotRun("The web server does not answer: see above.")


if __name__ == "__main__":
    sys.exit(main())
