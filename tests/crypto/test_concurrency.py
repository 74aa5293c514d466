"""Two requests seal the first value of one scope at once."""

from collections import Counter
from collections.abc import Callable
from queue import Queue
from threading import Barrier, Event, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from crypto import keyring, rotation
from crypto.errors import KeyDestroyed, KeyUnavailable
from crypto.models import DataKey
from crypto.providers import FileKeyProvider
from crypto.rotation import closed
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


def waits(pid: Queue[int], seen: Event) -> Callable[[], None]:
    """Tells when a backend waits for another one."""

    def watch() -> None:
        backend = pid.get(timeout=10)
        with connection.cursor() as cursor:
            for _try in range(400):
                cursor.execute("SELECT cardinality(pg_blocking_pids(%s))", [backend])
                if cursor.fetchone() != (0,):
                    break
                cursor.execute("SELECT pg_sleep(0.005)")
        seen.set()

    return watch


def test_an_erasure_takes_the_keys_along_that_a_rotation_was_just_making(provider: FileKeyProvider) -> None:
    case_id = uuid4()
    made, waiting = Event(), Event()
    pid: Queue[int] = Queue()
    with keyring.opened(provider):
        File.objects.create(case_id=case_id, alias="Awa")

    def rotation() -> None:
        with keyring.opened(provider) as ring, transaction.atomic():
            (key,) = DataKey.objects.select_for_update().filter(case_id=case_id)
            ring.renew(key.scope)
            made.set()
            waiting.wait(10)

    def erasure() -> None:
        made.wait(10)
        with keyring.opened(provider) as ring, transaction.atomic():
            pid.put(connection.connection.info.backend_pid)
            assert ring.destroy_case(case_id) == 2

    assert together(rotation, erasure, waits(pid, waiting)) == []
    assert not DataKey.objects.filter(case_id=case_id).exists()


def test_an_epoch_does_not_end_while_somebody_brings_a_key_under_it(provider: FileKeyProvider) -> None:
    case_id, former = uuid4(), provider.kek_id
    made, waiting = Event(), Event()
    pid: Queue[int] = Queue()
    left: list[int] = []

    def work() -> None:
        with keyring.opened(provider), transaction.atomic():
            File.objects.create(case_id=case_id, alias="Awa")
            provider.add_epoch()
            made.set()
            waiting.wait(10)

    def end() -> None:
        made.wait(10)
        with transaction.atomic():
            pid.put(connection.connection.info.backend_pid)
            with closed(former) as lies:
                left.append(lies)

    assert together(work, end, waits(pid, waiting)) == []
    assert left == [1]


@pytest.mark.parametrize("renewed", [False, True])
def test_a_key_wrapped_by_an_epoch_that_ends_before_it_is_stored_is_not_kept(
    provider: FileKeyProvider, renewed: bool
) -> None:
    scope = Scope(ScopeKind.CASE, uuid4())

    class Late:
        """Between the wrapping and the storing somebody rotates and shreds."""

        def __getattr__(self, name: str) -> Any:
            return getattr(provider, name)

        def wrap(self, key: bytes, context: bytes) -> tuple[str, bytes]:
            wrapped = provider.wrap(key, context)
            provider.add_epoch().drop_epoch(wrapped[0])
            return wrapped

    def make(ring: keyring.Keyring) -> None:
        with transaction.atomic():
            if renewed:
                ring.renew(scope)
            else:
                ring.sealing_key(scope)

    with keyring.opened(Late()) as ring, pytest.raises(KeyUnavailable):  # type: ignore[arg-type]
        make(ring)
    assert not DataKey.objects.exists()
    with keyring.opened(provider) as ring:
        make(ring)


def test_two_who_rotate_at_once_leave_every_key_under_one_epoch(
    provider: FileKeyProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 3)
    with keyring.opened(provider) as ring:
        for _case in range(20):
            ring.sealing_key(Scope(ScopeKind.CASE, uuid4()))
    both_made, results = Barrier(2), []

    def rotate() -> None:
        mine = FileKeyProvider(provider._path).add_epoch()
        both_made.wait()
        results.append(rotation.rewrap(mine))

    assert together(rotate, rotate) == []
    assert [unreadable for _moved, unreadable in results] == [0, 0]
    assert sum((moved for moved, _unreadable in results), Counter()).total() == 20, "each key is counted once"
    assert set(DataKey.objects.values_list("kek_id", flat=True)) == {provider.kek_id}


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
