"""Take in, protect, name the owner, decide the age, close: each once, by who may, on what was shown."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from audit.models import Event
from referral.models import Case, CaseGrant, Notice, Person, Task, Transition
from tests import cast as c
from tests.referral.pages import offered, press, same_as_unknown, sign_in, values_of

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def url(name: str, case: Case) -> str:
    return reverse(name, args=[case.pk])


def reported(cast: c.Cast, **case: Any) -> Case:
    with c.acting(cast.gora) as actor:
        return c.cases.report(by=actor, at=c.clock.now(), region=cast.region, person=c.GIRL, case=case)


def denied(reason: str) -> int:
    return Event.objects.using("audit").filter(outcome="denied", reason_code=reason).count()


def colleague(cast: c.Cast, *roles: str, name: str = "colleague") -> Any:
    with c.acting(), c.transaction.atomic():
        return c.person(name, cast.unit, *roles, at=cast.at)


# --- take in


def test_the_first_who_takes_a_report_in_owns_it(cast: c.Cast) -> None:
    case = reported(cast, urgency="urgent")
    client = sign_in(cast.aissatou)
    assert client.get(url("case", case)).url == url("case_take_in", case)
    body = client.get(url("case_take_in", case)).content.decode()
    assert "Canari" not in body
    assert press(client, url("case_take_in", case)).url == url("case", case)
    case.refresh_from_db()
    assert (case.state, case.owner) == ("screening", cast.aissatou)
    assert Task.objects.get(kind="take_in_report").done_by == cast.aissatou
    assert case.history.count() == 2
    assert Event.objects.filter(verb="transition.screen", case_id=case.pk).count() == 1
    assert client.get(url("case", case)).status_code == 200


def test_a_report_taken_in_a_moment_ago_is_not_taken_twice(cast: c.Cast) -> None:
    case = reported(cast)
    bineta = sign_in(cast.bineta)
    typed = values_of(bineta.get(url("case_take_in", case)).context["form"])
    press(sign_in(cast.aissatou), url("case_take_in", case))
    answer = bineta.post(url("case_take_in", case), typed)
    assert answer.context["form"].errors
    case.refresh_from_db()
    assert case.owner == cast.aissatou


def test_nobody_of_another_organisation_takes_a_report_in(cast: c.Cast) -> None:
    case = reported(cast)
    for who in ("daouda", "gora", "ibrahima"):
        assert same_as_unknown(sign_in(cast.people[who]), "case_take_in", case.pk)


# --- protect


def test_protection_is_recorded_once(cast: c.Cast) -> None:
    case = c.open_case(cast)
    client = sign_in(cast.aissatou)
    typed = values_of(client.get(url("case_protect", case)).context["form"])
    assert [client.post(url("case_protect", case), typed).status_code for _n in range(2)] == [302, 302]
    case.refresh_from_db()
    assert (case.state, case.history.count()) == ("protected", 2)
    assert Transition.objects.filter(case=case, action="protect").count() == 1
    again = press(client, url("case_protect", case))
    assert again.context["form"].non_field_errors()


def test_protection_is_the_owners_to_record(cast: c.Cast) -> None:
    case = c.open_case(cast)
    assert sign_in(cast.bineta).get(url("case_protect", case)).status_code == 403
    assert denied("NOT_ALLOWED_EDIT") == 1


def test_a_form_without_its_version_does_nothing(cast: c.Cast) -> None:
    case = c.open_case(cast)
    answer = sign_in(cast.aissatou).post(url("case_protect", case), {"key": str(uuid4())})
    assert "version" in answer.context["form"].errors
    case.refresh_from_db()
    assert case.state == "screening"


# --- owner


def test_a_supervisor_names_another_owner_and_the_file_moves(cast: c.Cast) -> None:
    case = c.open_case(cast)
    new = colleague(cast, "caseworker")
    assert press(sign_in(cast.bineta), url("case_assign", case), owner=str(new.pk)).status_code == 302
    case.refresh_from_db()
    assert case.owner == new
    assert list(CaseGrant.objects.values_list("user", flat=True)) == [new.pk]
    assert same_as_unknown(sign_in(cast.aissatou), "case", case.pk)
    assert Notice.objects.filter(user=new).count() == 1


@pytest.mark.parametrize("who", ["daouda", "bineta", "aissatou"])
def test_only_another_caseworker_of_the_organisation_becomes_owner(cast: c.Cast, who: str) -> None:
    case = c.open_case(cast)
    answer = press(sign_in(cast.bineta), url("case_assign", case), owner=str(cast.people[who].pk))
    assert "owner" in answer.context["form"].errors
    case.refresh_from_db()
    assert case.owner == cast.aissatou


def test_a_caseworker_names_no_owner(cast: c.Cast) -> None:
    case = c.open_case(cast)
    assert sign_in(cast.aissatou).get(url("case_assign", case)).status_code == 403


# --- age


def test_a_second_person_decides_an_unknown_age(cast: c.Cast) -> None:
    case = c.open_case(cast, age_status="unknown", age_band="unknown")
    assert sign_in(cast.aissatou).get(url("case_age", case)).status_code == 403
    answer = press(sign_in(cast.bineta), url("case_age", case), age_status="adult", age_band="18-20")
    assert answer.status_code == 302
    person = Person.objects.get()
    assert (person.age_status, person.age_band, person.version) == ("adult", "18-20", 2)
    assert Task.objects.get(kind="age_decision").result == "adult"


@pytest.mark.parametrize(
    "typed",
    [
        {"age_status": "unknown"},
        {"age_status": "adult", "age_band": "9-13"},
        {"age_status": "child", "age_band": ""},
    ],
)
def test_an_age_that_contradicts_itself_is_refused(cast: c.Cast, typed: dict[str, str]) -> None:
    case = c.open_case(cast, age_status="unknown", age_band="unknown")
    assert press(sign_in(cast.bineta), url("case_age", case), **typed).context["form"].errors
    assert Person.objects.get().age_status == "unknown"


def test_an_owner_who_supervises_does_not_decide_alone(cast: c.Cast) -> None:
    case = c.open_case(cast, by=cast.fatou, age_status="unknown", age_band="unknown")
    assert sign_in(cast.fatou).post(url("case_age", case), {}).status_code == 403
    assert denied("NOT_ALLOWED_SECOND_PERSON") == 1


# --- close


CLOSING = {"reason": "PERSON_REQUEST", "informed": "on"}


def test_a_supervisor_closes_a_file_that_nothing_is_added_to_afterwards(cast: c.Cast) -> None:
    case = c.open_case(cast, age_status="unknown", age_band="unknown")
    assert press(sign_in(cast.bineta), url("case_close", case), **CLOSING).status_code == 302
    case.refresh_from_db()
    assert case.state == "closed"
    assert case.closed_at is not None
    assert not Task.objects.filter(done_at=None).exists()
    assert Transition.objects.get(case=case, action="close").reason_code == "PERSON_REQUEST"
    client = sign_in(cast.aissatou)
    assert all(not action["possible"] for action in offered(client.get(url("case", case))))
    answer = press(client, f"{url('case_edit', case)}?part=health", health="trop tard")
    assert answer.context["form"].non_field_errors()
    assert denied("NOT_POSSIBLE_EDIT") == 1
    assert press(sign_in(cast.bineta), url("case_close", case), **CLOSING).context["form"].non_field_errors()


def test_a_file_with_an_open_referral_is_not_closed(cast: c.Cast) -> None:
    case = c.open_case(cast)
    c.sent(cast, case)
    answer = press(sign_in(cast.bineta), url("case_close", case), **CLOSING)
    assert answer.context["form"].non_field_errors()
    assert denied("NOT_POSSIBLE_CLOSE") == 1
    close = [a for a in offered(sign_in(cast.bineta).get(url("case", case))) if "close" in a["url"]]
    assert not close[0]["possible"]


@pytest.mark.parametrize("missing", CLOSING)
def test_closing_needs_a_reason_and_that_the_person_knows(cast: c.Cast, missing: str) -> None:
    case = c.open_case(cast)
    answer = press(
        sign_in(cast.bineta), url("case_close", case), **{k: v for k, v in CLOSING.items() if k != missing}
    )
    assert missing in answer.context["form"].errors
    case.refresh_from_db()
    assert case.state == "screening"


def test_nobody_closes_an_own_file(cast: c.Cast) -> None:
    case = c.open_case(cast, by=cast.fatou)
    assert sign_in(cast.fatou).get(url("case_close", case)).status_code == 403
    assert sign_in(cast.aissatou).get(url("case_close", c.open_case(cast))).status_code == 403


def test_only_the_owner_keeps_a_closed_file(cast: c.Cast) -> None:
    case = c.open_case(cast)
    other = colleague(cast, "caseworker")
    with c.acting(), c.transaction.atomic():
        c.cases.grants.open_case(case, other, at=cast.at)
    press(sign_in(cast.bineta), url("case_close", case), **CLOSING)
    assert list(CaseGrant.objects.values_list("user", flat=True)) == [cast.aissatou.pk]


def test_another_reason_is_written_and_sealed(cast: c.Cast) -> None:
    case = c.open_case(cast)
    other = {"reason": "OTHER", "informed": "on"}
    assert "other" in press(sign_in(cast.bineta), url("case_close", case), **other).context["form"].errors
    assert (
        press(sign_in(cast.bineta), url("case_close", case), **other, other="motif canari").status_code == 302
    )
    with c.acting(cast.bineta):
        assert Transition.objects.get(case=case, action="close").reason == "motif canari"
