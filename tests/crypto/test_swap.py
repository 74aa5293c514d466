"""Whoever can write to the database cannot make one value pass for another."""

from typing import Any
from uuid import uuid4

import pytest

from crypto import keyring
from crypto.errors import CryptoError, KeyDestroyed, Tampered
from crypto.keyring import Keyring
from crypto.models import DataKey
from crypto.providers import FileKeyProvider
from crypto.scopes import Scope, ScopeKind
from tests.crypto.conftest import assert_silent, put, stored
from tests.crypto.testapp.models import File, Letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(ring: Keyring) -> File:
    return File.objects.create(alias="Awa", note="Awa", name="Awa", story="Awa")


def assert_closed(row: Any, field: str) -> None:
    with keyring.revealing(row), pytest.raises(Tampered) as found:
        getattr(row, field)
    assert_silent(found.value, "Awa", "Coumba")


def test_to_another_field_of_the_row(file: File) -> None:
    alias, name = stored(file, "alias"), stored(file, "name")
    assert_closed(put(file, "note", alias), "note")
    assert_closed(put(file, "alias", name), "alias")
    assert_closed(put(file, "name", alias), "name")


def test_to_another_row_of_the_case(file: File) -> None:
    other = File.objects.create(case_id=file.case_id, alias="Coumba")
    assert_closed(put(other, "alias", stored(file, "alias")), "alias")


def test_to_a_row_of_another_case(file: File) -> None:
    other = File.objects.create(alias="Coumba")
    assert_closed(put(other, "alias", stored(file, "alias")), "alias")


def test_to_the_same_field_and_row_id_of_another_model(file: File) -> None:
    letter = Letter.objects.create(id=file.id, case_id=file.case_id, alias="Coumba", sign="B")
    assert_closed(put(letter, "alias", stored(file, "alias")), "alias")


def test_a_row_moved_to_another_case(file: File) -> None:
    other = File.objects.create(alias="Coumba")
    File.objects.filter(pk=file.pk).update(case_id=other.case_id)
    assert_closed(File.objects.get(pk=file.pk), "alias")


def test_a_row_moved_to_another_kind_of_scope(ring: Keyring) -> None:
    letter = Letter.objects.create(alias="Awa", sign="B")
    ring.sealing_key(Scope(ScopeKind.EXCHANGE, letter.case_id, letter.case_id))
    Letter.objects.update(kind=ScopeKind.EXCHANGE)
    assert_closed(Letter.objects.get(), "alias")
    assert_closed(Letter.objects.get(), "sign")


def test_the_key_id_of_another_key_of_the_same_scope(file: File) -> None:
    content = stored(file, "alias")
    assert content is not None
    DataKey.objects.update(version=2)
    DataKey.objects.update(scope_kind=ScopeKind.DRAFT)
    with keyring.opened(keyring.current().provider) as other:
        second, _ = other.sealing_key(file.key_scope())
    DataKey.objects.update(scope_kind=ScopeKind.CASE)
    assert_closed(put(file, "alias", content[:3] + second.bytes + content[19:]), "alias")


def test_an_unknown_key_id(file: File) -> None:
    content = stored(file, "alias")
    assert content is not None
    row = put(file, "alias", content[:3] + uuid4().bytes + content[19:])
    with pytest.raises(KeyDestroyed):
        _ = row.alias


def test_every_changed_byte_of_a_column(file: File) -> None:
    content = stored(file, "alias")
    assert content is not None
    for position in range(len(content)):
        changed = bytearray(content)
        changed[position] ^= 0x41
        row = put(file, "alias", bytes(changed))
        with pytest.raises(CryptoError) as found:
            _ = row.alias
        assert type(found.value) in {Tampered, KeyDestroyed}


def test_a_column_cut_at_every_length(file: File) -> None:
    content = stored(file, "alias")
    assert content is not None
    for length in range(len(content)):
        assert_closed(put(file, "alias", content[:length]), "alias")


@pytest.mark.parametrize("content", [b"Awa", b"", b"R\x01\x02" + bytes(120), b"R\x02\x01" + bytes(120)])
def test_plaintext_and_unknown_formats(file: File, content: bytes) -> None:
    assert_closed(put(file, "alias", content), "alias")


def test_one_changed_value_closes_no_other(file: File) -> None:
    row = put(file, "alias", b"Awa")
    assert row.note == "Awa"


def test_a_changed_value_does_not_block_the_rest_of_the_row(file: File) -> None:
    row = put(file, "alias", b"R")
    row.reference = "CD34"
    row.save()
    assert stored(file, "alias") == b"R"


def test_the_message_names_the_field_and_the_row(file: File) -> None:
    row = put(file, "alias", stored(file, "note"))
    with pytest.raises(Tampered, match=f"crypto_testapp.File.alias of {file.pk}"):
        _ = row.alias


def test_the_wrong_key_file(file: File, tmp_path: Any) -> None:
    mine = keyring.current().provider
    other = FileKeyProvider.create(tmp_path / "other.json")
    DataKey.objects.update(kek_id=other.kek_id)
    with keyring.opened(other), pytest.raises(Tampered):
        _ = File.objects.get().alias
    DataKey.objects.update(kek_id=mine.kek_id)
    with keyring.opened(mine):
        assert File.objects.get().alias == "Awa"


def test_a_history_row_opens_as_the_live_row_did(file: File) -> None:
    file.alias = "Coumba"
    file.save()
    newest, oldest = File.history.order_by("-history_id")
    assert [row.alias for row in (newest, oldest)] == ["Coumba", "Awa"]
    assert stored(newest, "alias") == stored(file, "alias")
    assert stored(newest, "name") == stored(oldest, "name")
    with keyring.revealing(oldest):
        assert oldest.name == "Awa"


def test_a_history_row_holds_no_value_of_another_row(file: File) -> None:
    other = File.objects.create(case_id=file.case_id, alias="Coumba")
    past = File.history.get(id=other.id)
    assert_closed(put(past, "alias", stored(file, "alias")), "alias")
    assert_closed(put(past, "alias", stored(other, "note")), "alias")


def test_a_history_row_given_to_another_live_row(file: File) -> None:
    other = File.objects.create(case_id=file.case_id, alias="Coumba")
    past = File.history.get(id=file.id)
    type(past)._base_manager.filter(pk=past.pk).update(id=other.id)
    assert_closed(File.history.get(pk=past.pk), "alias")


def test_every_changed_byte_of_a_history_column(file: File) -> None:
    past = File.history.get()
    content = stored(past, "alias")
    assert content is not None
    for position in range(len(content)):
        changed = bytearray(content)
        changed[position] ^= 1
        with pytest.raises((Tampered, KeyDestroyed)):
            _ = put(past, "alias", bytes(changed)).alias


def test_a_secret_null_in_the_database_is_as_secret(file: File) -> None:
    row = put(file, "name", None)
    with keyring.revealing(row):
        assert row.name is None
