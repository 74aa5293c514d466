"""Keys in one JSON file on this server: for a demonstration, or a pilot whose disk is guarded."""

from pathlib import Path
from typing import Self

from crypto.errors import KeyUnavailable
from crypto.providers import disk
from crypto.providers.keyset import PREFIX, Keyset, new_content, with_epoch, without_epoch


class FileKeyProvider(Keyset):
    """Keys in one JSON file that only its owner may read."""

    name = "file"
    prefix = PREFIX

    def __init__(self, path: Path) -> None:
        """Raises KeyUnavailable when the file is missing, open to others or not a key file."""
        self._path = path
        content = disk.read(path)
        try:
            super().__init__(content)
        except ValueError:
            raise KeyUnavailable(f"{path} is not a key file of Relais.") from None

    @classmethod
    def create(cls, path: Path) -> Self:
        """Makes a new key file. Raises FileExistsError rather than lose the keys of an existing one."""
        disk.create(path, new_content())
        return cls(path)

    def add_epoch(self) -> Self:
        with disk.alone(self._path):
            disk.replace(self._path, with_epoch(disk.read(self._path)))
        return type(self)(self._path)

    def drop_epoch(self, kek_id: str) -> Self:
        with disk.alone(self._path):
            disk.replace(self._path, without_epoch(disk.read(self._path), kek_id))
        return type(self)(self._path)
