"""A file that was touched anywhere does not open, and a second implementation opens what we write."""

import os
from uuid import UUID, uuid4

import pytest

from crypto.errors import Tampered
from crypto.fields import SealedBytesField
from crypto.files import OVERHEAD, SEGMENT, FileKey, new_key
from tests.crypto.test_primitive import tink_aead

FILE = UUID(int=7)
#: Around the borders of a segment.
LENGTHS = [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 2 * SEGMENT + 1]


@pytest.fixture
def key() -> FileKey:
    return FileKey(new_key(), FILE)


def opens(key: FileKey, segments: list[bytes]) -> bytes:
    return b"".join(key.unseal(segments))


@pytest.mark.parametrize("length", LENGTHS)
def test_a_file_opens_again(key: FileKey, length: int) -> None:
    content = os.urandom(length)
    segments = list(key.seal(content))
    assert len(segments) == max(-(-length // SEGMENT), 1)
    assert max(map(len, segments)) <= SEGMENT + OVERHEAD
    assert opens(key, segments) == content


@pytest.mark.parametrize("length", [0, 5, SEGMENT, SEGMENT + 5])
def test_a_changed_byte_is_found_at_every_border(key: FileKey, length: int) -> None:
    """Header, nonce, first and last of the body, the tag: of each segment."""
    segments = list(key.seal(os.urandom(length)))
    for number, segment in enumerate(segments):
        for place in {0, 1, 2, 3, 14, 15, len(segment) - 17, len(segment) - 16, len(segment) - 1}:
            changed = bytearray(segment)
            changed[place] ^= 1
            with pytest.raises(Tampered):
                opens(key, [*segments[:number], bytes(changed), *segments[number + 1 :]])


@pytest.mark.parametrize("length", range(OVERHEAD + 1))
def test_a_segment_cut_short_is_found(key: FileKey, length: int) -> None:
    (segment,) = key.seal(b"x" * 10)
    with pytest.raises(Tampered):
        opens(key, [segment[:length]])


def test_order_number_and_end_are_bound(key: FileKey) -> None:
    one, two, three = key.seal(os.urandom(3 * SEGMENT))
    assert opens(key, [one, two, three])
    for wrong in (
        [],
        [one],
        [one, two],  # the last one dropped
        [two, three],
        [one, three],
        [three],
        [two, one, three],
        [one, two, two],
        [one, three, two],
        [one, two, three, three],
        [one, two, three, *key.seal(b"more")],
        [one, two, three, b""],
    ):
        with pytest.raises(Tampered):
            opens(key, wrong)


def test_a_segment_of_another_file_or_key_is_found() -> None:
    raw, content = new_key(), os.urandom(SEGMENT + 1)
    mine = list(FileKey(raw, FILE).seal(content))
    for other in (FileKey(raw, uuid4()), FileKey(new_key(), FILE)):
        theirs = list(other.seal(content))
        with pytest.raises(Tampered):
            opens(FileKey(raw, FILE), [mine[0], theirs[1]])
        with pytest.raises(Tampered):
            opens(other, mine)


def test_the_same_content_never_looks_the_same(key: FileKey) -> None:
    content = b"\0" * (2 * SEGMENT)
    assert len({*key.seal(content), *key.seal(content)}) == 4


def test_tink_opens_a_segment() -> None:
    """The format and the associated data, written down a second time."""
    raw, content = new_key(), os.urandom(SEGMENT + 3)
    for number, segment in enumerate(FileKey(raw, FILE).seal(content)):
        assert segment[:3] == b"R\x01\x01"
        parts = [b"rcm/file/v1", FILE.bytes, number.to_bytes(8, "big"), bytes([number == 1]), b"\x01"]
        associated = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        piece = content[number * SEGMENT : (number + 1) * SEGMENT]
        assert tink_aead(raw).decrypt(segment[3:], associated) == piece


def test_a_key_is_sealed_as_bytes() -> None:
    sealed = SealedBytesField()
    assert sealed.decode(sealed.encode(b"\0key") or b"") == b"\0key"
    assert sealed.encode("key") is None
