"""Statements of fixed text: the server keeps them prepared, and their values are never part of the text."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, DatabaseError, DataError, connection, connections, transaction

from partners.queries.fixed import fetch_all

pytestmark = pytest.mark.django_db

TEXT = "SELECT name FROM partners_organisation WHERE name = %(name)s OR 'fixed' = %(other)s"


def prepared() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement FROM pg_prepared_statements WHERE statement LIKE %s", ["%'fixed' = $%"]
        )
        return [statement for (statement,) in cursor.fetchall()]


def test_a_connection_prepares_it_once_whatever_is_asked() -> None:
    before = prepared()
    for name in ("one", "two", "three", "four", "five", "six", "' OR true --"):
        assert fetch_all(TEXT, {"name": name, "other": "no"}) == []
    assert len(prepared()) == len(before or [TEXT]) == 1


def test_what_the_database_refuses_is_an_error_as_of_every_other_statement() -> None:
    with pytest.raises(DataError), transaction.atomic():
        fetch_all("SELECT 1 / %(by)s::int", {"by": 0})


def test_no_thread_asks_over_the_connection_of_another() -> None:
    mine = connections[DEFAULT_DB_ALIAS]

    def ask() -> None:
        connections[DEFAULT_DB_ALIAS] = mine
        fetch_all(TEXT, {"name": "eight", "other": "no"})

    with ThreadPoolExecutor(1) as pool, pytest.raises(DatabaseError, match="thread"):
        pool.submit(ask).result()


def test_whoever_records_statements_reads_the_values(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1) as recorded:
        fetch_all(TEXT, {"name": "seven", "other": "no"})
    assert "'seven'" in recorded.captured_queries[0]["sql"]
