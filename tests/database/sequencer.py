"""Who writes the tree in a test? In production a process with its own login; here its role, put on for a moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.pq import TransactionStatus

from config.connections import take_on


@contextmanager
def as_sequencer() -> Iterator[None]:
    """Beside Django, so that no test counts it; in a transaction that failed, its rollback takes the role off."""
    django = connections[DEFAULT_DB_ALIAS]
    django.ensure_connection()
    connection = django.connection
    connection.execute("SET ROLE relais_sequencer")
    try:
        yield
    finally:
        if not connection.closed and connection.info.transaction_status != TransactionStatus.INERROR:
            connection.execute("RESET ROLE")


def connect_as_sequencer() -> None:
    """This thread, from now on, however often it connects anew."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.close()
    mine = connection.settings_dict | {"OPTIONS": dict(connection.settings_dict["OPTIONS"])}
    take_on(mine, "sequencer", embedded=False)
    connection.settings_dict = mine
