"""Is every row still the one that its last event speaks of, and has every version its event and its history row?"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model
from psycopg.sql import SQL, Identifier

from audit.digest import columns_of, digest_of
from audit.enums import Verb
from audit.history import Recorded
from audit.models import Event
from audit.verification.reading import one_moment, stream
from audit.verification.report import Fault, Kind, Progress, Report, silent
from crypto.errors import KeyUnavailable, Tampered
from crypto.scopes import SYSTEM
from crypto.sealed import Sealed

STEP = 10_000
#: The digest of (object, version) that counts is the last one: a rotation of keys re-seals former versions.
EVENTS = """
SELECT object_type, object_id, coalesce(version, 0), id, verb, row_digest,
    CASE WHEN verb = 'key.rotate' THEN detail END
FROM audit_event
WHERE row_digest IS NOT NULL AND object_id IS NOT NULL AND outcome = 'ok'
ORDER BY object_type COLLATE "C", object_id, version, seq
"""


@dataclass(frozen=True, slots=True)
class Live:
    """`digests`: of the row as it is, then as it was before later columns came with a migration."""

    id: UUID
    version: int
    digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of history, as `Live`. `type` as simple-history has it: + ~ -"""

    id: UUID
    version: int
    digests: tuple[bytes, ...]
    type: str
    by: UUID | None


@dataclass(frozen=True, slots=True)
class Said:
    """What an event says of a version."""

    id: UUID
    version: int
    digest: bytes
    verb: str
    event_id: UUID
    detail: bytes | None


def verify_rows(tell: Progress = silent) -> Report:
    """Compares every version of every `Recorded` row with its events, in bounded memory.

    Keys destroyed by an erasure or at the end of a referral are no fault: the sealed bytes stay as they were.
    """
    report = Report("rows")
    models = {model._meta.label_lower: model for model in recorded_models()}
    with one_moment():
        said = groupby(stream(EVENTS), key=lambda row: row[0])
        waiting = sorted(models)
        for object_type, rows in said:
            while waiting and waiting[0] < object_type:
                _verify_model(models[waiting.pop(0)], (), report, tell)
            if waiting and waiting[0] == object_type:
                _verify_model(models[waiting.pop(0)], (Said(*row[1:]) for row in _whole(rows)), report, tell)
        for label in waiting:
            _verify_model(models[label], (), report, tell)
    return report


def recorded_models() -> Iterator[type[Recorded]]:
    return (model for model in apps.get_models() if issubclass(model, Recorded))


def _whole(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for kind, object_id, version, event_id, verb, digest, detail in rows:
        yield kind, object_id, version, bytes(digest), verb, event_id, detail and bytes(detail)


def _verify_model(model: type[Recorded], said: Iterable[Said], report: Report, tell: Progress) -> None:
    label = model._meta.label_lower
    together = heapq.merge(_live(model), _kept(model), said, key=attrgetter("id"))
    for pk, about in groupby(together, key=attrgetter("id")):
        lives, kept, told = [], [], []
        for row in about:
            match row:
                case Live():
                    lives.append(row)
                case Kept():
                    kept.append(row)
                case Said():
                    told.append(row)
        live = lives[0] if lives else None
        for kind, version, words in faults(live, kept, told, loaded=model.LOADED_BY_MIGRATION):
            where = f"{label} {pk} version {version}{words and ': '}{words}"
            report.add(_told_apart(model, pk, kind, where))
        report.checked["rows"] += live is not None
        report.checked["versions"] += len(kept)
        report.checked["events"] += len(told)
        if report.checked["rows"] % STEP == 0:
            tell(report.checked["rows"])


def faults(
    live: Live | None, kept: list[Kept], said: list[Said], *, loaded: bool = False
) -> Iterator[tuple[Kind, int, str]]:
    """What is wrong with one object, each with the version it is about and a word more.

    Args:
        loaded: its first version may come with the software, by a migration, without an event.
    """
    versions = [row for row in kept if row.type != "-"]
    deleted = any(row.type == "-" for row in kept)
    last_said = {row.version: row.digest for row in said}
    newest = max([row.version for row in kept] + list(last_said), default=0)
    if live is None and not deleted:
        yield Kind.ROW_GONE, newest, ""
    elif live is None and not any(row.verb == Verb.DELETE and row.version == newest for row in said):
        yield Kind.ROW_GONE, newest, "deleted without an event"
    elif live is not None and deleted:
        yield Kind.ROW_REVIVED, live.version, ""
    if live is not None:
        if live.version < newest:
            yield Kind.ROW_ROLLED_BACK, live.version, f"it had version {newest}"
        elif last_said.get(live.version, live.digests[0]) not in live.digests:
            yield Kind.ROW_CHANGED, live.version, ""
        newest = max(newest, live.version)
    there = {row.version: row for row in versions}
    for version in range(1, newest + 1):
        row = there.get(version)
        if row is None:
            yield Kind.HISTORY_MISSING, version, ""
        elif last_said.get(version, row.digests[0]) not in row.digests:
            yield Kind.HISTORY_CHANGED, version, ""
        if version not in last_said:
            if not (loaded and version == 1 and row is not None and row.by is None):
                yield Kind.ROW_UNSAID, version, ""
            elif live is not None and live.version == 1 and row is not None and live.digests != row.digests:
                yield Kind.ROW_CHANGED, version, ""
    yield from _disagreements(said)


def _disagreements(said: list[Said]) -> Iterator[tuple[Kind, int, str]]:
    """A later event of one version says the same, or is a rotation of keys that says what was before."""
    before: dict[int, bytes] = {}
    for row in said:
        was = before.get(row.version, row.digest)
        if was != row.digest and not (row.verb == Verb.KEY_ROTATE and _was(row) == was.hex()):
            yield Kind.EVENTS_DISAGREE, row.version, f"event {row.event_id}"
        before[row.version] = row.digest


def _was(row: Said) -> str | None:
    """The digest before a rotation, which only the holder of the key of the system can have written."""
    field: Any = Event._meta.get_field("detail")
    try:
        detail = field.open_stored(row.detail and Sealed(row.detail), row.event_id, SYSTEM)
    except (KeyUnavailable, Tampered):
        return None
    return detail.get("was") if isinstance(detail, dict) else None


# --- How the rows are read -----------------------------------------------------------------------------------
def _live(model: type[Recorded]) -> Iterator[Live]:
    columns = columns_of(model)
    for row in stream(_select(model, columns)):
        stored = dict(zip(columns, row, strict=True))
        yield Live(stored["id"], stored["version"], _digests(model, stored))


def _kept(model: type[Recorded]) -> Iterator[Kept]:
    columns = columns_of(model)
    history = model.history.model
    for *row, kind, by in stream(_select(history, [*columns, "history_type", "history_by"], "version")):
        stored = dict(zip(columns, row, strict=True))
        yield Kept(stored["id"], stored["version"], _digests(model, stored), kind, by)


def _digests(model: type[Recorded], stored: dict[str, Any]) -> tuple[bytes, ...]:
    found = [digest_of(stored.items())]
    for column in reversed(model.ADDED_WITH_DEFAULT):
        field = next(field for field in model._meta.concrete_fields if field.column == column)
        if stored[column] != field.get_default():
            break  # somebody has written it, so what is said of the row knows it
        stored = {name: value for name, value in stored.items() if name != column}
        found.append(digest_of(stored.items()))
    return tuple(found)


def _select(model: type[Model], columns: list[str], *then: str) -> str:
    query = SQL("SELECT {columns} FROM {table} ORDER BY {order}").format(
        columns=SQL(", ").join(map(Identifier, columns)),
        table=Identifier(model._meta.db_table),
        order=SQL(", ").join(map(Identifier, ("id", *then))),
    )
    return query.as_string()


# --- What happened to a row that is not the one of its event ---------------------------------------------------
def _told_apart(model: type[Recorded], pk: UUID, kind: Kind, where: str) -> Fault:
    """Of a changed row, the columns; a sealed value that an older version had says that it was put back."""
    if kind != Kind.ROW_CHANGED:
        return Fault(kind, where)
    live, *_none = _rows_of(model, pk)
    versions = _rows_of(model.history.model, pk)
    newest = next((row for row in versions if row["version"] == live["version"]), None)
    if newest is None:
        return Fault(kind, where)
    words = []
    for column in [name for name in columns_of(model) if live[name] != newest[name]]:
        older = [row["version"] for row in versions if row[column] == live[column] is not None]
        if older and isinstance(live[column], bytes | memoryview):
            kind = Kind.ROW_ROLLED_BACK
            words.append(f"{column} as in version {older[0]}")
        else:
            words.append(column)
    return Fault(kind, f"{where}: {', '.join(words) or 'together with its history'}")


def _rows_of(model: type[Model], pk: UUID) -> list[dict[str, Any]]:
    columns = columns_of(model)
    query = SQL("SELECT {columns} FROM {table} WHERE id = %s ORDER BY version DESC").format(
        columns=SQL(", ").join(map(Identifier, columns)), table=Identifier(model._meta.db_table)
    )
    return [dict(zip(columns, row, strict=True)) for row in stream(query.as_string(), [pk])]
