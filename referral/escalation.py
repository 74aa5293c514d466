"""When does silence become louder, and who hears it? Pure (design §6 and §7.1, domain §5.2).

A deadline climbs a ladder: each rung at a share of its time, or as soon as the rung below told nobody, or nobody
confirmed in time to have read it. A notice is not a person told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from referral.enums import State, TaskKind, Urgency


class Audience(StrEnum):
    #: Whose step it is: the desk, the named worker, the case owner, the owner of a task.
    HOLDER = "holder"
    #: The head of the house that is silent, and whoever waits for it on the other side.
    HEADS = "heads"
    COORDINATION = "coordination"
    #: The national duty officer, by a task: somebody telephones.
    DUTY = "duty"


@dataclass(frozen=True)
class RungRule:
    """`share` of the time at which it is climbed whatever happened below; None: only when nobody confirmed."""

    audience: Audience
    share: float | None
    confirm: bool = True


UNANSWERED_LADDER = (
    RungRule(Audience.HOLDER, 0.5, confirm=False),
    RungRule(Audience.HEADS, 1.0),
    RungRule(Audience.COORDINATION, 1.5),
    RungRule(Audience.DUTY, None),
)
#: Long or expected waits: a reminder at half time would be noise.
LATE_LADDER = (
    RungRule(Audience.HOLDER, 0.9, confirm=False),
    RungRule(Audience.HEADS, 1.0),
    RungRule(Audience.COORDINATION, 1.5),
    RungRule(Audience.DUTY, None),
)
LADDERS: Mapping[str, tuple[RungRule, ...]] = {
    State.DRAFT: (RungRule(Audience.HOLDER, 0.5, confirm=False),),
    State.SENT: UNANSWERED_LADDER,
    State.ACKNOWLEDGED: UNANSWERED_LADDER,
    State.INFO_REQUESTED: UNANSWERED_LADDER,
    State.ACCEPTED: LATE_LADDER,
    State.NO_SHOW: UNANSWERED_LADDER,
    State.IN_SERVICE: (
        RungRule(Audience.HOLDER, 0.9, confirm=False),
        RungRule(Audience.HEADS, 1.0),
        RungRule(Audience.COORDINATION, 1.2),
        RungRule(Audience.DUTY, None),
    ),
}
TASK_LADDER = UNANSWERED_LADDER
#: The last instance has nobody above: after it the report of lost loops says so.
LAST_LADDER = (
    RungRule(Audience.HOLDER, 0.5, confirm=False),
    RungRule(Audience.COORDINATION, 1.0),
)
#: Alarms at T-24 h, when the task is made, at T-6 h and at the end (domain §5.4).
TITLE_LADDER = (
    RungRule(Audience.HOLDER, 0.75, confirm=False),
    RungRule(Audience.HEADS, 1.0),
    RungRule(Audience.COORDINATION, 1.25),
    RungRule(Audience.DUTY, None),
)
#: Alarms on day 60, when the task is made, on days 75 and 85, and on day 90, the end (domain §5.4).
STAY_LADDER = (
    RungRule(Audience.HOLDER, 15 / 30, confirm=False),
    RungRule(Audience.HOLDER, 25 / 30),
    RungRule(Audience.HEADS, 1.0),
    RungRule(Audience.COORDINATION, 1.2),
    RungRule(Audience.DUTY, None),
)
#: The right to break the glass is gone after it: those who were asked hear it louder, and nobody of coordination.
GLASS_LADDER = (
    RungRule(Audience.HOLDER, 1 / 3, confirm=False),
    RungRule(Audience.HOLDER, 2 / 3),
    RungRule(Audience.HEADS, 1.0),
)
#: Nobody telephones at night about what a review found: it is shown to those who confirm it as not yet done.
CORRECTION_LADDER = (
    RungRule(Audience.HOLDER, 0.5, confirm=False),
    RungRule(Audience.HEADS, 1.0),
    RungRule(Audience.COORDINATION, 1.5),
)
TASK_LADDERS: Mapping[str, tuple[RungRule, ...]] = {
    TaskKind.CORRECT: CORRECTION_LADDER,
    TaskKind.FOLLOW_UP_GLASS: CORRECTION_LADDER,
    TaskKind.DUTY_CALL: LAST_LADDER,
    TaskKind.TITLE_ENDS: TITLE_LADDER,
    TaskKind.STAY_ENDS: STAY_LADDER,
    TaskKind.REVIEW_GLASS: GLASS_LADDER,
}

#: A secret order that is so far beyond its time is heard of by the control.
SECRET_TO_CONTROL = 1.5

#: From this rung on the deadline has been heard above the two sides; only then a referral may expire.
COORDINATION_RUNG = 1 + next(
    number for number, step in enumerate(UNANSWERED_LADDER) if step.audience == Audience.COORDINATION
)
#: Who confirmed, and whoever the last rung told, has this long to move it; then the next one hears, or the last again.
TRUST = timedelta(hours=24)
#: How long one rung leaves people to act before the next, also when the system was off and all are due at once.
PAUSE = timedelta(minutes=10)
#: How long somebody has to confirm the reading.
PATIENCE: Mapping[str, timedelta] = {
    Urgency.EMERGENCY: timedelta(minutes=30),
    Urgency.URGENT: timedelta(hours=4),
    Urgency.STANDARD: timedelta(hours=24),
}
#: Emergency: the desk is telephoned first; after this, the next organisation is asked.
CALL_FIRST = timedelta(minutes=30)
#: What is written up this much later than it happened lets the desk finish writing before the clock goes on.
WRITTEN_LATE = timedelta(minutes=15)
QUIET = timedelta(hours=2)


def task_ladder(kind: str) -> tuple[RungRule, ...]:
    return TASK_LADDERS.get(kind, TASK_LADDER)


def calls_again(since: datetime, due_at: datetime, last: datetime | None, at: datetime) -> bool:
    """What has no task and so no ladder is called to mind at half of its time, at the end, and then each day.

    Args:
        last: when it was called to mind, if ever.
    """
    if last is None:
        return at >= since + max(due_at - since, timedelta()) / 2
    return at >= due_at and (last < due_at or at >= last + TRUST)


def is_for_control(since: datetime, due_at: datetime, at: datetime) -> bool:
    """Has a secret order stayed without an answer for so long that the control hears of it?"""
    return at >= since + SECRET_TO_CONTROL * max(due_at - since, timedelta())


def rung_of(ladder: Sequence[RungRule], number: int) -> RungRule:
    """The top is climbed again, under higher numbers, as long as nothing moves."""
    return ladder[min(number, len(ladder)) - 1]


def climbed_again(ladder: Sequence[RungRule]) -> bool:
    """Reminders to the holder alone are said once: what they are about ends by itself."""
    return ladder[-1].audience != Audience.HOLDER
