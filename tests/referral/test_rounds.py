"""A round takes everything that is due, a handful at a time; what cannot be acted on keeps nobody else waiting."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse

from audit import clock as time
from audit.rows import write
from audit.work import at_work
from referral.enums import Clock, LossKind, State, TaskKind
from referral.models import Case, ClockRound, Draft, Referral, Task, Term
from referral.queries.lost import lost
from referral.queries.terms import spreads
from referral.services import cases, drafts
from referral.services.clock import go_round, run
from referral.services.rounds import HANDFUL
from tests import cast as c
from tests.referral.pages import later, sign_in
from tests.referral.story import fr
from tests.referral.test_watch_after import completed

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def spoil(case: Case, column: str) -> None:
    """As a disk might: one bit of a sealed value."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE referral_person SET {column} = set_byte({column}, 40, get_byte({column}, 40) # 1),"
            " version = version + 1 WHERE case_id = %s",
            [case.pk],
        )
        assert cursor.rowcount == 1


def test_more_than_a_handful_is_done_in_one_round(cast: c.Cast) -> None:
    many = HANDFUL * 2 + 3
    with c.acting(cast.aissatou) as actor:
        for number in range(many):
            drafts.save_draft(by=actor, at=time.now(), form=f"form_{number}", about=drafts.NEW, values={})
    later(days=8)
    with at_work() as at:
        assert (run("half_typed", at), run("half_typed", at)) == (many, 0)
    assert not Draft.objects.exists()


def test_a_row_that_cannot_be_read_keeps_no_other_row_and_no_other_rule_waiting(
    cast: c.Cast, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = completed(cast), completed(cast)
    spoil(bad.case, "safe_contact")
    waiting = c.sent(cast, urgency="urgent")
    later(days=30)
    with at_work() as at, caplog.at_level(logging.ERROR):
        acted = go_round(at)
    assert [task.referral for task in Task.objects.filter(kind=TaskKind.FOLLOW_UP)] == [good]
    assert acted["referrals"] >= 1
    assert waiting.rungs.exists()
    assert ClockRound.objects.get(rule="follow_ups").failed == 1
    assert [record.event for record in caplog.records] == ["clock_row_failed"]
    assert [each for each in c.SECRETS.values() if each in caplog.text] == []

    loss = next(each for each in lost(time.now()) if each.kind == LossKind.CLOCK_FAILED)
    assert loss.of_kind == 1
    page = sign_in(cast.ibrahima).get(reverse("lost_loops")).content.decode()
    assert fr("Deadlines on which the clock fails") in page
    page = sign_in(cast.mareme).get(reverse("worker")).content.decode()
    assert fr("%(counter)s row failed: see the log of the worker.") % {"counter": 1} in page
    transaction.set_rollback(
        True
    )  # what was spoiled has no history row, which the end of every test asks for


# --- values that differ, for what is counted by one statement


def sets(clock: Clock, days: int, **place: Any) -> None:
    with c.acting(), transaction.atomic():
        write(Term(clock=clock, amount=24 * days, **place))


def test_the_narrowest_value_counts_for_each_organisation(cast: c.Cast) -> None:
    widest = spreads(Clock.STAY)[Clock.STAY]
    assert (widest.widest, widest.own) == (timedelta(days=90), {})
    sets(Clock.STAY, 80)
    sets(Clock.STAY, 70, region=cast.region)
    sets(Clock.STAY, 60, organisation=cast.centre)
    stay = spreads(Clock.STAY, Clock.GROUND_REVIEW)[Clock.STAY]
    assert stay.widest == timedelta(days=80)
    assert stay.of(cast.centre.pk) == timedelta(days=60)
    assert stay.of(cast.other_centre.pk) == timedelta(days=70)
    found = Case.objects.filter(stay.over(time.now(), since="opened_at", holder="organisation"))
    assert list(found) == []


def test_a_risk_is_assessed_again_by_the_value_of_its_own_organisation(cast: c.Cast) -> None:
    ours, theirs = c.open_case(cast), c.open_case(cast, by=cast.fatou)
    for case, who in ((ours, cast.aissatou), (theirs, cast.fatou)):
        with c.acting(who) as actor:
            cases.reassess(case.pk, by=actor, at=time.now(), version=1, risk="medium", urgency="standard")
    sets(Clock.REASSESS_MEDIUM, 10, organisation=cast.ngo)
    later(days=11)
    with at_work() as at:
        run("risks", at)
    assert [task.case for task in Task.objects.filter(kind=TaskKind.REASSESS_RISK)] == [theirs]
    later(days=31)
    with at_work() as at:
        run("risks", at)
    assert {task.case for task in Task.objects.filter(kind=TaskKind.REASSESS_RISK)} == {ours, theirs}


def test_a_follow_up_comes_on_the_day_of_its_own_organisation_and_once(cast: c.Cast) -> None:
    referral = completed(cast)
    sets(Clock.FOLLOW_UP_1, 45, organisation=cast.unit)
    later(days=37)
    with at_work() as at:
        assert run("follow_ups", at) == 0
    later(days=39)
    with at_work() as at:
        assert (run("follow_ups", at), run("follow_ups", at)) == (1, 0)
    assert Task.objects.get(kind=TaskKind.FOLLOW_UP).due_at == referral.ended_at + timedelta(days=45)
    sets(Clock.FOLLOW_UP_1, 46, region=cast.region)
    sets(Clock.FOLLOW_UP_1, 47)
    later(days=40)
    with at_work() as at:
        assert run("follow_ups", at) == 0


def test_a_referral_in_service_is_not_followed_up(cast: c.Cast) -> None:
    referral = c.started(cast, c.accepted(cast, c.sent(cast)))
    later(days=30)
    with at_work() as at:
        assert run("follow_ups", at) == 0
    assert Referral.objects.get(pk=referral.pk).state == State.IN_SERVICE
