"""The blind indexes: what stands in them, what follows a change, how they are made anew."""

from collections import Counter
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Max

from audit import clock
from audit.models import Event
from crypto import blind_index, keyring
from crypto.models import DataKey, Match
from referral.models import Case, MatchReview, Person
from referral.services import cases, duplicates, matching
from tests import cast as c
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

KNOWN = {"family_name": "Ndiaye", "given_names": "Awa", "document_number": "A-778 12"}


# --- What stands in the table -------------------------------------------------------------------------------
def entries_of(case: Case) -> list[str]:
    with c.acting():
        return sorted(
            match.index_name.partition(".")[0]
            for match in Match.objects.all()
            if blind_index.case_of(match) == case.pk
        )


def found_by(case: Case) -> set[UUID]:
    with c.acting():
        who = matching.identity_of(Person.objects.get(case=case))
        return matching.candidates(who, clock.now().date())


def correct(cast: c.Cast, case: Case, **values: Any) -> None:
    with c.acting(cast.aissatou) as actor:
        version = Person.objects.get(case=case).version
        cases.correct_person(case.pk, by=actor, at=clock.now(), version=version, values=values)


def test_the_index_follows_the_person(cast: c.Cast) -> None:
    case = c.open_case(cast, **KNOWN)
    assert entries_of(case) == ["document", "name", "phone"]
    before = set(Match.objects.values_list("pk", flat=True))
    correct(cast, case, needs="un lit")
    assert set(Match.objects.values_list("pk", flat=True)) == before, "the needs say nothing of who it is"
    correct(cast, case, given_names="Astou", phone=None)
    assert entries_of(case) == ["document", "name"]
    assert case.pk in found_by(case)
    correct(cast, case, given_names=None, document_number=None)
    assert entries_of(case) == []
    assert not Match.objects.exists()


def test_a_report_and_a_decided_age_are_indexed_too(cast: c.Cast) -> None:
    unknown = {"age_status": "unknown", "age_band": "unknown", "phone": None, "document_number": None}
    with c.acting(cast.gora) as actor:
        report = cases.report(
            by=actor, at=clock.now(), region=cast.region, person=c.GIRL | unknown, case={"urgency": "urgent"}
        )
    assert entries_of(report) == ["name"]
    with c.acting(cast.aissatou) as actor:
        cases.take_in(report.pk, by=actor, at=clock.now(), version=report.version)
    before = Match.objects.get().pk
    with c.acting(cast.bineta) as actor:
        cases.decide_age(report.pk, by=actor, at=clock.now(), version=1, age_status="child", age_band="9-13")
    assert Match.objects.get().pk != before
    assert report.pk in found_by(report)


def test_a_forgotten_file_is_found_by_nothing_and_waits_for_nobody(cast: c.Cast, settings: Any) -> None:
    settings.RELAIS_POPULATION = 4
    theirs = c.open_case(cast, by=cast.daouda, **KNOWN)
    settings.RELAIS_POPULATION = 20_000  # and nobody has made the index anew
    case = c.open_case(cast, **KNOWN)
    with c.acting():
        assert duplicates.look_across(case.pk, at=clock.now()) == 0, "another index is asked"
        for each in (case, theirs):
            duplicates.forget_case(Case.objects.get(pk=each.pk), at=clock.now())
    assert not Match.objects.exists()


def test_an_undecided_pair_goes_with_its_file(cast: c.Cast) -> None:
    case, _theirs = c.open_case(cast, **KNOWN), c.open_case(cast, by=cast.daouda, **KNOWN)
    work("referral.duplicates")
    with c.acting():
        duplicates.forget_case(Case.objects.get(pk=case.pk), at=clock.now())
    review = MatchReview.objects.get()
    assert (review.decision, review.decided_by) == ("gone", None)
    assert entries_of(case) == []


# --- Made anew ----------------------------------------------------------------------------------------------
def rebuilt(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("match", "rebuild", *arguments, stdout=out)
    return out.getvalue().strip().splitlines()


def contents() -> Counter[tuple[UUID, str, int]]:
    with keyring.opened():
        return Counter(
            (blind_index.case_of(match), match.index_name, match.bucket) for match in Match.objects.all()
        )


def test_the_index_is_made_anew_from_the_files(cast: c.Cast) -> None:
    files = [c.open_case(cast, **KNOWN, phone=f"+221 77 000 00 1{n}") for n in range(3)]
    right = contents()
    with keyring.opened():
        Match.objects.bulk_create(
            [blind_index.matched("name.6", 5, uuid4()), blind_index.matched("name.6", 9, files[0].pk)]
        )
    gone = Match.objects.exclude(index_name="name.6").first()
    assert gone is not None
    gone.delete()
    said = rebuilt("--batch", "2")
    assert said[-1] == "3 files: 1 entries added, 2 removed."
    assert contents() == right
    assert rebuilt()[-1] == "3 files: 0 entries added, 0 removed."
    assert Event.objects.using("audit").filter(verb="search", scope="rebuild").count() == 2


def test_another_population_is_another_index(cast: c.Cast, settings: Any) -> None:
    case = c.open_case(cast, **KNOWN)
    settings.RELAIS_POPULATION = 4
    assert case.pk not in found_by(case)
    rebuilt()
    assert case.pk in found_by(case)
    assert Match.objects.aggregate(most=Max("bucket"))["most"] < 2


def test_a_file_without_its_key_leaves_the_index(cast: c.Cast) -> None:
    case, other = c.open_case(cast, **KNOWN), c.open_case(cast, by=cast.daouda, **KNOWN)
    DataKey.objects.filter(case_id=case.pk).delete()
    with c.acting():
        assert duplicates.look_across(other.pk, at=clock.now()) == 0
        assert duplicates.look_across(case.pk, at=clock.now()) == 0
        assert duplicates.look_across(uuid4(), at=clock.now()) == 0
    rebuilt()
    assert entries_of(case) == []
    assert entries_of(other) == ["document", "name", "phone"]


def test_a_dump_tells_neither_the_person_nor_the_file(cast: c.Cast) -> None:
    case = c.open_case(cast, **KNOWN)
    with connection.cursor() as cursor:
        cursor.execute("SELECT crypto_match::text, encode(sealed_ref, 'hex') FROM crypto_match")
        rows = str(cursor.fetchall()).lower()
    assert len(contents()) == 3
    for told in (case.pk.hex, str(case.pk), "ndiaye", "njay", "awa"):
        assert told not in rows
