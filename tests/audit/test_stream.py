import os
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from django.db import connections

from audit import services, sitting, stream
from audit.enums import Verb
from audit.errors import AuditUnavailable
from audit.models import Event
from audit.stream import PROCESS, Stream


def test_numbers_follow_each_other():
    one = Stream()
    with one.numbers(2) as (first, numbers):
        assert list(numbers) == [1, 2]
    with one.numbers(1) as (second, numbers):
        assert list(numbers) == [3]
    assert first == second


def test_a_failure_ends_the_stream_so_that_no_number_is_lost():
    one = Stream()
    with one.numbers(1) as (first, _):
        pass
    with pytest.raises(ZeroDivisionError), one.numbers(1):
        raise ZeroDivisionError
    with one.numbers(1) as (second, numbers):
        assert list(numbers) == [1]
    assert first != second


def test_nobody_waits_for_ever(monkeypatch):
    monkeypatch.setattr(stream, "PATIENCE", 0.01)
    one = Stream()
    with one.numbers(1), pytest.raises(AuditUnavailable), one.numbers(1):
        pass
    with one.numbers(1) as (_, numbers):
        assert list(numbers) == [2]


def test_a_forked_worker_has_a_stream_of_its_own():
    with PROCESS.numbers(0) as (parent, _):
        reader, writer = os.pipe()
        if (child := os.fork()) == 0:  # while the lock is held here
            with PROCESS.numbers(1) as (mine, numbers):
                os.write(writer, mine.bytes + bytes(numbers))
            os._exit(0)
    os.waitpid(child, 0)
    answer = os.read(reader, 100)
    os.close(reader)
    os.close(writer)
    assert UUID(bytes=answer[:16]) != parent
    assert answer[16:] == b"\1"


@pytest.mark.django_db(transaction=True, databases=["default", "audit"])
def test_eight_threads_leave_no_gap():
    def work(number: int) -> None:
        with sitting.opened(sitting.Who(uuid4())):
            for turn in range(12):
                if (number + turn) % 5 == 0:  # the database goes away now and then
                    connections["audit"].ensure_connection()
                    connections["audit"].connection.close()
                    with pytest.raises(AuditUnavailable):
                        services.deny(Verb.VIEW, "referral.case", uuid4(), reason_code="NO_GRANT")
                    connections["audit"].close()
                services.deny(Verb.VIEW, "referral.case", uuid4(), reason_code="NO_GRANT")
        connections.close_all()

    PROCESS.begin()  # the events of earlier tests are gone
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    streams: dict[UUID, list[int]] = {}
    for stream_id, stream_n in Event.objects.values_list("stream_id", "stream_n"):
        streams.setdefault(stream_id, []).append(stream_n)
    assert sum(map(len, streams.values())) == 8 * 12
    assert len(streams) > 1
    assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in streams.values())
