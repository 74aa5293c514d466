"""Two providers while the data keys go from the one to the other, and people work on."""

from collections.abc import Sequence
from typing import Self

from crypto.errors import KeyUnavailable
from crypto.providers.interface import KeyKeeper, ProviderStatus, WrappedKey


class MovingKeyProvider:
    """What is new is wrapped by the one to come; what the former one wraps still opens, until `rewrap` has moved it.

    The blind indexes are those of the one to come: `manage.py match rebuild` when its index key is another.
    """

    def __init__(self, coming: KeyKeeper, former: KeyKeeper) -> None:
        """Raises KeyUnavailable for two that cannot tell whose an epoch is."""
        if coming.prefix == former.prefix:
            raise KeyUnavailable(f"{former.name} and {coming.name} share their epochs: no key has to move.")
        self._coming, self._former = coming, former
        self.name = f"{coming.name}, moving from {former.name}"
        self.prefix = coming.prefix

    @property
    def kek_id(self) -> str:
        return self._coming.kek_id

    def wrap(self, key: bytes, context: bytes) -> tuple[str, bytes]:
        return self._coming.wrap(key, context)

    def unwrap(self, wrapped: bytes, kek_id: str, context: bytes) -> bytes:
        return self._of(kek_id).unwrap(wrapped, kek_id, context)

    def batch_unwrap(self, keys: Sequence[WrappedKey]) -> list[bytes | None]:
        found: dict[int, bytes | None] = {}
        for provider in (self._coming, self._former):
            places = [place for place, key in enumerate(keys) if self._of(key.kek_id) is provider]
            if places:
                opened = provider.batch_unwrap([keys[place] for place in places])
                found |= dict(zip(places, opened, strict=True))
        return [found[place] for place in range(len(keys))]

    def rewrap(self, keys: Sequence[WrappedKey]) -> tuple[str, list[bytes | None]]:
        kek_id, opened = self.kek_id, self.batch_unwrap(keys)
        return kek_id, [
            plain and self._wrapped(plain, key.context, kek_id)
            for key, plain in zip(keys, opened, strict=True)
        ]

    def index_mac(self, index_name: str, message: bytes) -> bytes:
        return self._coming.index_mac(index_name, message)

    def status(self) -> ProviderStatus:
        coming, former = self._coming.status(), self._former.status()
        return ProviderStatus(coming.kek_id, former.epochs | coming.epochs)

    def add_epoch(self) -> Self:
        self._coming.add_epoch()
        return self

    def drop_epoch(self, kek_id: str) -> Self:
        self._of(kek_id).drop_epoch(kek_id)
        return self

    def _of(self, kek_id: str) -> KeyKeeper:
        return self._former if kek_id.startswith(self._former.prefix) else self._coming

    def _wrapped(self, key: bytes, context: bytes, kek_id: str) -> bytes | None:
        epoch, wrapped = self._coming.wrap(key, context)
        return wrapped if epoch == kek_id else None  # a newer epoch was made meanwhile: run it again
