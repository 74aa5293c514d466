"""How a case goes on after its plan: the solution, the follow-up, assistance again; its end and its new beginning."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from partners.enums import Role
from partners.models import User
from partners.queries import active_people
from referral import grants, notices
from referral.course import NOT_TRAFFICKING, REASONS_APART
from referral.deadlines import FOLLOW_UPS, REASSESS_WITHIN
from referral.enums import AgeStatus, CaseAct, CaseAction, TaskKind
from referral.guardians import DECIDE_WITHIN
from referral.lifecycle import NotPossible
from referral.models import Case, Task
from referral.queries.facts import second_people, weighed
from referral.queries.terms import terms_for
from referral.services import cases, steps
from referral.services.asking import ask_second
from referral.services.tasks import finish_tasks
from referral.services.watch import NO_CONTACT, may_be_reached


def prepare_solution(pk: UUID, *, by: Actor, at: datetime, version: int, solution: str, views: str) -> Case:
    """What comes after assistance, as the person wishes it.

    Args:
        solution: of `course.Solution`; its risk must have been assessed.
        views: of the person, kept sealed with the move.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_change(by, CaseAct.PLAN, case)
        steps.advance(
            case,
            CaseAction.PREPARE,
            by=by,
            at=at,
            reason_code=solution.upper(),
            reason=views,
            views_recorded=bool(views),
            solution_weighed=weighed(case, solution),
        )
    return case


def begin_follow_up(pk: UUID, *, by: Actor, at: datetime, version: int, stable: bool) -> Case:
    """The person has arrived, or lives stably: one asks after about one, three, six and twelve months.

    Raises as `prepare_solution`.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_change(by, CaseAct.PLAN, case)
        steps.advance(case, CaseAction.FOLLOW_UP, by=by, at=at, stable=stable)
        terms, reachable = terms_for(organisation_id=case.organisation_id), may_be_reached(case)
        finish_tasks(case, TaskKind.FOLLOW_UP, by=by, at=at, result="counted_anew")
        for clock in FOLLOW_UPS:
            task = Task(
                kind=TaskKind.FOLLOW_UP,
                case=case,
                organisation_id=case.organisation_id,
                owner_id=case.owner_id,
                made_at=at,
                due_at=terms.after(clock, at),
                done_at=None if reachable else at,
                result="" if reachable else NO_CONTACT,
            )
            write(task, case_id=case.pk)
    return case


def reactivate(
    pk: UUID, *, by: Actor, at: datetime, version: int, why: str, reason: str | None = None
) -> Case:
    """A new need, or exploited again: assistance goes on, and the risk is assessed anew.

    Args:
        why: of `course.Reactivation`.

    Raises as `prepare_solution`.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_change(by, CaseAct.PLAN, case)
        steps.advance(
            case,
            CaseAction.REACTIVATE,
            by=by,
            at=at,
            reason_code=why.upper(),
            reason=reason,
            need_named=bool(why),
        )
        finish_tasks(case, TaskKind.FOLLOW_UP, by=by, at=at, result="assisted_again")
        _assess_again(case, at)
    return case


def redirect_out(pk: UUID, *, by: Actor, at: datetime, version: int, other_need: str) -> Case:
    """Not a victim, as two persons said: the file is closed, and the person is helped elsewhere.

    Args:
        other_need: which other help the person was referred to, or that none is needed.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_case(by, CaseAct.REDIRECT_OUT, case)
        steps.require_second(by, case, CaseAct.REDIRECT_OUT)
        cases.end_case(
            case,
            CaseAction.REDIRECT_OUT,
            by=by,
            at=at,
            reason_code=NOT_TRAFFICKING,
            reason=other_need,
            other_need=bool(other_need),
        )
    return case


def ask_close(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    reason_code: str,
    reason: str | None = None,
    informed: bool = True,
) -> Task:
    """The owner asks a second person to close the file, of the national unit where there is no other here.

    Args:
        reason: in words; needed where the reason is what a plan leads to and goals are pursued.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_change(by, CaseAct.ASK_CLOSE, case)
        if reason_code in REASONS_APART:
            steps.refuse(case, "NOT_POSSIBLE_ASK_CLOSE")
            raise NotPossible([_("This reason belongs to another act.")])
        said = {"reason_code": reason_code, "informed": informed, "explained": bool(reason)}
        steps.require_move(case, CaseAction.CLOSE, at, **said)
        if Task.objects.filter(case=case, kind=TaskKind.APPROVE_CLOSE, done_at=None).exists():
            steps.refuse(case, "NOT_POSSIBLE_ASK_CLOSE")
            raise NotPossible([_("A second person has been asked already.")])
        return ask_second(
            case,
            TaskKind.APPROVE_CLOSE,
            by=by,
            at=at,
            proposal={"reason_code": reason_code},
            note=reason,
        )


def reopen(pk: UUID, *, by: Actor, at: datetime, version: int, reason: str, owner_id: UUID) -> Case:
    """A supervisor opens a closed file again, under its reference; whoever is named owns it.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_case(by, CaseAct.REOPEN, case)
        former = case.owner
        owner = active_people(case.organisation_id, [Role.CASEWORKER]).filter(pk=owner_id).first()
        if owner is None:
            steps.refuse(case, "NOT_POSSIBLE_REOPEN")
            raise NotPossible([_("This person is not at work here any more.")])
        case.owner = owner
        steps.advance(case, CaseAction.REOPEN, by=by, at=at, reason=reason)
        _open_to(case, owner, former, at)
        _assess_again(case, at)
        _ask_second_people_again(case, by=by, at=at)
        notices.tell([owner], case, at=at, due_at=None)
    return case


def _ask_second_people_again(case: Case, *, by: Actor, at: datetime) -> None:
    """What waited for a second person when the file was closed waits for one again."""
    waiting = [
        (TaskKind.COUNTERSIGN, {"ground": str(ground.pk)})
        for ground in case.grounds.filter(approved_at=None, refused_at=None)
    ]
    waiting += [
        (TaskKind.ASSESS_GUARDIAN, {"guardian": str(guardian.pk)})
        for guardian in case.guardians.exclude(proposed="")
    ]
    for kind, proposal in waiting:
        task = Task(
            kind=kind,
            case=case,
            organisation=second_people(case, by),
            made_at=at,
            due_at=at + DECIDE_WITHIN,
            proposal=proposal,
        )
        write(task, case_id=case.pk)
        notices.ask_second_person(task, by=by, at=at)
    if case.person.age_status == AgeStatus.UNKNOWN:
        cases.ask_age(case, at=at)


def _open_to(case: Case, owner: User, former: User | None, at: datetime) -> None:
    if former is not None and former != owner:
        grants.close_case(case, former)
    grants.open_case(case, owner, at=at)


def _assess_again(case: Case, at: datetime) -> None:
    task = Task(
        kind=TaskKind.REASSESS_RISK,
        case=case,
        organisation_id=case.organisation_id,
        owner_id=case.owner_id,
        made_at=at,
        due_at=at + REASSESS_WITHIN,
    )
    write(task, case_id=case.pk)
