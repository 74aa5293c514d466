import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.database import Server

NOBODY = 65534
STRANGER = 54321


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can cross, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="relais-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def server_at() -> Iterator[Callable[..., Server]]:
    made: list[Server] = []

    def make(state: Path, **options: bool) -> Server:
        made.append(Server(state, **{"durable": False} | options))
        return made[-1]

    yield make
    for server in made:
        server.stop()
        if server.state.exists():
            shutil.rmtree(server.home, ignore_errors=True)


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
