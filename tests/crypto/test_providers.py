import base64
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crypto.errors import KeyUnavailable, Tampered
from crypto.providers import FileKeyProvider, WrappedKey, disk, get_provider

KEY = bytes(range(32))


def test_a_key_file_is_its_owners_only(tmp_path: Path) -> None:
    FileKeyProvider.create(tmp_path / "kek.json")
    assert [path.name for path in tmp_path.iterdir()] == ["kek.json"]
    assert stat.S_IMODE((tmp_path / "kek.json").stat().st_mode) == 0o600


def test_a_key_file_is_never_overwritten(provider: FileKeyProvider, tmp_path: Path) -> None:
    before = (tmp_path / "kek.json").read_bytes()
    with pytest.raises(FileExistsError):
        FileKeyProvider.create(tmp_path / "kek.json")
    assert (tmp_path / "kek.json").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o777])
def test_a_key_file_that_others_may_use_is_refused(
    provider: FileKeyProvider, tmp_path: Path, mode: int
) -> None:
    (tmp_path / "kek.json").chmod(mode)
    with pytest.raises(KeyUnavailable, match="0600"):
        FileKeyProvider(tmp_path / "kek.json")


def test_a_missing_key_file_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable, match="No such file"):
        FileKeyProvider(tmp_path / "absent.json")


def test_a_folder_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable):
        FileKeyProvider(tmp_path)


def epoch(**changes: Any) -> dict[str, Any]:
    return {"created_at": "2026-01-01T00:00:00+00:00", "key": base64.b64encode(KEY).decode()} | changes


def content(**changes: Any) -> dict[str, Any]:
    good = {
        "format": "relais-keys/1",
        "active": "a",
        "epochs": {"a": epoch()},
        "index_key": base64.b64encode(KEY).decode(),
    }
    return good | changes


def test_the_content_of_the_next_test_is_good_when_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "kek.json"
    path.touch(0o600)
    path.write_text(json.dumps(content()))
    assert FileKeyProvider(path).kek_id == "a"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b"{}",
        json.dumps(content(format="relais-keys/2")).encode(),
        json.dumps(content(active="b")).encode(),
        json.dumps(content(active=["a"])).encode(),
        json.dumps(content(epochs=[])).encode(),
        json.dumps(content(epochs={"a": "key"})).encode(),
        json.dumps(content(epochs={"a": epoch(key="AAAA")})).encode(),
        json.dumps(content(epochs={"a": epoch(key="é")})).encode(),
        json.dumps(content(epochs={"a": epoch(created_at="yesterday")})).encode(),
        json.dumps(content(index_key=None)).encode(),
    ],
)
def test_what_is_not_a_key_file_is_unavailable(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "kek.json"
    path.touch(0o600)
    path.write_bytes(text)
    with pytest.raises(KeyUnavailable, match="is not a key file"):
        FileKeyProvider(path)


def test_a_wrapped_key_opens_in_its_context_only(provider: FileKeyProvider) -> None:
    _kek_id, wrapped = provider.wrap(KEY, b"context")
    assert provider.unwrap(wrapped, provider.kek_id, b"context") == KEY
    with pytest.raises(Tampered):
        provider.unwrap(wrapped, provider.kek_id, b"another")


def test_every_changed_byte_of_a_wrapped_key_is_found(provider: FileKeyProvider) -> None:
    _kek_id, wrapped = provider.wrap(KEY, b"context")
    assert len(wrapped) == 12 + 32 + 16
    for position in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[position] ^= 1
        with pytest.raises(Tampered):
            provider.unwrap(bytes(changed), provider.kek_id, b"context")
        with pytest.raises(Tampered):
            provider.unwrap(wrapped[:position], provider.kek_id, b"context")


def test_a_batch_opens_what_it_can(provider: FileKeyProvider) -> None:
    good = WrappedKey(provider.wrap(KEY, b"a")[1], provider.kek_id, b"a")
    assert provider.batch_unwrap([good, good._replace(context=b"b"), good._replace(kek_id="gone"), good]) == [
        KEY,
        None,
        None,
        KEY,
    ]


def test_the_key_of_another_site_opens_nothing(provider: FileKeyProvider, tmp_path: Path) -> None:
    other = FileKeyProvider.create(tmp_path / "other.json")
    _kek_id, wrapped = provider.wrap(KEY, b"a")
    with pytest.raises(KeyUnavailable):
        other.unwrap(wrapped, provider.kek_id, b"a")
    with pytest.raises(Tampered):
        other.unwrap(wrapped, other.kek_id, b"a")


def test_epochs_turn_over(provider: FileKeyProvider, tmp_path: Path) -> None:
    old = provider.kek_id
    _kek_id, wrapped = provider.wrap(KEY, b"a")

    second = provider.add_epoch()
    assert second.kek_id != old
    assert set(second.status().epochs) == {old, second.kek_id}
    assert second.status().kek_id == second.kek_id
    assert second.unwrap(wrapped, old, b"a") == KEY
    kek_id, (rewrapped, none) = second.rewrap(
        [WrappedKey(wrapped, old, b"a"), WrappedKey(wrapped, old, b"b")]
    )
    assert none is None
    assert kek_id == second.kek_id

    third = second.drop_epoch(old)
    assert third.unwrap(rewrapped, kek_id, b"a") == KEY
    with pytest.raises(KeyUnavailable):
        third.unwrap(wrapped, old, b"a")
    with pytest.raises(KeyUnavailable):
        FileKeyProvider(tmp_path / "kek.json").unwrap(wrapped, old, b"a")
    assert stat.S_IMODE((tmp_path / "kek.json").stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 1


def test_only_an_old_epoch_can_be_dropped(provider: FileKeyProvider) -> None:
    with pytest.raises(ValueError, match="active"):
        provider.drop_epoch(provider.kek_id)
    with pytest.raises(ValueError, match="not in the key file"):
        provider.drop_epoch("file-00000000")


def test_epochs_leave_the_index_key_alone(provider: FileKeyProvider) -> None:
    assert provider.add_epoch().index_mac("name", b"awa") == provider.index_mac("name", b"awa")


def test_the_provider_of_the_site_is_the_settings_key_file(
    provider: FileKeyProvider, tmp_path: Path, settings: Any
) -> None:
    settings.RELAIS_KEY_FILE = tmp_path / "kek.json"
    assert get_provider().kek_id == provider.kek_id
    settings.RELAIS_KEY_FILE = ""
    with pytest.raises(KeyUnavailable):
        get_provider()


# --- Read once, and again as soon as it is another file --------------------------------------------------------
def times_read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    read: list[Path] = []
    before = disk.read_marked
    monkeypatch.setattr(disk, "read_marked", lambda path: (read.append(path), before(path))[1])
    return read


def test_the_key_file_is_not_read_for_every_request(
    provider: FileKeyProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = times_read(monkeypatch)
    for _request in range(3):
        FileKeyProvider(tmp_path / "kek.json").wrap(KEY, b"a")
    assert read == []


def test_what_another_process_rotates_is_known_in_the_middle_of_a_request(
    provider: FileKeyProvider, tmp_path: Path
) -> None:
    former = provider.kek_id
    script = "import sys, pathlib; from crypto.providers.file import FileKeyProvider as F; " + (
        "provider = F(pathlib.Path(sys.argv[1])).add_epoch(); "
        "print(provider.kek_id, provider.wrap(bytes(32), b'a')[1].hex())"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "kek.json")], capture_output=True, text=True, check=True
    )
    active, wrapped = said.stdout.split()
    assert provider.unwrap(bytes.fromhex(wrapped), active, b"a") == bytes(32)
    assert provider.kek_id == active != former
    FileKeyProvider(tmp_path / "kek.json").drop_epoch(former)
    assert set(provider.status().epochs) == {active}


def test_a_key_file_that_others_may_use_or_that_is_gone_is_refused_at_the_next_question(
    provider: FileKeyProvider, tmp_path: Path
) -> None:
    path = tmp_path / "kek.json"
    path.chmod(0o644)
    with pytest.raises(KeyUnavailable, match="0600"):
        provider.wrap(KEY, b"a")
    path.chmod(0o600)
    assert provider.wrap(KEY, b"a")
    beside = path.rename(tmp_path / "beside")
    with pytest.raises(KeyUnavailable, match="No such file"):
        provider.wrap(KEY, b"a")
    beside.rename(path)
    assert provider.wrap(KEY, b"a")


def test_a_key_file_put_back_with_its_former_size_and_date_is_another_one(
    provider: FileKeyProvider, tmp_path: Path
) -> None:
    """As a restore with `cp -p` or `rsync -t` leaves it."""
    path, other = tmp_path / "kek.json", FileKeyProvider.create(tmp_path / "other.json")
    before = path.stat()
    path.write_bytes((tmp_path / "other.json").read_bytes())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert provider.kek_id == other.kek_id


def test_a_provider_shows_no_key(provider: FileKeyProvider, tmp_path: Path) -> None:
    keys = json.loads((tmp_path / "kek.json").read_text())
    for secret in (keys["index_key"], keys["epochs"][provider.kek_id]["key"]):
        assert secret not in repr(provider)
        assert secret not in repr(provider.status())
