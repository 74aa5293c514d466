from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections, transaction

from audit import signer, sitting
from audit.notes import Signer
from audit.sitting import Sitting, Who
from crypto import keyring
from crypto.keyring import Keyring
from crypto.providers import FileKeyProvider
from tests.audit.answering import Answering
from tests.audit.testapp.models import Note


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Keyring]:
    with keyring.opened(FileKeyProvider.create(tmp_path / "kek.json")) as opened:
        yield opened


@pytest.fixture
def who() -> Who:
    return Who(uuid4(), uuid4(), "ab" * 32, "private")


@pytest.fixture
def seated(who: Who, ring: Keyring) -> Iterator[Sitting]:
    """A sitting and a keyring, as the middleware opens them; looks left over are not this test's subject."""
    with sitting.opened(who) as opened:
        yield opened
        opened.forget_looks()


@pytest.fixture
def note(seated: Sitting) -> Note:
    """Ask for the database mark before this."""
    with transaction.atomic():
        note = Note(reference="AB12", story="elle a fui")
        note.save()
    return note


@pytest.fixture
def audit_is_away() -> Iterator[None]:
    """The connection `audit` leads nowhere."""
    connection = connections["audit"]
    connection.close()
    before = dict(connection.settings_dict)
    connection.settings_dict.update(HOST="127.0.0.1", PORT="1")
    yield
    connection.settings_dict.update(HOST=before["HOST"], PORT=before["PORT"])


def columns(sql: str, *parameters: Any, using: str = "default") -> tuple[Any, ...]:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, parameters)
        return tuple(cursor.fetchone())


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Of a signer whose key the settings name."""
    folder = tmp_path / "signer"
    signer.create(folder, "cases.example/audit")
    settings.RELAIS_SIGNER_SOCKET = str(folder / "socket")
    settings.RELAIS_LOG_KEY = (folder / "vkey").read_text().strip()
    return folder


@pytest.fixture
def running(folder: Path) -> Iterator[None]:
    notary = signer.Notary(Signer.read((folder / "key").read_text()), signer.Memory(folder / "memory.json"))
    with Answering(folder / "socket", notary):
        yield
