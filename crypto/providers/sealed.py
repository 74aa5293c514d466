"""Keys that people open at each start, in the memory of the key agent alone (`crypto/agent.py`)."""

import socket
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from crypto import wire
from crypto.errors import KeyUnavailable, Tampered, WrongKey
from crypto.providers.interface import ProviderStatus, WrappedKey
from crypto.providers.keyset import PREFIX

#: A passphrase is slow on purpose, and others may be trying.
OPENING = 60.0


class SealedKeyProvider:
    """Asks the agent over its socket. A question has a connection of its own: it costs a tenth of a millisecond."""

    name = "sealed"
    prefix = PREFIX

    def __init__(self, path: Path, timeout: float = 5.0) -> None:
        self._path, self._timeout = path, timeout

    @property
    def kek_id(self) -> str:
        return self.status().kek_id

    def wrap(self, key: bytes, context: bytes) -> tuple[str, bytes]:
        answer = self._ask("wrap", key=wire.text(key), context=wire.text(context))
        return answer["kek_id"], wire.content(answer["wrapped"])

    def unwrap(self, wrapped: bytes, kek_id: str, context: bytes) -> bytes:
        (found,) = self._unwrapped([WrappedKey(wrapped, kek_id, context)])
        if found.get("error") == "tampered":
            raise Tampered(found["say"])
        if "error" in found:
            raise KeyUnavailable(found["say"])
        return wire.content(found["key"])

    def batch_unwrap(self, keys: Sequence[WrappedKey]) -> list[bytes | None]:
        return [wire.content(found["key"]) if "key" in found else None for found in self._unwrapped(keys)]

    def rewrap(self, keys: Sequence[WrappedKey]) -> tuple[str, list[bytes | None]]:
        answer = self._ask("rewrap", keys=_written(keys))
        return answer["kek_id"], [each and wire.content(each) for each in answer["wrapped"]]

    def index_mac(self, index_name: str, message: bytes) -> bytes:
        return wire.content(self._ask("mac", index=index_name, message=wire.text(message))["mac"])

    def status(self) -> ProviderStatus:
        answer = self._ask("status")
        epochs = {name: datetime.fromisoformat(at) for name, at in answer["epochs"].items()}
        return ProviderStatus(answer["kek_id"], epochs)

    def add_epoch(self) -> Self:
        self._ask("add_epoch")
        return self

    def drop_epoch(self, kek_id: str) -> Self:
        self._ask("drop_epoch", kek_id=kek_id)
        return self

    def open(self, *, passphrase: str = "", shares: Sequence[str] = ()) -> None:
        """Opens the keys of the agent. Raises WrongKey, whose message is for the person at the terminal."""
        self._timeout = OPENING
        self._ask("open", **({"shares": list(shares)} if shares else {"passphrase": passphrase}))

    def close(self) -> None:
        """The agent forgets the keys: pages with sealed data answer 503 until people open it again."""
        self._ask("close")

    def _unwrapped(self, keys: Sequence[WrappedKey]) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self._ask("unwrap", keys=_written(keys))["keys"]
        return found

    def _ask(self, act: str, **message: Any) -> dict[str, Any]:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
                channel.settimeout(self._timeout)
                channel.connect(str(self._path))
                wire.send(channel, {"act": act, **message})
                answer = wire.receive(channel, within=self._timeout)
        except (OSError, EOFError, ValueError):
            raise KeyUnavailable("The key agent does not answer.") from None
        match answer.get("error"):
            case None:
                return answer
            case "wrong" | "wait":
                raise WrongKey(answer["say"])
            case "bad" if act == "drop_epoch":
                raise ValueError(answer["say"])
            case _:
                raise KeyUnavailable(answer["say"])


def _written(keys: Sequence[WrappedKey]) -> list[list[str]]:
    return [[wire.text(key.wrapped), key.kek_id, wire.text(key.context)] for key in keys]
