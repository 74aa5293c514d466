"""Is this row still the one that the event speaks of?"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model
from psycopg.sql import SQL, Identifier

from audit.errors import RowNotStored


def row_digest(instance: Model, using: str = DEFAULT_DB_ALIAS) -> bytes:
    """SHA-256 over the stored row's columns in declared order, sealed ones as they are stored.

    Of a history row, the columns of the row that it is a version of: the digest is the one which that row had.
    The row is read back, because the instance may hold what was not saved, or was stored in another
    form. A column that is NULL is left out, so that adding a nullable one changes no digest.

    Raises:
        RowNotStored: there is no such row, or not in the version that the instance has.
    """
    meta = instance._meta
    columns, query = _reading(type(instance))
    with connections[using].cursor() as cursor:
        cursor.execute(query, [instance.pk])
        row = cursor.fetchone()
    if row is None:
        raise RowNotStored(f"No row of {meta.label_lower} is stored for {instance.pk}.")
    stored = dict(zip(columns, row, strict=True))
    version = getattr(instance, "version", None)
    if stored.get("version") != version:
        raise RowNotStored(f"{meta.label_lower} {instance.pk} is not stored in version {version}.")
    return digest_of(stored.items())


@cache
def _reading(model: type[Model]) -> tuple[list[str], str]:
    """The columns of a version, and one statement of fixed text that reads them: every change runs it."""
    columns = columns_of(model)
    query = SQL("SELECT {columns} FROM {table} WHERE {key} = %s").format(
        columns=SQL(", ").join(map(Identifier, columns)),
        table=Identifier(model._meta.db_table),
        key=Identifier(str(model._meta.pk.column)),
    )
    return columns, query.as_string()


def columns_of(model: type[Model]) -> list[str]:
    """What a digest is over, in order; of a history model, the columns of the model that it keeps."""
    owner = getattr(model, "instance_type", model)._meta
    return [str(field.column) for field in owner.concrete_fields]


def digest_of(columns: Iterable[tuple[str, object]]) -> bytes:
    sha = hashlib.sha256()
    for name, value in columns:
        if value is not None:
            sha.update(_framed(name.encode()))
            sha.update(_framed(_canonical(value)))
    return sha.digest()


def _framed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _canonical(value: object) -> bytes:
    """One byte for the type, then the value in one spelling only."""
    match value:
        case bool():
            return b"o" + (b"1" if value else b"0")
        case int():
            return b"i" + str(value).encode()
        case str():
            return b"s" + value.encode()
        case bytes() | memoryview():
            return b"b" + bytes(value)
        case UUID():
            return b"u" + value.bytes
        case datetime():
            return b"t" + value.astimezone(UTC).isoformat(timespec="microseconds").encode()
        case date():
            return b"d" + value.isoformat().encode()
        case time():
            return b"h" + value.isoformat(timespec="microseconds").encode()
        case Decimal():
            return b"n" + str(value).encode()
        case list():
            return b"l" + b"".join(_framed(b"" if item is None else _canonical(item)) for item in value)
        case _:
            raise TypeError(f"A row with a {type(value).__name__} has no digest: say how it is spelled.")
