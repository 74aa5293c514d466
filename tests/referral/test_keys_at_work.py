"""New key-encryption keys, new keys for cases, and the end of others, while eight people go on writing."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from audit import clock
from audit.digest import row_digest
from audit.models import Event
from audit.recovery import open_case
from audit.resealing import LONGEST_WORK, reseal_case
from crypto import keyring
from crypto.errors import KeyDestroyed, KeyUnavailable
from crypto.files import FileKey
from crypto.models import DataKey
from crypto.providers import SealedKeyProvider, VaultKeyProvider, disk, get_provider
from referral.models import Attachment, Case, Erasure, Message, Person, Referral, Snapshot
from referral.services import attachments, cases, erasing, messages
from referral.services.steps import StaleForm
from tests import cast as c
from tests.crypto.conftest import sealed_in, serving
from tests.referral.attaching import PDF, attached
from tests.referral.test_erasure import closed

FULL = os.environ.get("FULL") == "1"
WRITERS, ROUNDS, PHASES = 8, (8 if FULL else 1), (2 if FULL else 1)
CASES, DOOMED = (4, 4) if FULL else (2, 1)
COLUMNS = ("id", "scope_kind", "scope_id", "case_id", "version", "kek_id", "wrapped")

#: The keys that the values lay under when they were erased are not in the dump, or lie in it under an epoch that ended.
NEVER = (KeyDestroyed, KeyUnavailable)

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "audit"]),
    pytest.mark.no_cover,  # threads; each act is measured where it is tested
]


@pytest.fixture(params=["file", *(["sealed", "vault"] if FULL else [])])
def kept_by(
    request: pytest.FixtureRequest, own_key_file: Path, tmp_path: Path, settings: Any
) -> Iterator[str]:
    """Whoever keeps the keys, before anybody seals anything."""
    if request.param == "vault":
        settings.RELAIS_VAULT = vars(request.getfixturevalue("key_server").site())
        settings.RELAIS_KEY_PROVIDER = "vault"
        provider = get_provider()
        assert isinstance(provider, VaultKeyProvider)
        provider.create_keys()
        yield "vault"
    elif request.param == "sealed":
        shares = sealed_in(tmp_path, disk.read(own_key_file))
        settings.RELAIS_KEY_PROVIDER, settings.RELAIS_KEY_AGENT = "sealed", tmp_path / "agent.sock"
        with serving(tmp_path, quota=1_000_000):
            SealedKeyProvider(tmp_path / "agent.sock").open(shares=shares[:3])
            yield "sealed"
    else:
        yield "file"


@contextmanager
def at_once(*works: Callable[[], None]) -> Iterator[None]:
    """Each in a thread with connections of its own, while the body runs; what went wrong is raised at the end."""
    errors: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            for alias in ("default", "audit"):
                connections[alias].close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join()
    assert errors == []


def keys(*arguments: str, **options: Any) -> None:
    call_command("keys", *arguments, stdout=StringIO(), **options)


def counted(case: Case) -> int:
    """Read by whoever adds to it: what the person needs holds a number here."""
    person = Person.objects.get(case=case)
    with keyring.revealing(person):
        return int(person.needs or "")


def add_one(cast: c.Cast, case: Case) -> None:
    """Reads, adds and writes; whoever came too late looks again, as the page asks."""
    while True:
        with c.acting(cast.aissatou) as actor:
            assert actor is not None
            person = Person.objects.get(case=case)
            with keyring.revealing(person):
                values = {"needs": str(int(person.needs or "") + 1)}
            try:
                cases.correct_person(case.pk, by=actor, at=clock.now(), version=person.version, values=values)
            except StaleForm:
                continue
            return


def work_on(cast: c.Cast, case: Case, referral: Referral) -> None:
    for number in range(ROUNDS):
        add_one(cast, case)
        with c.acting(cast.aissatou) as actor:
            messages.write_message(referral.pk, by=actor, at=clock.now(), kind="text", body="un mot canari")
        if number < (2 if FULL else 1):
            attached(cast, case)
            with c.acting(cast.aissatou) as actor:
                paper = Attachment.objects.filter(case=case).first()
                assert actor is not None
                assert paper is not None
                if not FULL:  # sixty an hour is what one person may open
                    assert attachments.read_attachment(actor, paper, at=clock.now(), reason="care") == PDF


def erase(cast: c.Cast, case: Case) -> None:
    """By three people; whoever came too late looks again, because the keys of the case are rotated meanwhile."""

    def ask() -> None:
        with c.acting(cast.aissatou) as actor:
            version = Case.objects.get(pk=case.pk).version
            erasing.ask_erasure(case.pk, by=actor, at=clock.now(), version=version, reason="error")

    def approve(user: Any) -> None:
        with c.acting(user) as actor:
            version = Erasure.objects.get(case=case).version
            erasing.decide_erasure(case.pk, by=actor, at=clock.now(), version=version, approve=True)

    for act in (ask, lambda: approve(cast.bineta), lambda: approve(cast.ibrahima)):
        while True:
            try:
                act()
            except StaleForm:
                continue
            break


def test_eight_write_while_keys_come_and_go(kept_by: str, request: pytest.FixtureRequest) -> None:
    cast: c.Cast = request.getfixturevalue("transactional_cast")
    worked = [c.open_case(cast, needs="0") for _case in range(CASES)]
    loops = []
    for case in worked:
        with c.acting(), transaction.atomic():
            places = cast.girls
            places.refresh_from_db()
            places.capacity += 1
            places.save()
        loops.append(c.started(cast, c.accepted(cast, c.sent(cast, case))))
    doomed = [closed(cast, c.open_case(cast)) for _case in range(DOOMED)]
    dumped = list(DataKey.objects.values(*COLUMNS))
    before = get_provider().status()

    for phase in range(PHASES):
        going = [
            (case, loop)
            for case, loop in zip(worked, loops, strict=True)
            for _each in range(WRITERS // CASES)
        ]
        writers = [lambda case=case, loop=loop: work_on(cast, case, loop) for case, loop in going]
        with at_once(*writers, lambda phase=phase: [erase(cast, each) for each in doomed[phase::PHASES]]):  # type: ignore[misc]
            for case in worked:
                keys("rotate")
                keys("rotate-case", case.reference)
            for case in doomed[phase::PHASES]:
                with suppress(CommandError):  # erased already, or in the middle of it
                    keys("rotate-case", case.reference)
        for (
            case
        ) in worked:  # an hour later: what was sealed by the former keys meanwhile comes under the new ones
            with c.acting():
                done = reseal_case(case.pk, at=clock.now() + LONGEST_WORK + timedelta(minutes=1))
            assert (done.waiting, done.destroyed > 0) == (0, True)

    if FULL:
        nothing_was_lost(worked, loops)
    keys("rotate")
    end_every_former_epoch(before.epochs)
    nothing_was_lost(worked, loops)
    nothing_comes_back(doomed, dumped)


WAITS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def test_a_rotation_waits_for_who_is_writing_and_keeps_what_was_written(
    own_key_file: Path, transactional_cast: c.Cast
) -> None:
    cast = transactional_cast
    case = c.open_case(cast, needs="0")
    written = threading.Event()

    def write() -> None:
        with c.acting(cast.aissatou) as actor, transaction.atomic():
            assert actor is not None
            version = Person.objects.get(case=case).version
            cases.correct_person(case.pk, by=actor, at=clock.now(), version=version, values={"needs": "1"})
            written.set()
            with connections["default"].cursor() as cursor:
                for _try in range(100):  # until the rotation stands before the row
                    cursor.execute(WAITS)
                    if cursor.fetchone() != (0,):
                        break
                    cursor.execute("SELECT pg_sleep(0.01)")

    with at_once(write):
        written.wait(10)
        keys("rotate-case", case.reference)
    with keyring.opened():
        assert counted(case) == 1


def nothing_was_lost(worked: list[Case], loops: list[Referral]) -> None:
    written = WRITERS // CASES * ROUNDS * PHASES
    for case, loop in zip(worked, loops, strict=True):
        with keyring.opened() as ring:
            assert counted(case) == written
            assert open_case(case.pk) > 50, "live rows, history, snapshots and messages"
            said: list[int] = []
            for row in Person.history.filter(case_id=case.pk).order_by("version"):
                with ring.revealing(row):
                    said.append(int(row.needs))
                event = (
                    Event.objects.filter(object_id=row.id, version=row.version, row_digest__isnull=False)
                    .order_by("seq")
                    .last()
                )
                assert event is not None
                assert bytes(event.row_digest) == row_digest(row), (
                    "every version is the one of its last event"
                )
            assert said == sorted(said), "one after the other"
            assert set(said) == set(range(written + 1)), "each saw what the one before had written"
            assert Snapshot.objects.filter(referral=loop).exists()
            assert Message.objects.filter(referral=loop).count() == written
            for paper in Attachment.objects.filter(case=case):
                with ring.revealing(paper.key):
                    file_key = FileKey(paper.key.key, paper.pk)
                stored = [bytes(each.content) for each in paper.segments.order_by("number")]
                assert b"".join(file_key.unseal(stored)) == PDF
        assert not DataKey.objects.filter(case_id=case.pk, version=1).exists(), "the former keys have ended"


def end_every_former_epoch(known: dict[str, Any]) -> None:
    status = get_provider().status()
    assert set(known) < set(status.epochs)
    for kek_id in sorted(status.epochs, key=lambda each: (status.epochs[each], len(each), each)):
        if kek_id != status.kek_id:
            keys("shred", kek_id, force=True, confirm=kek_id)
    assert set(get_provider().status().epochs) == {status.kek_id}


def nothing_comes_back(doomed: list[Case], dumped: list[dict[str, Any]]) -> None:
    for case in doomed:
        assert not DataKey.objects.filter(case_id=case.pk).exists()
        of_the_case = [DataKey(**row) for row in dumped if row["case_id"] == case.pk]
        assert of_the_case
        person = Person.objects.get(case=case)
        with keyring.opened() as ring, ring.revealing(person), pytest.raises(KeyDestroyed):
            _read = person.family_name
        # Yesterday's dump beside today's keys: the rows of the keys come back, and open nothing.
        DataKey.objects.bulk_create(of_the_case)
        for row in (person, *Person.history.filter(case_id=case.pk)):
            with keyring.opened() as ring, ring.revealing(row), pytest.raises(NEVER):
                _read = row.family_name
        DataKey.objects.filter(case_id=case.pk).delete()
