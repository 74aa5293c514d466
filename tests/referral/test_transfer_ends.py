"""A hand-over that is declined, withdrawn or refused, and who finds nothing of it."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.urls import reverse

from audit import clock
from referral.models import Notice, Task, Transfer
from referral.services import cases
from tests import cast as c
from tests.contents import nothing_changes
from tests.referral import life
from tests.referral.pages import later, press, same_as_unknown, sign_in
from tests.referral.story import fr, said
from tests.referral.test_transfer import asks, url, who_is_responsible

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def test_a_decline_leaves_the_owner_responsible_with_a_task(cast: c.Cast) -> None:
    transfer = life.proposed(cast)
    answer = press(sign_in(cast.elisabeth), url("transfer_decline", transfer), reason_code="NO_CAPACITY")
    assert answer.status_code == 302
    transfer.refresh_from_db()
    assert (transfer.state, transfer.decline_reason, who_is_responsible(transfer.case)) == (
        "declined",
        "NO_CAPACITY",
        cast.aissatou,
    )
    task = Task.objects.get(kind="transfer_again", done_at=None)
    assert (task.owner, Notice.objects.filter(user=cast.aissatou, action_needed=True).exists()) == (
        cast.aissatou,
        True,
    )
    assert same_as_unknown(sign_in(cast.daouda), "transfer", transfer.pk)
    page = sign_in(cast.aissatou).get(reverse("task_done", args=[task.pk])).content.decode()
    assert url("case_transfer", transfer.case) in page


def test_it_is_withdrawn_by_the_owner_or_refused_by_the_second_person(cast: c.Cast) -> None:
    transfer = life.proposed(cast)
    case = transfer.case
    assert sign_in(cast.daouda).get(url("transfer_withdraw", transfer)).status_code == 403
    assert asks(cast, case).context["form"].non_field_errors()  # one at a time
    closing = {"reason": "PERSON_REQUEST", "informed": "on"}
    assert press(sign_in(cast.bineta), url("case_close", case), **closing).context["form"].non_field_errors()
    assert press(sign_in(cast.aissatou), url("transfer_withdraw", transfer)).status_code == 302
    assert not Task.objects.filter(kind="answer_transfer", done_at=None).exists()
    assert same_as_unknown(sign_in(cast.daouda), "transfer_accept", transfer.pk)
    again = life.asked(cast, life.fresh(case))
    life.decide(case, cast.bineta, approve=False, note="pas encore")
    again.refresh_from_db()
    assert (again.state, who_is_responsible(case)) == ("withdrawn", cast.aissatou)


def test_the_former_side_reads_and_writes_no_more_and_does_not_open_it_again_meanwhile(cast: c.Cast) -> None:
    transfer = life.proposed(cast)
    new, case = life.taken(cast, transfer), transfer.case
    aissatou = sign_in(cast.aissatou)
    assert aissatou.get(url("case", case)).status_code == 200
    assert fr("The case is closed.") in said(press(aissatou, url("case_follow", case), answer="well"))
    assert same_as_unknown(aissatou, "case", new.pk)
    assert same_as_unknown(sign_in(cast.daouda), "case", case.pk)
    opens = press(sign_in(cast.bineta), url("case_reopen", case), reason="encore")
    assert fr("Another organisation is responsible for the person now: ask it.") in said(opens)
    with c.acting(cast.elisabeth) as actor:
        cases.close_case(new.pk, by=actor, at=clock.now(), version=new.version, reason_code="PERSON_REQUEST")
    later(hours=1)
    assert press(sign_in(cast.bineta), url("case_reopen", case), reason="revenue").status_code == 302
    assert who_is_responsible(case) == cast.aissatou


@pytest.mark.parametrize("begin", [life.asked, life.proposed])
def test_a_suspended_house_takes_nobody_over_any_more(
    cast: c.Cast, begin: Callable[[c.Cast], Transfer]
) -> None:
    """What waited there, or was to be proposed to it, is the owner's again, who hears why."""
    transfer = begin(cast)
    case = transfer.case
    assert press(sign_in(cast.mareme), url("organisation-suspend", cast.centre)).status_code == 302
    transfer.refresh_from_db()
    assert (transfer.state, who_is_responsible(case)) == ("withdrawn", cast.aissatou)
    open_tasks = Task.objects.filter(case=case, done_at=None, kind__endswith="transfer")
    assert (open_tasks.exists(), Task.objects.get(case=case, kind="transfer_again").owner) == (
        False,
        cast.aissatou,
    )
    assert Notice.objects.filter(user=cast.aissatou, action_needed=True).exists()
    story = sign_in(cast.aissatou).get(url("case", case)).content.decode()
    assert "Organisation suspendue" in story
    closing = {"reason": "PERSON_REQUEST", "informed": "on"}
    assert press(sign_in(cast.bineta), url("case_close", case), **closing).status_code == 302


def test_a_third_house_finds_nothing_and_a_focal_point_answers_nothing(cast: c.Cast) -> None:
    transfer = life.proposed(cast)
    for who in ("fatou", "codou", "ousmane", "ibrahima", "gora"):
        for name in ("transfer", "transfer_accept", "transfer_decline"):
            assert same_as_unknown(sign_in(cast.people[who]), name, transfer.pk)
    assert sign_in(cast.aissatou).get(url("transfer_accept", transfer)).status_code == 403


def test_a_stale_answer_is_shown_again(cast: c.Cast) -> None:
    transfer = life.proposed(cast)
    typed = {"key": str(uuid4()), "version": str(transfer.version - 1)}
    with nothing_changes():
        answer = sign_in(cast.daouda).post(url("transfer_accept", transfer), typed)
    assert answer.context["form"].stale
    again = sign_in(cast.daouda).post(
        url("transfer_accept", transfer), typed | {"key": str(uuid4()), "version": str(transfer.version)}
    )
    assert again.status_code == 302
