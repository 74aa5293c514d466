"""How long may each state last? Pure: from an instant to an instant, all in UTC (design §6, domain §3.3)."""

from datetime import datetime, timedelta

from referral.enums import State, Urgency

ACKNOWLEDGE = {
    Urgency.EMERGENCY: timedelta(hours=2),
    Urgency.URGENT: timedelta(hours=24),
    Urgency.STANDARD: timedelta(hours=72),
}
DECIDE = {Urgency.EMERGENCY: timedelta(hours=6), Urgency.URGENT: timedelta(hours=48)}
DECIDE_STANDARD_WORKING_DAYS = 5
ANSWER = timedelta(hours=48)
DRAFT = timedelta(days=7)
ARRIVAL_GRACE = timedelta(hours=24)
CALL_BACK = timedelta(hours=24)
REVIEW = timedelta(days=30)
STEP_BACK = timedelta(hours=2)
TELEPHONE_HOLD = timedelta(hours=12)
EXTRACT = timedelta(hours=72)
COUNTERSIGN = timedelta(hours=24)
AGE_DECISION = timedelta(days=7)
OBJECTION = timedelta(hours=24)
CONSENT = timedelta(days=365)
TITLE_MISSING = timedelta(hours=72)
#: A desk that said no is offered for the same need again after this: its places may have changed.
ASK_AGAIN = timedelta(days=3)


def add_working_days(at: datetime, days: int) -> datetime:
    """`days` working days after `at`, same hour; Saturdays and Sundays do not count."""
    while days:
        at += timedelta(days=1)
        if at.weekday() < 5:
            days -= 1
    return at


def decide_by(urgency: str, at: datetime) -> datetime:
    """When the receiving desk must have decided, counted from its acknowledgement `at`."""
    if urgency == Urgency.STANDARD:
        return add_working_days(at, DECIDE_STANDARD_WORKING_DAYS)
    return at + DECIDE[Urgency(urgency)]


def decide_after_answer(
    urgency: str, acknowledged_at: datetime, asked_at: datetime, at: datetime
) -> datetime:
    """When the desk must have decided, if what it asked is answered `at`: its clock stood still, 48 h at most."""
    return decide_by(urgency, acknowledged_at) + min(at - asked_at, ANSWER)


def due_at(
    state: str, *, urgency: str, at: datetime, expected_arrival_at: datetime | None = None
) -> datetime | None:
    """The deadline of a referral that enters `state` at `at`; None for a terminal state."""
    match State(state):
        case State.DRAFT:
            return at + DRAFT
        case State.SENT:
            return at + ACKNOWLEDGE[Urgency(urgency)]
        case State.ACKNOWLEDGED:
            return decide_by(urgency, at)
        case State.INFO_REQUESTED:
            return at + ANSWER
        case State.ACCEPTED:
            return (expected_arrival_at or at) + ARRIVAL_GRACE
        case State.NO_SHOW:
            return at + CALL_BACK
        case State.IN_SERVICE:
            return at + REVIEW
        case _:
            return None
