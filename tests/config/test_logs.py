import json
import logging
import sys
from types import SimpleNamespace
from uuid import UUID

import pytest

from config.logs import JsonFormatter

NAME = "Awa Ndiaye"


def line(name="referral", message="said", args=(), exc_info=None, **extra):
    record = logging.LogRecord(name, logging.WARNING, "/file.py", 1, message, args, exc_info)
    record.__dict__.update(extra)
    written = JsonFormatter().format(record)
    assert "\n" not in written
    return json.loads(written)


def test_a_text_in_a_message_is_masked_and_an_id_is_not():
    known = UUID(int=1)
    assert line(message="%s of %s: %d", args=(NAME, known, 3))["message"] == f"… of {known}: 3"
    assert line(message="%(name)s", args=({"name": NAME},))["message"] == "…"
    assert line(message="%d years", args=(NAME,))["message"] == "%d years"


def test_infrastructure_speaks_in_clear():
    assert (
        line(name="psycopg.pool", message="no answer from %s", args=("db1",))["message"]
        == "no answer from db1"
    )


def test_only_allowed_keys_are_written():
    written = line(reason="OTHER", status_code=403, narrative=NAME, case_id=UUID(int=2))
    assert written["reason"] == "OTHER"
    assert written["status_code"] == 403
    assert written["case_id"] == str(UUID(int=2))
    assert NAME not in json.dumps(written)
    assert set(written) == {"time", "level", "logger", "message", "reason", "status_code", "case_id"}


def test_an_exception_leaves_its_places_and_none_of_its_values():
    secret = NAME
    try:
        raise ValueError(f"cannot read {secret}")
    except ValueError:
        written = line(exc_info=sys.exc_info())
    assert written["exception"] == "ValueError"
    assert written["stack"][0].endswith("test_an_exception_leaves_its_places_and_none_of_its_values")
    assert NAME not in json.dumps(written)


def test_a_request_leaves_its_route_and_no_query():
    request = SimpleNamespace(resolver_match=SimpleNamespace(route="cases/<uuid:pk>/"))
    written = line(
        name="django.request", message="%s: %s", args=("Not Found", f"/cases/?q={NAME}"), request=request
    )
    assert written["route"] == "cases/<uuid:pk>/"
    assert written["message"] == "…: …"


@pytest.mark.parametrize("url", ["/nowhere/?name=Awa%20Ndiaye"])
def test_django_logs_through_it(client, url, caplog, db):
    """Django's own handlers, which mail or print a request, are off."""
    client.get(url)
    assert logging.getLogger("django").handlers == []
    assert all(NAME not in JsonFormatter().format(record) for record in caplog.records)
    assert all("Awa" not in JsonFormatter().format(record) for record in caplog.records)
