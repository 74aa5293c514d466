"""The key agent: the one process that holds the opened keys (security.md §2.9).

    python -m crypto.agent --file SEALED --socket SOCKET --log LOG [--client UID]... [--keeper UID]... [--quota N]

It runs under a user of its own and needs neither Django's settings nor the database. It starts shut. People open it
(`manage.py keys open`); after a restart they do it again. Who asks is known by the uid at the other end of the
socket: clients have keys wrapped and unwrapped, keepers also open, shut and renew. Every key that it unwraps is in
its log before it leaves: of which case, how many, for whom. The log is the agent's own, so that what the application
says it looked at can be held against it.
"""

import argparse
import ctypes
import json
import os
import resource
import socket
import socketserver
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from crypto import envelope, wire
from crypto.errors import CryptoError, KeyUnavailable, SharesRefused, Tampered, WrongKey
from crypto.providers import disk
from crypto.providers.interface import WrappedKey
from crypto.providers.keyset import Keyset, with_epoch, without_epoch

#: Keys that may be unwrapped in a minute, for everybody together: an intruder opens no more than that.
QUOTA: Final = 6000
#: Seconds before the next try after a wrong one; twice as long after each, at most MOST_PAUSE.
PAUSE, MOST_PAUSE = 1.0, 300.0
#: Seconds until a message must have come whole, and until an answer must have been taken.
PATIENCE: Final = 10.0
#: Who is heard at once. Each may hold a message of `wire.LONGEST`, and a thread.
MOST_HEARD: Final = 32
NOT_FOR_YOU: Final = "This user may not use the key agent."
_PR_SET_DUMPABLE: Final = 4


class Refused(Exception):
    """An answer with a code for the program and a sentence for people."""

    def __init__(self, code: str, say: str) -> None:
        super().__init__(say)
        self.code = code


class Agent(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self,
        *,
        file: Path,
        socket: Path,
        log: Path,
        clients: Sequence[int] = (),
        keepers: Sequence[int] = (),
        quota: int = QUOTA,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file, self._log, self._quota, self._clock = file, log, quota, clock
        self._keepers = {os.geteuid(), 0, *keepers}
        self._clients = self._keepers | set(clients)
        self._lock = threading.Lock()
        # Apart from the other: whoever opens the keys anew takes his time, and pages do not wait for him.
        self._counting = threading.Lock()
        self._heard = threading.BoundedSemaphore(MOST_HEARD)
        self._strangers: dict[int, int] = {}
        self._keyset: Keyset | None = None
        self._file_key = b""
        self._failures, self._again_at = 0, 0.0
        self._minute, self._spent = -1, 0
        if socket.exists() and not socket.is_socket():
            raise FileExistsError(f"{socket} is no socket, and is left as it is.")
        socket.unlink(missing_ok=True)
        super().__init__(str(socket), _Conversation)
        os.chmod(socket, 0o666)  # noqa: S103 - who connects is asked for his uid

    # --- Who is heard ----------------------------------------------------------------------------------------
    def process_request(self, request: Any, client_address: Any) -> None:
        """In a thread of its own, if there is one left, or it is a keeper; a stranger is not listened to."""
        uid = _uid(request)
        if uid not in self._clients:
            self._turn_away(request, uid)
        elif uid in self._keepers or self._heard.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        counts = _uid(request) not in self._keepers
        try:
            super().process_request_thread(request, client_address)
        finally:
            if counts:
                self._heard.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Its kind and no more: what was asked, and with it a key, could stand in the rest."""
        sys.stderr.write(f"The key agent has met with {type(sys.exception()).__name__}.\n")

    def _turn_away(self, request: socket.socket, uid: int) -> None:
        minute = int(self._clock() // 60)
        try:
            if self._strangers.get(uid) != minute:  # he may come as often as he likes, and fills no disk
                self._strangers[uid] = minute
                self._write(act="refused", uid=uid)
            request.settimeout(0.1)
            wire.send(request, {"error": "refused", "say": NOT_FOR_YOU})
        except OSError:
            pass
        finally:
            self.shutdown_request(request)

    # --- Who may what ----------------------------------------------------------------------------------------
    def answer(self, message: dict[str, Any], uid: int) -> dict[str, Any]:
        """What is wrong is an answer too. Raises OSError when not even a refusal can be written down."""
        act = str(message.get("act"))
        try:
            if uid not in self._clients:
                raise Refused("refused", NOT_FOR_YOU)
            if act in _FOR_KEEPERS and uid not in self._keepers:
                raise Refused(
                    "refused", "Only a keeper of the keys may do this: root, or the user of the agent."
                )
            if act not in _ACTS:
                raise Refused("bad", "The key agent knows no such act.")
            return _ACTS[act](self, message, uid)
        except Refused as refusal:
            self._write(act=f"{act} refused" if act in _ACTS else "refused", uid=uid)
            return {"error": refusal.code, "say": str(refusal)}
        except KeyUnavailable as error:
            return {"error": "away", "say": str(error)}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return {
                "error": "bad",
                "say": str(error) if act == "drop_epoch" else "The message is not understood.",
            }
        except OSError:
            return {"error": "away", "say": "The key agent cannot write its log or its file."}

    # --- For clients -----------------------------------------------------------------------------------------
    def _status(self, message: dict[str, Any], uid: int) -> dict[str, Any]:
        status = self._opened().status()
        return {
            "kek_id": status.kek_id,
            "epochs": {name: at.isoformat() for name, at in status.epochs.items()},
        }

    def _wrap(self, message: dict[str, Any], uid: int) -> dict[str, Any]:
        kek_id, wrapped = self._opened().wrap(wire.content(message["key"]), wire.content(message["context"]))
        return {"kek_id": kek_id, "wrapped": wire.text(wrapped)}

    def _unwrap(self, message: dict[str, Any], uid: int) -> dict[str, Any]:
        keyset, keys = self._opened(), _keys(message)
        self._spend(len(keys))
        self._write(act="unwrap", uid=uid, keys=dict(Counter(subject_of(key.context) for key in keys)))
        return {"keys": [_unwrapped(keyset, key) for key in keys]}

    def _rewrap(self, message: dict[str, Any], uid: int) -> dict[str, Any]:
        keyset, keys = self._opened(), _keys(message)
        self._write(act="rewrap", uid=uid, keys=len(keys))  # none leaves in clear: a number is enough
        kek_id, wrapped = keyset.rewrap(keys)
        return {"kek_id": kek_id, "wrapped": [each and wire.text(each) for each in wrapped]}

    def _mac(self, message: dict[str, Any], uid: int) -> dict[str, Any]:
        return {
            "mac": wire.text(self._opened().index_mac(message["index"], wire.content(message["message"])))
        }

    # --- For keepers -----------------------------------------------------------------------------------------
    def _open(self, message: dict[str, Any], uid: int) -> dict[str, Any]:
        with self._lock:  # one try at a time, however many ask
            wait = self._again_at - self._clock()
            if wait > 0:
                raise Refused("wait", f"Too soon after a wrong one: try again in {int(wait) + 1} seconds.")
            try:
                if "shares" in message:
                    opened = envelope.open_by_shares(self._file, list(message["shares"]))
                else:
                    opened = envelope.open_by_passphrase(self._file, str(message["passphrase"]))
            except (WrongKey, SharesRefused) as error:
                self._failures += 1
                self._again_at = self._clock() + min(PAUSE * 2 ** (self._failures - 1), MOST_PAUSE)
                raise Refused("wrong", str(error)) from None
            keyset = Keyset(opened.content)
            if self._keyset and self._keyset.status().epochs.keys() - keyset.status().epochs.keys():
                raise Refused(
                    "wrong",
                    "The file lacks an epoch that is open now: it is an older copy, and data would be lost. "
                    "If that is meant: keys close first.",
                )
            self._write(act="open", uid=uid, by="shares" if "shares" in message else "passphrase")
            self._keyset, self._file_key, self._failures = keyset, opened.file_key, 0
        return {}

    def _close(self, message: dict[str, Any], uid: int) -> dict[str, Any]:
        with self._lock:
            self._write(act="close", uid=uid)
            self._keyset, self._file_key = None, b""
        return {}

    def _add_epoch(self, message: dict[str, Any], uid: int) -> dict[str, Any]:
        return self._change(with_epoch, "add_epoch", uid)

    def _drop_epoch(self, message: dict[str, Any], uid: int) -> dict[str, Any]:
        kek_id = str(message["kek_id"])
        return self._change(lambda content: without_epoch(content, kek_id), "drop_epoch", uid)

    def _change(
        self, change: Callable[[dict[str, Any]], dict[str, Any]], act: str, uid: int
    ) -> dict[str, Any]:
        with self._lock:
            self._opened()
            with disk.alone(self._file):
                content = change(envelope.reopened(self._file, self._file_key))
                self._write(act=act, uid=uid)
                envelope.rewrite(self._file, content, self._file_key)
            self._keyset = Keyset(content)
        return {}

    # --- What it keeps ---------------------------------------------------------------------------------------
    def _opened(self) -> Keyset:
        if self._keyset is None:
            raise KeyUnavailable("The keys are shut: people open them (manage.py keys open).")
        return self._keyset

    def _spend(self, keys: int) -> None:
        with self._counting:
            minute = int(self._clock() // 60)
            if minute != self._minute:
                self._minute, self._spent = minute, 0
            if self._spent + keys > self._quota:
                raise Refused("quota", "More keys were asked for in a minute than the key agent gives out.")
            self._spent += keys

    def _write(self, **line: Any) -> None:
        """Raises OSError: what cannot be written down does not happen."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        with open(os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
            file.write(json.dumps({"at": at, **line}) + "\n")


class _Conversation(socketserver.BaseRequestHandler):
    request: socket.socket
    server: Agent

    def handle(self) -> None:
        uid = _uid(self.request)
        try:
            while True:
                message = wire.receive(self.request, within=PATIENCE)
                wire.send(self.request, self.server.answer(message, uid))
        except (EOFError, OSError, ValueError):
            return  # gone, silent, or no client of ours


def _uid(request: socket.socket) -> int:
    """Of the process at the other end, as the kernel says (unix(7))."""
    peer = request.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _pid, uid, _gid = struct.unpack("3i", peer)
    return int(uid)


_ACTS: Final[dict[str, Callable[[Agent, dict[str, Any], int], dict[str, Any]]]] = {
    "status": Agent._status,
    "wrap": Agent._wrap,
    "unwrap": Agent._unwrap,
    "rewrap": Agent._rewrap,
    "mac": Agent._mac,
    "open": Agent._open,
    "close": Agent._close,
    "add_epoch": Agent._add_epoch,
    "drop_epoch": Agent._drop_epoch,
}
_FOR_KEEPERS: Final = frozenset({"open", "close", "add_epoch", "drop_epoch"})


def subject_of(context: bytes) -> str:
    """Whose key it is, as the log names it: its case, or the kind of its scope (see `keyring.wrapping_context`)."""
    parts, at = [], 0
    while at < len(context):
        length = int.from_bytes(context[at : at + 4], "big")
        parts.append(context[at + 4 : at + 4 + length])
        at += 4 + length
    if len(parts) != 5 or len(parts[1]) > 16 or not parts[1].isalpha():
        return "unknown"
    return f"case {UUID(bytes=parts[3])}" if len(parts[3]) == 16 else parts[1].decode("ascii", "replace")


def _keys(message: dict[str, Any]) -> list[WrappedKey]:
    return [
        WrappedKey(wire.content(wrapped), str(kek_id), wire.content(context))
        for wrapped, kek_id, context in message["keys"]
    ]


def _unwrapped(keyset: Keyset, key: WrappedKey) -> dict[str, str]:
    try:
        return {"key": wire.text(keyset.unwrap(*key))}
    except CryptoError as error:
        return {"error": "tampered" if isinstance(error, Tampered) else "away", "say": str(error)}


def keep_out() -> None:
    """No core dump, and no other process of the same user that reads this one's memory (prctl(2))."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def main(arguments: Sequence[str] | None = None, serve: Callable[[Agent], None] = Agent.serve_forever) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m crypto.agent", description="Holds the opened keys of Relais."
    )
    parser.add_argument("--file", type=Path, required=True, help="the sealed key file")
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument(
        "--log", type=Path, required=True, help="every key that was unwrapped, one line a request"
    )
    parser.add_argument(
        "--client", type=int, action="append", default=[], help="uid of the web server or the worker"
    )
    parser.add_argument(
        "--keeper", type=int, action="append", default=[], help="uid that may also open and renew"
    )
    parser.add_argument("--quota", type=int, default=QUOTA, help="keys unwrapped in a minute, at most")
    options = parser.parse_args(arguments)
    keep_out()
    with Agent(
        file=options.file,
        socket=options.socket,
        log=options.log,
        clients=options.client,
        keepers=options.keeper,
        quota=options.quota,
    ) as agent:
        sys.stdout.write("The key agent listens. Its keys are shut until people open them.\n")
        sys.stdout.flush()
        serve(agent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
