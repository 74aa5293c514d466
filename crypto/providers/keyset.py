"""Key-encryption keys in the memory of this process: behind the key file, and inside the key agent.

A keyset is written as JSON: `{"format", "active", "epochs": {name: {"created_at", "key"}}, "index_key"}`.
"""

import base64
import os
import secrets
from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from crypto.errors import KeyUnavailable, Tampered
from crypto.providers.interface import KEY_LENGTH, ProviderStatus, WrappedKey

FORMAT = "relais-keys/1"
NONCE_LENGTH = 12
PREFIX = "file-"


class Keyset:
    def __init__(self, content: Any) -> None:
        """Raises ValueError when this is no keyset."""
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
            # Not chained: the error of a codec would carry the key along.
            raise ValueError("This is not a keyset of Relais.") from None

    @property
    def kek_id(self) -> str:
        return self._active

    def wrap(self, key: bytes, context: bytes) -> tuple[str, bytes]:
        nonce = os.urandom(NONCE_LENGTH)
        return self._active, nonce + self._epochs[self._active].encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, kek_id: str, context: bytes) -> bytes:
        epoch = self._epochs.get(kek_id)
        if epoch is None:
            raise KeyUnavailable(f"Epoch {kek_id} is not in the key file.")
        try:
            return epoch.decrypt(wrapped[:NONCE_LENGTH], wrapped[NONCE_LENGTH:], context)
        except (InvalidTag, ValueError):
            raise Tampered("A data key does not open: it was changed, or belongs elsewhere.") from None

    def batch_unwrap(self, keys: Sequence[WrappedKey]) -> list[bytes | None]:
        return [self._unwrap_or_none(key) for key in keys]

    def rewrap(self, keys: Sequence[WrappedKey]) -> tuple[str, list[bytes | None]]:
        opened = zip(keys, self.batch_unwrap(keys), strict=True)
        return self._active, [plain and self.wrap(plain, key.context)[1] for key, plain in opened]

    def index_mac(self, index_name: str, message: bytes) -> bytes:
        key = HKDFExpand(hashes.SHA256(), KEY_LENGTH, b"relais/index/v1|" + index_name.encode())
        mac = hmac.HMAC(key.derive(self._index_key), hashes.SHA256())
        mac.update(message)
        return mac.finalize()

    def status(self) -> ProviderStatus:
        return ProviderStatus(self._active, dict(self._created))

    def _unwrap_or_none(self, key: WrappedKey) -> bytes | None:
        try:
            return self.unwrap(*key)
        except (KeyUnavailable, Tampered):
            return None


def new_content() -> dict[str, Any]:
    """A keyset with one epoch, as it is written."""
    name, epoch = _new_epoch()
    return {"format": FORMAT, "active": name, "epochs": {name: epoch}, "index_key": _new_key()}


def with_epoch(content: dict[str, Any]) -> dict[str, Any]:
    """The same with a new active epoch."""
    name, epoch = _new_epoch()
    changed = deepcopy(content)
    changed["epochs"][name] = epoch
    changed["active"] = name
    return changed


def without_epoch(content: dict[str, Any], kek_id: str) -> dict[str, Any]:
    """The same without this epoch. Raises ValueError for the active one, and for one that is not there."""
    if kek_id == content["active"]:
        raise ValueError("The active epoch cannot be dropped.")
    changed = deepcopy(content)
    if changed["epochs"].pop(kek_id, None) is None:
        raise ValueError(f"Epoch {kek_id} is not in the key file.")
    return changed


def _new_key() -> str:
    return base64.b64encode(os.urandom(KEY_LENGTH)).decode()


def _new_epoch() -> tuple[str, dict[str, str]]:
    return f"{PREFIX}{secrets.token_hex(4)}", {
        "created_at": datetime.now(UTC).isoformat(),
        "key": _new_key(),
    }


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_LENGTH:
        raise ValueError
    return key
