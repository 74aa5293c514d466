"""Events written by statement, and a tree that is waited for: other tests' transactions hold its sequencer back too."""

import time
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections

from audit.sequencing import Batch, Sequencer
from tests.database.pristine import owner_connection
from tests.database.sequencer import as_sequencer

WRITE = """
INSERT INTO audit_event (id, session_hash, ip_class, verb, object_type, fields, scope, outcome, reason_code,
                         kek_unwraps, salt{column})
SELECT gen_random_uuid(), '', '', %s, 'a.b', '{{}}', '', 'ok', '', 0, decode(md5(random()::text), 'hex'){value}
FROM generate_series(1, %s)
"""
COUNTS = "SELECT (SELECT count(*) FROM audit_event), (SELECT count(*) FROM audit_leaf)"
IN_ORDER = """
SELECT e.id FROM audit_event e ORDER BY e.xid, e.seq
"""
PLACED = "SELECT event_id FROM audit_leaf ORDER BY index"


def write(count: int = 1, *, verb: str = "view", xid: int | None = None, using: Any = None) -> None:
    """Args: xid: of another server's transaction; only who owns the table can say it."""
    if xid is not None:
        with owner_connection() as owner:
            owner.execute(WRITE.format(column=", xid", value=", %s::xid8"), [verb, str(xid), count])
        return
    statement = WRITE.format(column="", value="")
    if using is not None:
        using.execute(statement, [verb, count])
        return
    with connections["default"].cursor() as cursor:
        cursor.execute(statement, [verb, count])


def rows(sql: str) -> list[Any]:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def step(sequencer: Sequencer) -> Batch:
    with as_sequencer():
        return sequencer.step()


def drained(sequencer: Sequencer, patience: float = 60.0) -> int:
    """Steps until every committed event has its leaf; how many were placed."""
    placed, until = 0, time.monotonic() + patience
    while True:
        placed += step(sequencer).leaves
        ((events, leaves),) = rows(COUNTS)
        if events == leaves:
            return placed
        assert time.monotonic() < until, f"{events} events, {leaves} leaves"
        time.sleep(0.01)


@contextmanager
def apart() -> Any:
    """A connection beside Django's, whose transaction the test ends itself."""
    settings = connections["default"].get_connection_params()
    settings.pop("cursor_factory", None), settings.pop("context", None)
    with psycopg.connect(**settings) as connection:
        yield connection
        connection.rollback()
