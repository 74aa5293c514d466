"""Keys in one JSON file on this server: for a demonstration, or a pilot whose disk is guarded."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from crypto.errors import KeyUnavailable
from crypto.providers import disk
from crypto.providers.interface import ProviderStatus, WrappedKey
from crypto.providers.keyset import PREFIX, Keyset, new_content, with_epoch, without_epoch

#: What was read last, and from which file: it counts only while the path still leads to that very file.
_read: dict[Path, tuple[disk.Mark, Keyset]] = {}


class FileKeyProvider:
    """Keys in one JSON file that only its owner may read.

    The file is looked at for each question, and read when it is another one: what another process has rotated is
    known at once, also in the middle of a request, and a page does not read the keys again.
    """

    name = "file"
    prefix = PREFIX

    def __init__(self, path: Path) -> None:
        """Raises KeyUnavailable when the file is missing, open to others or not a key file."""
        self._path = path
        self._keys()

    @classmethod
    def create(cls, path: Path) -> Self:
        """Makes a new key file. Raises FileExistsError rather than lose the keys of an existing one."""
        disk.create(path, new_content())
        return cls(path)

    @property
    def kek_id(self) -> str:
        return self._keys().kek_id

    def wrap(self, key: bytes, context: bytes) -> tuple[str, bytes]:
        return self._keys().wrap(key, context)

    def unwrap(self, wrapped: bytes, kek_id: str, context: bytes) -> bytes:
        return self._keys().unwrap(wrapped, kek_id, context)

    def batch_unwrap(self, keys: Sequence[WrappedKey]) -> list[bytes | None]:
        return self._keys().batch_unwrap(keys)

    def rewrap(self, keys: Sequence[WrappedKey]) -> tuple[str, list[bytes | None]]:
        return self._keys().rewrap(keys)

    def index_mac(self, index_name: str, message: bytes) -> bytes:
        return self._keys().index_mac(index_name, message)

    def status(self) -> ProviderStatus:
        return self._keys().status()

    def add_epoch(self) -> Self:
        with disk.alone(self._path):
            disk.replace(self._path, with_epoch(disk.read(self._path)))
        return self

    def drop_epoch(self, kek_id: str) -> Self:
        with disk.alone(self._path):
            disk.replace(self._path, without_epoch(disk.read(self._path), kek_id))
        return self

    def _keys(self) -> Keyset:
        known = _read.get(self._path)
        if known and known[0] == disk.mark(self._path):
            return known[1]
        _read.pop(self._path, None)  # keys that lie there no more are not kept either
        mark, content = disk.read_marked(self._path)
        try:
            keys = Keyset(content)
        except ValueError:
            raise KeyUnavailable(f"{self._path} is not a key file of Relais.") from None
        _read[self._path] = mark, keys
        return keys
