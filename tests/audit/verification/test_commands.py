"""`manage.py audit`: each act says what it found, ends with a code, and leaves an event."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit import sitting
from audit.models import Checkpoint, Event
from crypto import keyring

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


@pytest.fixture(autouse=True)
def configured(settings: Any, tmp_path: Path, signer: Any) -> None:
    settings.RELAIS_KEY_FILE = tmp_path / "kek.json"  # of the fixture `ring`
    settings.RELAIS_LOG_KEY = str(signer.verifier)
    settings.RELAIS_SIGNER_SOCKET = str(tmp_path / "nobody")


def run(*words: str) -> str:
    out = StringIO()
    call_command("audit", *words, stdout=out)
    return out.getvalue()


def result() -> tuple[str, str, str, Any]:
    event = Event.objects.filter(verb="audit.verify").order_by("seq").last()
    assert event is not None
    with keyring.opened():
        return event.scope, event.outcome, event.reason_code, event.detail


def test_verify_passes_and_is_an_event(grown):
    said = run("verify")
    assert "tree: nothing is wrong (40 events, 4 fingerprints)" in said
    assert "The signer does not answer" in said
    scope, outcome, reason, detail = result()
    assert (scope, outcome, reason) == ("tree", "ok", "")
    assert detail["by"] == "command"
    assert detail["checked"] == {"events": 40, "fingerprints": 4}


def test_verify_names_the_first_bad_index_and_fails(grown, tamper):
    tamper(
        "UPDATE audit_event SET verb = 'list' WHERE id = ANY(%(pks)s)", pks=[grown[i].pk for i in (30, 12)]
    )
    with pytest.raises(CommandError, match="tree: 2 faults"):
        run("verify")
    scope, outcome, reason, detail = result()
    assert (scope, outcome, reason) == ("tree", "failed", "EVENT_CHANGED")
    assert detail["first"].startswith("index 12: ")


def test_verify_compares_with_a_kept_fingerprint(grown, tamper, tmp_path):
    (tmp_path / "safe").write_text(Checkpoint.objects.get(size=40).note)
    tamper(
        "DELETE FROM audit_checkpoint WHERE size > 20",
        "DELETE FROM audit_leaf WHERE index >= 20",
        "DELETE FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)",
    )
    assert "nothing is wrong" in run("verify")
    with pytest.raises(CommandError, match="1 faults"):
        run("verify", "--known", str(tmp_path / "safe"))


def test_what_was_found_is_said_and_written_down_while_the_key_is_away(grown, tamper, settings, tmp_path):
    settings.RELAIS_KEY_FILE = tmp_path / "nowhere"
    assert "nothing is wrong" in run("verify")
    tamper("UPDATE audit_event SET verb = 'list' WHERE id = %(pk)s", pk=grown[12].pk)
    with pytest.raises(CommandError, match="does not hold: tree"):
        run("nightly")
    events = Event.objects.filter(verb="audit.verify").order_by("seq")
    assert list(events.values_list("scope", "outcome", "reason_code"))[:2] == [
        ("tree", "ok", ""),
        ("tree", "failed", "EVENT_CHANGED"),
    ]
    assert [event.scope for event in events] == ["tree", "tree", "rows", "streams", "unwraps"]


def test_verify_without_a_key_vouches_for_nothing(grown, settings):
    settings.RELAIS_LOG_KEY = ""
    with pytest.raises(CommandError, match="4 faults"):
        run("verify")


def test_rows_and_completeness_fail_with_their_names(grown, tamper):
    assert "rows: nothing is wrong" in run("verify-rows")
    assert "streams: nothing is wrong" in run("completeness")
    looks = [event for event in grown if event.verb == "view"]
    tamper("DELETE FROM audit_event WHERE id = %(pk)s", pk=looks[3].pk)
    tamper("UPDATE audit_testapp_note SET reference = 'XX99' WHERE id = %(pk)s", pk=grown[2].object_id)
    out = StringIO()
    with pytest.raises(CommandError, match=r"streams: 1 faults .* rows: 1 faults"):
        call_command("audit", "completeness", stdout=out)
    assert f"{looks[3].stream_id} number {looks[3].stream_n}" in out.getvalue()
    assert str(grown[2].object_id) in out.getvalue()
    assert result()[:3] == ("rows", "failed", "ROW_CHANGED")


def test_export_and_disclosure_are_events(grown, tmp_path):
    assert "40 events" in run("export-log", str(tmp_path / "log"))
    disclosed = json.loads(run("disclose", str(grown[5].pk)))
    assert disclosed["index"] == 5
    assert disclosed["event"]["verb"] == "create"
    assert disclosed["proof"].startswith("c2sp.org/tlog-proof@v1\nindex 5\n")
    written = Event.objects.order_by("seq").values_list("verb", "scope")
    assert ("export", "log") in written
    assert ("audit.read", "disclose") in written


def test_disclosure_says_why_it_cannot(grown):
    with pytest.raises(CommandError, match="no such event"):
        run("disclose", "00000000-0000-4000-8000-000000000000")
    run("verify")
    late = Event.objects.get(verb="audit.verify")
    with pytest.raises(CommandError, match="not in the tree yet"):
        run("disclose", str(late.pk))


def test_an_export_needs_a_signature(tamper, seated, tmp_path):
    with pytest.raises(CommandError, match="Nobody has signed"):
        run("export-log", str(tmp_path / "log"))


def test_reconciliation_says_what_it_cannot_compare(grown):
    said = run("reconcile")
    assert "no second machine counts" in said
    assert "unwraps: nothing is wrong" in said


def test_whoever_runs_it_is_the_system(grown):
    run("verify")
    assert Event.objects.get(verb="audit.verify").actor_id is None
    assert sitting.current().who.actor_id is not None
