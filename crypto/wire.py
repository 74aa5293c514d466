"""How the key agent and those who ask it speak: a length of 4 bytes, then one JSON object, over a Unix socket."""

import json
import socket
import time
from base64 import b64decode, b64encode
from typing import Any

#: A batch of some ten thousand keys.
LONGEST = 8 * 1024 * 1024


def send(channel: socket.socket, message: dict[str, Any]) -> None:
    content = json.dumps(message).encode()
    channel.sendall(len(content).to_bytes(4, "big") + content)


def receive(channel: socket.socket, *, within: float) -> dict[str, Any]:
    """Raises ValueError for what is no message, EOFError when the other side has gone, TimeoutError.

    Args:
        within: seconds for all of it, so that who sends a byte now and then holds nobody up.
    """
    until = time.monotonic() + within
    length = int.from_bytes(_exactly(channel, 4, until), "big")
    if length > LONGEST:
        raise ValueError("A message is too long.")
    try:
        message = json.loads(_exactly(channel, length, until))
    except RecursionError:
        message = None
    if not isinstance(message, dict):
        raise ValueError("A message is an object.")
    return message


def text(content: bytes) -> str:
    return b64encode(content).decode()


def content(text: str) -> bytes:
    """Raises ValueError or TypeError."""
    return b64decode(text, validate=True)


def _exactly(channel: socket.socket, length: int, until: float) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError("A message did not come whole.")
        channel.settimeout(left)
        part = channel.recv(min(length - len(parts), 1 << 16))
        if not part:
            raise EOFError("The other side has gone.")
        parts += part
    return bytes(parts)
