"""JSON files that hold keys: readable by their owner alone, and never half written."""

import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crypto.errors import KeyUnavailable

#: Which file it is, and in which state: device, inode, size, when its content and when anything of it was changed.
Mark = tuple[int, int, int, int, int]


def mark(path: Path) -> Mark | None:
    """None where there is no such file."""
    try:
        return _mark(path.stat())
    except OSError:
        return None


def read(path: Path) -> dict[str, Any]:
    """Raises KeyUnavailable when it is missing, open to others or no JSON object."""
    return read_marked(path)[1]


def read_marked(path: Path) -> tuple[Mark, dict[str, Any]]:
    """As `read`, with the mark of what was read: `mark` gives another one as soon as the content may be another."""
    try:
        with path.open("rb") as file:
            # Asked of the open file, so that it cannot be exchanged in between; and first, so that what is
            # written while it is read makes another mark.
            found = os.fstat(file.fileno())
            if stat.S_IMODE(found.st_mode) & 0o077:
                raise KeyUnavailable(f"{path} can be read by others: its mode must be 0600.")
            content = json.load(file)
    except OSError as error:
        raise KeyUnavailable(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise KeyUnavailable(f"{path} is not a key file of Relais.")
    return _mark(found), content


def create(path: Path, content: dict[str, Any]) -> None:
    """Raises FileExistsError: of two who make the same file, only one may believe that its keys are kept."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path)


def replace(path: Path, content: dict[str, Any]) -> None:
    """Writes beside and moves, so that a crash leaves the old keys or the new ones, never half a file."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    create(beside, content)
    move(beside, path)


def move(beside: Path, path: Path) -> None:
    """Puts a file that `create` has made in the place of another one, of which it keeps the owner.

    Else root, who renews the keys, would take them away from the application.
    """
    if path.exists():
        former = path.stat()
        os.chown(beside, former.st_uid, former.st_gid)
    beside.replace(path)
    _sync_folder(path)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Of two who change the key file at once, the second would write back a file without the first one's epoch."""
    folder = os.open(path.parent, os.O_RDONLY)  # the file itself is replaced, and a lock on it with it
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _mark(found: os.stat_result) -> Mark:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _sync_folder(path: Path) -> None:
    """Before any data key is wrapped by a new epoch, its file must be sure to survive a power cut."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
