"""Where the key-encryption keys are: a file for one server; a Vault fills the same interface later."""

import base64
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from django.conf import settings

from crypto.errors import KeyUnavailable, Tampered

FORMAT = "relais-keys/1"
KEY_LENGTH = 32
NONCE_LENGTH = 12


class WrappedKey(NamedTuple):
    """A data key as stored; `context` is what it is bound to."""

    wrapped: bytes
    kek_id: str
    context: bytes


@dataclass(frozen=True)
class ProviderStatus:
    kek_id: str
    #: every epoch that can still unwrap, with the moment it was made
    epochs: dict[str, datetime]


class KeyProvider(Protocol):
    """Every method may raise KeyUnavailable. A provider never hands out a key-encryption key."""

    @property
    def kek_id(self) -> str: ...

    def wrap(self, key: bytes, context: bytes) -> bytes: ...

    def unwrap(self, wrapped: bytes, kek_id: str, context: bytes) -> bytes: ...

    def batch_unwrap(self, keys: Iterable[WrappedKey]) -> list[bytes | None]:
        """One round trip for a page; None in the place of a key that does not open."""
        ...

    def rewrap(self, wrapped: bytes, kek_id: str, context: bytes) -> tuple[str, bytes]: ...

    def index_mac(self, index_name: str, message: bytes) -> bytes: ...

    def status(self) -> ProviderStatus: ...


class FileKeyProvider:
    """Keys in one JSON file that only its owner may read."""

    def __init__(self, path: Path) -> None:
        """Raises KeyUnavailable when the file is missing, open to others or not a key file."""
        self._path = path
        content = _read(path)
        try:
            if content["format"] != FORMAT:
                raise ValueError
            self._active: str = content["active"]
            self._created = {
                name: datetime.fromisoformat(e["created_at"]) for name, e in content["epochs"].items()
            }
            self._epochs = {name: AESGCMSIV(_key(e["key"])) for name, e in content["epochs"].items()}
            self._index_key = _key(content["index_key"])
            self._epochs[self._active]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise KeyUnavailable(f"{path} is not a key file of Relais.") from None

    @classmethod
    def create(cls, path: Path) -> Self:
        """Makes a new key file. Raises FileExistsError rather than lose the keys of an existing one."""
        name, epoch = _new_epoch()
        content = {"format": FORMAT, "active": name, "epochs": {name: epoch}, "index_key": _new_key()}
        _write(path, content)
        return cls(path)

    def add_epoch(self) -> Self:
        """Makes a new active epoch; the older ones still unwrap until `drop_epoch`."""
        with _alone(self._path):
            content = _read(self._path)
            name, epoch = _new_epoch()
            content["epochs"][name] = epoch
            content["active"] = name
            _replace(self._path, content)
        return type(self)(self._path)

    def drop_epoch(self, kek_id: str) -> Self:
        """Destroys an epoch, and the keys that it still wraps. Raises ValueError for the active one."""
        with _alone(self._path):
            content = _read(self._path)
            if kek_id == content["active"]:
                raise ValueError("The active epoch cannot be dropped.")
            if content["epochs"].pop(kek_id, None) is None:
                raise ValueError(f"Epoch {kek_id} is not in the key file.")
            _replace(self._path, content)
        return type(self)(self._path)

    @property
    def kek_id(self) -> str:
        return self._active

    def wrap(self, key: bytes, context: bytes) -> bytes:
        nonce = os.urandom(NONCE_LENGTH)
        return nonce + self._epochs[self._active].encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, kek_id: str, context: bytes) -> bytes:
        epoch = self._epochs.get(kek_id)
        if epoch is None:
            raise KeyUnavailable(f"Epoch {kek_id} is not in the key file.")
        try:
            return epoch.decrypt(wrapped[:NONCE_LENGTH], wrapped[NONCE_LENGTH:], context)
        except (InvalidTag, ValueError):
            raise Tampered("A data key does not open: it was changed, or belongs elsewhere.") from None

    def batch_unwrap(self, keys: Iterable[WrappedKey]) -> list[bytes | None]:
        return [self._unwrap_or_none(key) for key in keys]

    def _unwrap_or_none(self, key: WrappedKey) -> bytes | None:
        try:
            return self.unwrap(*key)
        except (KeyUnavailable, Tampered):
            return None

    def rewrap(self, wrapped: bytes, kek_id: str, context: bytes) -> tuple[str, bytes]:
        return self._active, self.wrap(self.unwrap(wrapped, kek_id, context), context)

    def index_mac(self, index_name: str, message: bytes) -> bytes:
        key = HKDFExpand(hashes.SHA256(), KEY_LENGTH, b"relais/index/v1|" + index_name.encode())
        mac = hmac.HMAC(key.derive(self._index_key), hashes.SHA256())
        mac.update(message)
        return mac.finalize()

    def status(self) -> ProviderStatus:
        return ProviderStatus(self._active, dict(self._created))


def get_provider() -> KeyProvider:
    """The provider of this site. Raises KeyUnavailable."""
    return FileKeyProvider(Path(settings.RELAIS_KEY_FILE))


def _new_key() -> str:
    return base64.b64encode(os.urandom(KEY_LENGTH)).decode()


def _new_epoch() -> tuple[str, dict[str, str]]:
    return f"file-{secrets.token_hex(4)}", {"created_at": datetime.now(UTC).isoformat(), "key": _new_key()}


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_LENGTH:
        raise ValueError
    return key


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            # Asked of the open file, so that it cannot be exchanged in between.
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise KeyUnavailable(f"{path} can be read by others: its mode must be 0600.")
            content = json.load(file)
    except OSError as error:
        raise KeyUnavailable(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise KeyUnavailable(f"{path} is not a key file of Relais.") from None
    if not isinstance(content, dict):
        raise KeyUnavailable(f"{path} is not a key file of Relais.")
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    """Raises FileExistsError: of two who make the same file, only one may believe that its keys are kept."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Of two who change the key file at once, the second would write back a file without the first one's epoch."""
    folder = os.open(path.parent, os.O_RDONLY)  # the file itself is replaced, and a lock on it with it
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _replace(path: Path, content: dict[str, Any]) -> None:
    """Writes beside and moves, so that a crash leaves the old keys or the new ones, never half a file."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    _write(beside, content)
    beside.replace(path)
    _sync_folder(path)


def _sync_folder(path: Path) -> None:
    """Before any data key is wrapped by a new epoch, its file must be sure to survive a power cut."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
