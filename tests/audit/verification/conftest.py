"""A small world that is tampered with by the superuser of the server, in a transaction that is rolled back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from audit import notes, services
from audit.enums import Verb
from audit.leaf import COLUMNS, commitment_of, entry_of
from audit.merkle import CompactRange, leaf_hash
from audit.models import Checkpoint, Event, Leaf
from audit.notes import Signer
from audit.sitting import Sitting
from audit.stream import PROCESS
from config.database import SUPERUSER
from tests.audit.testapp.models import Note
from tests.database.sequencer import as_sequencer

EVERY = 10  # events between two fingerprints


@pytest.fixture(scope="package", autouse=True)
def superuser(django_db_setup: Any) -> Iterator[None]:
    """Both aliases are one connection of the superuser, whom neither rights nor triggers hold."""
    if settings.DATABASE_URL:
        yield  # the login that the tests are given is one, or they are skipped below
        return
    default, apart = connections["default"], connections["audit"]
    default.close()
    before = default.settings_dict
    options = before["OPTIONS"]["options"].replace("-c role=relais_app", "")
    default.settings_dict = before | {
        "USER": SUPERUSER,
        "OPTIONS": before["OPTIONS"] | {"options": options},
    }
    connections["audit"] = default
    yield
    default.close()
    default.settings_dict, connections["audit"] = before, apart


@pytest.fixture
def tamper(db: None) -> Callable[..., None]:
    """Runs SQL as whoever owns the machine would: no trigger, no constraint between tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            pytest.skip("the login of DATABASE_URL is no superuser")

    def run(*statements: str, **values: Any) -> None:
        connection.check_constraints()  # of what was written before, as its commit would
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement, values)
            cursor.execute("SET LOCAL session_replication_role = origin")

    return run


@pytest.fixture
def signer() -> Signer:
    return Signer.new("relais.example/audit")


@pytest.fixture
def grown(tamper: Callable[..., None], seated: Sitting, signer: Signer) -> list[Event]:
    """Forty events, one every three minutes and a transaction each, with four fingerprints over them."""
    with transaction.atomic():
        notes_of_it = [Note(reference=f"AB{number:02}", story="elle a fui") for number in range(10)]
        for note in notes_of_it:
            note.save()
            services.record(Verb.CREATE, note)
        for note in notes_of_it:
            note.story = "elle est revenue"
            note.save()
            services.record(Verb.CHANGE, note, fields=["story"])
    PROCESS.begin()  # the events of earlier tests are gone
    for note in notes_of_it * 2:
        services.look(Verb.VIEW, note, fields=["story"])
        services.flush()
    tamper(
        "UPDATE audit_event e SET at = e.at - interval '3 hours' + n.n * interval '3 minutes',"
        " xid = (1000 + n.n)::text::xid8"
        " FROM (SELECT id, row_number() OVER (ORDER BY seq) AS n FROM audit_event) n WHERE n.id = e.id",
        "UPDATE audit_testapp_historicalnote h SET history_date = e.at FROM audit_event e"
        " WHERE e.object_id = h.id AND e.version = h.version AND e.row_digest IS NOT NULL",
    )
    plant(signer)
    return list(Event.objects.order_by("seq"))


def plant(signer: Signer, every: int = EVERY) -> None:
    """The tree over all events, and a fingerprint every so many."""
    tree = CompactRange()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT salt, {', '.join(COLUMNS)} FROM audit_event ORDER BY xid, seq")
        rows = cursor.fetchall()
    leaves = []
    for index, (salt, *values) in enumerate(rows):
        columns = dict(zip(COLUMNS, values, strict=True))
        commitment = commitment_of(bytes(salt), columns)
        hashed = leaf_hash(entry_of(commitment))
        leaves.append(Leaf(index=index, event_id=columns["id"], commitment=commitment, hash=hashed))
        tree.append(hashed)
        if tree.size % every == 0:
            vouch(signer, tree.size, tree.root())
    with as_sequencer():
        Leaf.objects.bulk_create(leaves)


def vouch(signer: Signer, size: int, root: bytes) -> Checkpoint:
    text = str(notes.Checkpoint(signer.name, size, root))
    note = notes.note_of(text, [signer.signature(text)])
    with as_sequencer():
        return Checkpoint.objects.create(size=size, root=root, note=note)
