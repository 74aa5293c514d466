import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, connections
from django.urls import reverse

from audit import clock
from audit.models import Checkpoint, Leaf
from referral.models import ClockRound
from tests.audit.tree import write
from tests.database.sequencer import as_sequencer


@pytest.mark.django_db(databases=["default", "audit"])
def test_ready_when_database_migrations_and_key_are_there(client):
    answer = client.get(reverse("health-ready"))
    tree = {"sequencer": True, "sequencer_lag": 0.0, "signer": True, "checkpoint_age": None}
    assert (answer.status_code, answer.json()) == (
        200,
        {"database": True, "key": True, "worker": False} | tree,
    )
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db(databases=["default", "audit"])
def test_a_worker_that_went_round_lately_is_said_to_be_there(client):
    ClockRound.objects.create(rule="referrals", at=clock.now(), acted=0, milliseconds=1)
    assert client.get(reverse("health-ready")).json()["worker"] is True
    ClockRound.objects.update(at=clock.now() - timedelta(minutes=3))
    assert client.get(reverse("health-ready")).json()["worker"] is False


@pytest.mark.django_db
def test_a_sequencer_or_signer_that_is_silent_is_said(client, one_connection):
    write(2)
    with connections["default"].cursor() as cursor:
        cursor.execute("SET LOCAL relais.clock_offset = '2 minutes'")
    answer = client.get(reverse("health-ready"))
    assert answer.status_code == 200
    said = answer.json()
    assert (said["sequencer"], said["signer"]) == (False, True)
    assert 110 < said["sequencer_lag"] < 130
    with as_sequencer():
        Leaf.objects.create(index=0, event_id=uuid4(), commitment=bytes(32), hash=bytes(32))
    assert client.get(reverse("health-ready")).json()["signer"] is False
    with as_sequencer():
        Checkpoint.objects.create(size=1, root=bytes(32), note="")
    assert client.get(reverse("health-ready")).json()["signer"] is True


@pytest.mark.django_db(databases=["default", "audit"])
def test_not_ready_without_the_key(client, settings, tmp_path):
    settings.RELAIS_KEY_FILE = tmp_path / "missing.json"
    answer = client.get(reverse("health-ready"))
    assert (answer.status_code, answer.json()) == (503, {"database": True, "key": False, "worker": False})


@pytest.mark.django_db(databases=["default", "audit"])
def test_not_ready_without_the_database(client):
    def gone() -> None:
        raise OperationalError("gone")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections["audit"], "ensure_connection", gone)
        answer = client.get(reverse("health-ready"))
    assert (answer.status_code, answer.json()) == (503, {"database": False, "key": True, "worker": False})


@pytest.mark.django_db(databases=["default", "audit"])
def test_not_ready_before_the_migrations(client, monkeypatch):
    from django.db.migrations.executor import MigrationExecutor

    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: [("one", False)])
    assert client.get(reverse("health-ready")).status_code == 503


@pytest.mark.django_db(databases=["default", "audit"])
def test_live_asks_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(reverse("health-live")).json() == {"live": True}
    assert client.post(reverse("health-live")).status_code == 405


def report(client, **fields):
    return client.post(reverse("csp-report"), json.dumps({"csp-report": fields}), "application/csp-report")


@pytest.mark.django_db(databases=["default", "audit"])
def test_a_content_policy_report_is_logged_without_addresses(client, caplog):
    answer = report(
        client,
        **{
            "effective-directive": "script-src",
            "blocked-uri": "https://evil.example/x.js?name=Awa",
            "document-uri": "https://relais.example/cases/7/",
        },
    )
    assert answer.status_code == 204
    assert caplog.messages == ["Content policy: script-src blocked from evil.example"]


@pytest.mark.django_db(databases=["default", "audit"])
@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[]", b'{"csp-report": 1}', b'{"csp-report": {}}', b"[" * 100_000]
)
def test_anything_else_is_refused(client, body):
    assert client.post(reverse("csp-report"), body, "application/csp-report").status_code == 400
