"""What was done to the events that do not fit? As far as what is left of them says it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.sql import SQL, Identifier

from audit.history import Recorded
from audit.leaf import commitment_of
from audit.merkle import CompactRange
from audit.verification.report import Kind

#: A transaction lasts no longer: an event whose time is farther from those of its neighbours was given another time.
APART = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Place:
    index: int
    leaf: bytes
    #: (xid, seq): how the sequencer puts events in order.
    order: tuple[int, int]
    event_id: UUID


def changed(
    index: int, salt: bytes, columns: Mapping[str, Any], committed: bytes, found: bytes
) -> tuple[Kind, str]:
    """Of an event that is not the one of its leaf: what happened, and a word more.

    Args:
        committed: what the leaf holds. found: what it would hold for the event as it is now.
    """
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT index FROM audit_leaf WHERE commitment = %s AND index <> %s", [found, index])
        elsewhere = cursor.fetchone()
        if elsewhere is not None:
            return Kind.EVENTS_REORDERED, f"which belongs at index {elsewhere[0]}"
        for at in _times(columns):
            if commitment_of(salt, {**columns, "at": at}) == committed:
                return Kind.EVENT_RETIMED, f"from {at:%Y-%m-%d %H:%M:%S.%f} UTC"
        cursor.execute(
            "SELECT mine.at BETWEEN min(e.at) - make_interval(secs => %s)"
            " AND max(e.at) + make_interval(secs => %s) FROM audit_event mine, audit_leaf l"
            " JOIN audit_event e ON e.id = l.event_id WHERE mine.id = %s AND l.index IN (%s, %s) GROUP BY mine.at",
            [APART.total_seconds(), APART.total_seconds(), columns["id"], index - 1, index + 1],
        )
        between = cursor.fetchone()
    if between == (False,):
        return Kind.EVENT_RETIMED, "its time is not between those of its neighbours"
    return Kind.EVENT_CHANGED, ""


def _times(columns: Mapping[str, Any]) -> Iterator[datetime]:
    """When it may have been: the time of its transaction stands in its other events, and in history."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT at FROM audit_event WHERE xid = %s::text::xid8 AND id <> %s"
            " AND at BETWEEN '1000-01-01' AND '9999-01-01'",
            [columns["xid"], columns["id"]],
        )
        yield from (row[0] for row in cursor.fetchall())
        try:
            model = apps.get_model(columns["object_type"])
        except (LookupError, ValueError):
            return
        if issubclass(model, Recorded) and columns["version"]:
            query = SQL(
                "SELECT history_date FROM {table} WHERE id = %s AND version = %s"
                " AND history_date BETWEEN '1000-01-01' AND '9999-01-01'"
            ).format(table=Identifier(model.history.model._meta.db_table))
            cursor.execute(query.as_string(), [columns["object_id"], columns["version"]])
            yield from (row[0] for row in cursor.fetchall())


def rewritten(good: CompactRange, since: list[Place], size: int, root: bytes) -> tuple[Kind, int | None, str]:
    """Of leaves that do not make the root: what was done to them, where that can be proved.

    Args:
        good: the tree up to the last fingerprint that fits.
        since: the leaves from there on, with the one behind: it was among them if another was slipped in.
        size: of the tree that had this root.
    """
    count = size - good.size
    within = since[:count]
    for at, place in enumerate(since):
        if _root(good, since[:at] + since[at + 1 : count + 1]) == root:
            return Kind.EVENT_INSERTED, place.index, f"event {place.event_id} was not there, "
    ordered = sorted(within, key=lambda each: each.order)
    moved = [one.index for one, other in zip(within, ordered, strict=True) if one is not other]
    if moved and _root(good, ordered) == root:
        return Kind.EVENTS_REORDERED, moved[0], ""
    return Kind.LEAVES_REWRITTEN, None, ""


def _root(good: CompactRange, leaves: Iterable[Place]) -> bytes:
    tree = good.copy()
    for place in leaves:
        tree.append(place.leaf)
    return tree.root()
