"""Who vouches for which tree? https://c2sp.org/signed-note, tlog-checkpoint and tlog-cosignature. Knows no database."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

from audit.errors import NoteRefused
from crypto.signing import PUBLIC_LENGTH, SEED_LENGTH, SIGNATURE_LENGTH, SigningKey, is_signed

ED25519 = 0x01
COSIGNATURE = 0x04
HASH_LENGTH = 32
#: Neither spaces nor plus, as the formats of keys have it.
NAME = re.compile(r"[^\s+]+")
SIGNATURE = re.compile("— ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})")
DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


@dataclass(frozen=True)
class Verifier:
    """A name and a public key, written `name+id+key` (a *vkey*): what a supervisor keeps."""

    name: str
    public: bytes
    #: ED25519 for who keeps the log, COSIGNATURE for a witness.
    kind: int = ED25519

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.kind, self.public)

    @classmethod
    def read(cls, vkey: str) -> Self:
        """Raises NoteRefused."""
        name, _plus, rest = vkey.strip().partition("+")
        identity, _plus, key = rest.partition("+")
        kind, public = _typed(key)
        found = cls(name, public, kind)
        if (
            kind not in (ED25519, COSIGNATURE)
            or len(public) != PUBLIC_LENGTH
            or not NAME.fullmatch(name)
            or identity != found.id.hex()
        ):
            raise NoteRefused("This is no key of a verifier.")
        return found

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"


@dataclass(frozen=True)
class Signer:
    """The private half, written as `PRIVATE+KEY+name+id+key`."""

    name: str
    key: SigningKey

    @classmethod
    def new(cls, name: str) -> Self:
        """Raises NoteRefused when the name has a space or a plus."""
        if not NAME.fullmatch(name):
            raise NoteRefused(f"A key cannot be called {name!r}.")
        return cls(name, SigningKey.new())

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises NoteRefused."""
        parts = text.strip().split("+", 4)
        if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
            raise NoteRefused("This is no private key of a note.")
        kind, seed = _typed(parts[4])
        if kind != ED25519 or len(seed) != SEED_LENGTH:
            raise NoteRefused("This is no private key of a note.")
        found = cls(parts[2], SigningKey(seed))
        if not NAME.fullmatch(found.name) or found.verifier.id.hex() != parts[3]:
            raise NoteRefused("The private key and its id do not belong together.")
        return found

    def __str__(self) -> str:
        key = base64.b64encode(bytes([ED25519]) + self.key.seed).decode()
        return f"PRIVATE+KEY+{self.name}+{self.verifier.id.hex()}+{key}"

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.key.public)

    def signature(self, text: str) -> str:
        """The line that goes below the text."""
        return signature_line(self.name, self.verifier.id + self.key.sign(text.encode()))


class Checkpoint(NamedTuple):
    """The name of a log, its size and its root, and what it adds in lines of its own."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """Raises NoteRefused."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines) or not DECIMAL.fullmatch(lines[1]):
            raise NoteRefused("This is no checkpoint of a log.")
        root = _decoded(lines[2])
        if len(root) != HASH_LENGTH:
            raise NoteRefused("This is no checkpoint of a log.")
        return cls(lines[0], int(lines[1]), root, tuple(lines[3:]))

    def __str__(self) -> str:
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


class Signature(NamedTuple):
    name: str
    #: Four bytes of id, then what the kind of key says.
    data: bytes


def signature_line(name: str, data: bytes) -> str:
    return f"— {name} {base64.b64encode(data).decode()}\n"


def note_of(text: str, lines: Iterable[str]) -> str:
    return text + "\n" + "".join(lines)


def opened(note: str) -> tuple[str, list[Signature]]:
    """The text and its signatures, not yet believed. Raises NoteRefused."""
    text, gap, below = note.rpartition("\n\n")
    if not gap or not below.endswith("\n") or any(ord(sign) < 32 and sign != "\n" for sign in note):
        raise NoteRefused("This is no signed note.")
    return f"{text}\n", signatures_of(below)


def signatures_of(below: str) -> list[Signature]:
    """Of lines of signatures. Raises NoteRefused."""
    found = []
    for line in below.removesuffix("\n").split("\n"):
        match = SIGNATURE.fullmatch(line)
        data = _decoded(match[2]) if match else b""
        if match is None or len(data) < 5:
            raise NoteRefused("A line below the note is no signature.")
        found.append(Signature(match[1], data))
    return found


def verified(note: str, verifier: Verifier) -> str:
    """The text that the verifier's key has signed. Raises NoteRefused."""
    text, signatures = opened(note)
    if not any(is_by(verifier, text, signature) for signature in signatures):
        raise NoteRefused(f"The note is not signed by {verifier.name}.")
    return text


def is_by(verifier: Verifier, text: str, signature: Signature) -> bool:
    if signature.name != verifier.name or signature.data[:4] != verifier.id:
        return False
    if verifier.kind == ED25519:
        return is_signed(verifier.public, text.encode(), signature.data[4:])
    stamp, signed = signature.data[4:12], signature.data[12:]
    return len(signed) == SIGNATURE_LENGTH and is_signed(
        verifier.public, cosigned_text(text, int.from_bytes(stamp, "big")), signed
    )


def signed_by(note: str, verifiers: Iterable[Verifier]) -> Checkpoint | None:
    """What the note says, when one of these signed it for the log that bears its name."""
    for verifier in verifiers:
        try:
            found = Checkpoint.read(verified(note, verifier))
        except NoteRefused:
            continue
        if found.origin == verifier.name:
            return found
    return None


def cosigned_text(text: str, timestamp: int) -> bytes:
    """What a witness signs: when it saw this text (cosignature/v1)."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def _typed(key: str) -> tuple[int, bytes]:
    data = _decoded(key)
    return (data[0], data[1:]) if data else (0, b"")


def _decoded(text: str) -> bytes:
    """Nothing when it is no base64, or not in its one spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.b64encode(data).decode() == text else b""
