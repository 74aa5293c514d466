"""A row that is not the one of its last event is found, and what was done to it is named."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection, transaction

from audit import services, sitting
from audit.digest import columns_of, digest_of, row_digest
from audit.enums import Verb
from audit.models import Event
from audit.rows import write
from audit.verification.report import Kind
from audit.verification.rows import verify_rows
from crypto import keyring
from crypto.scopes import SYSTEM
from tests import cast as c
from tests.audit.testapp.models import Note

pytestmark = pytest.mark.django_db(databases=["default", "audit"])
Tamper = Callable[..., None]
TABLE, HISTORY = "audit_testapp_note", "audit_testapp_historicalnote"


@pytest.fixture
def written(seated) -> Note:
    """A row in three versions; beside it another one, and one that was deleted."""
    with transaction.atomic():
        row = Note(reference="AB12", story="elle a fui")
        write(row)
        row.story = "elle est au centre"
        write(row, fields=["story"])
        row.reference = "CD34"
        write(row, fields=["reference"])
        write(Note(reference="EF56", story="une autre"))
        gone = Note(reference="GH78")
        write(gone)
        services.record(Verb.DELETE, gone)
        gone.delete()
    return row


def found() -> list[tuple[Kind, str]]:
    return [(fault.kind, fault.where) for fault in verify_rows().faults]


def only(kind: Kind) -> str:
    (fault,) = found()
    assert fault[0] == kind
    return fault[1]


def test_what_nobody_touched_passes(written):
    report = verify_rows()
    assert report.faults == []
    assert report.checked["rows"] >= 2
    assert report.checked["events"] == 6


def test_what_comes_with_the_software_passes(db):
    """Regions, codes and texts have a first version by nobody, and no event."""
    report = verify_rows()
    assert report.faults == []
    assert report.checked["rows"] > 100


def test_a_changed_code_that_came_with_the_software_is_found(written, tamper):
    tamper(
        "UPDATE partners_region SET name = 'Elsewhere' WHERE code = (SELECT min(code) FROM partners_region)"
    )
    assert "partners.region" in only(Kind.ROW_CHANGED)


def test_a_row_changed_by_hand_is_found(written, tamper):
    tamper(f"UPDATE {TABLE} SET reference = 'XX99' WHERE id = %(pk)s", pk=written.pk)
    where = only(Kind.ROW_CHANGED)
    assert where == f"audit_testapp.note {written.pk} version 3: reference"


def test_a_row_put_back_to_its_own_older_ciphertext_is_found(written, tamper):
    """It opens, and its authentication is right: only the digest tells."""
    tamper(
        f"UPDATE {TABLE} SET story = h.story FROM {HISTORY} h"
        f" WHERE h.id = {TABLE}.id AND h.version = 1 AND h.id = %(pk)s",
        pk=written.pk,
    )
    assert Note.objects.get(pk=written.pk).story == "elle a fui"
    assert only(Kind.ROW_ROLLED_BACK).endswith("version 3: story as in version 1")


def test_a_row_put_back_with_its_number_is_found(written, tamper):
    tamper(
        f"UPDATE {TABLE} SET story = h.story, reference = h.reference, version = 1 FROM {HISTORY} h"
        f" WHERE h.id = {TABLE}.id AND h.version = 1 AND h.id = %(pk)s",
        pk=written.pk,
    )
    assert only(Kind.ROW_ROLLED_BACK).endswith("version 1: it had version 3")


def test_a_row_put_back_with_its_history_is_found(written, tamper):
    tamper(
        f"UPDATE {TABLE} SET story = h.story, reference = h.reference, version = 1 FROM {HISTORY} h"
        f" WHERE h.id = {TABLE}.id AND h.version = 1 AND h.id = %(pk)s",
        f"DELETE FROM {HISTORY} WHERE id = %(pk)s AND version > 1",
        pk=written.pk,
    )
    assert {kind for kind, _where in found()} == {Kind.ROW_ROLLED_BACK, Kind.HISTORY_MISSING}


def test_a_row_put_back_with_history_and_events_is_what_the_tree_is_for(written, tamper):
    tamper(
        f"UPDATE {TABLE} SET story = h.story, reference = h.reference, version = 1 FROM {HISTORY} h"
        f" WHERE h.id = {TABLE}.id AND h.version = 1 AND h.id = %(pk)s",
        f"DELETE FROM {HISTORY} WHERE id = %(pk)s AND version > 1",
        "DELETE FROM audit_event WHERE object_id = %(pk)s AND version > 1",
        pk=written.pk,
    )
    assert found() == []


def test_a_victim_put_back_to_an_older_identity_is_found(tamper, cast):
    """A case of the product: what a bribed administrator of the database would do, and no page would notice."""
    with (
        keyring.opened(),
        sitting.opened(sitting.Who(cast.aissatou.pk, cast.aissatou.organisation_id)) as current,
    ):
        person = c.open_case(cast).person
        with keyring.revealing(person):
            former = person.phone
        with transaction.atomic():
            person.phone = "+221 70 000 00 00"
            write(person, fields=["phone"], case_id=person.case_id)
        current.forget_looks()
        assert verify_rows().faults == []
        tamper(
            "UPDATE referral_person p SET phone = h.phone FROM referral_historicalperson h"
            " WHERE h.id = p.id AND h.version = 1 AND p.id = %(pk)s",
            pk=person.pk,
        )
        with keyring.revealing(person):
            person.refresh_from_db()
            assert person.phone == former
        assert only(Kind.ROW_ROLLED_BACK) == f"referral.person {person.pk} version 2: phone as in version 1"


def test_a_row_without_an_event_is_found(written, tamper):
    tamper(
        f"INSERT INTO {TABLE} (id, version, reference) VALUES (%(pk)s, 1, 'ZZ00')",
        f"INSERT INTO {HISTORY} (id, version, reference, history_type, history_date)"
        " VALUES (%(pk)s, 1, 'ZZ00', '+', now())",
        pk=(pk := uuid4()),
    )
    assert only(Kind.ROW_UNSAID) == f"audit_testapp.note {pk} version 1"


def test_a_version_whose_event_is_gone_is_named(written, tamper):
    tamper("DELETE FROM audit_event WHERE object_id = %(pk)s AND version = 2", pk=written.pk)
    assert only(Kind.ROW_UNSAID) == f"audit_testapp.note {written.pk} version 2"


def test_a_version_whose_history_is_gone_is_named(written, tamper):
    tamper(f"DELETE FROM {HISTORY} WHERE id = %(pk)s AND version = 2", pk=written.pk)
    assert only(Kind.HISTORY_MISSING) == f"audit_testapp.note {written.pk} version 2"


def test_a_former_version_changed_by_hand_is_named(written, tamper):
    tamper(f"UPDATE {HISTORY} SET reference = 'XX99' WHERE id = %(pk)s AND version = 2", pk=written.pk)
    assert only(Kind.HISTORY_CHANGED) == f"audit_testapp.note {written.pk} version 2"


def test_an_event_of_a_row_that_is_gone_is_found(written, tamper):
    tamper(
        f"DELETE FROM {TABLE} WHERE id = %(pk)s",
        f"DELETE FROM {HISTORY} WHERE id = %(pk)s",
        pk=written.pk,
    )
    assert (Kind.ROW_GONE, f"audit_testapp.note {written.pk} version 3") in found()


def test_a_deletion_without_an_event_is_found(written):
    with transaction.atomic():
        written.delete()
    assert only(Kind.ROW_GONE).endswith("deleted without an event")


def test_a_row_that_came_back_is_found(written, tamper):
    tamper(
        f"INSERT INTO {TABLE} (id, version, reference) SELECT id, version, reference FROM {HISTORY}"
        " WHERE history_type = '-'"
    )
    assert Kind.ROW_REVIVED in dict(found())


def test_a_column_that_came_later_with_a_default_is_no_change(written, tamper, monkeypatch):
    """What was said of the row before the migration knows nothing of the column."""
    tamper(f"UPDATE {TABLE} SET reference = ''", f"UPDATE {HISTORY} SET reference = ''")
    assert {kind for kind, _where in found()} == {Kind.ROW_CHANGED, Kind.HISTORY_CHANGED}
    with transaction.atomic():
        row = Note(reference="", story="avant")
        row.save()
        before = digest_of((name, value) for name, value in _stored(row).items() if name != "reference")
        services.record(Verb.CREATE, row)
    tamper(
        "UPDATE audit_event SET row_digest = %(before)s WHERE object_id = %(pk)s", before=before, pk=row.pk
    )
    assert any(str(row.pk) in where for _kind, where in found())
    monkeypatch.setattr(Note, "ADDED_WITH_DEFAULT", ("reference",))
    assert not any(str(row.pk) in where for _kind, where in found())
    tamper(f"UPDATE {TABLE} SET reference = 'XX' WHERE id = %(pk)s", pk=row.pk)
    assert any(str(row.pk) in where for _kind, where in found())


def _stored(row: Note) -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns_of(Note))} FROM {TABLE} WHERE id = %s", [row.pk])
        return dict(zip(columns_of(Note), cursor.fetchone(), strict=True))


# --- Keys ------------------------------------------------------------------------------------------------------
def test_a_version_under_a_new_key_is_honoured(written, tamper):
    _reseal_first_version(written, tamper)
    assert found() == []


@pytest.mark.parametrize("detail", [None, {"was": "00" * 32}])
def test_a_digest_that_does_not_say_what_was_before_is_refused(written, tamper, detail):
    """Whoever can write events, but has not the key of the system, cannot pass a change off as a rotation."""
    _reseal_first_version(written, tamper, detail=detail)
    assert only(Kind.EVENTS_DISAGREE).startswith(f"audit_testapp.note {written.pk} version 1")


def test_a_second_event_that_says_something_else_is_refused(written, tamper):
    tamper(f"UPDATE {TABLE} SET reference = 'XX99' WHERE id = %(pk)s", pk=written.pk)
    tamper(f"UPDATE {HISTORY} SET reference = 'XX99' WHERE id = %(pk)s AND version = 3", pk=written.pk)
    with transaction.atomic():
        services.record(Verb.CHANGE, Note.objects.get(pk=written.pk))
    only(Kind.EVENTS_DISAGREE)


def test_destroyed_keys_are_no_fault(written):
    """The sealed bytes stay, for nobody: an erasure changes no row but by an event of its own."""
    keyring.current().destroy_scope(SYSTEM)
    assert found() == []


def test_memory_does_not_grow_with_faults(written, tamper, monkeypatch):
    monkeypatch.setattr("audit.verification.report.MOST", 2)
    tamper("DELETE FROM audit_event")
    report = verify_rows()
    assert (len(report.faults), report.found) == (2, 6)


def _reseal_first_version(row: Note, tamper: Tamper, detail: object = ...) -> None:
    former = row.history.get(version=1)
    was = row_digest(former).hex()
    tamper(
        f"UPDATE {HISTORY} SET story = %(new)s WHERE history_id = %(pk)s", new=b"R\x01\x01new", pk=former.pk
    )
    with transaction.atomic():
        services.record(
            Verb.KEY_ROTATE, former, fields=["story"], detail={"was": was} if detail is ... else detail
        )
    assert Event.objects.filter(verb=Verb.KEY_ROTATE).count() == 1
