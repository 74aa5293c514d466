"""An act is written with its change, before its page, or at once."""

import json
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from audit import services, sitting
from audit.digest import row_digest
from audit.enums import Outcome, Verb
from audit.errors import AuditUnavailable, FactRefused, NoSitting, NotInTransaction, RowNotStored
from audit.models import Event
from crypto import keyring
from tests.audit.conftest import columns
from tests.audit.testapp.models import Note

db = pytest.mark.django_db(databases=["default", "audit"])
commits = pytest.mark.django_db(transaction=True, databases=["default", "audit"])

NARRATIVE = "elle a fui vers Kaolack"


@contextmanager
def rolled_back():
    """A business transaction that comes to nothing."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@db
def test_a_change_is_written_whole(note, who):
    case, referral = uuid4(), uuid4()
    note.save()
    event = services.record(
        Verb.CHANGE,
        note,
        case_id=case,
        referral_id=referral,
        fields=["reference", "story"],
        scope="CASE",
        reason_code="ERROR",
        detail={"why": NARRATIVE},
    )
    event.refresh_from_db()
    assert (event.actor_id, event.organisation_id) == (who.actor_id, who.organisation_id)
    assert (event.session_hash, event.ip_class) == (who.session_hash, who.ip_class)
    assert (event.verb, event.outcome, event.reason_code, event.scope) == ("change", "ok", "ERROR", "CASE")
    assert (event.object_type, event.object_id, event.version) == ("audit_testapp.note", note.pk, 2)
    assert (event.case_id, event.referral_id, event.fields) == (case, referral, ["reference", "story"])
    assert bytes(event.row_digest) == row_digest(note)
    assert (event.stream_id, event.stream_n, event.kek_unwraps) == (None, None, 0)
    assert event.detail == {"why": NARRATIVE}
    assert str(event) == f"change audit_testapp.note {note.pk}"


@commits
def test_a_change_is_not_written_apart_from_its_transaction(note):
    with pytest.raises(NotInTransaction):
        services.record(Verb.CHANGE, note)
    assert not Event.objects.exists()


@commits
def test_a_change_event_dies_with_its_transaction(note):
    with rolled_back():
        note.save()
        services.record(Verb.CHANGE, note)
    assert (Note.objects.get().version, Event.objects.count()) == (1, 0)


@commits
def test_a_denial_survives_the_rollback(note, who):
    with rolled_back():
        note.save()
        services.deny("transition.close", "audit_testapp.note", note.pk, reason_code="WRONG_SIDE")
    assert Note.objects.get().version == 1
    event = Event.objects.get()
    assert (event.verb, event.outcome, event.reason_code) == (
        "transition.close",
        Outcome.DENIED,
        "WRONG_SIDE",
    )
    assert (event.object_id, event.actor_id, event.stream_id is None) == (note.pk, who.actor_id, False)


@commits
def test_looks_survive_the_rollback_and_are_one_statement(note, django_assert_num_queries):
    case = uuid4()
    services.look(Verb.VIEW, note, case_id=case, fields=["reference"])
    services.look(Verb.VIEW, note, case_id=case, fields=["story"])
    services.look(Verb.REVEAL, note.history.get(), case_id=case, fields=["story"])
    assert not Event.objects.exists()
    with rolled_back(), django_assert_num_queries(1, connection=connections["audit"]):
        services.flush()
    view, reveal = Event.objects.all()
    assert (view.verb, view.fields, view.version) == ("view", ["reference", "story"], 1)
    assert (reveal.verb, reveal.object_type, reveal.object_id) == ("reveal", "audit_testapp.note", note.pk)
    assert (view.stream_id, view.stream_n + 1) == (reveal.stream_id, reveal.stream_n)
    assert view.row_digest is None


@commits
def test_the_one_look_of_a_usual_page_is_a_single_statement(note, django_assert_num_queries):
    services.look(Verb.VIEW, note)
    with django_assert_num_queries(1, connection=connections["audit"]):
        services.flush()
    assert Event.objects.get().stream_id is not None


@db
def test_a_list_is_one_event_with_its_ids_sealed(note):
    ids = [str(note.pk)]
    services.look(Verb.LIST, Note, detail={"ids": ids})
    services.flush()
    event = Event.objects.using("audit").get()
    assert (event.object_type, event.object_id) == ("audit_testapp.note", None)
    assert event.detail == {"ids": ids}


@db
def test_looks_are_written_once(seated, note):
    services.look(Verb.VIEW, note)
    services.flush()
    services.flush()
    assert Event.objects.using("audit").count() == 1
    assert seated.looks == []


@db
def test_no_look_is_no_statement(who, django_assert_num_queries):
    with sitting.opened(who), django_assert_num_queries(0, connection=connections["audit"]):
        services.flush()


@db
def test_unwrapped_keys_are_counted_once(note, seated, ring):
    ring.unwraps = 3
    services.look(Verb.VIEW, note)
    services.look(Verb.REVEAL, note)
    services.flush()
    ring.unwraps = 5
    services.flush()
    assert list(Event.objects.using("audit").values_list("verb", "kek_unwraps")) == [
        ("view", 3),
        ("reveal", 0),
        ("key.unwrap_batch", 2),
    ]


@db
def test_the_key_that_seals_the_detail_is_counted_too(note, who, ring):
    with keyring.opened(ring.provider) as fresh, sitting.opened(who):
        services.look(Verb.LIST, Note, detail={"ids": [str(note.pk)]})
        services.flush()
        services.flush()
        assert fresh.unwraps == 1
    assert list(Event.objects.using("audit").values_list("verb", "kek_unwraps")) == [("list", 1)]


@commits
@pytest.mark.usefixtures("audit_is_away")
def test_without_the_audit_nothing_may_be_shown(seated, note):
    services.look(Verb.VIEW, note)
    with pytest.raises(AuditUnavailable):
        services.flush()
    assert len(seated.looks) == 1
    with pytest.raises(AuditUnavailable):
        services.deny(Verb.VIEW, "audit_testapp.note", note.pk, reason_code="NO_GRANT")


@db
def test_nobody_can_do_nothing():
    with pytest.raises(NoSitting):
        services.deny(Verb.VIEW, "referral.case", None, reason_code="NO_GRANT")
    with pytest.raises(NoSitting):
        services.flush()


@db
@pytest.mark.parametrize(
    "facts",
    [
        {"verb": "Fatou"},
        {"fields": ["Fatou Diop"]},
        {"scope": NARRATIVE},
    ],
)
def test_free_text_is_refused_before_anything_is_written(note, seated, facts):
    verb = facts.pop("verb", Verb.VIEW)
    with pytest.raises(FactRefused):
        services.look(verb, note, **facts)
    with pytest.raises(FactRefused):
        services.record(verb, note, **facts)
    assert seated.looks == []
    assert not Event.objects.exists()


@db
def test_free_text_is_refused_as_a_reason_and_as_a_detail(note):
    with pytest.raises(FactRefused):
        services.record(Verb.CHANGE, note, reason_code=NARRATIVE)
    with pytest.raises(FactRefused):
        services.record(Verb.CHANGE, note, detail=NARRATIVE)
    with pytest.raises(FactRefused):
        services.deny(Verb.VIEW, "audit_testapp.note", note.pk, reason_code=NARRATIVE)
    assert not Event.objects.exists()
    assert not Event.objects.using("audit").exists()


@db
def test_the_subject_must_be_stored_as_it_is(note):
    stale = Note.objects.get()
    note.save()
    with pytest.raises(RowNotStored):
        services.record(Verb.CHANGE, stale)


@commits
def test_detail_is_not_in_clear_in_the_table(note):
    detail = {"q": NARRATIVE}
    with transaction.atomic():
        services.record(Verb.CHANGE, note, detail=detail)
    services.look(Verb.SEARCH, Note, detail=detail)
    services.flush()
    dump = ""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            (rows,) = columns(
                f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {connection.ops.quote_name(table)} t"
            )
            dump += rows
    for spelling in (
        NARRATIVE,
        NARRATIVE.encode().hex(),
        json.dumps(detail).encode().hex(),
        NARRATIVE.encode("utf-16-le").hex(),
    ):
        assert spelling.lower() not in dump.lower()
    assert [event.detail for event in Event.objects.all()] == [detail, detail]


@db
@pytest.mark.parametrize(
    ("verb", "label"), [(Verb.BREAKGLASS_OPEN, "broke the glass"), ("admin.invite", "invite")]
)
def test_a_verb_has_words(verb, label, settings):
    settings.LANGUAGE_CODE = "en"
    assert Event(verb=verb).label == label
