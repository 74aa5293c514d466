"""Two requests seal the first value of one scope at once."""

from collections.abc import Callable
from queue import Queue
from threading import Barrier, Event, Thread
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from crypto import keyring
from crypto.errors import KeyDestroyed
from crypto.models import DataKey
from crypto.providers import FileKeyProvider
from crypto.scopes import Scope, ScopeKind
from tests.crypto.testapp.models import File

pytestmark = pytest.mark.django_db(transaction=True)


def together(*works: Callable[[], None]) -> list[BaseException]:
    """Runs each in a thread of its own, with its own connection; gives what went wrong."""
    errors: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    return errors


@pytest.mark.parametrize("in_transaction", [True, False])
def test_many_first_values_end_with_one_key(provider: FileKeyProvider, in_transaction: bool) -> None:
    case_id = uuid4()
    start = Barrier(6)

    def request(number: int) -> None:
        with keyring.opened(provider):
            start.wait()
            file = File(case_id=case_id, alias=f"Awa {number}")
            if in_transaction:
                with transaction.atomic():
                    file.save()
            else:
                file.save()

    assert together(*(lambda n=n: request(n) for n in range(6))) == []
    assert DataKey.objects.count() == 1
    with keyring.opened(provider):
        assert {file.alias for file in File.objects.all()} == {f"Awa {n}" for n in range(6)}


@pytest.mark.parametrize("first_commits", [True, False])
def test_the_second_waits_for_the_first(provider: FileKeyProvider, first_commits: bool) -> None:
    case_id = uuid4()
    made, second_is_waiting = Event(), Event()
    second_backend: Queue[int] = Queue()

    class Abandoned(Exception):
        pass

    def first() -> None:
        try:
            with keyring.opened(provider), transaction.atomic():
                File.objects.create(case_id=case_id, alias="first")
                made.set()
                second_is_waiting.wait(10)
                if not first_commits:
                    raise Abandoned
        except Abandoned:
            pass

    def second() -> None:
        made.wait(10)
        with keyring.opened(provider), transaction.atomic():
            second_backend.put(connection.connection.info.backend_pid)
            File.objects.create(case_id=case_id, alias="second")

    def watch() -> None:
        """Lets the first go on once the second is seen to wait in the database."""
        backend = second_backend.get(timeout=10)
        with connection.cursor() as cursor:
            for _ in range(200):
                cursor.execute("SELECT cardinality(pg_blocking_pids(%s))", [backend])
                if cursor.fetchone() != (0,):
                    break
                cursor.execute("SELECT pg_sleep(0.005)")
            else:
                pytest.fail("the second request never waited")
        second_is_waiting.set()

    assert together(first, second, watch) == []
    assert DataKey.objects.count() == 1
    with keyring.opened(provider):
        expected = {"first", "second"} if first_commits else {"second"}
        assert {file.alias for file in File.objects.all()} == expected


def test_a_destroyed_key_is_gone_for_the_next_request_elsewhere(provider: FileKeyProvider) -> None:
    scope = Scope(ScopeKind.CASE, uuid4())
    known: list[UUID] = []
    opened_before, destroyed = Event(), Event()

    def earlier_request() -> None:
        """It had the key already, and may finish; the request after it may not begin."""
        with keyring.opened(provider) as ring:
            known.append(ring.sealing_key(scope)[0])
            opened_before.set()
            destroyed.wait(10)
            ring.opening_key(known[0], scope)
        with keyring.opened(provider) as ring, pytest.raises(KeyDestroyed):
            ring.opening_key(known[0], scope)

    def destruction() -> None:
        opened_before.wait(10)
        with keyring.opened(provider) as ring, transaction.atomic():
            assert ring.destroy_scope(scope) == 1
        destroyed.set()

    assert together(earlier_request, destruction) == []
