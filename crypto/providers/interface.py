"""What a provider of key-encryption keys does. Everything else of `crypto` knows no more of it than this."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, Self

KEY_LENGTH = 32


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
    def kek_id(self) -> str:
        """The active epoch."""
        ...

    def wrap(self, key: bytes, context: bytes) -> tuple[str, bytes]:
        """The epoch that wraps it, and the wrapped key."""
        ...

    def unwrap(self, wrapped: bytes, kek_id: str, context: bytes) -> bytes:
        """Raises Tampered when it was changed, or belongs elsewhere."""
        ...

    def batch_unwrap(self, keys: Sequence[WrappedKey]) -> list[bytes | None]:
        """One round trip for a page; None in the place of a key that does not open."""
        ...

    def rewrap(self, keys: Sequence[WrappedKey]) -> tuple[str, list[bytes | None]]:
        """The active epoch, and each key under it; None in the place of a key that does not open."""
        ...

    def index_mac(self, index_name: str, message: bytes) -> bytes: ...

    def status(self) -> ProviderStatus: ...


class KeyKeeper(KeyProvider, Protocol):
    """A provider that a site can have: its epochs come and go."""

    @property
    def name(self) -> str:
        """As the setting RELAIS_KEY_PROVIDER has it."""
        ...

    @property
    def prefix(self) -> str:
        """What the names of its epochs begin with: two providers with one prefix share their epochs."""
        ...

    def add_epoch(self) -> Self:
        """Makes a new active epoch; the older ones still unwrap until `drop_epoch`."""
        ...

    def drop_epoch(self, kek_id: str) -> Self:
        """Destroys an epoch, and the keys that it still wraps. Raises ValueError for one that cannot go."""
        ...
