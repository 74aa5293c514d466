"""How the content of a file is stored: in segments, under a key of its own (security.md §2.4).

    0x52 'R' | version 0x01 | algorithm 0x01 | nonce 12 | ciphertext | tag 16

Each segment is bound to its file, its number and whether it is the last one: a segment that is changed, moved, left
out or put into another file does not open, and neither does a file that was cut short or continued.
"""

import os
from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from crypto.errors import Tampered
from crypto.providers import KEY_LENGTH
from crypto.sealed import ALGORITHM, HEADER, TAG_LENGTH, length_prefixed

PURPOSE: Final = b"rcm/file/v1"
SEGMENT: Final = 64 * 1024
BODY_AT: Final = len(HEADER) + 12
OVERHEAD: Final = BODY_AT + TAG_LENGTH


def new_key() -> bytes:
    """A key for one file; to be kept in a sealed field, so that it ends with what sealed it."""
    return os.urandom(KEY_LENGTH)


class FileKey:
    """
    Args:
        key: from `new_key`.
        file_id: of the one file that it seals.
    """

    __slots__ = ("_aead", "_file_id")

    def __init__(self, key: bytes, file_id: UUID) -> None:
        self._aead = AESGCMSIV(key)
        self._file_id = file_id

    def seal(self, content: bytes) -> Iterator[bytes]:
        """The segments of a file in their order; an empty file has one."""
        for number, start in enumerate(range(0, max(len(content), 1), SEGMENT)):
            nonce = os.urandom(12)
            last = start + SEGMENT >= len(content)
            piece = content[start : start + SEGMENT]
            yield HEADER + nonce + self._aead.encrypt(nonce, piece, self._associated(number, last))

    def unseal(self, segments: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces of the content in their order. What was given out before Tampered is no file: use it whole."""
        coming = iter(segments)
        segment = next(coming, None)
        if segment is None:
            raise Tampered("A stored file has no segment.")
        number = 0
        while segment is not None:
            following = next(coming, None)
            yield self._opened(segment, number, last=following is None)
            segment, number = following, number + 1

    def _opened(self, segment: bytes, number: int, *, last: bool) -> bytes:
        if len(segment) < OVERHEAD or not segment.startswith(HEADER):
            raise Tampered("A segment of a stored file has no valid header.")
        nonce, body = segment[len(HEADER) : BODY_AT], segment[BODY_AT:]
        try:
            return self._aead.decrypt(nonce, body, self._associated(number, last))
        except InvalidTag:
            raise Tampered(
                "A segment of a stored file does not open: it was changed, or belongs elsewhere."
            ) from None

    def _associated(self, number: int, last: bool) -> bytes:
        return length_prefixed(
            PURPOSE, self._file_id.bytes, number.to_bytes(8, "big"), bytes((last,)), ALGORITHM
        )
