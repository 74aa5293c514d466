"""A week of a shelter's paper, entered on Sunday: what happened counts when it happened, and nobody is alarmed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit import clock
from referral.deadlines import DECIDE
from referral.enums import PlacementState, State, TaskKind
from referral.escalation import QUIET
from referral.models import Notice, Placement, Referral, Rung, Task, Transition
from tests import cast as c
from tests.referral.pages import act, act_url, later, page_of, press, sign_in
from tests.referral.passing import go_round, rounds
from tests.referral.story import said

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

#: Monday is when the referral is sent; Sunday morning, before it would expire unanswered.
WEDNESDAY, FRIDAY, SUNDAY = 48.0, 96.0, 143.0


def typed(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def at_hour(hour: float) -> str:
    """Counted from the Monday, as one types it."""
    return typed(datetime.fromisoformat(MONDAY["at"]) + timedelta(hours=hour))


MONDAY: dict[str, str] = {}


def sent_on_monday(cast: c.Cast, **asked: Any) -> Referral:
    referral = c.sent(cast, **({"urgency": "standard"} | asked))
    assert referral.sent_at is not None
    MONDAY["at"] = referral.sent_at.isoformat()
    return referral


def writes(cast: c.Cast, referral: Referral, action: str, **given: Any) -> None:
    answer = act(cast.codou, referral, action, **given)
    assert answer.status_code == 302, said(answer)
    referral.refresh_from_db()


# --- The week ---------------------------------------------------------------------------------------------------
def test_a_week_of_paper_entered_on_sunday_raises_no_false_alarm(cast: c.Cast) -> None:
    referral = sent_on_monday(cast)
    rounds(SUNDAY, every=8)
    climbed = set(Rung.objects.values_list("pk", flat=True))
    told = set(Notice.objects.filter(rung__isnull=False).values_list("pk", flat=True))
    assert climbed  # before Sunday nobody could know better

    def writes_up(minute: float, action: str, **given: Any) -> None:
        later(hours=SUNDAY, minutes=minute)
        writes(cast, referral, action, **given)
        for pause in (1, 4, 8):
            later(hours=SUNDAY, minutes=minute + pause)
            assert not any(go_round()[rule] for rule in ("referrals", "expiry", "questions", "drafts"))

    writes_up(0, "acknowledge", occurred_at=at_hour(1))
    assert (referral.state, referral.acknowledged_at) == (State.ACKNOWLEDGED, moment_of(1))
    writes_up(10, "accept", conflict="no", occurred_at=at_hour(2), expected_arrival_at=at_hour(WEDNESDAY - 1))
    assert not referral.answered_late
    assert referral.due_at == moment_of(WEDNESDAY - 1) + timedelta(hours=24)
    writes_up(20, "start", identified_otherwise="Connue", occurred_at=at_hour(WEDNESDAY))
    assert (referral.state_since, referral.started_at) == (moment_of(WEDNESDAY), moment_of(WEDNESDAY))
    writes_up(30, "complete", reason_code="NEED_MET", left="yes", occurred_at=at_hour(FRIDAY))
    assert (referral.state, referral.ended_at) == (State.COMPLETED, moment_of(FRIDAY))

    rounds(SUNDAY + 12, since=SUNDAY + 1, every=2)
    assert set(Rung.objects.filter(object_id=referral.pk).values_list("pk", flat=True)) <= climbed
    mine = Notice.objects.filter(rung__object_id=referral.pk)
    assert set(mine.values_list("pk", flat=True)) <= told
    assert not Task.objects.filter(kind=TaskKind.CALL_BACK).exists()
    assert not Transition.objects.filter(action="no_show").exists()
    assert Placement.objects.get(referral=referral, state=PlacementState.LEFT).left_at == moment_of(FRIDAY)
    log = Transition.objects.filter(referral=referral, machine="referral").order_by("occurred_at")
    assert [line.action for line in log if line.action != "send"] == [
        "acknowledge", "accept", "start", "complete",
    ]  # fmt: skip
    assert all(line.recorded_at > line.occurred_at for line in log if line.action != "send")


def moment_of(hour: float) -> datetime:
    """As the box gives it back: to the minute."""
    return (datetime.fromisoformat(MONDAY["at"]) + timedelta(hours=hour)).replace(second=0, microsecond=0)


def test_the_clock_waits_for_the_writing_and_then_goes_on(cast: c.Cast) -> None:
    """Only the acknowledgement is written up: two hours later the decision is as late as it is."""
    referral = sent_on_monday(cast)
    later(hours=SUNDAY)
    writes(cast, referral, "acknowledge", occurred_at=at_hour(1))
    assert referral.quiet_until == clock.now() + QUIET
    later(hours=SUNDAY + 1.9)
    assert go_round()["referrals"] == 0
    later(hours=SUNDAY + 2.1)
    assert go_round()["referrals"] == 1


def test_an_answer_that_came_in_time_is_not_late_because_it_was_typed_late(cast: c.Cast) -> None:
    in_time, late = sent_on_monday(cast, urgency="urgent"), c.sent(cast, urgency="urgent")
    later(hours=40)
    writes(cast, in_time, "decline", reason_code="NO_CAPACITY", occurred_at=at_hour(3))
    writes(cast, late, "decline", reason_code="NO_CAPACITY", occurred_at=at_hour(30))
    assert (in_time.answered_late, late.answered_late) == (False, True)


def test_the_decision_counts_from_when_it_was_acknowledged(cast: c.Cast) -> None:
    referral = sent_on_monday(cast, urgency="urgent")
    later(hours=10)
    writes(cast, referral, "acknowledge", occurred_at=at_hour(4))
    assert referral.due_at == moment_of(4) + DECIDE["urgent"]
    assert referral.state_since == moment_of(4)


def test_a_non_arrival_written_late_gives_the_sender_a_whole_day(cast: c.Cast) -> None:
    """Who hears on Sunday of a Wednesday cannot have been late since Thursday."""
    referral = sent_on_monday(cast)
    c.accepted(cast, referral, expected_arrival_at=clock.now() + timedelta(hours=WEDNESDAY))
    referral.refresh_from_db()
    later(hours=SUNDAY)
    writes(cast, referral, "no_show", reason_code="NOT_ARRIVED", called="yes", occurred_at=at_hour(WEDNESDAY))
    assert referral.state_since == moment_of(WEDNESDAY)
    assert referral.due_at == clock.now() + timedelta(hours=24)
    assert Task.objects.get(kind=TaskKind.CALL_BACK).due_at == referral.due_at
    later(hours=SUNDAY + 3)
    assert go_round()["referrals"] == 0


def test_stepping_back_counts_from_when_the_identity_was_shown(cast: c.Cast) -> None:
    referral = sent_on_monday(cast)
    later(hours=30)
    writes(cast, referral, "accept", conflict="no", occurred_at=at_hour(2))
    later(hours=31)
    writes(cast, referral, "step_back", conflict="on")
    assert referral.state == State.DECLINED


def test_a_departure_is_recorded_when_it_was(cast: c.Cast) -> None:
    from tests.world import taken_back

    referral = sent_on_monday(cast)
    ended = taken_back(cast, c.started(cast, c.accepted(cast, referral)))
    later(hours=30)
    url = reverse("referral_departure", args=[ended.pk])
    assert press(sign_in(cast.codou), url, occurred_at=at_hour(20)).status_code == 302
    assert Placement.objects.get(referral=ended).left_at == moment_of(20)


# --- What cannot be ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("action", ["acknowledge", "accept", "decline"])
@pytest.mark.parametrize("hour", [-1.0, 31.0, 24 * 365.0])
def test_nothing_happens_before_the_sending_or_tomorrow(cast: c.Cast, action: str, hour: float) -> None:
    referral = sent_on_monday(cast)
    later(hours=30)
    given = {"accept": {"conflict": "no"}, "decline": {"reason_code": "NO_CAPACITY"}}.get(action, {})
    answer = act(cast.codou, referral, action, occurred_at=at_hour(hour), **given)
    assert answer.status_code == 200
    assert "occurred_at" in answer.context["form"].errors
    assert Referral.objects.get(pk=referral.pk).state == State.SENT


@pytest.mark.parametrize("hours", [-200, 1])
def test_the_service_refuses_it_too_and_leaves_an_event(cast: c.Cast, hours: int) -> None:
    from audit.models import Event
    from referral.lifecycle import NotPossible
    from referral.services import receiving

    referral = sent_on_monday(cast)
    with c.acting(cast.codou) as actor, pytest.raises(NotPossible):
        receiving.acknowledge(
            referral.pk,
            by=actor,
            at=clock.now(),
            version=referral.version,
            occurred_at=clock.now() + timedelta(hours=hours),
        )
    denied = Event.objects.using("audit").filter(outcome="denied", referral_id=referral.pk)
    assert [event.reason_code for event in denied] == ["NOT_POSSIBLE_ACKNOWLEDGE"]


@pytest.mark.parametrize("given", ["hier", "2026-13-01T10:00", "x" * 300])
def test_what_is_no_time_is_said_in_the_open_part(cast: c.Cast, given: str) -> None:
    referral = sent_on_monday(cast)
    answer = act(cast.codou, referral, "acknowledge", occurred_at=given)
    assert answer.status_code == 200
    assert '<details class="govuk-details" open>' in answer.content.decode()


def test_the_part_is_folded_and_an_act_of_now_leaves_it_empty(cast: c.Cast) -> None:
    referral = sent_on_monday(cast)
    for action in ("acknowledge", "accept", "decline"):
        page = sign_in(cast.codou).get(act_url(referral, action)).content.decode()
        assert page.count('name="occurred_at"') == 1
        assert '<details class="govuk-details">' in page
    writes(cast, referral, "acknowledge")
    assert (referral.quiet_until, referral.acknowledged_at) == (None, clock.now())
    assert page_of(cast.codou, referral).status_code == 200


def test_clocks_never_run_before_the_state_that_an_act_ended(cast: c.Cast) -> None:
    """Accepted on the telephone before it was acknowledged on the screen: the log says so, the clock goes forward."""
    referral = sent_on_monday(cast)
    later(hours=5)
    writes(cast, referral, "acknowledge")
    later(hours=6)
    writes(cast, referral, "accept", conflict="no", occurred_at=at_hour(2))
    assert referral.acknowledged_at is not None
    assert (referral.state_since, referral.accepted_at) == (referral.acknowledged_at,) * 2
    assert Transition.objects.get(referral=referral, action="accept").occurred_at == moment_of(2)
