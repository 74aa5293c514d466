"""Verification while people work: what they write meanwhile is no fault."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction

from audit import sitting
from audit.rows import write
from audit.verification.reading import one_moment, stream
from audit.verification.rows import verify_rows
from audit.verification.streams import verify_streams
from audit.verifying import verify_log
from crypto import keyring
from tests.audit.testapp.models import Note

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


def note(reference: str) -> None:
    try:
        with keyring.opened(), sitting.opened(sitting.SYSTEM), transaction.atomic():
            write(Note(reference=reference))
    finally:
        connections.close_all()


def test_a_time_that_python_cannot_hold_is_read_as_text() -> None:
    """Whoever may write a row could else keep every other one from being verified."""
    with one_moment():
        assert list(
            stream(
                "SELECT 'infinity'::timestamptz, '0044-03-15 BC'::date, '2026-11-30 10:00Z'::timestamptz, NULL::date"
            )
        ) == [("infinity", "0044-03-15 BC", datetime(2026, 11, 30, 10, tzinfo=UTC), None)]


def test_all_is_read_as_of_one_moment_and_nothing_can_be_written(
    signer: Any, settings: Any, tmp_path: Any
) -> None:
    settings.RELAIS_LOG_KEY, settings.RELAIS_SIGNER_SOCKET = str(signer.verifier), str(tmp_path / "nobody")
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(note, "AB12").result()
        with one_moment():
            assert Note.objects.count() == 1
            elsewhere.submit(note, "CD34").result()
            assert Note.objects.count() == 1
            report = verify_rows()
            assert (report.faults, report.checked["events"]) == ([], 1)
            with pytest.raises(DatabaseError, match="read-only"), transaction.atomic():
                Note.objects.update(reference="EF56")
    for ask in (verify_rows, verify_streams, verify_log):
        assert ask().faults == []  # each of its own moment
    assert Note.objects.count() == 2
