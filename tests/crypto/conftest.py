import datetime
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, models

from crypto import envelope, keyring
from crypto.agent import Agent
from crypto.keyring import Keyring
from crypto.providers import FileKeyProvider, KeyKeeper, SealedKeyProvider, VaultKeyProvider, disk, keyset
from crypto.scopes import Scope, ScopeKind
from tests.crypto.testapp.models import File

SEALED = ["alias", "note", "payload", "seen_on", "age", "alone"]
SECRET = ["name", "story", "born_on", "pregnant"]
VALUES: dict[str, Any] = {
    "alias": "Awa \0 Diop ́ 🕊",
    "note": "née à Kédougou\n" * 40,
    "payload": {"questions": [1, 2.5, None, True], "mère": "Fatou"},
    "seen_on": datetime.date(2026, 11, 21),
    "age": -14,
    "alone": False,
    "name": "Aïssatou Ba",
    "story": "x" * 3000,
    "born_on": datetime.date(2010, 2, 28),
    "pregnant": True,
}


@pytest.fixture
def provider(tmp_path: Path) -> FileKeyProvider:
    return FileKeyProvider.create(tmp_path / "kek.json")


#: The uid of a client of the agent, who is no keeper.
CLIENT = 40_002
PASSPHRASE = "six mots que personne ne devine"


class Clock:
    """The agent's: it moves when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def serving(folder: Path, **options: Any) -> Iterator[Agent]:
    """An agent on a real socket, in a thread of this process, with `kek.sealed` of this folder."""
    made = Agent(
        file=folder / "kek.sealed", socket=folder / "agent.sock", log=folder / "agent.log", **options
    )
    with made as agent:
        thread = threading.Thread(target=agent.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield agent
        finally:
            agent.shutdown()
            thread.join()


def sealed_in(
    folder: Path, content: dict[str, Any] | None = None, passphrase: str = "", *, in_shares: bool = True
) -> list[str]:
    """Writes `kek.sealed`, and gives its shares. A try of the passphrase costs nothing here."""
    file, shares = envelope.sealed(
        content or keyset.new_content(),
        passphrase=passphrase,
        in_shares=in_shares,
        cost=envelope.Cost(memory=64, rounds=1, lanes=1),
    )
    disk.create(folder / "kek.sealed", file)
    return shares


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shares(tmp_path: Path) -> list[str]:
    return sealed_in(tmp_path)


@pytest.fixture
def agent(tmp_path: Path, shares: list[str], clock: Clock) -> Iterator[Agent]:
    with serving(tmp_path, clock=clock, clients=[CLIENT], quota=5) as running:
        yield running


@pytest.fixture
def sealed(agent: Agent, tmp_path: Path) -> SealedKeyProvider:
    return SealedKeyProvider(tmp_path / "agent.sock")


def log(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "agent.log").read_text().splitlines()]


@pytest.fixture(params=["file", "sealed", "vault"])
def keeper(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyKeeper]:
    """Each provider that a site can have, with keys of its own."""
    match request.param:
        case "file":
            yield FileKeyProvider.create(tmp_path / "kek.json")
        case "sealed":
            shares = sealed_in(tmp_path)
            with serving(tmp_path):
                provider = SealedKeyProvider(tmp_path / "agent.sock")
                provider.open(shares=shares[:3])
                yield provider
        case _:
            vault = VaultKeyProvider(request.getfixturevalue("key_server").site())
            vault.create_keys()
            yield vault


@pytest.fixture
def ring(provider: FileKeyProvider) -> Iterator[Keyring]:
    """Ask for the database mark beside this."""
    with keyring.opened(provider) as opened:
        yield opened


@pytest.fixture
def file(db: None, ring: Keyring) -> File:
    return File.objects.create(reference="AB12", **VALUES)


def scope_of_case(case_id: UUID | None = None) -> Scope:
    return Scope(ScopeKind.CASE, case_id or uuid4())


def made(scope: Scope, provider: FileKeyProvider) -> UUID:
    """A key that another request made."""
    with keyring.opened(provider) as other:
        return other.sealing_key(scope)[0]


def stored(instance: models.Model, field: str) -> bytes | None:
    """The column as it stands in the database."""
    table, column = instance._meta.db_table, instance._meta.get_field(field).column
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT "{column}" FROM "{table}" WHERE "{instance._meta.pk.column}" = %s', [instance.pk]
        )
        (value,) = cursor.fetchone()
    return None if value is None else bytes(value)


def put(instance: models.Model, field: str, value: bytes | None) -> Any:
    """Writes the column behind the application's back, and gives the row as the application reads it then."""
    table, column = instance._meta.db_table, instance._meta.get_field(field).column
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table}" SET "{column}" = %s WHERE "{instance._meta.pk.column}" = %s',
            [value, instance.pk],
        )
    return type(instance)._base_manager.get(pk=instance.pk)


def assert_silent(error: BaseException, *secrets: str) -> None:
    """Nothing that a log or an error page could print of this error holds one of the values."""
    while error is not None:
        said = f"{error} {error!r} {error.args!r} {vars(error)!r} {getattr(error, 'object', '')!r}"
        for secret in secrets:
            assert secret not in said
        error = error.__cause__ or error.__context__
