"""Looks for planted data wherever it could have leaked, in every dress that a leak could wear."""

import base64
import binascii
import html
import json
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from django.db import connection

#: What could be base64 of something: sessions, cookies, cached values, mails.
ENCODED = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")

#: Who of the cast finds no sealed word behind any address of Relais, and why.
READS_NOTHING_SEALED = {
    "khady": "an auditor finds no sealed narrative (security §4.5)",
    "mareme": "an administrator finds nothing of a case (design §2)",
    "gora": "police read no note of a shelter, and no answer again after sending (domain §5.5, design §7.11)",
}
#: But what is written for them to judge, and holds no word of a file: a complaint entrusted to her by name, and why a
#: glass was broken.
WRITTEN_FOR = {"khady": {"complaint", "glass_review"}}


def dresses(secret: str) -> Iterator[bytes]:
    """The ways in which a planted string may stand in a file: plain, lower case, base64 at any offset, hex, UTF-16."""
    for text in {secret, secret.lower(), secret.upper(), unicodedata.normalize("NFD", secret)}:
        plain = text.encode()
        yield plain
        yield plain.hex().encode()
        yield text.encode("utf-16-le")
        yield text.encode("utf-16-be")
        yield text.encode("unicode_escape")
        yield json.dumps(text)[1:-1].encode()
        yield html.escape(text).encode()
        yield quote(text).encode()
        yield quote_plus(text).encode()
        for offset in range(3):
            # The first and last signs of base64 depend on the neighbours, so only the middle is looked for.
            yield base64.b64encode(b"\0" * offset + plain)[4:-4]
            yield base64.urlsafe_b64encode(b"\0" * offset + plain)[4:-4]


def found(secrets: Iterable[str], haystack: bytes) -> list[str]:
    """The planted strings that stand in `haystack`."""
    lower = haystack.lower()
    return [
        secret
        for secret in secrets
        if any(dress in haystack or dress.lower() in lower for dress in dresses(secret) if len(dress) > 5)
    ]


def planted(page: bytes) -> bool:
    """Whether a page shows anything of what tests plant in sealed fields: every such word of tests/world has it."""
    return b"canari" in page.lower()


def database() -> bytes:
    """Every row of every table as text, bytea as raw bytes too: what a dump holds."""
    parts: list[bytes] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    raw = (
                        bytes(value)
                        if isinstance(value, memoryview | bytes)
                        else str(value).encode("utf-8", "surrogatepass")
                    )
                    parts.append(raw)
                    parts.extend(unpacked(raw))
    return b"\n".join(parts)


def unpacked(raw: bytes) -> Iterator[bytes]:
    """What a session, a cookie or a cached value holds: decoded from base64, and decompressed."""
    for token in ENCODED.findall(raw):
        try:
            decoded = base64.b64decode(token.translate(bytes.maketrans(b"-_", b"+/")) + b"==")
        except (binascii.Error, ValueError):
            continue
        yield decoded
        try:
            yield zlib.decompress(decoded)
        except zlib.error:
            continue
