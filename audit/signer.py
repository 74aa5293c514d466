"""Who vouches for the tree? A process of its own, with its own key and its own memory, and without the database.

It signs a checkpoint only when a proof says that the tree it signed last is the beginning of this one. Whoever has the
database and the application can then neither shorten nor rewrite what was signed: the signer keeps on refusing.

    python -m audit.signer create FOLDER --name NAME     its key, the key of its verifiers, its memory of nothing
    python -m audit.signer serve FOLDER SOCKET --peer UID --reader UID     one answer for each connection

A request is the body that witnesses take (https://c2sp.org/tlog-witness): `old SIZE`, the proof in base64 line by line,
an empty line, the text of the checkpoint. The answer is `signed` and the line of the signature, or `remembered SIZE`
when it signed another size last, or `refused` and a reason. To `last` it answers `signed` and the whole note of the
tree that it signed last.

Only its peers may ask for a signature: whoever has it sign a larger tree that was made up keeps the true one from
being signed ever after. To its readers it says what it signed last, and nothing else.
"""

import argparse
import base64
import contextlib
import fcntl
import json
import os
import signal
import socket
import stat
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from audit import merkle
from audit.errors import NoteRefused, ProofRefused
from audit.notes import DECIMAL, Checkpoint, Signer, note_of
from crypto.errors import KeyUnavailable
from crypto.signing import read_private, write_private

KEY, VKEY, MEMORY, LOCK = "key", "vkey", "memory.json", "lock"
LARGEST = 64 * 1024  # bytes of a request: a proof has at most 64 lines
LAST = "last\n"
PATIENCE = 2.0  # seconds for whoever connects to say what they want


class Request(NamedTuple):
    old: int
    proof: list[bytes]
    #: The text of the checkpoint, signed or not.
    text: str

    @classmethod
    def read(cls, body: str) -> "Request":
        """Raises NoteRefused."""
        head, gap, text = body.partition("\n\n")
        first, *lines = head.split("\n")
        word, _space, old = first.partition(" ")
        if not gap or word != "old" or not DECIMAL.fullmatch(old) or len(lines) > 63:
            raise NoteRefused("This is no request for a signature.")
        try:
            proof = [base64.b64decode(line, validate=True) for line in lines]
        except ValueError:
            raise NoteRefused("The proof is no base64.") from None
        if any(len(each) != 32 for each in proof):
            raise NoteRefused("The proof is made of something else than hashes.")
        return cls(int(old), proof, text)

    def __str__(self) -> str:
        lines = [f"old {self.old}", *(base64.b64encode(each).decode() for each in self.proof)]
        return "\n".join(lines) + "\n\n" + self.text


class Memory:
    """The last tree that was signed, on the signer's own disk."""

    def __init__(self, path: Path) -> None:
        """Raises KeyUnavailable: without its memory the signer signs nothing, or it would sign a fork."""
        self._path = path
        try:
            kept = json.loads(path.read_text())
            self.size, self.root = int(kept["size"]), bytes.fromhex(kept["root"])
        except (OSError, ValueError, KeyError, TypeError):
            raise KeyUnavailable(
                f"{path} cannot be read: the signer does not know what it signed last."
            ) from None

    @classmethod
    def create(cls, path: Path) -> None:
        _replace(path, _written(0, merkle.EMPTY_ROOT))

    def keep(self, size: int, root: bytes) -> None:
        """On the disk when it returns."""
        _replace(self._path, _written(size, root))
        self.size, self.root = size, root


class Notary:
    def __init__(self, signer: Signer, memory: Memory) -> None:
        self._signer, self._memory = signer, memory

    def answer(self, body: str) -> str:
        """Remembers first, and signs then: a signature that was given is never forgotten."""
        if body == LAST:
            return f"signed\n{self._last()}"
        try:
            request = Request.read(body)
            asked = Checkpoint.read(request.text)
            if asked.origin != self._signer.name or asked.extensions:
                raise NoteRefused(f"This is no checkpoint of {self._signer.name}.")
            if request.old != self._memory.size:
                return f"remembered {self._memory.size}\n"
            merkle.verify_consistency(request.old, self._memory.root, asked.size, asked.root, request.proof)
        except (NoteRefused, ProofRefused) as reason:
            return f"refused {reason}\n"
        if asked.size > self._memory.size:
            self._memory.keep(asked.size, asked.root)
        return f"signed\n{self._signer.signature(request.text)}"

    def _last(self) -> str:
        text = str(Checkpoint(self._signer.name, self._memory.size, self._memory.root))
        return note_of(text, [self._signer.signature(text)])


def create(folder: Path, name: str) -> None:
    """Raises FileExistsError rather than replace a key, NoteRefused for a name that no key can have."""
    signer = Signer.new(name)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(folder / KEY, f"{signer}\n")
    (folder / VKEY).write_text(f"{signer.verifier}\n")
    Memory.create(folder / MEMORY)


def serve(folder: Path, path: Path, peers: Sequence[int] = (), readers: Sequence[int] = ()) -> None:
    """Until SIGTERM.

    Args:
        peers: user ids that may ask for everything beside the signer's own: the sequencer's.
        readers: user ids that may ask what was signed last.

    Raises:
        KeyUnavailable, NoteRefused: the key or the memory cannot be used.
        OSError: the socket cannot be opened.
    """
    signer = Signer.read(read_private(folder / KEY))
    asking = {os.getuid(), *peers}
    with _alone(folder), _listening(path, shared=bool(peers or readers)) as listener:
        notary = Notary(signer, Memory(folder / MEMORY))
        while True:
            connection, _address = listener.accept()
            with connection, contextlib.suppress(OSError):  # whoever asked has gone
                connection.settimeout(PATIENCE)
                uid = _uid(connection)
                if uid in asking or uid in readers:
                    body = _received(connection)
                    connection.sendall(_answered(notary, body, signs=uid in asking).encode())


def _answered(notary: Notary, body: str, *, signs: bool) -> str:
    if not signs and body != LAST:
        return "refused This user may only ask what was signed last.\n"
    try:
        return notary.answer(body)
    except OSError as reason:  # its disk, and not whoever asked
        sys.stderr.write(f"{reason}\n")
        return "refused The signer cannot keep its memory, so it signs nothing.\n"


def ask(path: Path, body: str) -> str:
    """The signer's answer. Raises OSError when there is none."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        with _short(path) as reachable:
            connection.connect(reachable)
        connection.sendall(body.encode())
        connection.shutdown(socket.SHUT_WR)
        return _received(connection)


def _received(connection: socket.socket) -> str:
    """Raises TimeoutError: whoever says it byte by byte keeps the others waiting no longer."""
    data, until = b"", time.monotonic() + PATIENCE
    while len(data) <= LARGEST and (more := connection.recv(LARGEST)):
        data += more
        connection.settimeout(max(until - time.monotonic(), 0.001))
    return data.decode(errors="replace")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two with one memory would each sign what the other has not seen."""
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KeyUnavailable(f"Another signer runs with {folder}.") from None
        yield


@contextlib.contextmanager
def _listening(path: Path, *, shared: bool) -> Iterator[socket.socket]:
    if path.exists() and not stat.S_ISSOCK(path.stat().st_mode):
        raise FileExistsError(f"{path} is there, and no socket.")
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    before = os.umask(0o111 if shared else 0o177)  # shared: the kernel says who asks, see `_uid`
    try:
        listener = socket.socket(socket.AF_UNIX)
        with _short(beside) as reachable:
            listener.bind(reachable)
    finally:
        os.umask(before)
    try:
        with listener:
            listener.listen()
            beside.replace(
                path
            )  # nobody finds it before it listens; the one of a signer that was killed goes
            yield listener
    finally:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """The address of a socket has 107 bytes at most; its folder may lie deeper."""
    folder = os.open(path.parent, os.O_PATH)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _uid(connection: socket.socket) -> int:
    size = struct.calcsize("3i")
    _pid, uid, _gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(uid)


def _written(size: int, root: bytes) -> str:
    return json.dumps({"size": size, "root": root.hex()})


def _replace(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m audit.signer")
    acts = parser.add_subparsers(dest="act", required=True)
    creation = acts.add_parser("create")
    creation.add_argument("folder", type=Path)
    creation.add_argument("--name", required=True, help="of the log, without spaces: cases.example.sn/audit")
    serving = acts.add_parser("serve")
    serving.add_argument("folder", type=Path)
    serving.add_argument("socket", type=Path)
    serving.add_argument(
        "--peer", type=int, action="append", default=[], help="a user id that may ask for signatures too"
    )
    serving.add_argument(
        "--reader", type=int, action="append", default=[], help="a user id that may ask what was signed last"
    )
    options = parser.parse_args(arguments)
    try:
        if options.act == "create":
            create(options.folder, options.name)
        else:
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            serve(options.folder, options.socket, options.peer, options.reader)
    except (KeyUnavailable, NoteRefused, OSError) as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
