"""The support plan: goals, whom each is with, the person's agreement, the supervisor's approval (domain §5.3)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from partners.enums import DESK_ROLES
from partners.queries import active_people
from referral import lifecycle
from referral.case_moves import GOAL_SET
from referral.course import GoalResult
from referral.enums import CaseAct, CaseAction, CaseState, TaskKind
from referral.lifecycle import NotPossible
from referral.models import Case, PlanGoal
from referral.queries.facts import case_facts
from referral.services import steps
from referral.services.asking import ask_second
from referral.services.tasks import finish_tasks

GOAL_FIELDS = ("goal", "service", "owner_id", "target_on", "own_words")


def begin_plan(pk: UUID, *, by: Actor, at: datetime, version: int) -> Case:
    """Raises NotVisible, StaleForm, NotAllowed, NotPossible."""
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_change(by, CaseAct.PLAN, case)
        steps.advance(case, CaseAction.PLAN, by=by, at=at)
        finish_tasks(case, TaskKind.FIRST_STEP, by=by, at=at)
    return case


def add_goal(pk: UUID, *, by: Actor, at: datetime, values: Mapping[str, Any]) -> PlanGoal:
    """One more goal.

    Args:
        values: for `GOAL_FIELDS`.

    Raises:
        NotVisible, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = _locked(by, pk)
        _require_owner(case, values["owner_id"])
        goal = PlanGoal(case=case, recorded_by_id=by.id, recorded_at=at)
        for name in GOAL_FIELDS:
            setattr(goal, name, values[name] or None)
        write(goal, case_id=case.pk)
        _changed(case, by=by, at=at)
    return goal


def change_goal(pk: UUID, *, by: Actor, at: datetime, version: int, values: Mapping[str, Any]) -> PlanGoal:
    """As `add_goal`, for a goal that is still pursued. Raises StaleForm too."""
    with transaction.atomic():
        goal = _goal(by, pk, version)
        if values["owner_id"] != goal.owner_id:
            _require_owner(goal.case, values["owner_id"])
        changed = [name for name in GOAL_FIELDS if getattr(goal, name) != (values[name] or None)]
        for name in changed:
            setattr(goal, name, values[name] or None)
        if changed:
            write(goal, fields=[name.removesuffix("_id") for name in changed], case_id=goal.case_id)
            _changed(goal.case, by=by, at=at)
    return goal


def end_goal(
    pk: UUID, *, by: Actor, at: datetime, version: int, result: str, reason: str | None = None
) -> PlanGoal:
    """Reached, or given up with a reason. Raises NotVisible, StaleForm, NotAllowed, NotPossible."""
    with transaction.atomic():
        goal = _goal(by, pk, version)
        if result == GoalResult.GIVEN_UP and not reason:
            steps.refuse(goal.case, "NOT_POSSIBLE_PLAN")
            raise NotPossible([_("Write why this goal is given up.")])
        goal.result, goal.ended_at, goal.reason = GoalResult(result), at, reason or None
        write(
            goal,
            fields=["result", "ended_at", "reason"],
            case_id=goal.case_id,
            reason_code=result.upper(),
        )
        _changed(goal.case, by=by, at=at)
    return goal


def reopen_goal(pk: UUID, *, by: Actor, at: datetime, version: int, reason: str) -> PlanGoal:
    """Ended by mistake, or pursued once more: what it was stays in its history.

    Where whoever saw to it is gone, the case owner does.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        goal = _goal(by, pk, version, ended=True)
        fields = ["result", "ended_at", "reason"]
        goal.result, goal.ended_at, goal.reason = "", None, reason
        if goal.case.owner_id is not None and not _there(goal.case, goal.owner_id):
            goal.owner_id = goal.case.owner_id
            fields.append("owner")
        write(goal, fields=fields, case_id=goal.case_id, reason_code="PURSUED_AGAIN")
        _changed(goal.case, by=by, at=at)
    return goal


def agree_to_plan(pk: UUID, *, by: Actor, at: datetime, version: int) -> Case:
    """The person agrees with the plan as it stands: a second person is asked to approve it.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_change(by, CaseAct.PLAN, case)
        facts = case_facts(case, CaseAction.APPROVE, at)
        reasons: list[str | Promise] = []
        if case.state != CaseState.PLANNING:
            reasons.append(_("Only a plan in preparation is approved."))
        if not GOAL_SET.holds(case, facts):
            reasons.append(GOAL_SET.sentence)
        if case.plan_agreed_at is not None:
            reasons.append(_("A second person has been asked already."))
        if reasons:
            steps.refuse(case, "NOT_POSSIBLE_PLAN")
            raise NotPossible(reasons)
        case.plan_agreed_at = at
        write(case, fields=["plan_agreed_at"], case_id=case.pk, reason_code="PLAN_AGREED")
        ask_second(case, TaskKind.APPROVE_PLAN, by=by, at=at)
    return case


def _locked(by: Actor, pk: UUID) -> Case:
    case = steps.locked_case(by, pk)
    steps.permit_change(by, CaseAct.PLAN, case)
    if reasons := lifecycle.unmet_on_plan(case):
        steps.refuse(case, "NOT_POSSIBLE_PLAN")
        raise NotPossible(reasons)
    return case


def _goal(by: Actor, pk: UUID, version: int, *, ended: bool = False) -> PlanGoal:
    """The file first, as every act on it does. One that is pursued, unless `ended`."""
    case_id = PlanGoal.objects.values_list("case_id", flat=True).filter(pk=pk).first()
    if case_id is None:
        raise steps.NotVisible
    case = _locked(by, case_id)
    goal = PlanGoal.objects.select_for_update(of=("self",)).get(pk=pk)
    if goal.version != version or bool(goal.result) != ended:
        raise steps.StaleForm
    goal.case = case
    return goal


def _require_owner(case: Case, user_id: UUID) -> None:
    """Somebody who is there sees to a goal."""
    if not _there(case, user_id):
        steps.refuse(case, "NOT_POSSIBLE_PLAN")
        raise NotPossible([_("This person is not at work here any more.")])


def _there(case: Case, user_id: UUID) -> bool:
    return active_people(case.organisation_id, DESK_ROLES).filter(pk=user_id).exists()


def _changed(case: Case, *, by: Actor, at: datetime) -> None:
    """What was agreed to was another plan: before the approval, agreement and request begin anew."""
    if case.state == CaseState.PLANNING and case.plan_agreed_at is not None:
        case.plan_agreed_at = None
        write(case, fields=["plan_agreed_at"], case_id=case.pk, reason_code="PLAN_CHANGED")
        finish_tasks(case, TaskKind.APPROVE_PLAN, by=by, at=at, result="changed")
