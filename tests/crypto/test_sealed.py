import copy
import os
import pickle
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import PlaintextRefused, Tampered
from crypto.fields import Unsaved
from crypto.scopes import SYSTEM, Scope, ScopeKind
from crypto.sealed import (
    OVERHEAD,
    OpenedKey,
    Padding,
    Sealed,
    bound_field,
    encoded,
    length_prefixed,
    pad,
    padded_length,
    unpad,
)

FIELD = bound_field("referral.person", "phone")
PK = uuid4()


@pytest.fixture
def key() -> OpenedKey:
    return OpenedKey(uuid4(), SYSTEM, os.urandom(32))


def test_a_value_opens_again(key: OpenedKey) -> None:
    assert key.unseal(key.seal(b"s77 123", FIELD, PK), FIELD, PK) == b"s77 123"


def test_the_same_value_never_looks_the_same(key: OpenedKey) -> None:
    assert len({bytes(key.seal(b"s", FIELD, PK)) for _ in range(100)}) == 100


def test_the_overhead_is_47_bytes(key: OpenedKey) -> None:
    assert OVERHEAD == 47
    assert len(bytes(key.seal(b"s", FIELD, PK))) == 47 + 64


def test_every_flipped_bit_is_found(key: OpenedKey) -> None:
    content = bytes(key.seal(b"s77 123", FIELD, PK))
    for position in range(len(content)):
        for bit in range(8):
            changed = bytearray(content)
            changed[position] ^= 1 << bit
            value = Sealed(bytes(changed))
            if position < 3:
                with pytest.raises(Tampered):
                    _ = value.dek_id
            elif position < 19:
                # The keyring looks for another key, which this one is not.
                assert value.dek_id != key.dek_id
                continue
            with pytest.raises(Tampered):
                key.unseal(value, FIELD, PK)


def test_a_value_cut_at_any_length_is_found(key: OpenedKey) -> None:
    content = bytes(key.seal(b"s77 123", FIELD, PK))
    for length in range(len(content)):
        value = Sealed(content[:length])
        with pytest.raises(Tampered):
            key.unseal(value, FIELD, PK)


def test_a_lengthened_value_is_found(key: OpenedKey) -> None:
    with pytest.raises(Tampered):
        key.unseal(Sealed(bytes(key.seal(b"s", FIELD, PK)) + b"\0"), FIELD, PK)


@pytest.mark.parametrize(
    ("field", "pk", "scope", "dek_id"),
    [
        (bound_field("referral.person", "alias"), None, None, None),
        (bound_field("referral.case", "phone"), None, None, None),
        (None, uuid4(), None, None),
        (None, None, Scope(ScopeKind.DRAFT, SYSTEM.id), None),
        (None, None, Scope(ScopeKind.SYSTEM, uuid4()), None),
        (None, None, None, uuid4()),
    ],
)
def test_the_same_key_opens_nothing_elsewhere(key: OpenedKey, field, pk, scope, dek_id) -> None:
    raw = os.urandom(32)
    value = OpenedKey(key.dek_id, SYSTEM, raw).seal(b"s77", FIELD, PK)
    other = OpenedKey(dek_id or key.dek_id, scope or SYSTEM, raw)
    with pytest.raises(Tampered):
        other.unseal(value, field or FIELD, pk or PK)


def test_another_key_opens_nothing(key: OpenedKey) -> None:
    value = key.seal(b"s77", FIELD, PK)
    with pytest.raises(Tampered):
        OpenedKey(key.dek_id, SYSTEM, os.urandom(32)).unseal(value, FIELD, PK)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=6), max_size=5), st.lists(st.binary(max_size=6), max_size=5))
def test_joined_parts_are_never_ambiguous(these: list[bytes], those: list[bytes]) -> None:
    assert (length_prefixed(*these) == length_prefixed(*those)) == (these == those)


@settings(deadline=None)
@given(st.binary(max_size=3000), st.sampled_from(Padding), st.sampled_from([0, 64, 256]))
def test_padding_comes_off_again(payload: bytes, padding: Padding, floor: int) -> None:
    padded = pad(payload, padding, floor)
    assert unpad(padded) == payload
    assert len(padded) % 64 == 0
    assert len(padded) > max(len(payload), floor - 1)


def test_short_padding_goes_in_steps_of_64() -> None:
    assert [padded_length(n, Padding.SHORT) for n in (1, 64, 65, 1000, 5000)] == [64, 64, 128, 1024, 5056]


def test_long_padding_hides_more_of_a_longer_text() -> None:
    lengths = {padded_length(n, Padding.LONG) for n in range(1, 100_001)}
    assert len(lengths) == 129  # against 1,563 in steps of 64
    assert all(padded_length(n, Padding.LONG) <= n * 1.12 + 64 for n in range(1, 100_001, 7))


@settings(deadline=None)
@given(st.integers(1, 300_000))
def test_long_padding_is_padme_from_one_kibibyte(length: int) -> None:
    """The formula as the paper prints it (Nikitin and others, PURBs, 2019, algorithm 1)."""
    exponent = length.bit_length() - 1
    bits = exponent.bit_length() if exponent else 0
    mask = (1 << max(exponent - bits, 0)) - 1
    expected = (length + mask) & ~mask if length >= 1024 else -(-length // 64) * 64
    assert padded_length(length, Padding.LONG) == expected


@pytest.mark.parametrize("padded", [b"", b"\0" * 64, b"s" * 64])
def test_wrong_padding_is_found(padded: bytes) -> None:
    with pytest.raises(Tampered):
        unpad(padded)


@pytest.mark.parametrize("kind", [Sealed, Unsaved])
def test_opaque_values_show_nothing(kind: type) -> None:
    value = kind(b"sAwa Diop")
    assert repr(value) == str(value) == f"{value}" == f"<{kind.__name__}>"
    assert b"Awa" not in repr([value]).encode()


@pytest.mark.parametrize("kind", [Sealed, Unsaved])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_opaque_values_are_never_pickled(kind: type, protocol: int) -> None:
    with pytest.raises(PlaintextRefused) as refusal:
        pickle.dumps(kind(b"sAwa Diop"), protocol)
    assert "Awa" not in str(refusal.value)


def test_opaque_values_compare_by_content_and_kind() -> None:
    assert Sealed(b"a") == Sealed(b"a")
    assert hash(Sealed(b"a")) == hash(Sealed(b"a"))
    assert Sealed(b"a") != Sealed(b"b")
    assert Sealed(b"a") != Unsaved(b"a")
    assert Sealed(b"a") != b"a"


def test_opaque_values_are_shared_by_copies() -> None:
    value = Sealed(b"a")
    assert copy.copy(value) is value
    assert copy.deepcopy([value])[0] is value


def test_ill_formed_text_has_no_encoding() -> None:
    assert encoded("Awa \ud800") is None
    assert encoded("Awa \0 é") == "Awa \0 é".encode()
