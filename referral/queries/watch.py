"""What needs somebody, apart from a referral's own deadline? One statement a rule; rows are taken locked.

That a rule has done its part is told by a task that exists, or by the row itself: nothing else remembers it.
"""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from referral.deadlines import (
    CONSENT_WARNING,
    FOLLOW_UP_MISSED,
    FOLLOW_UP_MONTHS,
    FOLLOW_UP_WARNING,
    REASSESS,
    REFLECTION_WARNING,
    STAY,
    STAY_WARNING,
    TITLE_WARNING,
)
from referral.enums import (
    FIRST_RECEPTION,
    NOT_FOLLOWED_UP,
    OPEN,
    SHELTER_SERVICES,
    Action,
    AgeStatus,
    Basis,
    CaseState,
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

#: After these the danger may be another one (domain §3.3).
MOVES = (Action.START, Action.RESUME, Action.NO_SHOW)

Row = TypeVar("Row", bound=Model)


def _taken(rows: QuerySet[Row], limit: int) -> list[Row]:
    """Whoever else works on a row is left in peace: the next round finds it."""
    return list(rows.select_for_update(skip_locked=True, of=("self",))[:limit])


def _asked(kind: TaskKind, **about: OuterRef | None) -> Exists:
    return Exists(Task.objects.filter(kind=kind, **about))


def titles_ending(at: datetime, limit: int) -> list[CustodyTitle]:
    """Requisitions of children in their last day, also while a judge's title is only asked for."""
    rows = (
        CustodyTitle.objects.filter(
            state__in=[TitleState.REQUISITION, TitleState.OGP_REQUESTED], ends_at__lte=at + TITLE_WARNING
        )
        .exclude(case__state=CaseState.CLOSED)
        .exclude(case__person__age_status=AgeStatus.ADULT)
        .filter(~_asked(TaskKind.TITLE_ENDS, case=OuterRef("case"), due_at=OuterRef("ends_at")))
    )
    return _taken(rows.select_related("case__owner").order_by("ends_at"), limit)


def _lodged(services: frozenset[str]) -> QuerySet[Referral]:
    """Who is in a house now, also after the referral's end; where places are not counted, while it serves."""
    occupied = Placement.objects.filter(state=PlacementState.OCCUPIED).values("referral")
    return (
        Referral.objects.filter(Q(state=State.IN_SERVICE) | Q(pk__in=occupied), service__in=sorted(services))
        .exclude(case__state=CaseState.CLOSED)
        .select_related("case__owner", "worker")
        .order_by("started_at")
    )


def lodged_without_title(limit: int) -> list[Referral]:
    """Children who are in a centre, and nobody is asked for a title."""
    titled = CustodyTitle.objects.filter(case=OuterRef("case")).exclude(
        state__in=[TitleState.NONE, TitleState.LIFTED]
    )
    rows = (
        _lodged(SHELTER_SERVICES)
        .exclude(case__person__age_status=AgeStatus.ADULT)
        .filter(~Exists(titled), ~_asked(TaskKind.TITLE_MISSING, case=OuterRef("case"), done_at=None))
    )
    return _taken(rows, limit)


def stays_ending(at: datetime, limit: int) -> list[Referral]:
    """People who have been in first reception so long that one must look further."""
    rows = _lodged(FIRST_RECEPTION).filter(
        ~_asked(TaskKind.STAY_ENDS, referral=OuterRef("pk")), started_at__lte=at - (STAY - STAY_WARNING)
    )
    return _taken(rows, limit)


def reflections_ending(at: datetime, limit: int) -> list[Case]:
    rows = (
        Case.objects.filter(reflection_until__lte=at + REFLECTION_WARNING)
        .exclude(state=CaseState.CLOSED)
        .filter(~_asked(TaskKind.REFLECTION_ENDS, case=OuterRef("pk"), due_at=OuterRef("reflection_until")))
    )
    return _taken(rows.select_related("owner").order_by("reflection_until"), limit)


def reflection_extended(case: Case) -> bool:
    """Has the time that runs had another end before? Its history says so."""
    ends: set[datetime] = set()
    for end in case.history.order_by("-version").values_list("reflection_until", flat=True):
        if end is None:
            break
        ends.add(end)
    return len(ends) > 1


def risks_to_assess(at: datetime, limit: int) -> list[Case]:
    """Open files whose assessment is too old for their level, or older than an arrival or a non-arrival."""
    moved = Transition.objects.filter(
        case=OuterRef("pk"), machine=Machine.REFERRAL, action__in=MOVES, occurred_at__gt=OuterRef("since")
    )
    old = Q()
    for level, span in REASSESS.items():
        old |= Q(risk=level, since__lte=at - span)
    rows = (
        Case.objects.exclude(state=CaseState.CLOSED)
        .filter(owner__isnull=False)
        .annotate(since=Coalesce("risk_assessed_at", "opened_at"))
        .filter(~_asked(TaskKind.REASSESS_RISK, case=OuterRef("pk"), done_at=None))
        .filter(old | Q(Exists(moved)))
    )
    return _taken(rows.select_related("owner").order_by("since"), limit)


def grounds_due(at: datetime) -> QuerySet[LegalGround]:
    """Countersigned grounds that still release something, and whose review is due."""
    return (
        LegalGround.objects.filter(
            approved_at__isnull=False, valid_from__isnull=False, refused_at=None, review_due__lte=at
        )
        .exclude(case__state=CaseState.CLOSED)
        .exclude(code=GroundCode.CHILD_PROTECTION, case__person__age_status=AgeStatus.ADULT)
        .order_by("review_due")
    )


def grounds_to_review(at: datetime, limit: int) -> list[LegalGround]:
    rows = grounds_due(at).filter(~_asked(TaskKind.REVIEW_GROUND, case=OuterRef("case"), done_at=None))
    return _taken(rows.select_related("case__owner"), limit)


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


def consents_ending(at: datetime, limit: int) -> list[Consent]:
    rows = (
        _releasing()
        .filter(expires_at__lte=at + CONSENT_WARNING)
        .exclude(case__state=CaseState.CLOSED)
        .filter(~_asked(TaskKind.RENEW_CONSENT, case=OuterRef("case"), due_at=OuterRef("expires_at")))
    )
    return _taken(rows.select_related("case__owner").order_by("expires_at"), limit)


def renewals_settled(limit: int, case: Case | None = None) -> list[Task]:
    """Tasks about consents that were asked for again, or on which nothing rests any more."""
    left = _releasing().filter(case=OuterRef("case"), expires_at=OuterRef("due_at"))
    rows = Task.objects.filter(~Exists(left), kind=TaskKind.RENEW_CONSENT, done_at=None)
    return _taken(rows if case is None else rows.filter(case=case), limit)


def holds_lapsed(at: datetime, limit: int) -> list[Placement]:
    """Places held on a telephone yes that the receiver did not confirm in time."""
    rows = Placement.objects.filter(state=PlacementState.HELD, by_telephone=True, held_until__lte=at)
    return _taken(rows.select_related("referral__case__owner").order_by("places"), limit)


#: The last completed referral of an open file in which nothing else runs, and the month that is near. An outcome
#: stands on completed referrals alone.
FOLLOW_UPS = """
SELECT w.id, w.ended_at + make_interval(months => mark.months) AS due
FROM referral_referral w
JOIN referral_case c ON c.id = w.case_id AND c.state <> %(closed)s AND c.owner_id IS NOT NULL
CROSS JOIN unnest(%(months)s::int[]) AS mark (months)
WHERE w.outcome <> ALL(%(not_asked)s)
    AND w.ended_at + make_interval(months => mark.months)
        BETWEEN %(at)s - %(missed)s AND %(at)s + %(warning)s
    AND NOT EXISTS (
        SELECT FROM referral_referral other WHERE other.case_id = w.case_id AND other.id <> w.id
            AND (other.ended_at IS NULL OR (other.outcome <> '' AND other.ended_at > w.ended_at))
    )
    AND NOT EXISTS (
        SELECT FROM referral_task t WHERE t.referral_id = w.id AND t.kind = %(kind)s
            AND t.due_at = w.ended_at + make_interval(months => mark.months)
    )
ORDER BY due LIMIT %(limit)s FOR UPDATE OF w SKIP LOCKED
"""


def follow_ups(at: datetime, limit: int) -> list[tuple[UUID, datetime]]:
    """Ended referrals, and the day on which one asks how it goes."""
    values: dict[str, Any] = {
        "closed": CaseState.CLOSED,
        "not_asked": ["", *sorted(NOT_FOLLOWED_UP)],
        "months": list(FOLLOW_UP_MONTHS),
        "missed": FOLLOW_UP_MISSED,
        "warning": FOLLOW_UP_WARNING,
        "kind": TaskKind.FOLLOW_UP,
        "at": at,
        "limit": limit,
    }
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(FOLLOW_UPS, values)
        return [(pk, due) for pk, due in cursor.fetchall()]


def drafts_past(at: datetime, limit: int) -> list[Draft]:
    return _taken(Draft.objects.filter(until__lte=at).order_by("until"), limit)
