"""The sealed key file: a keyset that lies encrypted until people open it (security.md §2.9, §2.10).

    {"format", "slots": [{"kind": "passphrase", "salt", "memory", "rounds", "lanes", "wrapped"},
                         {"kind": "shares", "wrapped"}], "body"}

A random file key seals the body; each slot holds the file key under a passphrase (argon2id, RFC 9106) or under a secret
that exists in SLIP-39 shares only. So epochs come and go without the people, and each of the two opens the same keys.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from crypto.errors import KeyUnavailable, WrongKey
from crypto.providers import disk
from crypto.providers.interface import KEY_LENGTH
from crypto.providers.keyset import Keyset
from crypto.shares import SECRET_LENGTH, combined, split
from crypto.wire import content as bytes_of
from crypto.wire import text

FORMAT: Final = "relais-sealed-keys/1"
PURPOSE: Final = b"rcm/sealed-keys/v1|"
#: Somebody who may write the file must not fill the memory of the server with it.
MOST_MEMORY_KIB, MOST_ROUNDS, MOST_LANES = 4 * 1024 * 1024, 64, 64
SHORTEST_PASSPHRASE = 20
SHORTEST_SALT: Final = 8
_NONCE = 12


@dataclass(frozen=True)
class Cost:
    """What one try of a passphrase costs, in KiB, rounds and lanes of argon2id. It is written in the file."""

    memory: int
    rounds: int
    lanes: int


#: RFC 9106 §4, the choice for machines that have memory for other work too.
COST: Final = Cost(64 * 1024, 3, 4)


@dataclass(frozen=True, repr=False)
class Opened:
    """A keyset as it is written, and the key under which its file can be written anew."""

    content: dict[str, Any]
    file_key: bytes


def sealed(
    content: dict[str, Any], *, passphrase: str = "", in_shares: bool = False, cost: Cost = COST
) -> tuple[dict[str, Any], list[str]]:
    """The sealed file for a keyset, under a new file key, and the shares that were made for it.

    Args:
        passphrase: opens it too, when given.
    """
    Keyset(content)
    file_key, slots, shares = os.urandom(KEY_LENGTH), [], []
    if passphrase:
        slot = {"kind": "passphrase", "salt": text(os.urandom(16)), **asdict(cost)}
        slots.append(slot | {"wrapped": text(_seal(_stretched(passphrase, slot), file_key, b"passphrase"))})
    if in_shares:
        secret = os.urandom(SECRET_LENGTH)
        shares = split(secret)
        slots.append({"kind": "shares", "wrapped": text(_seal(secret, file_key, b"shares"))})
    return {"format": FORMAT, "slots": slots, "body": _body(content, file_key)}, shares


def kinds(path: Path) -> set[str]:
    """What opens this file: "passphrase", "shares". Raises KeyUnavailable."""
    return {slot["kind"] for slot in _read(path)["slots"]}


def open_by_passphrase(path: Path, passphrase: str) -> Opened:
    """Raises WrongKey, KeyUnavailable."""
    file = _read(path)
    slot = _slot(file, "passphrase")
    return _open(path, file, slot, _stretched(passphrase, slot), "The passphrase does not open the keys.")


def open_by_shares(path: Path, typed: list[str]) -> Opened:
    """Raises SharesRefused, WrongKey, KeyUnavailable."""
    file = _read(path)
    slot = _slot(file, "shares")
    return _open(
        path, file, slot, combined(typed), "These shares belong to other keys: a newer set was made."
    )


def reopened(path: Path, file_key: bytes) -> dict[str, Any]:
    """The keyset of a file whose key is known. Raises KeyUnavailable when people have sealed it anew since."""
    return _content(path, _read(path), file_key)


def rewrite(path: Path, content: dict[str, Any], file_key: bytes) -> None:
    """The same file with another keyset: what opened it opens it."""
    disk.replace(path, _read(path) | {"body": _body(content, file_key)})


def _read(path: Path) -> dict[str, Any]:
    file = disk.read(path)
    try:
        if file["format"] != FORMAT or not file["slots"]:
            raise ValueError
        for slot in file["slots"]:
            bytes_of(slot["wrapped"])
            if slot["kind"] == "passphrase":
                if len(bytes_of(slot["salt"])) < SHORTEST_SALT:
                    raise ValueError
                bounds = {"memory": MOST_MEMORY_KIB, "rounds": MOST_ROUNDS, "lanes": MOST_LANES}
                if not all(0 < slot[name] <= most for name, most in bounds.items()):
                    raise ValueError
                if slot["memory"] < 8 * slot["lanes"]:
                    raise ValueError
        bytes_of(file["body"])
    except (KeyError, TypeError, ValueError):
        raise KeyUnavailable(f"{path} is not a sealed key file of Relais.") from None
    return file


def _slot(file: dict[str, Any], kind: str) -> dict[str, Any]:
    for slot in file["slots"]:
        if slot["kind"] == kind:
            return dict(slot)
    raise WrongKey(f"These keys are not sealed by {'a passphrase' if kind == 'passphrase' else kind}.")


def _stretched(passphrase: str, slot: dict[str, Any]) -> bytes:
    return Argon2id(
        salt=bytes_of(slot["salt"]),
        length=KEY_LENGTH,
        iterations=slot["rounds"],
        lanes=slot["lanes"],
        memory_cost=slot["memory"],
    ).derive(passphrase.encode())


def _open(path: Path, file: dict[str, Any], slot: dict[str, Any], key: bytes, refusal: str) -> Opened:
    file_key = _unseal(key, bytes_of(slot["wrapped"]), slot["kind"].encode())
    if file_key is None:
        raise WrongKey(refusal)
    return Opened(_content(path, file, file_key), file_key)


def _content(path: Path, file: dict[str, Any], file_key: bytes) -> dict[str, Any]:
    body = _unseal(file_key, bytes_of(file["body"]), b"body")
    if body is None:
        raise KeyUnavailable(f"{path} was sealed anew, or changed: it has to be opened again.")
    content: dict[str, Any] = json.loads(body)
    return content


def _body(content: dict[str, Any], file_key: bytes) -> str:
    return text(_seal(file_key, json.dumps(content).encode(), b"body"))


def _seal(key: bytes, plain: bytes, part: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCMSIV(key).encrypt(nonce, plain, PURPOSE + part)


def _unseal(key: bytes, stored: bytes, part: bytes) -> bytes | None:
    try:
        return AESGCMSIV(key).decrypt(stored[:_NONCE], stored[_NONCE:], PURPOSE + part)
    except (InvalidTag, ValueError):
        return None
