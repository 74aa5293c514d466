from uuid import uuid4

import pytest
from django.db import connection, transaction

from audit import queries, services
from audit.enums import Verb

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


@pytest.fixture
def _one_connection(monkeypatch):
    """So that the reader sees what the test's own transaction wrote on `audit`."""
    from django.db import connections

    before = connections["audit"]
    connections["audit"] = connections["default"]
    yield
    connections["audit"] = before


@pytest.mark.usefixtures("_one_connection")
def test_who_looked_counts_views_and_reveals_only(note):
    case = uuid4()
    with transaction.atomic():
        services.record(Verb.CHANGE, note, case_id=case)
    services.look(Verb.LIST, type(note), case_id=case, detail={"ids": [str(note.pk)]})
    services.look(Verb.PREVIEW, note, case_id=case)
    services.look(Verb.VIEW, note, case_id=case)
    services.look(Verb.REVEAL, note, case_id=case, fields=["story"])
    services.look(Verb.VIEW, note, case_id=uuid4())
    services.flush()
    services.deny(Verb.VIEW, "audit_testapp.note", note.pk, case_id=case, reason_code="NO_GRANT")

    assert [event.verb for event in queries.events_of_case(case)] == [
        "change",
        "list",
        "preview",
        "view",
        "reveal",
        "view",
    ]
    assert [(event.verb, event.fields) for event in queries.looks_at_case(case)] == [
        ("view", []),
        ("reveal", ["story"]),
    ]


@pytest.mark.usefixtures("_one_connection")
def test_the_events_of_a_case_have_an_index(note):
    """On a table of a few rows the planner is free to read it whole, or in its order: both are taken away."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = queries.looks_at_case(uuid4()).order_by().explain()
    assert "event_of_case" in plan
