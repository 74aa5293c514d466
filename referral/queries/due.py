"""How does a rule of the clock find its rows? One statement over the whole table for their ids; then a few, locked.

What somebody else works on is left in peace: the next round finds it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet

Found = TypeVar("Found")
Row = TypeVar("Row", bound=Model)


class Due(Protocol[Found]):
    def ids(self, at: datetime) -> list[UUID]:
        """Everything that is due, in the order in which it is to be acted on."""
        ...

    def take(self, at: datetime, among: Sequence[UUID]) -> list[Found]:
        """Those of them that are due still, locked until the transaction ends."""
        ...


@dataclass(frozen=True)
class Rows(Generic[Row]):
    of: Callable[[datetime], QuerySet[Row]]

    def ids(self, at: datetime) -> list[UUID]:
        return list(self.of(at).values_list("pk", flat=True))

    def take(self, at: datetime, among: Sequence[UUID]) -> list[Row]:
        rows = self.of(at).filter(pk__in=among)
        return list(rows.select_for_update(skip_locked=True, of=("self",), no_key=True))


@dataclass(frozen=True)
class Statement(Generic[Found]):
    """
    Args:
        sql: `w` is the row that is found, its id the first column. It ends with `{among}`, which is where a condition
            goes, and an ORDER BY.
        values: what the statement asks with, beside `at`.
        make: from the columns to what is found.
    """

    sql: str
    values: Mapping[str, Any]
    make: Callable[..., Found]

    def ids(self, at: datetime) -> list[UUID]:
        return [row[0] for row in self._rows("", "", {"at": at})]

    def take(self, at: datetime, among: Sequence[UUID]) -> list[Found]:
        rows = self._rows(
            "AND w.id = ANY(%(among)s)",
            " FOR NO KEY UPDATE OF w SKIP LOCKED",
            {"at": at, "among": list(among)},
        )
        return [self.make(*row) for row in rows]

    def _rows(self, among: str, lock: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(self.sql.format(among=among) + lock, {**self.values, **values})
            return list(cursor.fetchall())


def same(pk: UUID) -> UUID:
    """For a statement that gives ids alone."""
    return pk
