from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import blind_index, keyring
from crypto.errors import KeyDestroyed, KeyringClosed, PlaintextRefused, Tampered
from crypto.keyring import Keyring
from crypto.models import Match
from crypto.providers import FileKeyProvider
from crypto.scopes import MATCHES, SYSTEM
from tests.crypto.conftest import assert_silent


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("Aïssatou  BA ", "aissatou ba"),
        ("AI\u0308SSATOU\tBA", "aissatou ba"),
        ("Straße", "strasse"),
        ("ﬁ Ⅷ ２", "fi viii 2"),
        ("İstanbul", "istanbul"),
        ("+221 77\u00a0123", "+221 77 123"),
        ("", ""),
    ],
)
def test_one_form_for_many_spellings(typed: str, normal: str) -> None:
    assert blind_index.normalise(typed) == normal


@settings(deadline=None)
@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = blind_index.normalise(text)
    assert blind_index.normalise(once) == once


def test_the_same_value_falls_into_the_same_bucket(ring: Keyring, provider: FileKeyProvider) -> None:
    bucket = blind_index.tag("name", "Aïssatou Ba", 12)
    assert blind_index.tag("name", "AISSATOU  BA", 12) == bucket
    with keyring.opened(provider):
        assert blind_index.tag("name", "aissatou ba", 12) == bucket


def test_an_index_has_a_key_of_its_own(ring: Keyring, tmp_path: Any) -> None:
    values = [f"person {n}" for n in range(50)]
    by_name = [blind_index.tag("name", value, 16) for value in values]
    assert [blind_index.tag("phone", value, 16) for value in values] != by_name
    with keyring.opened(FileKeyProvider.create(tmp_path / "other.json")):
        assert [blind_index.tag("name", value, 16) for value in values] != by_name


@pytest.mark.parametrize("bits", [1, 8, 13, 16])
def test_a_bucket_has_its_bits(ring: Keyring, bits: int) -> None:
    buckets = Counter(blind_index.tag("name", f"person {n}", bits) for n in range(400))
    assert all(0 <= bucket < 2**bits for bucket in buckets)
    assert len(buckets) > min(2**bits, 400) * 0.6


def test_fewer_bits_are_the_first_of_more(ring: Keyring) -> None:
    assert blind_index.tag("name", "awa", 8) == blind_index.tag("name", "awa", 13) >> 5


@pytest.mark.parametrize("bits", [0, -1, 17, 32])
def test_a_fingerprint_is_refused(ring: Keyring, bits: int) -> None:
    with pytest.raises(ValueError, match="1 to 16 bits"):
        blind_index.tag("name", "awa", bits)


def test_ill_formed_text_is_refused_in_silence(ring: Keyring) -> None:
    with pytest.raises(PlaintextRefused) as refusal:
        blind_index.tag("name", "secret-canary \ud800", 8)
    assert_silent(refusal.value, "secret-canary")


def test_there_is_no_index_without_a_keyring() -> None:
    with pytest.raises(KeyringClosed):
        blind_index.tag("name", "awa", 8)


@pytest.mark.django_db
def test_an_entry_leads_back_to_its_case(ring: Keyring) -> None:
    case_id = uuid4()
    blind_index.matched("name", 5, case_id).save()
    entry = Match.objects.get(index_name="name", bucket=5)
    assert blind_index.case_of(entry) == case_id
    assert case_id.bytes not in bytes(entry.sealed_ref)
    assert str(entry) == f"name {entry.id}"


@pytest.mark.django_db
def test_two_entries_of_a_case_cannot_be_joined(ring: Keyring) -> None:
    case_id = uuid4()
    entries = [blind_index.matched(index, 5, case_id) for index in ("name", "name", "phone")]
    assert len({entry.id for entry in entries}) == 3
    assert len({entry.sealed_ref for entry in entries}) == 3
    assert len({len(entry.sealed_ref) for entry in entries}) == 1
    assert {entry.sealed_ref[:19] for entry in entries} == {entries[0].sealed_ref[:19]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", [{"bucket": 6}, {"index_name": "phone"}, {"id": uuid4()}, {"sealed_ref": b"x"}]
)
def test_a_moved_entry_is_found(ring: Keyring, change: dict[str, Any]) -> None:
    entry = blind_index.matched("name", 5, uuid4())
    for name, value in change.items():
        setattr(entry, name, value)
    with pytest.raises(Tampered):
        blind_index.case_of(entry)


@pytest.mark.django_db
def test_the_references_have_a_key_of_their_own(ring: Keyring) -> None:
    entry = blind_index.matched("name", 5, uuid4())
    ring.destroy_scope(SYSTEM)
    assert blind_index.case_of(entry)
    ring.destroy_scope(MATCHES)
    with pytest.raises(KeyDestroyed):
        blind_index.case_of(entry)
