"""What needs somebody, apart from a referral's own deadline? One statement a rule, for the clock to run.

That a rule has done its part is told by a task that exists, or by the row itself: nothing else remembers it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from referral.course import TRANSFERRED
from referral.deadlines import (
    CONSENT_WARNING,
    FOLLOW_UP_MISSED,
    FOLLOW_UP_WARNING,
    FOLLOW_UPS,
    REASSESS,
    REFLECTION_WARNING,
    STAY_WARNING,
    TITLE_WARNING,
)
from referral.enums import (
    ENDED_CASE,
    FIRST_RECEPTION,
    NOT_FOLLOWED_UP,
    OPEN,
    SHELTER_SERVICES,
    Action,
    AgeStatus,
    Basis,
    CaseState,
    Clock,
    GroundCode,
    Machine,
    PlacementState,
    State,
    TaskKind,
    TitleState,
)
from referral.models import (
    Case,
    Consent,
    CustodyTitle,
    Draft,
    LegalGround,
    Placement,
    Referral,
    Task,
    Transition,
)
from referral.queries.due import Statement
from referral.queries.terms import spreads

#: After these the danger may be another one (domain §3.3).
MOVES = (Action.START, Action.RESUME, Action.NO_SHOW)


def _asked(kind: TaskKind, **about: OuterRef | None) -> Exists:
    return Exists(Task.objects.filter(kind=kind, **about))


def titles_ending(at: datetime) -> QuerySet[CustodyTitle]:
    """Requisitions of children in their last day, also while a judge's title is only asked for."""
    rows = (
        CustodyTitle.objects.filter(
            state__in=[TitleState.REQUISITION, TitleState.OGP_REQUESTED], ends_at__lte=at + TITLE_WARNING
        )
        .exclude(case__state__in=sorted(ENDED_CASE))
        .exclude(case__person__age_status=AgeStatus.ADULT)
        .filter(~_asked(TaskKind.TITLE_ENDS, case=OuterRef("case"), due_at=OuterRef("ends_at")))
    )
    return rows.select_related("case__owner").order_by("ends_at")


def _lodged(services: frozenset[str]) -> QuerySet[Referral]:
    """Of files in hand: who is in a house now, also after the referral's end."""
    return _in_house(services).exclude(case__state__in=sorted(ENDED_CASE))


def _in_house(services: frozenset[str]) -> QuerySet[Referral]:
    """Where places are not counted: while it serves, and on if it went over with the responsibility."""
    occupied = Placement.objects.filter(state=PlacementState.OCCUPIED).values("referral")
    # A place that was only held on the telephone and given back counts nothing.
    counted = Placement.objects.filter(referral=OuterRef("pk")).exclude(state=PlacementState.RELEASED)
    uncounted = Q(outcome=TRANSFERRED) & ~Exists(counted)
    return (
        Referral.objects.filter(
            Q(state=State.IN_SERVICE) | Q(pk__in=occupied) | uncounted, service__in=sorted(services)
        )
        .select_related("case__owner", "worker")
        .order_by("started_at")
    )


def lodged_without_title(at: datetime) -> QuerySet[Referral]:
    """Children who are in a centre, and nobody is asked for a title."""
    titled = CustodyTitle.objects.filter(case=OuterRef("case")).exclude(
        state__in=[TitleState.NONE, TitleState.LIFTED]
    )
    return (
        _lodged(SHELTER_SERVICES)
        .exclude(case__person__age_status=AgeStatus.ADULT)
        .filter(~Exists(titled), ~_asked(TaskKind.TITLE_MISSING, case=OuterRef("case"), done_at=None))
    )


#: Former files of people for whom another house is responsible now, however often they were handed over, and whose
#: owner there is not asked yet. Such a task names no referral: those of the former file stay with it.
HANDED_OVER = """
WITH RECURSIVE hands (first, now) AS (
    SELECT case_id, new_case_id FROM referral_transfer WHERE new_case_id IS NOT NULL
    UNION
    SELECT hands.first, further.new_case_id FROM hands
    JOIN referral_transfer further ON further.case_id = hands.now AND further.new_case_id IS NOT NULL
)
SELECT hands.first FROM hands
LEFT JOIN referral_task asked ON asked.case_id = hands.now AND asked.kind = %s AND asked.referral_id IS NULL
JOIN referral_case held ON held.id = hands.now AND held.state <> ALL(%s)
WHERE asked.id IS NULL
"""


def stays_ending(at: datetime) -> QuerySet[Referral]:
    """People who have been in first reception so long that one must look further, whoever is responsible by now."""
    stay = spreads(Clock.STAY)[Clock.STAY]
    in_hand = ~Q(case__state__in=sorted(ENDED_CASE)) & ~Q(_asked(TaskKind.STAY_ENDS, referral=OuterRef("pk")))
    asked = [TaskKind.STAY_ENDS, sorted(ENDED_CASE)]
    # A recursion has no words in the ORM. The text is a constant of this file, and the values go as parameters.
    handed_over = Q(case__state=CaseState.CLOSED_TRANSFERRED, case__in=RawSQL(HANDED_OVER, asked))  # noqa: S611
    return _in_house(FIRST_RECEPTION).filter(
        in_hand | handed_over,
        stay.over(at + STAY_WARNING, since="started_at", holder="receiving_organisation"),
    )


def reflections_ending(at: datetime) -> QuerySet[Case]:
    rows = (
        Case.objects.filter(reflection_until__lte=at + REFLECTION_WARNING)
        .exclude(state__in=sorted(ENDED_CASE))
        .filter(~_asked(TaskKind.REFLECTION_ENDS, case=OuterRef("pk"), due_at=OuterRef("reflection_until")))
    )
    return rows.select_related("owner").order_by("reflection_until")


def reflection_extended(case: Case) -> bool:
    """Has the time that runs had another end before? Its history says so."""
    ends: set[datetime] = set()
    for end in case.history.order_by("-version").values_list("reflection_until", flat=True):
        if end is None:
            break
        ends.add(end)
    return len(ends) > 1


def risks_to_assess(at: datetime) -> QuerySet[Case]:
    """Open files whose assessment is too old for their level, or older than an arrival or a non-arrival."""
    moved = Transition.objects.filter(
        case=OuterRef("pk"), machine=Machine.REFERRAL, action__in=MOVES, occurred_at__gt=OuterRef("since")
    )
    good_for = spreads(*REASSESS.values())
    old = Q()
    for level, clock in REASSESS.items():
        old |= Q(good_for[clock].over(at, since="since", holder="organisation"), risk=level)
    rows = (
        Case.objects.exclude(state__in=sorted(ENDED_CASE))
        .filter(owner__isnull=False)
        .annotate(since=Coalesce("risk_assessed_at", "opened_at"))
        .filter(~_asked(TaskKind.REASSESS_RISK, case=OuterRef("pk"), done_at=None))
        .filter(old | Q(Exists(moved)))
    )
    return rows.select_related("owner").order_by("since")


def grounds_due(at: datetime) -> QuerySet[LegalGround]:
    """Countersigned grounds that still release something, and whose review is due."""
    return (
        LegalGround.objects.filter(
            approved_at__isnull=False, valid_from__isnull=False, refused_at=None, review_due__lte=at
        )
        .exclude(case__state__in=sorted(ENDED_CASE))
        .exclude(code=GroundCode.CHILD_PROTECTION, case__person__age_status=AgeStatus.ADULT)
        .order_by("review_due")
    )


def grounds_to_review(at: datetime) -> QuerySet[LegalGround]:
    rows = grounds_due(at).filter(~_asked(TaskKind.REVIEW_GROUND, case=OuterRef("case"), done_at=None))
    return rows.select_related("case__owner")


def _releasing() -> QuerySet[Consent]:
    """Answers that stand, on which an open referral rests."""
    resting = Referral.objects.filter(
        case=OuterRef("case"),
        receiving_organisation=OuterRef("recipient"),
        purpose=OuterRef("purpose"),
        basis=Basis.CONSENT,
        state__in=sorted(OPEN - {State.DRAFT}),
        released_groups__contains=[OuterRef("group")],
    )
    return Consent.objects.filter(Exists(resting), given=True, withdrawn_at=None, replaced_at=None)


def consents_ending(at: datetime) -> QuerySet[Consent]:
    rows = (
        _releasing()
        .filter(expires_at__lte=at + CONSENT_WARNING)
        .exclude(case__state__in=sorted(ENDED_CASE))
        .filter(~_asked(TaskKind.RENEW_CONSENT, case=OuterRef("case"), due_at=OuterRef("expires_at")))
    )
    return rows.select_related("case__owner").order_by("expires_at")


def renewals_settled(at: datetime) -> QuerySet[Task]:
    """Tasks about consents that were asked for again, or on which nothing rests any more."""
    left = _releasing().filter(case=OuterRef("case"), expires_at=OuterRef("due_at"))
    return Task.objects.filter(~Exists(left), kind=TaskKind.RENEW_CONSENT, done_at=None)


def holds_lapsed(at: datetime) -> QuerySet[Placement]:
    """Places held on a telephone yes that nobody confirmed in time, or for somebody of whom no arrival is recorded."""
    rows = Placement.objects.filter(state=PlacementState.HELD, held_until__lte=at)
    people = ("referral__case__owner", "referral__worker")
    return rows.select_related(*people).order_by("places", "pk")


#: The last completed referral of an open file in which nothing else runs, and the day that is near. An outcome stands
#: on completed referrals alone.
FOLLOW_UPS_DUE = """
SELECT w.id, due.at
FROM referral_referral w
JOIN referral_case c ON c.id = w.case_id AND c.state <> ALL(%(not_now)s) AND c.owner_id IS NOT NULL
CROSS JOIN unnest(%(spans)s::interval[]) WITH ORDINALITY AS mark (span, number)
LEFT JOIN unnest(%(houses)s::uuid[], %(numbers)s::int[], %(own)s::interval[]) AS own (house, number, span)
    ON own.house = c.organisation_id AND own.number = mark.number
CROSS JOIN LATERAL (SELECT w.ended_at + coalesce(own.span, mark.span)) AS due (at)
WHERE w.outcome <> ALL(%(not_asked)s)
    AND due.at BETWEEN %(at)s - %(missed)s AND %(at)s + %(warning)s
    AND NOT EXISTS (
        SELECT FROM referral_referral other WHERE other.case_id = w.case_id AND other.id <> w.id
            AND (other.ended_at IS NULL OR (other.outcome <> '' AND other.ended_at > w.ended_at))
    )
    -- A value that was changed meanwhile does not ask a second time in the same week.
    AND NOT EXISTS (
        SELECT FROM referral_task t WHERE t.referral_id = w.id AND t.kind = %(kind)s
            AND t.due_at > due.at - %(warning)s
    ) {among}
ORDER BY due.at
"""


class FollowUps:
    """Ended referrals, and the day on which one asks how it goes."""

    def ids(self, at: datetime) -> list[UUID]:
        return self._statement().ids(at)

    def take(self, at: datetime, among: Sequence[UUID]) -> list[tuple[UUID, datetime]]:
        return self._statement().take(at, among)

    def _statement(self) -> Statement[tuple[UUID, datetime]]:
        found = spreads(*FOLLOW_UPS)
        own = [
            (house, number, span)
            for number, clock in enumerate(FOLLOW_UPS, start=1)
            for house, span in found[clock].own.items()
        ]
        values: dict[str, Any] = {
            # A file in follow-up has its questions already.
            "not_now": sorted(ENDED_CASE | {CaseState.FOLLOWUP}),
            "not_asked": ["", *sorted(NOT_FOLLOWED_UP)],
            "spans": [found[clock].widest for clock in FOLLOW_UPS],
            "houses": [house for house, _number, _span in own],
            "numbers": [number for _house, number, _span in own],
            "own": [span for _house, _number, span in own],
            "missed": FOLLOW_UP_MISSED,
            "warning": FOLLOW_UP_WARNING,
            "kind": TaskKind.FOLLOW_UP,
        }
        return Statement(FOLLOW_UPS_DUE, values, lambda pk, due: (pk, due))


def drafts_past(at: datetime) -> QuerySet[Draft]:
    return Draft.objects.filter(until__lte=at).order_by("until")
