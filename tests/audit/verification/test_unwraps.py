"""Keys opened on the key server are compared with the looks, by case and day."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from audit import clock, services
from audit.enums import Verb
from audit.models import Event
from audit.verification.report import Kind
from audit.verification.unwraps import opened_in, reconcile
from crypto.bound import bound_by
from crypto.keyring import wrapping_context
from crypto.scopes import SYSTEM, Scope, ScopeKind
from tests.audit.testapp.models import Note

pytestmark = pytest.mark.django_db(databases=["default", "audit"])
CASE, OTHER = uuid4(), uuid4()
OF_CASE = Scope(ScopeKind.CASE, CASE)
EXCHANGE = Scope(ScopeKind.EXCHANGE, uuid4(), CASE)


def line(at: datetime, *scopes: Scope, hidden: bool = False, **more: Any) -> str:
    """As OpenBao 2.7 writes it, without what nobody reads here; `hidden` where the mount does not show contexts."""
    contexts = [base64.b64encode(wrapping_context(scope, uuid4())).decode() for scope in scopes]
    items = [
        {"ciphertext": "hmac-sha256:8f83", "context": "hmac-sha256:140e" if hidden else each}
        for each in contexts
    ]
    return json.dumps(
        {
            "time": f"{at:%Y-%m-%dT%H:%M:%S.%f}123Z",
            "type": "response",
            "request": {
                "operation": "update",
                "mount_point": "transit/",
                "path": "transit/decrypt/relais-kek",
                "data": {"batch_input": items, "partial_failure_response_code": 200},
            },
            "response": {"data": {"batch_results": [{"plaintext": "hmac-sha256:93ea"}] * len(items)}},
        }
        | more
    )


@pytest.fixture
def noon(seated) -> datetime:
    """Today at noon: an hour near midnight counts for both days."""
    return clock.now().replace(hour=12, minute=0, second=0, microsecond=0)


def look(
    tamper: Any, at: datetime, case_id: UUID | None = CASE, *, unwraps: int = 1, detail: Any = None
) -> None:
    services.look(Verb.VIEW, Note, case_id=case_id, detail=detail)
    services.flush()
    tamper(
        "UPDATE audit_event SET at = %(at)s, kek_unwraps = %(unwraps)s"
        " WHERE seq = (SELECT max(seq) FROM audit_event)",
        at=at,
        unwraps=unwraps,
    )


def found(*lines: str) -> list[tuple[Kind, str]]:
    return [(fault.kind, fault.where) for fault in reconcile(lines).faults]


def test_what_was_looked_at_passes(noon, tamper):
    look(tamper, noon, unwraps=3)
    later = noon + timedelta(seconds=2)
    assert found(line(later, OF_CASE, EXCHANGE), line(later, SYSTEM)) == []


def test_a_case_opened_without_a_look_is_named(noon, tamper):
    """Somebody who replaced the code, or asks the key server by hand."""
    look(tamper, noon, unwraps=9)
    other = Scope(ScopeKind.CASE, OTHER)
    kinds = dict(found(line(noon, OF_CASE), line(noon, other), line(noon, other)))
    assert kinds[Kind.UNWRAP_UNLOOKED] == f"{noon:%Y-%m-%d}: case {OTHER}, 2 keys (case {OTHER})"


def test_a_look_of_another_day_does_not_count(noon, tamper):
    look(tamper, noon - timedelta(days=1), unwraps=1)
    look(tamper, noon, None, unwraps=1)
    where = dict(found(line(noon, OF_CASE)))[Kind.UNWRAP_UNLOOKED]
    assert str(CASE) in where


def test_a_list_names_its_cases_in_its_sealed_detail(noon, tamper):
    look(tamper, noon, None, detail={"cases": [str(CASE)]})
    assert found(line(noon, OF_CASE)) == []


def test_more_keys_than_the_events_say(noon, tamper):
    look(tamper, noon, unwraps=1)
    assert found(line(noon, OF_CASE), line(noon, OF_CASE)) == [
        (Kind.UNWRAP_UNLOOKED, f"{noon:%Y-%m-%d}: 2 keys on the key server, 1 in the events")
    ]


def test_fewer_keys_than_the_events_say(noon, tamper):
    look(tamper, noon, unwraps=5)
    assert dict(found(line(noon, OF_CASE))) == {
        Kind.LOOK_UNUSED: f"{noon:%Y-%m-%d}: 1 keys on the key server, 5 in the events"
    }


def test_a_log_that_hides_the_cases_compares_numbers_and_says_so(noon, tamper):
    look(tamper, noon, unwraps=2)
    report = reconcile([line(noon, OF_CASE, OF_CASE, hidden=True)])
    assert report.faults == []
    assert "only numbers" in report.remarks[0]


def test_what_is_no_opening_is_left_out(noon):
    wrapping = json.loads(line(noon, OF_CASE))
    wrapping["request"]["path"] = "transit/encrypt/relais"
    lines = [
        json.dumps(wrapping),
        line(noon, OF_CASE, type="request"),
        line(noon, OF_CASE, error="refused"),
        "",
    ]
    assert list(opened_in(lines)) == []


def test_what_did_not_open_is_left_out(noon):
    refused = {"data": {"batch_results": [{"error": "hmac-sha256:00"}, {"plaintext": "hmac-sha256:93ea"}]}}
    (opened,) = opened_in([line(noon, SYSTEM, OF_CASE, response=refused)])
    assert opened.bound.scope == OF_CASE


@pytest.mark.parametrize("fraction", ["", ".5", ".598226982", ".123456"])
def test_the_time_has_as_many_digits_as_it_needs(noon, fraction):
    (opened,) = opened_in([line(noon, OF_CASE, time=f"2026-11-30T09:53:55{fraction}Z")])
    assert f"{opened.at:%Y-%m-%dT%H:%M:%S}" == "2026-11-30T09:53:55"


def test_one_key_alone_is_read_too(noon):
    asked = json.loads(line(noon, OF_CASE))
    asked["request"]["data"] = asked["request"]["data"]["batch_input"][0]
    asked["response"]["data"] = {"plaintext": "hmac-sha256:93ea"}
    (opened,) = opened_in([json.dumps(asked)])
    assert opened.bound.scope == OF_CASE


@pytest.mark.parametrize("broken", ["no JSON", "{}", '{"type": "response", "request": 7}'])
def test_a_line_that_is_none_is_refused_by_its_number(broken):
    with pytest.raises(ValueError, match="Line 1"):
        list(opened_in([broken]))


def test_without_a_key_server_it_adds_up_what_relais_counted(noon, tamper):
    look(tamper, noon, unwraps=4)
    services._append([services._event(verb=Verb.KEY_UNWRAP_BATCH, object_type="crypto.datakey")])
    tamper(
        "UPDATE audit_event SET at = %(at)s, kek_unwraps = 3, session_hash = repeat('cd', 32)"
        " WHERE verb = 'key.unwrap_batch'",
        at=noon,
    )
    report = reconcile()
    assert report.checked == {"keys": 7, "alone": 1}
    assert report.faults == []
    assert any(str(Event.objects.get(verb="key.unwrap_batch").pk) in remark for remark in report.remarks)


def test_a_context_is_read_as_it_was_written():
    for scope in (OF_CASE, EXCHANGE, SYSTEM):
        bound = bound_by(wrapping_context(scope, CASE))
        assert (bound.scope, bound.scope.case_id, bound.dek_id) == (scope, scope.case_id, CASE)
    for wrong in (
        b"",
        b"\0\0\0\7abc",
        wrapping_context(SYSTEM, CASE)[:-1],
        wrapping_context(SYSTEM, CASE) + b"\0",
    ):
        with pytest.raises(ValueError, match="context"):
            bound_by(wrong)
