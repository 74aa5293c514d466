"""The second person decides on a plan, an end or a transfer: one task, one answer (design §2)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from referral import notices, policy
from referral.enums import CaseAct, CaseAction, TaskKind
from referral.lifecycle import NotPossible
from referral.models import Case, Task
from referral.policy import NotAllowed
from referral.queries.course import REFUSED, TAKEN_BACK
from referral.services import cases, steps, transfers
from referral.services.asking import may_decide
from referral.services.tasks import end_task

APPROVED, WITHDRAWN = "approved", "withdrawn"


def decide(
    pk: UUID, *, by: Actor, at: datetime, version: int, approve: bool, note: str | None = None
) -> Task:
    """A yes does what was asked for, in this transaction; a no tells the owner why.

    Args:
        note: why not, sealed in the owner's file; needed for a no.

    Raises:
        NotVisible, NotAllowed, StaleForm, NotPossible.
    """
    with transaction.atomic():
        transfers.lock_taker(pk)
        # Then the file, as every act on it does.
        case = Case.objects.select_for_update(of=("self",), no_key=True).filter(tasks=pk).first()
        task = Task.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        if case is None or task is None or not may_decide(by, task):
            raise steps.NotVisible
        proposal: dict[str, Any] = task.proposal or {}
        steps.require_second(by, case, CaseAct.APPROVE, UUID(proposal["by"]))
        if task.version != version or task.done_at is not None:
            raise steps.StaleForm
        if not approve and not note:
            steps.refuse(case, "NOT_POSSIBLE_APPROVE")
            raise NotPossible([_("Write why not: the case owner reads it.")])
        asked = task.note
        task.note = "\n".join(part for part in (asked, note) if part) or None
        end_task(
            task,
            by=by,
            at=at,
            result=APPROVED if approve else REFUSED,
            more=("note",),
            reason_code=(APPROVED if approve else REFUSED).upper(),
        )
        (_YES if approve else _NO)[TaskKind(task.kind)](case, proposal, asked, by, at)
        if not (approve and task.kind == TaskKind.APPROVE_CLOSE):  # an end has told already
            notices.tell([case.owner], case, at=at, due_at=None, action_needed=not approve)
    return task


def withdraw_request(pk: UUID, *, by: Actor, at: datetime, version: int) -> Task:
    """A plan or an end is asked for no more, before anybody has decided; whoever was asked hears so.

    A transfer is withdrawn by `transfers.withdraw`, which also ends the transfer.

    Raises:
        NotVisible, NotAllowed, StaleForm.
    """
    with transaction.atomic():
        found = Task.objects.filter(pk=pk, kind__in=sorted(TAKEN_BACK)).first()
        if found is None:
            raise steps.NotVisible
        case = steps.locked_case(by, found.case_id)
        permit_taking_back(by, case, found)
        task = Task.objects.select_for_update(of=("self",)).get(pk=pk)
        if task.version != version or task.done_at is not None:
            raise steps.StaleForm
        end_task(task, by=by, at=at, result=WITHDRAWN, reason_code=WITHDRAWN.upper())
        if task.kind == TaskKind.APPROVE_PLAN:
            _agree_anew(case, "PLAN_WITHDRAWN")
        others = [user for user in notices.supervisors_of(task.organisation_id) if user.pk != by.id]
        notices.tell(others, case, at=at, due_at=None, action_needed=False)
    return task


def permit_taking_back(by: Actor, case: Case, task: Task) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not policy.may_take_back(by, case.owner_id, UUID((task.proposal or {})["by"])):
        steps.refuse(case, "NOT_ALLOWED_WITHDRAW_REQUEST")
        raise NotAllowed(CaseAct.APPROVE)


Effect = Callable[[Case, Mapping[str, Any], str | None, Actor, datetime], object]


def _approve_plan(
    case: Case, proposal: Mapping[str, Any], asked: str | None, by: Actor, at: datetime
) -> None:
    steps.advance(case, CaseAction.APPROVE, by=by, at=at)


def _approve_close(
    case: Case, proposal: Mapping[str, Any], asked: str | None, by: Actor, at: datetime
) -> None:
    cases.end_case(
        case,
        CaseAction.CLOSE,
        by=by,
        at=at,
        reason_code=proposal["reason_code"],
        reason=asked,
        informed=True,  # the owner has said so
        explained=bool(asked),
    )


def _approve_transfer(
    case: Case, proposal: Mapping[str, Any], asked: str | None, by: Actor, at: datetime
) -> None:
    transfers.propose(UUID(proposal["transfer"]), by=by, at=at)


def _refuse_plan(case: Case, proposal: Mapping[str, Any], asked: str | None, by: Actor, at: datetime) -> None:
    """The plan is worked over."""
    _agree_anew(case, "PLAN_REFUSED")


def _agree_anew(case: Case, reason_code: str) -> None:
    """Who agreed to the plan agrees anew, and with that a second person is asked anew."""
    case.plan_agreed_at = None
    write(case, fields=["plan_agreed_at"], case_id=case.pk, reason_code=reason_code)


def _keep_open(case: Case, proposal: Mapping[str, Any], asked: str | None, by: Actor, at: datetime) -> None:
    """Nothing else follows from a file that stays open."""


def _refuse_transfer(
    case: Case, proposal: Mapping[str, Any], asked: str | None, by: Actor, at: datetime
) -> None:
    transfers.end_unproposed(UUID(proposal["transfer"]), by=by, at=at)


_YES: Mapping[TaskKind, Effect] = {
    TaskKind.APPROVE_PLAN: _approve_plan,
    TaskKind.APPROVE_CLOSE: _approve_close,
    TaskKind.APPROVE_TRANSFER: _approve_transfer,
}
_NO: Mapping[TaskKind, Effect] = {
    TaskKind.APPROVE_PLAN: _refuse_plan,
    TaskKind.APPROVE_CLOSE: _keep_open,
    TaskKind.APPROVE_TRANSFER: _refuse_transfer,
}
