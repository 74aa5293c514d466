"""How does an event reach its table? By one statement of fixed text: every page writes one."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.models import Event

#: Filled by PostgreSQL alone.
GIVEN = ("seq", "xid", "at")


def insert(events: Sequence[Event], alias: str) -> None:
    """Writes new events, in order, and gives them their number, transaction and time."""
    connection = connections[alias]
    values = [value for event in events for value in _values(event, connection)]
    with connection.cursor() as cursor:
        cursor.execute(_statement(len(events)), values)
        for event, row in zip(events, cursor.fetchall(), strict=True):
            for name, value in zip(GIVEN, row, strict=True):
                setattr(event, name, int(value) if name == "xid" else value)
            event._state.adding, event._state.db = False, alias


def _values(event: Event, connection: BaseDatabaseWrapper) -> list[Any]:
    return [
        field.get_db_prep_save(field.pre_save(event, add=True), connection=connection) for field in _fields()
    ]


@cache
def _fields() -> "tuple[models.Field[Any, Any], ...]":
    return tuple(field for field in Event._meta.concrete_fields if field.name not in GIVEN)


@cache
def _statement(count: int) -> str:
    fields = _fields()
    columns = ", ".join(str(field.column) for field in fields)
    # An array says its type: an empty one has none of its own.
    marks = ", ".join("%s::varchar[]" if field.name == "fields" else "%s" for field in fields)
    rows = ", ".join([f"({marks})"] * count)
    given = ", ".join(GIVEN)
    return f"INSERT INTO audit_event ({columns}) VALUES {rows} RETURNING {given}"  # noqa: S608 - our own columns
