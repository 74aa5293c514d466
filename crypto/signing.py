"""Who vouches for a text? Ed25519 (RFC 8032), and a private key in a file that only its owner may read."""

import os
import stat
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from crypto.errors import KeyUnavailable

SEED_LENGTH = PUBLIC_LENGTH = 32
SIGNATURE_LENGTH = 64


class SigningKey:
    def __init__(self, seed: bytes) -> None:
        """Raises ValueError when `seed` is not 32 bytes."""
        self.seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @classmethod
    def new(cls) -> Self:
        return cls(os.urandom(SEED_LENGTH))

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """False also for a key or a signature that is none."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def write_private(path: Path, text: str) -> None:
    """A new file for its owner alone. Raises FileExistsError rather than lose the key of an existing one."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def read_private(path: Path) -> str:
    """Raises KeyUnavailable when the file is missing, no text, or open to others."""
    try:
        with path.open() as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise KeyUnavailable(f"{path} is open to others: chmod 600.")
            return file.read()
    except (OSError, UnicodeDecodeError):
        raise KeyUnavailable(f"{path} cannot be read.") from None
