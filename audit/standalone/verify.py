#!/usr/bin/env python3
"""Vérifie le journal de Relais, sans Relais / Verifies the log of Relais, without Relais.

    python3 verify.py DOSSIER CLÉ [--event preuve.json] [--older ancienne-empreinte]

DOSSIER: the exported folder. CLÉ: the key of the log (name+id+key). preuve.json: one disclosed event. The older
fingerprint: a file with the checkpoint of that day, or SIZE:ROOT as it stands on the paper in the safe.
Needs Python 3.9 and `cryptography` (pip install cryptography). Formats: c2sp.org/signed-note, tlog-tiles; RFC 6962.
"""

import argparse
import base64
import hashlib
import json
import pathlib
import sys
import typing

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def say(right: bool, french: str, english: str) -> bool:
    sys.stdout.write(f"{'OK ' if right else 'NON'} {french} / {english}\n")
    return right


def checkpoint(note: str, vkey: str) -> "tuple[bool, int, bytes]":
    """Whether the key signed the note, and the size and the root that it speaks of."""
    text, _, below = note.rpartition("\n\n")
    name, identity, key = vkey.split("+", 2)
    typed = base64.b64decode(key)
    signed = False
    for line in below.splitlines():
        dash, who, coded = line.split(" ")
        data = base64.b64decode(coded)
        if dash == "\u2014" and who == name and data[:4].hex() == identity and typed[0] == 1:
            try:
                Ed25519PublicKey.from_public_bytes(typed[1:]).verify(data[4:], f"{text}\n".encode())
                signed = text.split("\n")[0] == name
            except InvalidSignature:
                pass
    return signed, int(text.split("\n")[1]), base64.b64decode(text.split("\n")[2])


def once(pairs: "list[tuple[str, typing.Any]]") -> "dict[str, typing.Any]":
    if len(dict(pairs)) != len(pairs):
        raise ValueError("un nom y est deux fois / a name stands twice")  # one read, the other checked
    return dict(pairs)


def entries(folder: pathlib.Path, size: int) -> "typing.Iterator[bytes]":
    """In order, read bundle by bundle."""
    for first in range(0, size, 256):
        number, width = first // 256, min(256, size - first)
        digits = f"{number:03d}".zfill(3 * -(-len(str(number)) // 3))
        parts = [f"x{digits[at : at + 3]}" for at in range(0, len(digits), 3)]
        name = "/".join([*parts[:-1], parts[-1][1:]]) + (f".p/{width}" if width < 256 else "")
        data, at = (folder / "tile" / "entries" / name).read_bytes(), 0
        for _ in range(width):
            end = at + 2 + int.from_bytes(data[at : at + 2], "big")
            yield data[at + 2 : end]
            at = end


def root(stack: "list[tuple[int, bytes]]") -> bytes:
    if not stack:
        return hashlib.sha256().digest()
    hashed = stack[-1][1]
    for _, left in reversed(stack[:-1]):
        hashed = hashlib.sha256(b"\x01" + left + hashed).digest()
    return hashed


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("key")
    parser.add_argument("--event", type=pathlib.Path)
    parser.add_argument("--older")
    asked = parser.parse_args()
    key = asked.key.strip()
    signed, size, wanted = checkpoint((asked.folder / "checkpoint").read_text(encoding="utf-8"), key)
    fine = say(
        signed,
        f"signature de l'empreinte ({size} événements)",
        f"signature of the fingerprint ({size} events)",
    )
    shown = asked.event and json.loads(asked.event.read_text(encoding="utf-8"), object_pairs_hook=once)
    then, older = -1, b""
    if asked.older and pathlib.Path(asked.older).is_file():
        ours, then, older = checkpoint(pathlib.Path(asked.older).read_text(encoding="utf-8"), key)
        fine &= say(ours, "signature de l'ancienne empreinte", "signature of the older fingerprint")
    elif asked.older is not None:
        then, older = int(asked.older.partition(":")[0]), base64.b64decode(asked.older.partition(":")[2])
    stack: list[tuple[int, bytes]] = []
    found, before = b"", root(stack) if then == 0 else b""
    for index, entry in enumerate(entries(asked.folder, size)):
        level, hashed = 0, hashlib.sha256(b"\x00" + entry).digest()
        while stack and stack[-1][0] == level:
            level, hashed = level + 1, hashlib.sha256(b"\x01" + stack.pop()[1] + hashed).digest()
        stack.append((level, hashed))
        found = entry if shown and index == shown["index"] else found
        before = root(stack) if index + 1 == then else before
    fine &= say(
        root(stack) == wanted, "racine recalculée de toutes les entrées", "root recomputed from all entries"
    )
    if shown:
        body = json.dumps(shown["event"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        digest = base64.b64encode(hashlib.sha256(bytes.fromhex(shown["salt"]) + body).digest()).decode()
        right = found == f"relais-audit/v1 {digest}\n".encode() and len(shown["salt"]) == 32
        sys.stdout.write(f"    {json.dumps(shown['event'], sort_keys=True)}\n")
        fine &= say(right, "l'événement présenté est dans le journal", "the disclosed event is in the log")
    if asked.older is not None:
        french = f"l'ancienne empreinte ({then} événements) est le début de ce journal"
        english = f"the older fingerprint ({then} events) is the beginning of this log"
        fine &= say(0 <= then <= size and before == older != b"", french, english)
    say(fine, "JOURNAL INTACT" if fine else "JOURNAL MODIFIÉ", "LOG INTACT" if fine else "LOG ALTERED")
    return 0 if fine else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError, KeyError, IndexError, TypeError) as reason:
        say(False, f"dossier illisible ou incomplet : {reason}", "folder unreadable or incomplete")
        sys.exit(2)
