"""What is asked again, given back, heard after the end and put away: at its time, once, until it is done."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from audit import clock as now
from audit.models import Event
from crypto.models import DataKey
from referral.enums import GroundCode, Purpose, TaskKind
from referral.models import (
    Case,
    Draft,
    LegalGround,
    Notice,
    Placement,
    Referral,
    Submission,
    Task,
)
from referral.queries import basis_live
from referral.services import basis, care, cases, drafts, telephone, withdrawing
from tests import cast as c
from tests.referral.pages import later, press, same_as_unknown, sign_in
from tests.referral.watching import none_open, ran, the_task, told, url

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

# --- legal grounds


def grounded(cast: c.Cast) -> LegalGround:
    case = c.open_case(cast)
    with c.acting(cast.aissatou) as actor:
        ground = basis.record_ground(
            case.pk,
            by=actor,
            at=now.now(),
            code=GroundCode.CHILD_PROTECTION,
            recipient=cast.centre,
            purpose=Purpose.SERVICES,
            groups=["identity", "contact", "needs", "health", "children"],
            reason="motif canari",
            best_interest={"safety": "oui", "view": "oui", "guardian": "non"},
        )
    with c.acting(cast.bineta) as actor:
        return basis.decide_ground(ground.pk, by=actor, at=now.now(), version=ground.version, approve=True)


def test_a_ground_is_reviewed_after_thirty_days_and_goes_on(cast: c.Cast) -> None:
    ground = grounded(cast)
    later(days=29, hours=23)
    assert ran("grounds") == 0
    later(days=30, hours=1)
    assert ran("grounds") == 1
    task = the_task(TaskKind.REVIEW_GROUND)
    assert (task.owner, told(task)) == (cast.aissatou, ["Aissatou"])
    assert Notice.objects.filter(user=cast.bineta, object_id=ground.case_id, due_at=task.due_at).exists()
    client = sign_in(cast.aissatou)
    assert client.get(reverse("task_done", args=[task.pk])).url == url("case_grounds", ground.case)
    assert press(client, url("case_grounds", ground.case)).context["form"].errors
    press(client, url("case_grounds", ground.case), **{f"ground_{ground.pk}": "yes"})
    ground.refresh_from_db()
    assert ground.review_due == now.now() + timedelta(days=30)
    assert none_open(TaskKind.REVIEW_GROUND)
    assert ran("grounds") == 0
    assert "form" in client.get(url("case_grounds", ground.case)).context
    later(days=61)
    assert ran("grounds") == 1


def test_a_ground_that_is_needed_no_more_releases_nothing_and_ends_what_rests_on_it(cast: c.Cast) -> None:
    ground = grounded(cast)
    draft = c.drafted(cast, ground.case)
    with c.acting(cast.aissatou) as actor:
        sent = c.sending.send_referral(draft.pk, by=actor, at=now.now(), version=draft.version)
    later(days=31)
    ran("grounds")
    answer = press(sign_in(cast.bineta), url("case_grounds", ground.case), **{f"ground_{ground.pk}": "no"})
    assert answer.url == url("case", ground.case)
    sent.refresh_from_db()
    ground.refresh_from_db()
    assert (sent.state, ground.approved_by, basis_live(sent, now.now())) == ("withdrawn", cast.bineta, False)
    assert Event.objects.filter(object_id=ground.pk, reason_code="ENDED").count() == 1
    assert ran("grounds") == 0
    assert same_as_unknown(sign_in(cast.codou), "case_grounds", ground.case_id)


# --- consents


def test_a_consent_on_which_a_referral_rests_is_asked_for_again_a_month_before_it_ends(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    c.agree(cast, referral.case, cast.other_centre)  # nothing rests on it
    later(days=334, hours=23)
    assert ran("consents") == 0
    later(days=335, hours=1)
    ran("consents")
    task = the_task(TaskKind.RENEW_CONSENT)
    assert (task.owner, task.due_at, told(task)) == (cast.aissatou, referral.basis_until, ["Aissatou"])
    page = sign_in(cast.aissatou).get(reverse("task_done", args=[task.pk]))
    assert url("consent", referral.case) in page.content.decode()
    c.agree(cast, referral.case, cast.centre)
    assert none_open(TaskKind.RENEW_CONSENT)
    referral.refresh_from_db()
    assert referral.basis_until == now.now() + timedelta(days=365)
    assert ran("consents") == 0


def test_a_consent_that_nobody_needs_any_more_is_not_asked_for(cast: c.Cast) -> None:
    referral = c.sent(cast)
    later(days=340)
    ran("consents")
    assert the_task(TaskKind.RENEW_CONSENT)
    withdraw(cast, referral)
    assert ran("consents_settled") == 1
    assert none_open(TaskKind.RENEW_CONSENT)


def withdraw(cast: c.Cast, referral: Referral) -> None:
    with c.acting(cast.aissatou) as actor:
        withdrawing.withdraw_referral(referral.pk, by=actor, at=now.now(), reason_code="ERROR")


# --- a place held on a telephone yes


def promised(cast: c.Cast) -> Referral:
    referral = c.sent(cast)
    with c.acting(cast.aissatou) as actor:
        said = {"yes": True, "said_by": "la garde", "said_at": now.now()}
        telephone.record_telephone_answer(
            referral.pk, by=actor, at=now.now(), version=referral.version, **said
        )
    return Referral.objects.get(pk=referral.pk)


def test_a_telephone_yes_that_nobody_confirms_gives_its_place_back(cast: c.Cast) -> None:
    promised(cast)
    later(hours=11, minutes=50)
    assert ran("holds") == 0
    before = Notice.objects.filter(user=cast.aissatou).count()
    later(hours=12, minutes=10)
    assert ran("holds") == 1
    cast.girls.refresh_from_db()
    assert (Placement.objects.get().state, cast.girls.held) == ("released", 0)
    assert Notice.objects.filter(user=cast.aissatou).count() == before + 1


def test_a_yes_that_the_desk_confirmed_keeps_its_place(cast: c.Cast) -> None:
    due = c.accepted(cast, promised(cast)).due_at
    assert due is not None
    later(hours=12, minutes=10)
    assert due > now.now()
    assert ran("holds") == 0


# --- how it goes after the end


SAFE = {"safe_contact": {"channels": {"phone": True}}}


def completed(cast: c.Cast, outcome: str = "NEED_MET", **person: Any) -> Referral:
    referral = c.started(cast, c.accepted(cast, c.sent(cast, c.open_case(cast, **SAFE | person))))
    with c.acting(cast.codou) as actor:
        at = now.now()
        said = {"by": actor, "at": at, "version": referral.version, "occurred_at": at}
        return care.complete_service(referral.pk, **said, outcome=outcome)


def test_a_week_before_one_three_six_and_twelve_months_one_asks_how_it_goes(cast: c.Cast) -> None:
    referral = completed(cast)
    asked = []
    for day in range(0, 400, 2):
        later(days=day)
        if ran("follow_ups"):
            task = Task.objects.filter(kind=TaskKind.FOLLOW_UP).latest("due_at")
            assert timedelta(days=-2) < now.now() + timedelta(days=7) - task.due_at < timedelta(days=2)
            asked.append(round((task.due_at - referral.ended_at).days / 30.4))
    assert asked == [1, 3, 6, 12]


def test_how_the_person_is_ends_the_task_in_a_code(cast: c.Cast) -> None:
    referral = completed(cast)
    later(days=30)
    ran("follow_ups")
    task = the_task(TaskKind.FOLLOW_UP)
    assert (task.owner, task.referral) == (cast.aissatou, referral)
    client, address = sign_in(cast.aissatou), reverse("task_done", args=[task.pk])
    assert "contact sûr" in client.get(address).content.decode()
    assert press(client, address).context["form"].errors
    assert press(client, address, result="needs_help", note="mot canari").status_code == 302
    task.refresh_from_db()
    assert (task.result, task.done_by) == ("needs_help", cast.aissatou)
    assert ran("follow_ups") == 0
    assert same_as_unknown(sign_in(cast.daouda), "task_done", task.pk)


@pytest.mark.parametrize("outcome", ["REFERRED_ON", "DECEASED"])
def test_nobody_asks_after_some_ends(cast: c.Cast, outcome: str) -> None:
    completed(cast, outcome)
    later(days=30)
    assert ran("follow_ups") == 0


def test_nobody_asks_who_wants_no_contact(cast: c.Cast) -> None:
    completed(cast, safe_contact={"channels": {"phone": False}})
    later(days=30)
    before = Notice.objects.count()
    ran("follow_ups")
    assert none_open(TaskKind.FOLLOW_UP)
    assert Notice.objects.count() == before
    assert (
        Event.objects.using("audit").filter(verb="reveal", actor_id=None, fields=["safe_contact"]).count()
        == 1
    )


def test_nobody_asks_while_something_else_is_open_or_the_file_is_closed(cast: c.Cast) -> None:
    referral = completed(cast)
    draft = c.drafted(cast, referral.case)
    later(days=30)
    assert ran("follow_ups") == 0
    withdraw(cast, draft)
    case = Case.objects.get()
    with c.acting(cast.bineta) as actor:
        cases.close_case(case.pk, by=actor, at=now.now(), version=case.version, reason_code="SAFE")
    assert ran("follow_ups") == 0


# --- what is put away


def test_a_half_typed_form_is_thrown_away_with_its_key_after_its_time(cast: c.Cast) -> None:
    with c.acting(cast.aissatou) as actor:
        draft = drafts.save_draft(
            by=actor, at=now.now(), form="intake", about=drafts.NEW, values={"a": "canari"}
        )
    assert DataKey.objects.filter(scope_id=draft.pk).exists()
    later(days=6, hours=23)
    assert ran("half_typed") == 0
    later(days=7, minutes=1)
    assert ran("half_typed") == 1
    assert not Draft.objects.exists()
    assert not DataKey.objects.filter(scope_id=draft.pk).exists()


def test_answers_to_forms_are_kept_for_a_week(cast: c.Cast) -> None:
    Submission.objects.create(user=cast.aissatou, key=uuid4(), at=now.now())
    later(days=6)
    assert ran("submissions") == 0
    later(days=7, minutes=1)
    assert ran("submissions") == 1


def test_expired_sessions_are_cleared_once_a_day(cast: c.Cast) -> None:
    def past() -> None:
        Session.objects.create(session_key=uuid4().hex, expire_date=timezone.now() - timedelta(hours=1))

    past()
    assert ran("sessions") == 1
    assert not Session.objects.exists()
    past()
    later(hours=23)
    assert ran("sessions") == 0
    later(hours=25)
    assert ran("sessions") == 1
