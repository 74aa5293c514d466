import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.database import Server

NOBODY = 65534
STRANGER = 54321


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
