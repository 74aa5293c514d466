"""What an outsider finds in the exported folder: by another library, and by the script that we give out."""

import base64
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from pymerkle import InmemoryTree

from audit.exporting import disclosure_of, export_log
from audit.leaf import entry_of
from audit.merkle import leaf_hash, root_of
from audit.models import Checkpoint, Leaf
from audit.notes import Signer
from audit.sitting import Sitting
from tests.audit.verification.conftest import plant, vouch

pytestmark = pytest.mark.django_db(databases=["default", "audit"])
SCRIPT = Path(django_settings.BASE_DIR) / "audit" / "standalone" / "verify.py"
Export = Callable[[], Path]


@pytest.fixture
def export(grown: Any, tmp_path: Path) -> Export:
    def run() -> Path:
        def write(name: str, data: bytes) -> None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

        folder = tmp_path / "log"
        export_log(write)
        return folder

    return run


def script(folder: Path, signer: Signer, *more: str) -> tuple[int, str]:
    """In a process that cannot import anything of ours."""
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(folder), str(signer.verifier), *more],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PYTHONIOENCODING": "utf-8"},
    )
    return done.returncode, done.stdout + done.stderr


def pymerkle_agrees(folder: Path) -> bool:
    """The root that an independent implementation makes of the entries is the one that was signed."""
    _origin, size, root = (folder / "checkpoint").read_text().split("\n")[:3]
    entries = b"".join(
        path.read_bytes() for path in sorted((folder / "tile/entries").rglob("*")) if path.is_file()
    )
    found, at = [], 0
    while at < len(entries):
        end = at + 2 + int.from_bytes(entries[at : at + 2], "big")
        found.append(entries[at + 2 : end])
        at = end
    tree = InmemoryTree(algorithm="sha256")
    for entry in found:
        tree.append_entry(entry)
    return len(found) == int(size) and tree.get_root() == base64.b64decode(root)


def test_what_nobody_touched_passes(grown, signer, export, tmp_path):
    folder = export()
    assert pymerkle_agrees(folder)
    (tmp_path / "event.json").write_text(json.dumps(disclosure_of(grown[23].pk)))
    (tmp_path / "old").write_text(Checkpoint.objects.get(size=20).note)
    code, said = script(folder, signer, "--event", f"{tmp_path}/event.json", "--older", f"{tmp_path}/old")
    assert (code, said.count("OK "), said.count("NON")) == (0, 6, 0), said
    assert "JOURNAL INTACT / LOG INTACT" in said
    paper = Checkpoint.objects.get(size=10)
    assert script(folder, signer, "--older", f"10:{base64.b64encode(bytes(paper.root)).decode()}")[0] == 0


def test_a_folder_tells_nothing_of_anybody(grown, export):
    together = b"".join(path.read_bytes() for path in export().rglob("*") if path.is_file())
    for event in grown:
        for told in (str(event.pk), str(event.object_id), str(event.actor_id), event.verb):
            assert told.encode() not in together
    assert re.fullmatch(
        rb"(\0.relais-audit/v1 [A-Za-z0-9+/]{43}=\n){40}", (export() / "tile/entries/000.p/40").read_bytes()
    )


TAMPERINGS = {
    "changed": ["UPDATE audit_event SET actor_id = gen_random_uuid() WHERE id = %(pk)s"],
    "re-timed": ["UPDATE audit_event SET at = at + interval '1 second' WHERE id = %(pk)s"],
    "deleted": [
        "DELETE FROM audit_event WHERE id = %(pk)s",
        "DELETE FROM audit_leaf WHERE index = 23",
        "UPDATE audit_leaf SET index = index + 1000 WHERE index > 23",
        "UPDATE audit_leaf SET index = index - 1001 WHERE index > 1000",
    ],
    "inserted": [
        "UPDATE audit_leaf SET index = index + 1000 WHERE index > 23",
        "UPDATE audit_leaf SET index = index - 999 WHERE index > 1000",
        "INSERT INTO audit_leaf VALUES (24, gen_random_uuid(), repeat('x', 32)::bytea, repeat('x', 32)::bytea)",
    ],
    "reordered": [
        "UPDATE audit_leaf SET index = 1000 WHERE index = 22",
        "UPDATE audit_leaf SET index = 22 WHERE index = 27",
        "UPDATE audit_leaf SET index = 27 WHERE index = 1000",
    ],
    "truncated": ["DELETE FROM audit_leaf WHERE index >= 33"],
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_tampering_is_found_by_others_than_us(grown, signer, export, tamper, how):
    tamper(*TAMPERINGS[how], pk=grown[23].pk)
    folder = export()
    assert not pymerkle_agrees(folder)
    code, said = script(folder, signer)
    assert code != 0
    assert "NON" in said


def test_the_script_finds_a_forged_checkpoint(grown, signer, export):
    folder = export()
    note = (folder / "checkpoint").read_text()
    real = Signer.new(signer.name)
    text = note.partition("\n\n")[0] + "\n"
    (folder / "checkpoint").write_text(text + "\n" + real.signature(text))
    code, said = script(folder, signer)
    assert code == 1
    assert "NON signature de l'empreinte" in said
    assert "OK  racine" in said


def test_the_script_finds_a_tree_written_anew_by_the_paper(grown, signer, export, tamper):
    """Whoever holds the signing key too: only a fingerprint kept elsewhere tells."""
    paper = Checkpoint.objects.get(size=30)
    tamper(
        "UPDATE audit_event SET actor_id = gen_random_uuid() WHERE id = %(pk)s",
        "DELETE FROM audit_leaf",
        "DELETE FROM audit_checkpoint",
        pk=grown[23].pk,
    )
    plant(signer)
    folder = export()
    assert script(folder, signer)[0] == 0
    code, said = script(folder, signer, "--older", f"30:{base64.b64encode(bytes(paper.root)).decode()}")
    assert code == 1
    assert "NON l'ancienne empreinte (30 événements)" in said


@pytest.mark.parametrize("part", ["event", "salt", "index"])
def test_the_script_finds_another_event(grown, signer, export, tmp_path, part):
    disclosed = disclosure_of(grown[23].pk)
    other = {"event": {**disclosed["event"], "verb": "list"}, "salt": "00" * 16, "index": 22}
    (tmp_path / "event.json").write_text(json.dumps({**disclosed, part: other[part]}))
    code, said = script(export(), signer, "--event", f"{tmp_path}/event.json")
    assert code == 1
    assert "NON l'événement présenté" in said


@pytest.mark.parametrize("older", ["999:", "-1:", "41:", "40:", "10:AAAA", ""])
def test_half_a_fingerprint_proves_nothing(grown, signer, export, older):
    code, said = script(export(), signer, f"--older={older}")
    assert code != 0
    assert "LOG INTACT" not in said


def test_a_folder_older_than_the_fingerprint_is_said(grown, signer, export, tamper):
    last = Checkpoint.objects.get(size=40)
    tamper("DELETE FROM audit_checkpoint WHERE size > 30")
    folder = export()
    code, said = script(folder, signer, "--older", f"40:{base64.b64encode(bytes(last.root)).decode()}")
    assert (script(folder, signer)[0], code) == (0, 1)
    assert "NON l'ancienne empreinte (40 événements)" in said


def test_what_the_script_has_checked_it_shows_and_no_name_stands_twice(grown, signer, export, tmp_path):
    folder, disclosed = export(), disclosure_of(grown[23].pk)
    (tmp_path / "event.json").write_text(json.dumps(disclosed))
    code, said = script(folder, signer, "--event", f"{tmp_path}/event.json")
    assert code == 0
    assert str(grown[23].pk) in said
    twice = json.dumps(disclosed).replace('"verb": ', '"verb": "login", "verb": ')
    (tmp_path / "event.json").write_text(twice)
    code, said = script(folder, signer, "--event", f"{tmp_path}/event.json")
    assert (code, "LOG INTACT" in said) == (2, False)


def test_a_folder_with_a_file_missing_is_no_folder(grown, signer, export):
    folder = export()
    (folder / "tile/entries/000.p/40").unlink()
    code, said = script(folder, signer)
    assert code == 2
    assert "illisible" in said


def test_the_script_is_short_and_imports_nothing_of_ours():
    text = SCRIPT.read_text()
    assert len(text.splitlines()) <= 130
    imported = set(re.findall(r"^(?:import|from) (\w+)", text, re.M))
    assert imported - {"cryptography"} <= sys.stdlib_module_names


def test_tiles_and_entries_are_where_the_standard_has_them(tamper, seated: Sitting, signer, tmp_path):
    """More than 256 leaves, so that a full tile, a partial one and a level above are written."""
    tamper(
        "INSERT INTO audit_leaf SELECT n, gen_random_uuid(), sha256(n::text::bytea), sha256(n::text::bytea)"
        " FROM generate_series(0, 599) n"
    )
    entries = _honest_leaves(signer)
    files: dict[str, bytes] = {}
    export_log(files.__setitem__)
    assert set(files) == {
        "checkpoint",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/88",
    }
    tree = InmemoryTree(algorithm="sha256")
    for number, entry in enumerate(entries):
        tree.append_entry(entry)
        if number + 1 == 256:
            first = tree.get_root()
    assert files["tile/1/000.p/2"][:32] == first
    assert tree.get_root() == base64.b64decode(files["checkpoint"].decode().split("\n")[2])


def _honest_leaves(signer: Signer) -> list[bytes]:
    """Leaves whose events law has erased: their commitments stand."""
    entries = [entry_of(bytes(leaf.commitment)) for leaf in Leaf.objects.order_by("index")]
    vouch(signer, len(entries), root_of(map(leaf_hash, entries)))
    return entries
