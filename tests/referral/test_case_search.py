"""Looking for a person: in one's own files alone, so many times a day, each time written down without the words."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit import clock
from audit.models import Event
from partners.models import User
from referral.models import Case, SearchCount
from referral.references import spoken
from referral.services import cases, searching
from tests import cast as c
from tests.referral.pages import later, leaked, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

PAPER = {"document_number": "SN-77 812"}


def search(who: User | Client, **typed: str) -> Any:
    browser = who if isinstance(who, Client) else sign_in(who)
    return browser.post(reverse("case_search"), typed)


def found(answer: Any) -> list[str]:
    return [row["reference"] for row in answer.context["rows"]]


def errors(answer: Any) -> dict[str, Any]:
    return dict(answer.context["form"].errors)


WAYS = (
    {"phone": "77 000 00 99"},
    {"document_number": "sn77812"},
    {"family_name": "N'Diaye Canari", "given_names": "mariam"},
    {"family_name": "Njaay-Canari", "given_names": "Mariama", "year": "2016"},
)


def test_each_way_leads_to_the_file(cast: c.Cast) -> None:
    case = c.open_case(cast, **PAPER)
    c.open_case(cast, family_name="Diop", given_names="Awa", phone=None, document_number=None)
    referral = c.drafted(cast, case)
    codes = tuple({"code": spoken(row.reference).lower()} for row in (case, referral))
    for who in (cast.aissatou, cast.bineta):
        browser = sign_in(who)
        for typed in WAYS + codes:
            answer = search(browser, **typed)
            assert found(answer)[0] == spoken(case.reference), typed
            assert set(found(answer)) <= {spoken(case.reference), spoken(referral.reference)}
            assert found(answer)[0] in answer.content.decode()
            assert leaked(answer) == []


def test_nobody_finds_what_is_not_theirs_to_read(cast: c.Cast) -> None:
    case = c.open_case(cast)
    with c.acting(cast.gora) as actor:
        report = cases.report(
            by=actor, at=clock.now(), region=cast.region, person=c.GIRL, case={"urgency": "urgent"}
        )
    theirs = {"phone": c.SECRETS["phone"]}
    assert found(search(cast.daouda, **theirs)) == []
    assert found(search(cast.fatou, **theirs)) == []
    assert found(search(cast.daouda, code=case.reference)) == []
    # A report that waits is shown in codes; who it names is its supervisor's to search until it is taken in.
    assert found(search(cast.aissatou, **theirs)) == [spoken(case.reference)]
    assert set(found(search(cast.bineta, **theirs))) == {spoken(case.reference), spoken(report.reference)}


WRONG = [
    ({}, "__all__"),
    ({"code": "K7M 2QX 9DT"}, "code"),
    ({"phone": "la tante"}, "phone"),
    ({"document_number": "n°1"}, "document_number"),
    ({"family_name": "Diop"}, "given_names"),
    ({"given_names": "Awa"}, "family_name"),
    ({"family_name": "Diop", "given_names": "Awa", "year": "1066"}, "year"),
    ({"phone": "77 123 45 67", "family_name": "Diop", "given_names": "Awa"}, "__all__"),
]


def test_what_cannot_be_searched_is_said_and_not_counted(cast: c.Cast) -> None:
    browser = sign_in(cast.aissatou)
    for typed, wrong in WRONG:
        answer = search(browser, **typed)
        assert answer.status_code == 200
        assert set(errors(answer)) == {wrong}, typed
        assert answer.context["form"].data.get(wrong, "") == typed.get(wrong, ""), "what was typed stays"
    assert not SearchCount.objects.exists()


def test_the_searches_of_a_day_end_and_begin_again(cast: c.Cast, settings: Any) -> None:
    settings.RELAIS_SEARCHES = 2
    case, browser = c.open_case(cast, by=cast.daouda), sign_in(cast.daouda)
    theirs = {"phone": c.SECRETS["phone"]}
    assert [found(search(browser, **theirs)) for _n in range(2)] == [[spoken(case.reference)]] * 2
    answer = search(browser, **theirs)
    assert answer.status_code == 429
    assert answer.context["found"] is None
    assert Event.objects.using("audit").filter(reason_code="QUOTA_USED", outcome="denied").count() == 1
    assert found(search(browser, code=case.reference)) == [spoken(case.reference)], "a code is not counted"
    assert found(search(cast.elisabeth, **theirs)), "each person has their own"
    later(hours=24)
    assert found(search(cast.daouda, **theirs)) == [spoken(case.reference)]
    assert SearchCount.objects.get(user=cast.daouda).counted == 1


def test_the_national_unit_has_more(cast: c.Cast) -> None:
    left = [
        sign_in(user).get(reverse("case_search")).context["left"] for user in (cast.aissatou, cast.daouda)
    ]
    assert left == [200, 20]


def test_a_search_is_an_event_without_its_words(cast: c.Cast) -> None:
    c.open_case(cast)
    for who, name in (
        (cast.aissatou, "N'Diaye-Canari"),
        (cast.bineta, "n diaye canari"),
        (cast.bineta, "Diop"),
    ):
        search(who, family_name=name, given_names="Mariama")
    events = Event.objects.using("audit").filter(verb="search", scope__startswith="name:")
    scopes = list(events.order_by("seq").values_list("scope", flat=True))
    assert len(scopes) == 3
    assert scopes[1] != scopes[2]
    assert "diop" not in "".join(scopes)
    assert not events.exclude(case_id=None).exists()


def test_no_more_than_some_are_shown(cast: c.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST", 2)
    for _n in range(3):
        c.open_case(cast)
    answer = search(cast.aissatou, phone=c.SECRETS["phone"])
    assert len(found(answer)) == 2
    assert answer.context["found"].capped
    assert Case.objects.count() == 3
