"""How are millions of rows read? By a cursor of the server, all at one moment, without the limits of a page."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from psycopg import DataError
from psycopg.types.datetime import DateLoader, TimestamptzLoader

BATCH = 1000


@contextmanager
def one_moment() -> Iterator[None]:
    """What is written meanwhile is not seen, so that a row and its event are of one time. Nothing may be written."""
    connection = connections[DEFAULT_DB_ALIAS]
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        yield


class _Moment(TimestamptzLoader):
    of = "timestamptz"

    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


class _Day(DateLoader):
    of = "date"

    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


def stream(query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[tuple[Any, ...]]:
    """Rows in batches, inside `one_moment`. A time that Python cannot hold is its text, so that it can be named."""
    with connections[DEFAULT_DB_ALIAS].chunked_cursor() as cursor:
        for kind in (_Moment, _Day):
            cursor.adapters.register_loader(kind.of, kind)
        cursor.execute(query, parameters)
        while rows := cursor.fetchmany(BATCH):
            yield from rows
