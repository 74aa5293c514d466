"""Queries of fixed text, for the few that every request or the busiest page asks.

The ORM compiles a query anew each time it is asked; for a page that costs more than asking it. A statement written out
is compiled never, loads the columns that are needed and no others, and still gives objects of the models. The server
keeps it prepared: to read and plan such a statement costs it more than to answer it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor

#: Alias in the statement, the model, its attributes that are loaded: any other would cost a query of its own.
#: None for all of them.
Part = tuple[str, type[models.Model], Sequence[str] | None]


def fetch_all(text: str, values: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement of fixed text, which each connection prepares when it is first asked.

    Django's own cursors write the values into the text, so that there is nothing to prepare; this one sends them beside
    it. Their types have to be told by the text: `%s::uuid` where no column does.
    """
    with _cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall())


def _cursor() -> CursorWrapper:
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.queries_logged:  # whoever records statements wants to read them with their values
        return connection.cursor()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_thread_sharing()
    return CursorWrapper(Cursor(connection.connection), connection)


class Statement:
    """
    Args:
        text: with {columns} where the columns of `parts` and then `others` are to stand.
    """

    def __init__(self, text: str, parts: Sequence[Part], others: Sequence[str] = ()) -> None:
        self._text, self._parts, self._others = text, parts, others

    def rows(self, values: Mapping[str, Any]) -> Iterator[list[Any]]:
        """For each row the objects of the parts, None where a left join found nothing, then the other columns."""
        for row in fetch_all(self._sql, values):
            yield self._objects(row)

    @cached_property
    def _chosen(self) -> list[tuple[type[models.Model], list[Any]]]:
        """The fields in each model's own order, which is the order that `from_db` expects."""
        return [
            (model, [f for f in model._meta.concrete_fields if names is None or f.attname in names])
            for _alias, model, names in self._parts
        ]

    @cached_property
    def _sql(self) -> str:
        columns = [
            f"{alias}.{field.column}"
            for (alias, _model, _names), (_same, fields) in zip(self._parts, self._chosen, strict=True)
            for field in fields
        ]
        return self._text.format(columns=", ".join([*columns, *self._others]))

    @cached_property
    def _makers(self) -> list[tuple[type[models.Model], list[str], list[tuple[int, Any]]]]:
        """Model, its attributes, and how to read those that are not stored as they are: sealed ones come sealed."""
        return [
            (
                model,
                [field.attname for field in fields],
                [
                    (n, field.from_db_value)
                    for n, field in enumerate(fields)
                    if hasattr(field, "from_db_value")
                ],
            )
            for model, fields in self._chosen
        ]

    def _objects(self, row: tuple[Any, ...]) -> list[Any]:
        made: list[Any] = []
        start = 0
        for model, attributes, readers in self._makers:
            end = start + len(attributes)
            stored = list(row[start:end])
            for place, read in readers:
                stored[place] = read(stored[place], None, None)
            made.append(model.from_db(DEFAULT_DB_ALIAS, attributes, stored))
            start = end
        return [*made, *row[start:]]
