"""Erasure: who asks, who decides, what stands against it, and that nothing can be read afterwards."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from audit import clock
from audit.models import Event
from audit.rows import write
from crypto import blind_index, keyring
from crypto.errors import KeyDestroyed, KeyUnavailable
from crypto.models import DataKey, Match
from partners.enums import Role
from partners.models import Membership
from partners.templatetags.interface import day
from referral.enums import CaseState, TaskKind
from referral.models import Case, Draft, Erasure, Notice, Person, Referral, Task, Transition
from referral.queries.retention import kept_until
from referral.services import care, cases, erasing, holds, justice, rights
from tests import cast as c
from tests.contents import values_of
from tests.referral.pages import later, leaked, press, same_as_unknown, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def address(case: Case, name: str = "case_erasure") -> str:
    return reverse(name, args=[case.pk])


def completed(cast: c.Cast, case: Case | None = None) -> Referral:
    """A girl was sheltered; the service has ended and she has left."""
    referral = c.started(cast, c.accepted(cast, c.sent(cast, case)))
    with c.acting(cast.codou) as actor:
        at = clock.now()
        return care.complete_service(
            referral.pk, by=actor, at=at, version=referral.version, occurred_at=at, outcome="NEED_MET"
        )


def closed(cast: c.Cast, case: Case | None = None, reason_code: str = "PERSON_REQUEST") -> Case:
    case = case or c.open_case(cast)
    case.refresh_from_db()
    with c.acting(cast.bineta) as actor:
        return cases.close_case(
            case.pk, by=actor, at=clock.now(), version=case.version, reason_code=reason_code
        )


def asks(cast: c.Cast, case: Case, who: str = "aissatou", reason: str = "error") -> Any:
    return press(sign_in(cast.people[who]), address(case), reason=reason, understood="on")


def decides(cast: c.Cast, case: Case, who: str, approve: str = "yes") -> Any:
    return press(sign_in(cast.people[who]), address(case), approve=approve)


def erased(cast: c.Cast, case: Case | None = None) -> Case:
    case = case or closed(cast)
    at = clock.now()
    with c.acting(cast.aissatou) as actor:
        asked = erasing.ask_erasure(case.pk, by=actor, at=at, version=case.version, reason="error")
    for user in (cast.bineta, cast.ibrahima):
        with c.acting(user) as actor:
            asked = erasing.decide_erasure(case.pk, by=actor, at=at, version=asked.version, approve=True)
    case.refresh_from_db()
    return case


def said(answer: Any) -> str:
    return " / ".join(str(error) for errors in answer.context["form"].errors.values() for error in errors)


# --- Who ----------------------------------------------------------------------------------------------------
def test_one_asks_two_others_approve_and_the_event_names_both(cast: c.Cast) -> None:
    case = closed(cast)
    asks(cast, case)
    assert Task.objects.get(kind=TaskKind.DECIDE_ERASURE, done_at=None).organisation_id == cast.unit.pk
    assert Notice.objects.filter(user=cast.bineta, object_type="task").exists()
    decides(cast, case, "bineta")
    case.refresh_from_db()
    assert case.state == CaseState.CLOSED, "one approval erases nothing"
    assert DataKey.objects.filter(case_id=case.pk).exists()
    home = sign_in(cast.ibrahima).get(reverse("home")).content.decode()
    assert address(case) in home, "the second person finds it among what is to be done"
    decides(cast, case, "ibrahima")
    case.refresh_from_db()
    assert (case.state, case.erased_at is not None) == (CaseState.ARCHIVED, True)
    event = Event.objects.get(verb="case.shredded", case_id=case.pk)
    assert event.scope == f"{cast.bineta.pk},{cast.ibrahima.pk}"
    assert event.reason_code == "ERROR"
    assert not Task.objects.filter(case=case, done_at=None).exists()


@pytest.mark.parametrize(("asker", "first"), [("bineta", "bineta"), ("aissatou", "aissatou")])
def test_nobody_decides_on_what_they_asked_for(cast: c.Cast, asker: str, first: str) -> None:
    case = closed(cast)
    asks(cast, case, asker)
    client = sign_in(cast.people[first])
    page = client.get(address(case))
    assert page.status_code == (200 if first == "bineta" else 403)
    form = {"key": "3d0bd2ba-6a7a-4a9e-8d4a-000000000001", "version": "1", "approve": "yes"}
    assert client.post(address(case), form).status_code == 403
    assert Erasure.objects.get().is_open
    assert Event.objects.using("audit").filter(outcome="denied", case_id=case.pk).exists()


def test_who_has_approved_is_not_the_second_person(cast: c.Cast) -> None:
    case = closed(cast)
    asks(cast, case)
    decides(cast, case, "bineta")
    again = {"key": "3d0bd2ba-6a7a-4a9e-8d4a-000000000002", "version": "2", "approve": "yes"}
    assert sign_in(cast.bineta).post(address(case), again).status_code == 403
    case.refresh_from_db()
    assert case.state == CaseState.CLOSED


def test_the_national_unit_comes_second_where_the_house_has_a_supervisor(cast: c.Cast) -> None:
    case = closed(cast)
    asks(cast, case)
    answer = decides(cast, case, "ibrahima")
    assert "superviseur" in said(answer) or "supervisor" in said(answer)
    assert Erasure.objects.get().first_by is None


def test_a_small_ngo_s_two_approvers_are_of_the_national_unit(cast: c.Cast) -> None:
    case = c.open_case(cast, by=cast.fatou, age_status="adult", age_band="30-47")
    with c.acting(), transaction.atomic():
        other = c.person("ramata", cast.ngo, Role.SUPERVISOR, at=cast.at)
    with c.acting(other) as actor:
        cases.close_case(
            case.pk, by=actor, at=clock.now(), version=case.version, reason_code="PERSON_REQUEST"
        )
    with c.acting(), transaction.atomic():
        seat = Membership.objects.get(user=other)
        seat.until = clock.now()
        write(seat, fields=["until"])
    case.refresh_from_db()
    asks(cast, case, "fatou")
    assert same_as_unknown(sign_in(cast.elisabeth), "case_erasure", case.pk)
    page = sign_in(cast.bineta).get(address(case)).content.decode()
    assert case.reference[:3] not in page, "the national unit sees codes, not the house's own reference"
    decides(cast, case, "bineta")
    decides(cast, case, "ibrahima")
    case.refresh_from_db()
    assert case.state == CaseState.ARCHIVED


def test_a_refusal_ends_it_and_it_can_be_asked_again(cast: c.Cast) -> None:
    case = closed(cast)
    asks(cast, case)
    decides(cast, case, "bineta", approve="no")
    case.refresh_from_db()
    assert case.state == CaseState.CLOSED
    assert Erasure.objects.get().refused_by_id == cast.bineta.pk
    assert Notice.objects.filter(user=cast.aissatou, object_id=case.pk, action_needed=False).exists()
    assert asks(cast, case).status_code == 302


# --- What stands against it -----------------------------------------------------------------------------------
def test_an_open_file_is_closed_first(cast: c.Cast) -> None:
    case = c.open_case(cast)
    page = sign_in(cast.aissatou).get(address(case))
    assert page.context["unmet"]
    assert "understood" not in page.content.decode(), "no form is shown that would only be refused"
    form = {"key": "3d0bd2ba-6a7a-4a9e-8d4a-000000000003", "version": case.version}
    answer = sign_in(cast.aissatou).post(address(case), form | {"reason": "error", "understood": "on"})
    assert answer.status_code == 200
    assert not Erasure.objects.exists()


def hold(cast: c.Cast, case: Case) -> None:
    with c.acting(cast.bineta) as actor:
        holds.set_hold(case.pk, by=actor, at=clock.now(), reason="instruction canari")


def request(cast: c.Cast, case: Case) -> None:
    with c.acting(cast.aissatou) as actor:
        at = clock.now()
        rights.record_request(case.pk, by=actor, at=at, received_at=at, kind="access", identified="known")


@pytest.mark.parametrize("against", [hold, request])
def test_a_hold_or_an_open_request_stops_it_even_after_the_first_approval(cast: c.Cast, against: Any) -> None:
    case = closed(cast)
    asks(cast, case)
    decides(cast, case, "bineta")
    against(cast, case)
    assert len(sign_in(cast.ibrahima).get(address(case)).context["unmet"]) == 1
    form = {"key": "3d0bd2ba-6a7a-4a9e-8d4a-000000000004", "version": "2", "approve": "yes"}
    assert sign_in(cast.ibrahima).post(address(case), form).status_code == 200
    case.refresh_from_db()
    assert (case.state, case.erased_at) == (CaseState.CLOSED, None)


def test_a_prosecution_that_runs_stops_it(cast: c.Cast) -> None:
    case = c.open_case(cast)
    day = clock.now().date()
    with c.acting(cast.aissatou) as actor:
        justice.enter_step(case.pk, by=actor, at=clock.now(), kind="prosecution", on=day)
    closed(cast, case)
    assert len(sign_in(cast.aissatou).get(address(case)).context["unmet"]) == 1
    form = {
        "key": "3d0bd2ba-6a7a-4a9e-8d4a-000000000005",
        "version": "2",
        "reason": "error",
        "understood": "on",
    }
    assert sign_in(cast.aissatou).post(address(case), form).status_code == 200
    assert not Erasure.objects.exists()


def test_before_its_time_is_over_a_file_is_not_erased_for_that_reason(cast: c.Cast) -> None:
    case = closed(cast)
    page = sign_in(cast.aissatou).get(address(case))
    assert "retention" not in dict(page.context["form"].fields["reason"].choices), (
        "it is kept, and the page says so"
    )
    assert day(kept_until(case)) in page.content.decode()
    assert address(case, "request_new") in page.content.decode()
    assert asks(cast, case, reason="retention").status_code == 200
    assert asks(cast, case, reason="request").status_code == 200, "nobody has asked"
    assert not Erasure.objects.exists()


def test_the_request_of_the_person_is_answered_by_the_erasure(cast: c.Cast) -> None:
    case = closed(cast)
    with c.acting(cast.aissatou) as actor:
        at = clock.now()
        asked = rights.record_request(
            case.pk, by=actor, at=at, received_at=at, kind="erasure", identified="known", note="efface canari"
        )
    asks(cast, case, reason="request")
    decides(cast, case, "bineta")
    decides(cast, case, "ibrahima")
    asked.refresh_from_db()
    assert (asked.result, asked.answered_by_id) == ("granted", cast.ibrahima.pk)


# --- What is left -------------------------------------------------------------------------------------------
def test_the_confirmation_says_what_is_destroyed(cast: c.Cast) -> None:
    case = closed(cast, completed(cast).case)
    lots = dict(sign_in(cast.aissatou).get(address(case)).context["lots"])
    assert {"Personne", "Instantané", "Message"} & set(lots) or {"Person", "Snapshot"} & set(lots)
    assert len(lots) >= 5


def test_nothing_sealed_of_the_file_opens_any_more_live_or_past(cast: c.Cast) -> None:
    referral = completed(cast)
    case, other = referral.case, c.open_case(cast)
    with c.acting(cast.aissatou) as actor:
        person = Person.objects.get(case=case)
        cases.correct_person(
            case.pk, by=actor, at=clock.now(), version=person.version, values={"health": "santé corrigée"}
        )
        for each in (case, other):
            blind_index.matched("name", 7, each.pk).save()
    half = reverse("draft_save", args=["case_edit", case.pk])
    sign_in(cast.aissatou).post(half, {"narrative": "à moitié dit"})
    erased(cast, closed(cast, case))

    tried = 0
    with keyring.opened() as ring:
        for row, field in values_of(case):
            if field.value_from_object(row) is not None:
                with ring.revealing(row), pytest.raises(KeyDestroyed):
                    getattr(row, field.name)
                tried += 1
    assert tried > 40
    assert Person.history.filter(case_id=case.pk).count() == 2, "the former version was among them"
    with c.acting():
        assert {blind_index.case_of(match) for match in Match.objects.all()} == {other.pk}
        with keyring.revealing(other.person):
            assert other.person.family_name == c.SECRETS["family_name"]
    assert not Draft.objects.exists()


def test_a_dump_of_yesterday_stays_shut_once_its_epoch_is_gone(cast: c.Cast, own_key_file: Path) -> None:
    case = closed(cast)
    person = Person.objects.get(case=case)
    with c.acting():
        key = DataKey.objects.get(case_id=case.pk)
    dumped = {
        name: getattr(key, name) for name in ("id", "scope_kind", "scope_id", "case_id", "kek_id", "wrapped")
    }
    before = bytes(Person._meta.get_field("family_name").value_from_object(person))
    call_command("keys", "rotate")
    erased(cast, case)

    def restored() -> str:
        """Yesterday's row of the key beside today's database and today's key file."""
        with transaction.atomic(), keyring.opened() as ring:
            DataKey.objects.bulk_create([DataKey(**dumped)])
            row = Person.objects.get(pk=person.pk)
            assert bytes(Person._meta.get_field("family_name").value_from_object(row)) == before
            with ring.revealing(row):
                name = row.family_name
            transaction.set_rollback(True)
        return name

    assert restored() == c.SECRETS["family_name"], (
        "so long as backups of that epoch are kept, it can come back"
    )
    later(days=36)
    call_command("keys", "shred", key.kek_id, confirm=key.kek_id)
    with pytest.raises(KeyUnavailable), transaction.atomic():
        restored()
    DataKey.objects.filter(id=dumped["id"]).delete()


def test_every_page_that_shows_the_case_shows_its_skeleton(cast: c.Cast) -> None:
    referral = completed(cast)
    case = erased(cast, closed(cast, referral.case))
    told = [notice.pk for notice in Notice.objects.filter(user=cast.aissatou)]
    pages = {
        "aissatou": "home tasks cases referrals referrals?show=ended",
        "bineta": "home cases retention lost_loops answers",
        "codou": "home inbox inbox?show=ended",
        "ibrahima": "home routing lost_loops",
        "habib": "titles",
    }
    for who, names in pages.items():
        client = sign_in(cast.people[who])
        for name, _mark, query in (each.partition("?") for each in names.split()):
            answer = client.get(f"{reverse(name)}?{query}")
            assert (answer.status_code, leaked(answer)) == (200, []), (who, name)
    for who in ("aissatou", "bineta", "codou", "daouda"):
        answer = sign_in(cast.people[who]).get(reverse("referral", args=[referral.pk]))
        assert (answer.status_code, leaked(answer)) == (200, [])
    owner = sign_in(cast.aissatou)
    for pk in told:
        assert owner.get(reverse("notice", args=[pk])).status_code in (200, 302)
    page = owner.get(address(case, "case"))
    assert page.status_code == 200
    assert str(case.pk) in page.content.decode()
    assert sign_in(cast.bineta).get(address(case, "case_looks")).status_code == 200
    for name in ("case_edit", "case_print", "case_rights", "case_changes", "case_erasure", "consent"):
        assert owner.get(address(case, name)).status_code == 404, name
    assert (
        owner.post(address(case, "case_reveal"), {"groups": ["identity"], "reason": "care"}).status_code
        == 404
    )
    for task in Task.objects.filter(case=case):
        assert owner.get(reverse("task_done", args=[task.pk])).status_code == 404


def test_the_codes_for_statistics_stay(cast: c.Cast) -> None:
    def counted() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.region_id, p.sex, p.age_status, p.age_band, c.opened_at, c.closed_at, count(r.id)"
                " FROM referral_case c JOIN referral_person p ON p.case_id = c.id"
                " LEFT JOIN referral_referral r ON r.case_id = c.id AND r.outcome = 'NEED_MET'"
                " WHERE c.id = %s GROUP BY 1, 2, 3, 4, 5, 6",
                [case.pk],
            )
            return cursor.fetchall()

    case = closed(cast, completed(cast).case)
    before = counted()
    erased(cast, case)
    assert counted() == before
    assert len(before) == 1
    assert Transition.objects.filter(case=case, action="archive", reason_code="ERROR").exists()
