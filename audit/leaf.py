"""What of an event stands in the tree? A salted commitment: it tells nothing, and nothing else fits it.

    entry = "relais-audit/v1 " + base64(SHA-256(salt + canonical JSON of the event)) + "\\n"

So the whole tree can be given to anybody; one event is disclosed by handing out its salt and its JSON, and an event
that law wants erased leaves a tree that still verifies.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

PREFIX = "relais-audit/v1"
#: Every column but the salt, in the order of the table. The list of version 1 is closed: a column more is a `v2`.
COLUMNS = (
    "id",
    "seq",
    "xid",
    "at",
    "actor_id",
    "organisation_id",
    "session_hash",
    "ip_class",
    "verb",
    "object_type",
    "object_id",
    "version",
    "row_digest",
    "fields",
    "scope",
    "outcome",
    "reason_code",
    "detail",
    "case_id",
    "referral_id",
    "stream_id",
    "stream_n",
    "kek_unwraps",
)
#: As text: they may grow beyond the 2**53 that a number in JSON holds everywhere (RFC 8785 §3.2.2.3).
LARGE = frozenset({"seq", "xid", "stream_n"})
#: Sealed: its stored bytes are vouched for, and need not be given away with the event.
SEALED = frozenset({"detail"})

#: PostgreSQL holds times that Python does not (`infinity`, before Christ): whoever may write an event could write one,
#: and nobody could read the log any more. As `_plain` writes a time, or as PostgreSQL does where it cannot.
_AT = """CASE WHEN {at} >= '1000-01-01 00:00Z' AND {at} < '10000-01-01 00:00Z'
THEN to_char({at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') ELSE ({at} AT TIME ZONE 'UTC')::text END"""


def selected(table: str = "audit_event") -> str:
    """COLUMNS in SQL, in a form that can always be read."""
    special = {"at": _AT.format(at=f"{table}.at"), "xid": f"{table}.xid::text"}
    return ", ".join(special.get(name, f"{table}.{name}") for name in COLUMNS)


def body_of(columns: Mapping[str, object]) -> dict[str, str | int | list[str]]:
    """The event as JSON has it. A column that is NULL is left out.

    Args:
        columns: every one of COLUMNS, as PostgreSQL gives it, `detail` as it is stored.
    """
    return {name: _plain(name, columns[name]) for name in COLUMNS if columns[name] is not None}


def canonical(body: Mapping[str, str | int | list[str]]) -> bytes:
    """RFC 8785 for what `body_of` gives: text, small whole numbers, lists of text, names in ASCII."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def commitment_of(salt: bytes, columns: Mapping[str, object]) -> bytes:
    return hashlib.sha256(salt + canonical(body_of(columns))).digest()


def entry_of(commitment: bytes) -> bytes:
    return f"{PREFIX} {base64.b64encode(commitment).decode()}\n".encode()


def _plain(name: str, value: object) -> str | int | list[str]:
    if name in LARGE:
        return str(value)
    match value:
        case bytes() | memoryview():
            return hashlib.sha256(value).hexdigest() if name in SEALED else bytes(value).hex()
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case int() | str():
            return value
        case list():
            # Text has no NUL in PostgreSQL, so what is no text (NULL, an array in the array) is told from all text.
            return [each if isinstance(each, str) else f"\0{json.dumps(each)}" for each in value]
        case _:
            raise TypeError(f"{name} is a {type(value).__name__}: version 1 does not say how it is written.")
