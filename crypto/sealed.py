"""How one value is stored (security.md §2.4).

    0x52 'R' | version 0x01 | algorithm 0x01 | data key id 16 | nonce 12 | ciphertext | tag 16

The plaintext is a type tag, the value, 0x80 and zeros up to a step (ISO/IEC 7816-4): lengths say little.
"""

import os
from enum import StrEnum
from typing import Final, Never
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from crypto.errors import PlaintextRefused, Tampered
from crypto.scopes import Scope

HEADER: Final = b"R\x01\x01"
ALGORITHM: Final = HEADER[2:]
ALGORITHM_NAME: Final = "AES-256-GCM-SIV"
NONCE_AT: Final = len(HEADER) + 16
BODY_AT: Final = NONCE_AT + 12
TAG_LENGTH: Final = 16
OVERHEAD: Final = BODY_AT + TAG_LENGTH
PURPOSE: Final = b"rcm/field/v1"
STEP: Final = 64
#: A secret long text below this length cannot be told from an absent one.
SECRET_FLOOR: Final = 256
LIMIT: Final = 256 * 1024


class Padding(StrEnum):
    """SHORT: steps of 64 bytes. LONG: the same up to 1 KiB, then Padmé steps (PURBs, 2019; at most 12 %)."""

    SHORT = "short"
    LONG = "long"


class Opaque:
    """Bytes that show themselves to nobody: no text, no pickle, no JSON."""

    __slots__ = ("_content",)

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __bytes__(self) -> bytes:
        return self._content

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._content == bytes(other)

    def __hash__(self) -> int:
        return hash(self._content)

    def __copy__(self) -> "Opaque":
        return self

    def __deepcopy__(self, memo: object) -> "Opaque":
        return self

    def __reduce_ex__(self, protocol: object) -> Never:
        raise PlaintextRefused(f"A {type(self).__name__} value is never pickled.")


class Sealed(Opaque):
    """A stored ciphertext, exactly as in the column."""

    __slots__ = ()

    @property
    def dek_id(self) -> UUID:
        """The data key that opens it. Raises Tampered when the header is not ours."""
        self.require_header()
        return UUID(bytes=self.key_id)

    @property
    def key_id(self) -> bytes:
        """`dek_id` as it stands there, whatever that is worth."""
        return self._content[len(HEADER) : NONCE_AT]

    def require_header(self) -> None:
        """Raises Tampered when the header is not ours."""
        if len(self._content) < OVERHEAD or not self._content.startswith(HEADER):
            raise Tampered("A stored value has no valid header.")


def encoded(text: str) -> bytes | None:
    """UTF-8, or None: the codec's error carries the text, so nothing may be raised while it is handled."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None


def length_prefixed(*parts: bytes) -> bytes:
    """Joins parts so that no two different lists give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def padded_length(length: int, padding: Padding) -> int:
    step = STEP
    if padding is Padding.LONG:
        exponent = length.bit_length() - 1
        step = max(STEP, 1 << (exponent - exponent.bit_length()))
    return -(-length // step) * step


def pad(payload: bytes, padding: Padding, floor: int) -> bytes:
    marked = payload + b"\x80"
    return marked.ljust(max(floor, padded_length(len(marked), padding)), b"\0")


def unpad(padded: bytes) -> bytes:
    marked = padded.rstrip(b"\0")
    if not marked.endswith(b"\x80"):
        raise Tampered("A stored value has no valid padding.")
    return marked[:-1]


def bound_field(label: str, field: str) -> bytes:
    """The part of the associated data that is the same for every value of a field."""
    return length_prefixed(PURPOSE, label.encode(), field.encode())


class OpenedKey:
    """A data key that seals and opens; what it seals is bound to field, row, scope and the key itself."""

    __slots__ = ("_bound", "aead", "dek_id", "scope")

    def __init__(self, dek_id: UUID, scope: Scope, key: bytes) -> None:
        self.dek_id = dek_id
        self.scope = scope
        self.aead = AESGCMSIV(key)
        self._bound = length_prefixed(scope.kind.encode(), scope.id.bytes, dek_id.bytes, ALGORITHM)

    def seal(
        self, payload: bytes, field: bytes, pk: object, padding: Padding = Padding.SHORT, floor: int = 0
    ) -> Sealed:
        """
        Args:
            field: from `bound_field`.
            floor: the least padded length: what is shorter looks the same, an absent value included.
        """
        nonce = os.urandom(12)
        body = self.aead.encrypt(nonce, pad(payload, padding, floor), self._associated(field, pk))
        return Sealed(HEADER + self.dek_id.bytes + nonce + body)

    def unseal(self, sealed: Sealed, field: bytes, pk: object) -> bytes:
        """The payload of a value whose `key_id` led here. Raises Tampered."""
        sealed.require_header()
        content = bytes(sealed)
        try:
            padded = self.aead.decrypt(
                content[NONCE_AT:BODY_AT], content[BODY_AT:], self._associated(field, pk)
            )
        except InvalidTag:
            raise Tampered("A stored value does not open: it was changed, or belongs elsewhere.") from None
        return unpad(padded)

    def _associated(self, field: bytes, pk: object) -> bytes:
        row = pk.bytes if isinstance(pk, UUID) else str(pk).encode()
        return field + len(row).to_bytes(4, "big") + row + self._bound
