"""How long may each state last? Pure: from an instant to an instant, all in UTC (design §6, domain §3.3).

The constants are what the software comes with. National coordination sets other values on a screen; `Terms` are the
values that count for one organisation, read by `queries.terms`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from referral.enums import Clock, RiskLevel, State, Urgency

ACKNOWLEDGE = {
    Urgency.EMERGENCY: timedelta(hours=2),
    Urgency.URGENT: timedelta(hours=24),
    Urgency.STANDARD: timedelta(hours=72),
}
DECIDE = {Urgency.EMERGENCY: timedelta(hours=6), Urgency.URGENT: timedelta(hours=48)}
DECIDE_STANDARD_WORKING_DAYS = 5
ANSWER = timedelta(hours=48)
DRAFT = timedelta(days=7)
#: From the opening of a file to its first referral, or to protection.
FIRST_STEP = {
    Urgency.EMERGENCY: timedelta(hours=2),
    Urgency.URGENT: timedelta(hours=24),
    Urgency.STANDARD: timedelta(hours=72),
}
ARRIVAL_GRACE = timedelta(hours=24)
CALL_BACK = timedelta(hours=24)
REVIEW = timedelta(days=30)
STEP_BACK = timedelta(hours=2)
#: How long centres have to offer a place.
PLACE_CALL = {
    Urgency.EMERGENCY: timedelta(hours=1),
    Urgency.URGENT: timedelta(hours=4),
    Urgency.STANDARD: timedelta(hours=24),
}
#: How long an offered place waits for the sender, and then for the sending of the referral that was begun.
OFFER_HELD = {
    Urgency.EMERGENCY: timedelta(hours=1),
    Urgency.URGENT: timedelta(hours=2),
    Urgency.STANDARD: timedelta(hours=4),
}
TELEPHONE_HOLD = timedelta(hours=12)
#: After the arrival, or a yes by telephone, the sender hears how it goes (design §6).
FOLLOWED = (timedelta(days=3), timedelta(days=14))
OUTCOME_CALL = timedelta(hours=24)
EXTRACT = timedelta(hours=72)
COUNTERSIGN = timedelta(hours=24)
#: A second person decides on a plan, an end or a transfer; then the other organisation answers the transfer.
PLAN = timedelta(days=3)
TRANSFER_WORKING_DAYS = 3
AGE_DECISION = timedelta(days=7)
OBJECTION = timedelta(hours=24)
CONSENT = timedelta(days=365)
TITLE_MISSING = timedelta(hours=72)
#: A desk that said no is offered for the same need again after this: its places may have changed.
ASK_AGAIN = timedelta(days=3)
#: A requisition holds a child for this long, then a judge's title is needed (domain §3.3).
TITLE_REQUISITION = timedelta(hours=72)
TITLE_WARNING = timedelta(hours=24)
#: What a first reception centre may lodge somebody for, and how long before its end one begins to look further.
STAY = timedelta(days=90)
STAY_WARNING = timedelta(days=30)
#: Recommended, not Senegalese law (domain §3.3).
REFLECTION = timedelta(days=30)
REFLECTION_WARNING = timedelta(days=3)
#: How fast a risk is assessed again once its assessment has become too old.
REASSESS_WITHIN = timedelta(days=2)
REASSESS_WITHIN_GRAVE = timedelta(days=1)
#: A countersigned legal ground is looked at again after this, and within that.
GROUND_REVIEW = timedelta(days=30)
GROUND_REVIEW_WITHIN = timedelta(days=3)
CONSENT_WARNING = timedelta(days=30)
#: Within a month a person has an answer about her or his data (proposal, to be confirmed with the CDP).
RIGHTS = timedelta(days=30)
#: From noticing an incident to telling the authority: the law of 2008 asks for no notification (domain §2.3), so this
#: is a proposal, taken from what other countries ask, to be confirmed with the CDP.
INCIDENT = timedelta(hours=72)
#: A complaint is answered within a month: a proposal too.
COMPLAINT = timedelta(days=30)
#: So late, who stands in is reminded of it beside the independent person.
STAND_IN_HEARS = timedelta(days=7)
#: The extract for an order of justice can be opened for so long, then its key is destroyed.
ORDER_EXTRACT = timedelta(hours=2)
#: Until the person has been told of an order, once nothing forbids it.
TELL_OF_ORDER = timedelta(days=3)
#: Each of the two people who decide on an erasure has this long.
ERASURE = timedelta(days=7)
#: From the expected arrival of somebody on the way until others hear that nobody came; a child cannot wait.
LATE_ARRIVAL = timedelta(hours=3)
LATE_CHILD = timedelta(hours=1)
#: Whoever is asked to find out has this long before the next person up hears.
FIND_OUT = timedelta(hours=2)
FIND_OUT_CHILD = timedelta(hours=1)
#: The task to ask how it goes is made a week before, and no more when a month has gone by since.
FOLLOW_UP_WARNING = timedelta(days=7)
FOLLOW_UP_MISSED = timedelta(days=30)
#: How long the answer to a form that was sent is kept, for the same form sent twice.
SUBMISSION = timedelta(days=7)

#: Whose days count: working days and holidays are those of Senegal, wherever the server stands.
HERE = ZoneInfo("Africa/Dakar")


@dataclass(frozen=True)
class WorkingDays:
    count: int


#: Wall time, or working days.
Span = timedelta | WorkingDays


@dataclass(frozen=True)
class Calendar:
    holidays: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays


WEEKDAYS = Calendar()

#: Of these the built-in value differs by urgency; one value for all urgencies would slow emergencies down.
BY_URGENCY: Mapping[Clock, Mapping[Urgency, Span]] = {
    Clock.ACKNOWLEDGE: ACKNOWLEDGE,
    Clock.DECIDE: {**DECIDE, Urgency.STANDARD: WorkingDays(DECIDE_STANDARD_WORKING_DAYS)},
    Clock.PLACE_CALL: PLACE_CALL,
    Clock.OFFER_HELD: OFFER_HELD,
}
FOR_ALL: Mapping[Clock, Span] = {
    Clock.ANSWER: ANSWER,
    Clock.DRAFT: DRAFT,
    Clock.ARRIVAL_GRACE: ARRIVAL_GRACE,
    Clock.CALL_BACK: CALL_BACK,
    Clock.REVIEW: REVIEW,
    Clock.TELEPHONE_HOLD: TELEPHONE_HOLD,
    Clock.EXTRACT: EXTRACT,
    Clock.COUNTERSIGN: COUNTERSIGN,
    Clock.AGE_DECISION: AGE_DECISION,
    Clock.OBJECTION: OBJECTION,
    Clock.CONSENT: CONSENT,
    Clock.TITLE_MISSING: TITLE_MISSING,
    Clock.REQUISITION: TITLE_REQUISITION,
    Clock.STAY: STAY,
    Clock.REFLECTION: REFLECTION,
    Clock.REASSESS_CRITICAL: timedelta(days=3),
    Clock.REASSESS_HIGH: timedelta(days=7),
    Clock.REASSESS_MEDIUM: timedelta(days=30),
    Clock.REASSESS_LOW: timedelta(days=90),
    Clock.GROUND_REVIEW: GROUND_REVIEW,
    Clock.PLAN: PLAN,
    Clock.TRANSFER: WorkingDays(TRANSFER_WORKING_DAYS),
    Clock.FOLLOW_UP_1: timedelta(days=30),
    Clock.FOLLOW_UP_2: timedelta(days=91),
    Clock.FOLLOW_UP_3: timedelta(days=182),
    Clock.FOLLOW_UP_4: timedelta(days=365),
    Clock.RIGHTS: RIGHTS,
    Clock.INCIDENT: INCIDENT,
    Clock.COMPLAINT: COMPLAINT,
    Clock.LATE_ARRIVAL: LATE_ARRIVAL,
    Clock.LATE_CHILD: LATE_CHILD,
}
#: How long an assessment of each level is good for.
REASSESS: Mapping[RiskLevel, Clock] = {
    RiskLevel.CRITICAL: Clock.REASSESS_CRITICAL,
    RiskLevel.HIGH: Clock.REASSESS_HIGH,
    RiskLevel.UNKNOWN: Clock.REASSESS_HIGH,
    RiskLevel.MEDIUM: Clock.REASSESS_MEDIUM,
    RiskLevel.LOW: Clock.REASSESS_LOW,
}
#: When one asks how it goes after the end: about one, three, six and twelve months (domain §3.2, stage 12).
FOLLOW_UPS = (Clock.FOLLOW_UP_1, Clock.FOLLOW_UP_2, Clock.FOLLOW_UP_3, Clock.FOLLOW_UP_4)
#: They are counted for many rows at once, by days and nights, and are about a person, not about an urgency.
PLAIN: frozenset[Clock] = frozenset(
    {
        *(Clock.REQUISITION, Clock.STAY, Clock.REFLECTION, Clock.GROUND_REVIEW),
        *(Clock.LATE_ARRIVAL, Clock.LATE_CHILD),
        *REASSESS.values(),
        *FOLLOW_UPS,
    }
)
#: What protects the person may be made shorter, never longer (design §5 and §6).
CEILINGS: Mapping[Clock, timedelta] = {
    Clock.EXTRACT: EXTRACT,
    Clock.CONSENT: CONSENT,
    Clock.REQUISITION: TITLE_REQUISITION,
    Clock.STAY: STAY,
    Clock.RIGHTS: RIGHTS,
    # A bed that waits for one person is kept from every other.
    Clock.PLACE_CALL: timedelta(hours=72),
    Clock.OFFER_HELD: timedelta(hours=12),
    Clock.LATE_ARRIVAL: timedelta(hours=12),
    Clock.LATE_CHILD: timedelta(hours=3),
}
#: And this longer, never shorter (domain §3.1).
FLOORS: Mapping[Clock, timedelta] = {Clock.REFLECTION: REFLECTION}
#: No working days where a limit is one of nights.
WALL_TIME: frozenset[Clock] = PLAIN | CEILINGS.keys()
LONGEST = timedelta(days=366)

#: (clock, urgency) -> span; "" is for what has no urgency.
BUILT_IN: Mapping[tuple[str, str], Span] = {
    **{(clock, urgency): span for clock, span in FOR_ALL.items() for urgency in ("", *Urgency)},
    **{(clock, urgency): span for clock, spans in BY_URGENCY.items() for urgency, span in spans.items()},
    **{(clock, ""): spans[Urgency.STANDARD] for clock, spans in BY_URGENCY.items()},
}


@dataclass(frozen=True)
class Terms:
    """The values that count for one organisation, and the calendar of the country."""

    spans: Mapping[tuple[str, str], Span]
    calendar: Calendar = WEEKDAYS

    def span(self, clock: str, urgency: str = "") -> Span:
        """Emergencies run on wall time always: a working day of theirs is 24 hours."""
        span = self.spans[clock, urgency]
        if urgency == Urgency.EMERGENCY and isinstance(span, WorkingDays):
            return timedelta(days=span.count)
        return span

    def after(self, clock: str, at: datetime, urgency: str = "") -> datetime:
        """When the time that begins at `at` is over."""
        span = self.span(clock, urgency)
        return at + span if isinstance(span, timedelta) else add_working_days(at, span.count, self.calendar)


DEFAULT = Terms(BUILT_IN)


def add_working_days(at: datetime, days: int, calendar: Calendar = WEEKDAYS) -> datetime:
    """`days` working days after `at`, same hour; Saturdays, Sundays and holidays of the country do not count."""
    while days:
        at += timedelta(days=1)
        if calendar.works(at.astimezone(HERE).date()):
            days -= 1
    return at


def decide_by(urgency: str, at: datetime, terms: Terms = DEFAULT) -> datetime:
    """When the receiving desk must have decided, counted from its acknowledgement `at`."""
    return terms.after(Clock.DECIDE, at, urgency)


def decide_after_answer(
    decide_due: datetime, *, asked_at: datetime, answer_due: datetime, at: datetime
) -> datetime:
    """When the desk must have decided, if what it asked is answered `at`: its clock stood still, but not for ever.

    Args:
        decide_due, answer_due: as they were stamped: a running deadline does not move with the values.
    """
    return decide_due + (min(at, answer_due) - asked_at)


def due_at(
    state: str,
    *,
    urgency: str,
    at: datetime,
    expected_arrival_at: datetime | None = None,
    terms: Terms = DEFAULT,
) -> datetime | None:
    """The deadline of a referral that enters `state` at `at`; None for a terminal state.

    Args:
        terms: of the organisation that must act in this state.
    """
    match State(state):
        case State.DRAFT:
            return terms.after(Clock.DRAFT, at, urgency)
        case State.SENT:
            return terms.after(Clock.ACKNOWLEDGE, at, urgency)
        case State.ACKNOWLEDGED:
            return decide_by(urgency, at, terms)
        case State.INFO_REQUESTED:
            return terms.after(Clock.ANSWER, at, urgency)
        case State.ACCEPTED:
            return terms.after(Clock.ARRIVAL_GRACE, expected_arrival_at or at, urgency)
        case State.NO_SHOW:
            return terms.after(Clock.CALL_BACK, at, urgency)
        case State.IN_SERVICE:
            return terms.after(Clock.REVIEW, at, urgency)
        case _:
            return None
