"""On an empty machine: a dump of the database, the sealed key file, three people. Does a file come back?"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf
from django.db import connections
from psycopg import sql

from config.connections import administrator
from config.database import Server, default_state
from crypto.providers import disk
from tests import cast as c
from tests.crypto.conftest import sealed_in

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "audit"]),
    pytest.mark.skipif(
        os.environ.get("FULL") != "1", reason="the long version restores a real dump (FULL=1)"
    ),
    pytest.mark.skipif(bool(conf.DATABASE_URL), reason="dumps are made of the embedded server"),
]
NAME = "relais_restored"


@pytest.fixture
def restored(transactional_cast: c.Cast, tmp_path: Path) -> Any:
    """A case, dumped and restored beside by the commands of docs/operations.md."""
    case = c.open_case(transactional_cast)
    database = connections.settings["default"]
    binaries = Server(default_state()).binaries
    reach = [f"--host={database['HOST']}", f"--port={database['PORT']}", "--username=postgres"]
    dump = tmp_path / "relais.dump"
    subprocess.run(
        [binaries / "pg_dump", *reach, "--format=custom", f"--file={dump}", database["NAME"]], check=True
    )
    with administrator(database, embedded=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} OWNER relais_owner TEMPLATE template0").format(sql.Identifier(NAME))
        )
    subprocess.run([binaries / "pg_restore", *reach, f"--dbname={NAME}", dump], check=True)
    yield case, f"postgres://postgres@/{NAME}?host={database['HOST']}&port={database['PORT']}"
    with administrator(database, embedded=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(NAME)))


def manage(
    url: str, folder: Path, *words: str, types: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=conf.BASE_DIR,
        env={
            "PATH": "/usr/bin:/bin",
            "RELAIS_ENVIRONMENT": "development",
            "RELAIS_STATE": str(folder / "state"),
            "DATABASE_URL": url,
            **environment,
        },
        input=types,
        capture_output=True,
        text=True,
        check=False,
    )


def drill(url: str, folder: Path, shares: list[str]) -> subprocess.CompletedProcess[str]:
    typed = "".join(f"{share}\n" for share in shares)
    return manage(url, folder, "keys", "drill", f"--file={folder / 'kek.sealed'}", types=typed)


def test_a_dump_and_three_shares_bring_a_file_back(restored: Any, own_key_file: Path, tmp_path: Path) -> None:
    case, url = restored
    shares = sealed_in(tmp_path, disk.read(own_key_file))
    placed = manage(url, tmp_path, "audit", "sequence", "--once", RELAIS_DATABASE_LOGIN="sequencer")
    assert "events put into the tree" in placed.stdout, placed.stderr
    done = drill(url, tmp_path, shares[2:])
    assert "The drill has passed" in done.stdout, done.stderr
    assert f"Case {case.reference}: " in done.stdout
    assert c.SECRETS["family_name"] not in done.stdout + done.stderr
    too_few = drill(url, tmp_path, shares[:2])
    assert too_few.returncode == 1
    assert "Nothing more was typed" in too_few.stderr
    (tmp_path / "kek.sealed").unlink()
    others = drill(url, tmp_path, sealed_in(tmp_path)[:3])
    assert "do NOT open" in others.stdout
    assert "does not open" in others.stderr
