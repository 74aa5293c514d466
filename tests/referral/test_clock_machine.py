"""Random acts, elapsed time and rounds of the clock: no open referral is ever forgotten (design §7, invariant 1)."""

import itertools
import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from audit import clock as time
from audit.work import at_work
from partners.actor import Actor
from partners.queries import desk_staffed
from referral import escalation, lifecycle
from referral.audiences import holder_of
from referral.enums import OPEN, TERMINAL, Action, Holder
from referral.models import ClockRound, Notice, Referral, Rung, Task
from referral.services import clock
from referral.services.escalating import confirm_reading
from tests import cast as c
from tests.referral.pages import later
from tests.referral.test_invariants import PEOPLE, REFUSALS, acts

FULL = os.environ.get("FULL") == "1"
URGENCIES = ("emergency", "urgent", "standard")

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def heard(
    ladder: tuple[escalation.RungRule, ...], watched: Referral | Task, since: datetime, at: datetime
) -> None:
    """After a round: silence climbed one rung after the other, and what was to be said `at` this time has been."""
    assert watched.due_at is not None
    rungs = list(Rung.objects.filter(object_id=watched.pk, due_at=watched.due_at).order_by("number"))
    assert [rung.number for rung in rungs] == list(range(1, len(rungs) + 1))
    for below, above in itertools.pairwise(rungs):
        assert not below.told or above.reached_at - below.reached_at >= escalation.PAUSE
    if len(rungs) >= len(ladder) or at <= since:
        return  # the top is climbed again from here
    last, share = rungs[-1] if rungs else None, ladder[len(rungs)].share
    if last and last.told and at < last.reached_at + escalation.PAUSE:
        return  # people have time to act before the next is told
    late = share is not None and at >= since + (watched.due_at - since) * share
    assert not late, "its time has come, and nobody was told"
    unheard = last and last.confirmed_at is None and last.confirm_by is not None and last.confirm_by <= at
    assert not unheard, "nobody confirmed, and nobody else was told"


def machine(cast: c.Cast) -> type[RuleBasedStateMachine]:
    class World(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.savepoint = transaction.atomic()
            self.savepoint.__enter__()
            self.passed = timedelta(0)
            #: How many rungs those had climbed that have ended.
            self.ended: dict[UUID, int] = {}

        @initialize(urgencies=st.lists(st.sampled_from(URGENCIES), min_size=2, max_size=2))
        def begin(self, urgencies: list[str]) -> None:
            later(seconds=0)
            self.cases = [c.open_case(cast, age_status="adult", age_band="21-29"), c.open_case(cast)]
            for case, urgency in zip(self.cases, urgencies, strict=True):
                c.sent(cast, case, urgency=urgency)
            c.drafted(cast, self.cases[0], urgency=urgencies[0])

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

        # --- What happens ----------------------------------------------------------------------------------
        def attempt(self, name: str, act: Callable[[Actor, datetime], Any]) -> None:
            try:
                with c.acting(getattr(cast, name)) as actor, transaction.atomic():
                    assert actor is not None
                    act(actor, time.now())
                    connection.check_constraints()
            except REFUSALS:
                pass

        @rule(data=st.data(), name=st.sampled_from(PEOPLE), seed=st.integers(0, 2**16))
        def anybody_tries_anything(self, data: st.DataObject, name: str, seed: int) -> None:
            referral = data.draw(st.sampled_from(list(Referral.objects.order_by("seq"))))
            action = data.draw(st.sampled_from([each for each in Action if each != Action.EXPIRE]))
            self.act(name, referral, action, seed)

        @rule(data=st.data(), seed=st.integers(0, 2**16))
        def the_right_person_goes_on(self, data: st.DataObject, seed: int) -> None:
            open_ones = list(Referral.objects.filter(state__in=sorted(OPEN)).order_by("seq"))
            if not open_ones:
                return
            referral = data.draw(st.sampled_from(open_ones))
            legal = [each for each in lifecycle.legal_actions(referral.state) if each != Action.EXPIRE]
            action = data.draw(st.sampled_from(legal))
            sender = action in (Action.SEND, Action.ANSWER, Action.WITHDRAW)
            self.act("aissatou" if sender else "codou", referral, action, seed)

        def act(self, name: str, referral: Referral, action: str, seed: int) -> None:
            dice = random.Random(seed)
            with c.acting():
                referral.arrival_code  # noqa: B018  # opened while a keyring is
            self.attempt(name, lambda actor, at: acts(referral, cast, actor, at, dice)[action]())

        @rule(number=st.integers(0, 2**16))
        def somebody_confirms_to_have_read(self, number: int) -> None:
            waiting = Notice.objects.filter(rung__confirm_by__isnull=False, rung__confirmed_at=None)
            notices = list(waiting.select_related("user").order_by("made_at", "pk"))
            if notices:
                notice = notices[number % len(notices)]
                with c.acting(notice.user) as actor:
                    assert actor is not None
                    confirm_reading(notice.pk, by=actor, at=time.now())

        @rule(minutes=st.one_of(st.integers(1, 180), st.integers(1, 200 * 60)), rounds=st.integers(1, 3))
        def time_passes_and_the_clock_goes_round(self, minutes: int, rounds: int) -> None:
            for _each in range(rounds):
                self.wait(timedelta(minutes=minutes))
                self.go_round()

        @rule(hours=st.integers(1, 400))
        def the_system_is_off(self, hours: int) -> None:
            self.wait(timedelta(hours=hours))

        def wait(self, span: timedelta) -> None:
            self.passed += span
            later(seconds=self.passed.total_seconds())

        def go_round(self) -> None:
            with at_work() as at:
                clock.go_round(at)
                again = {name: acted for name, acted in clock.go_round(at).items() if acted}
                assert not again, "the same moment has nothing more to say"
                assert not ClockRound.objects.filter(failed__gt=0).exists()
                connection.check_constraints()
            for referral in Referral.objects.filter(state__in=sorted(OPEN)):
                if referral.quiet_until is None or referral.quiet_until <= at:
                    since = referral.due_since or referral.state_since
                    heard(escalation.LADDERS[referral.state], referral, since, at)
            for task in Task.objects.filter(done_at=None, due_at__isnull=False):
                if task.delayed_until is None or task.delayed_until <= at:
                    heard(escalation.task_ladder(task.kind), task, task.made_at, at)

        # --- What always holds -----------------------------------------------------------------------------
        @invariant()
        def every_open_referral_has_a_holder_a_step_and_a_deadline(self) -> None:
            for referral in Referral.objects.select_related("case"):
                standing = lifecycle.STANDING[referral.state]
                if referral.state in TERMINAL:
                    assert referral.due_at is None
                    continue
                assert referral.due_at is not None
                assert standing.next_step is not None
                assert {
                    Holder.CASE_OWNER: referral.case.owner_id,
                    Holder.WORKER: referral.worker_id,
                    Holder.RECEIVING_DESK: desk_staffed(referral.receiving_organisation_id),
                }[holder_of(referral)]

        @invariant()
        def nobody_is_told_twice(self) -> None:
            rungs = Counter(Rung.objects.values_list("object_id", "due_at", "number"))
            told = Counter(Notice.objects.exclude(rung=None).values_list("rung", "user"))
            assert set(rungs.values()) | set(told.values()) <= {1}
            for rung in Rung.objects.all():
                heard = Notice.objects.filter(rung=rung).count()
                assert heard == rung.told
                if not heard:
                    # Nobody sat there: it is not waited for.
                    assert rung.confirm_by is None or rung.confirm_by <= rung.reached_at

        @invariant()
        def what_has_ended_climbs_nothing(self) -> None:
            now = {
                pk: Rung.objects.filter(object_id=pk).count()
                for pk in Referral.objects.filter(state__in=sorted(TERMINAL)).values_list("pk", flat=True)
            }
            assert {pk: now[pk] for pk in self.ended} == self.ended
            self.ended = now

    return World


@pytest.mark.no_cover  # long under FULL=1; each act is measured where it is tested
def test_whatever_happens_no_referral_is_forgotten(cast: c.Cast) -> None:
    run_state_machine_as_test(
        machine(cast),
        settings=settings(
            max_examples=60 if FULL else 4,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
