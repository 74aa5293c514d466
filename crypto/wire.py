"""How the key agent and those who ask it speak: a length of 4 bytes, then one JSON object, over a Unix socket."""

import json
import socket
from base64 import b64decode, b64encode
from typing import Any

#: A batch of some ten thousand keys.
LONGEST = 8 * 1024 * 1024


def send(channel: socket.socket, message: dict[str, Any]) -> None:
    content = json.dumps(message).encode()
    channel.sendall(len(content).to_bytes(4, "big") + content)


def receive(channel: socket.socket) -> dict[str, Any]:
    """Raises ValueError for what is no message, EOFError when the other side has gone."""
    length = int.from_bytes(_exactly(channel, 4), "big")
    if length > LONGEST:
        raise ValueError("A message is too long.")
    message = json.loads(_exactly(channel, length))
    if not isinstance(message, dict):
        raise ValueError("A message is an object.")
    return message


def text(content: bytes) -> str:
    return b64encode(content).decode()


def content(text: str) -> bytes:
    """Raises ValueError or TypeError."""
    return b64decode(text, validate=True)


def _exactly(channel: socket.socket, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = channel.recv(min(length - len(parts), 1 << 16))
        if not part:
            raise EOFError("The other side has gone.")
        parts += part
    return bytes(parts)
