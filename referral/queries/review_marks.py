"""What do the codes of a file say already? A proposal for each question that codes can answer, for many files at once.

Nothing sealed is read. A proposal is shown as one, and the reviewer answers.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from partners.enums import DESK_ROLES
from partners.queries import active_people
from referral.course import WITH_PLAN
from referral.deadlines import COUNTERSIGN
from referral.enums import (
    SHELTER_SERVICES,
    TERMINAL,
    CaseAction,
    State,
    TaskKind,
    TitleState,
)
from referral.file_reviews import ComplianceQuestion, Mark, Quarter
from referral.models import Case, CustodyTitle, LegalGround, Referral, RiskAssessment, Task, Transition

#: What somebody else asks for, who looked into the file: no work of the worker's own.
OF_CONTROL = (TaskKind.CORRECT, TaskKind.FOLLOW_UP_GLASS)
YES, NO, NA = Mark.YES, Mark.NO, Mark.NOT_APPLICABLE


@dataclass
class Codes:
    """Of one file, what is counted."""

    case: Case
    at: datetime
    staff: frozenset[UUID]
    tasks: list[Task] = field(default_factory=list)
    grounds: list[LegalGround] = field(default_factory=list)
    ended: list[Referral] = field(default_factory=list)
    lodged_child: bool = False
    titled: bool = False
    assessed: bool = False
    approved: bool = False
    closed_because: str = ""


def marks(
    cases: Collection[Case], quarter: Quarter, at: datetime, questions: Iterable[str]
) -> dict[UUID, dict[str, Mark]]:
    """By file and question; a question that codes cannot answer is left out."""
    asked = [each for each in questions if each in RULES]
    return {
        pk: {question: RULES[question](codes) for question in asked}
        for pk, codes in _gather(cases, quarter, at).items()
    }


def _gather(cases: Collection[Case], quarter: Quarter, at: datetime) -> dict[UUID, Codes]:
    ids = [case.pk for case in cases]
    houses = {case.organisation_id for case in cases}
    staff = frozenset(
        pk for house in houses for pk in active_people(house, DESK_ROLES).values_list("pk", flat=True)
    )
    found = {case.pk: Codes(case, at, staff) for case in cases}
    asked = {"made_at__lt": quarter.ends_at, "due_at__gte": quarter.begins_at}
    for task in Task.objects.filter(case__in=ids, **asked).exclude(kind__in=OF_CONTROL):
        found[task.case_id].tasks.append(task)
    for ground in LegalGround.objects.filter(case__in=ids, recorded_at__lt=quarter.ends_at):
        found[ground.case_id].grounds.append(ground)
    sent = Referral.objects.filter(case__in=ids).exclude(state=State.DRAFT)
    ends = {"recorded_at__gte": quarter.begins_at, "recorded_at__lt": quarter.ends_at}
    ended = set(
        Transition.objects.filter(case__in=ids, target__in=sorted(TERMINAL), **ends).values_list(
            "referral_id", flat=True
        )
    )
    reasons = dict(
        Transition.objects.filter(referral__in=ended, target__in=sorted(TERMINAL)).values_list(
            "referral_id", "reason_code"
        )
    )
    for referral in sent:
        codes = found[referral.case_id]
        if referral.pk in ended:
            referral.ended_because = reasons.get(referral.pk, "")  # type: ignore[attr-defined]  # for `_outcome`
            codes.ended.append(referral)
        if referral.is_child and referral.service in SHELTER_SERVICES and referral.started_at is not None:
            codes.lodged_child = True
    for pk in _having(CustodyTitle, ids, exclude={"state__in": [TitleState.NONE, TitleState.LIFTED]}):
        found[pk].titled = True
    for pk in _having(RiskAssessment, ids):
        found[pk].assessed = True
    for pk in Transition.objects.filter(case__in=ids, action=CaseAction.APPROVE).values_list(
        "case_id", flat=True
    ):
        found[pk].approved = True
    return found


def _having(model: type[Model], ids: list[UUID], exclude: Mapping[str, Any] | None = None) -> set[UUID]:
    rows = model._default_manager.filter(case__in=ids)
    return set((rows.exclude(**exclude) if exclude else rows).values_list("case_id", flat=True))


def _by_due(codes: Codes, *kinds: TaskKind) -> Mark:
    """Were the tasks of these kinds done in time? One that is open and not due yet says nothing."""
    told = [task for task in codes.tasks if not kinds or task.kind in kinds]
    told = [task for task in told if task.done_at is not None or task.due_at < codes.at]
    if not told:
        return NA
    return YES if all(task.done_at is not None and task.done_at <= task.due_at for task in told) else NO


def _owner(codes: Codes) -> Mark:
    if codes.case.closed_at is not None:
        return NA
    return YES if codes.case.owner_id in codes.staff else NO


def _ground(codes: Codes) -> Mark:
    if not codes.grounds:
        return NA
    decided = [(ground, ground.approved_at or ground.refused_at) for ground in codes.grounds]
    late = [ground for ground, at in decided if (at or codes.at) > ground.recorded_at + COUNTERSIGN]
    return NO if late else YES


def _risk(codes: Codes) -> Mark:
    again = _by_due(codes, TaskKind.REASSESS_RISK)
    if again != NA:
        return again
    return YES if codes.assessed or codes.case.risk_assessed_at is not None else NO


def _plan(codes: Codes) -> Mark:
    if codes.case.state not in WITH_PLAN:
        return NA
    return YES if codes.approved else NO


def _outcome(codes: Codes) -> Mark:
    if not codes.ended:
        return NA
    silent = [r for r in codes.ended if not r.ended_because and r.state != State.EXPIRED]  # type: ignore[attr-defined]
    return NO if silent else YES


def _title(codes: Codes) -> Mark:
    if not codes.lodged_child:
        return NA
    return YES if codes.titled else NO


#: The codes are the same in both grids where they ask the same.
RULES: Mapping[str, Callable[[Codes], Mark]] = {
    ComplianceQuestion.OWNER: _owner,
    ComplianceQuestion.FIRST_STEP: lambda codes: _by_due(codes, TaskKind.FIRST_STEP),
    ComplianceQuestion.GROUND: _ground,
    ComplianceQuestion.GROUND_REVIEW: lambda codes: _by_due(codes, TaskKind.REVIEW_GROUND),
    ComplianceQuestion.RISK: _risk,
    ComplianceQuestion.AGE: lambda codes: _by_due(codes, TaskKind.AGE_DECISION),
    ComplianceQuestion.PLAN: _plan,
    ComplianceQuestion.DEADLINES: _by_due,
    ComplianceQuestion.OUTCOME: _outcome,
    ComplianceQuestion.TITLE: _title,
    ComplianceQuestion.FOLLOW_UP: lambda codes: _by_due(codes, TaskKind.FOLLOW_UP),
}
