import gc
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connections

from config.connections import ALIASES, NoRights
from config.database import CannotStart
from crypto.keyring import Keyring, opened
from crypto.providers import FileKeyProvider
from tests.database.pristine import keep_cast, leave_server, prepare_server, test_databases
from tests.keyserver import KeyServer, running

# A test process makes and drops objects for minutes: looking for rings among them less often is a twelfth faster.
gc.set_threshold(50_000, 10, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """In the first process only: a server that is not there is one sentence, not an error for each test."""
    if not hasattr(session.config, "workerinput"):
        try:
            prepare_server()
        except (CannotStart, NoRights, psycopg.OperationalError) as reason:
            pytest.exit(str(reason).strip(), returncode=1)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        leave_server()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any, key_file: Path
) -> Iterator[tuple[Any, str]]:
    """Gives everybody of tests/cast.py, made once, and the statement that writes the same rows again."""
    from tests.cast import gather

    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    with django_db_blocker.unblock():
        databases = test_databases(worker, request.config.option.verbose)
        databases.__enter__()
        kept = gather(), keep_cast()
    yield kept
    with django_db_blocker.unblock():
        databases.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def deferred_constraints(request: pytest.FixtureRequest, _django_db_marker: None) -> Iterator[None]:
    """A violation that only Django's rollback would find fails this test, and must not poison the next."""
    if "db" in request.fixturenames:
        request.getfixturevalue("db")
    yield
    for alias in ALIASES:
        connection = connections[alias]
        if connection.connection is None or not connection.in_atomic_block or connection.needs_rollback:
            continue
        try:
            connection.check_constraints()
        except DatabaseError as violation:
            connection.needs_rollback = True
            pytest.fail(f"A deferred constraint on '{alias}' is violated: {violation}")


@pytest.fixture(scope="session", autouse=True)
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key file of this session's own; nothing is written to the state folder."""
    settings.RELAIS_KEY_FILE = tmp_path_factory.mktemp("keys") / "kek.json"
    FileKeyProvider.create(settings.RELAIS_KEY_FILE)
    return settings.RELAIS_KEY_FILE


@pytest.fixture(scope="session")
def key_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyServer]:
    """Skips the test where no OpenBao can be run."""
    with running(tmp_path_factory.mktemp("keyserver")) as server:
        yield server


@pytest.fixture
def own_key_file(key_file: Path, tmp_path: Path, settings: Any) -> Path:
    """A copy, for a test that makes epochs or ends them: what the others sealed lies under those of the session."""
    settings.RELAIS_KEY_FILE = tmp_path / "kek.json"
    settings.RELAIS_KEY_FILE.touch(mode=0o600)
    settings.RELAIS_KEY_FILE.write_text(key_file.read_text())
    return Path(settings.RELAIS_KEY_FILE)


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """Looks are read where they were written: in a test both aliases are transactions of their own."""
    apart = connections["audit"]
    connections["audit"] = connections["default"]
    yield
    connections["audit"] = apart


@pytest.fixture
def keyring(db: None) -> Iterator[Keyring]:
    """An open keyring, as a request has one."""
    with opened() as ring:
        yield ring


@pytest.fixture
def cast(django_db_setup: tuple[Any, str], db: None) -> Any:
    """Everybody of tests/cast.py, in a test that is rolled back."""
    from tests.cast import report_to

    people, again = django_db_setup
    with connections["default"].cursor() as cursor:
        cursor.execute(again)
    mine = deepcopy(people)
    report_to(mine)
    return mine


@pytest.fixture
def transactional_cast(transactional_db: None) -> Any:
    """The same people, committed: for tests in which several connections act."""
    from tests.cast import make_cast

    return make_cast()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can cross, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="relais-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def as_user() -> Callable[..., object]:
    """Runs a function as another user of the machine, in a process of its own; its error is raised here."""

    def run(user: int, function: Callable[[], object]) -> object:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)
                result = function()
            except BaseException as error:
                result = error
            os.write(writing, pickle.dumps(result))
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            result = pickle.load(pipe)  # noqa: S301 - our own child
        os.waitpid(child, 0)
        if isinstance(result, BaseException):
            raise result
        return result

    return run
