"""A look that is removed leaves a number that is missing."""

import pytest

from audit import services
from audit.enums import Verb
from audit.models import Event
from audit.stream import PROCESS
from audit.verification.report import Kind
from audit.verification.streams import verify_streams

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


@pytest.fixture
def looked(note) -> list[Event]:
    PROCESS.begin()
    for turn in range(6):
        if turn == 4:
            PROCESS.begin()  # nobody knew whether the one before was stored
        services.look(Verb.VIEW, note, fields=["story"])
        services.flush()
    services.deny(Verb.VIEW, "referral.case", None, reason_code="NO_GRANT")
    return list(Event.objects.filter(stream_id__isnull=False).order_by("seq"))


def found() -> list[tuple[Kind, str]]:
    return [(fault.kind, fault.where) for fault in verify_streams().faults]


def test_what_nobody_touched_passes(one_connection, looked):
    report = verify_streams()
    assert (report.faults, dict(report.checked)) == ([], {"events": 7, "streams": 2})


@pytest.mark.parametrize(
    ("removed", "words"),
    [([0], "number 1"), ([1], "number 2"), ([1, 2], "numbers 2 to 3"), ([4], "number 1")],
)
def test_a_deleted_look_is_named_by_its_number(looked, tamper, removed, words):
    gone = [looked[index] for index in removed]
    tamper("DELETE FROM audit_event WHERE id = ANY(%(gone)s)", gone=[event.pk for event in gone])
    assert found() == [(Kind.STREAM_GAP, f"{gone[0].stream_id} {words}")]


def test_numbers_given_anew_do_not_hide_the_order(looked, tamper):
    tamper("UPDATE audit_event SET stream_n = 1000 WHERE id = %(pk)s", pk=looked[1].pk)
    tamper("UPDATE audit_event SET stream_n = 2 WHERE id = %(pk)s", pk=looked[3].pk)
    assert Kind.STREAM_DISORDER in dict(found())


def test_the_end_of_a_stream_is_what_the_tree_is_for(looked, tamper):
    tamper("DELETE FROM audit_event WHERE id = %(pk)s", pk=looked[3].pk)
    assert found() == []
