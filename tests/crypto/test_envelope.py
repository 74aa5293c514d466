"""The sealed key file: what opens it, what does not, and what a changed one does."""

import json
from pathlib import Path
from typing import Any

import pytest

from crypto import envelope
from crypto.errors import KeyUnavailable, SharesRefused, WrongKey
from crypto.providers import keyset
from tests.crypto.conftest import PASSPHRASE, sealed_in


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], dict[str, Any]]:
    folder, content = tmp_path_factory.mktemp("sealed"), keyset.new_content()
    shares = sealed_in(folder, content, PASSPHRASE)
    return folder / "kek.sealed", shares, content


def changed(path: Path, folder: Path, **changes: Any) -> Path:
    copy = folder / "copy.sealed"
    copy.touch(0o600)
    copy.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return copy


def test_the_passphrase_opens_it_and_so_do_three_shares(both: Any) -> None:
    path, shares, content = both
    assert envelope.kinds(path) == {"passphrase", "shares"}
    by_passphrase = envelope.open_by_passphrase(path, PASSPHRASE)
    by_shares = envelope.open_by_shares(path, [shares[4], shares[0], shares[2]])
    assert by_passphrase.content == by_shares.content == content
    assert by_passphrase.file_key == by_shares.file_key
    assert content["index_key"] not in repr(by_shares)


def test_no_key_stands_in_it(both: Any) -> None:
    path, shares, content = both
    written = path.read_text()
    for secret in (content["index_key"], *(each["key"] for each in content["epochs"].values()), *shares):
        assert secret not in written
    assert content["active"] not in written, "not even the name of an epoch"


def test_what_is_wrong_opens_nothing(both: Any, tmp_path: Path) -> None:
    path, shares, _content = both
    with pytest.raises(WrongKey, match="passphrase does not open"):
        envelope.open_by_passphrase(path, PASSPHRASE + " ")
    with pytest.raises(SharesRefused, match="3 shares"):
        envelope.open_by_shares(path, shares[:2])
    others = sealed_in(tmp_path)
    with pytest.raises(WrongKey, match="a newer set was made"):
        envelope.open_by_shares(path, others[:3])
    with pytest.raises(WrongKey, match="not sealed by a passphrase"):
        envelope.open_by_passphrase(tmp_path / "kek.sealed", PASSPHRASE)


def test_it_is_written_anew_without_the_people_and_opens_as_before(tmp_path: Path) -> None:
    shares = sealed_in(tmp_path)
    path = tmp_path / "kek.sealed"
    opened = envelope.open_by_shares(path, shares[:3])
    newer = keyset.with_epoch(opened.content)
    envelope.rewrite(path, newer, opened.file_key)
    assert envelope.open_by_shares(path, shares[2:]).content == newer
    assert envelope.reopened(path, opened.file_key) == newer
    with pytest.raises(KeyUnavailable, match="sealed anew"):
        envelope.reopened(path, bytes(32))


def test_a_body_that_was_changed_does_not_open(both: Any, tmp_path: Path) -> None:
    path, shares, _content = both
    copy = changed(path, tmp_path, body="AAAA" * 40)
    with pytest.raises(KeyUnavailable, match="sealed anew, or changed"):
        envelope.open_by_shares(copy, shares[:3])


SLOT = {"kind": "passphrase", "salt": "A" * 24, "memory": 65536, "rounds": 3, "lanes": 4, "wrapped": "AAAA"}


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "relais-keys/1"},
        {"slots": []},
        {"slots": "none"},
        {"slots": [{"kind": "shares"}]},
        {"slots": [SLOT | {"salt": 7}]},
        {"slots": [SLOT | {"salt": "AAAA"}]},
        {"slots": [SLOT | {"wrapped": "é"}]},
        {"slots": [SLOT | {"memory": 1 << 40}]},
        {"slots": [SLOT | {"memory": 16}]},
        {"slots": [SLOT | {"rounds": 0}]},
        {"slots": [SLOT | {"lanes": "4"}]},
        {"body": None},
    ],
)
def test_what_is_no_sealed_file_is_unavailable(both: Any, tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(KeyUnavailable, match="is not a sealed key file"):
        envelope.kinds(changed(both[0], tmp_path, **changes))


def test_a_sealed_file_that_others_may_read_is_refused_too(both: Any, tmp_path: Path) -> None:
    copy = changed(both[0], tmp_path)
    copy.chmod(0o644)
    with pytest.raises(KeyUnavailable, match="0600"):
        envelope.kinds(copy)


def test_only_a_keyset_is_sealed() -> None:
    with pytest.raises(ValueError, match="not a keyset"):
        envelope.sealed({"format": "something"}, in_shares=True)
