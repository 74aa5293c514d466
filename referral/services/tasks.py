"""Tasks end by the act they ask for, or by the word of whoever owns them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from referral import policy
from referral.enums import TaskKind
from referral.lifecycle import NotPossible
from referral.models import Case, Referral, Task
from referral.services import steps


def finish_tasks(
    case: Case,
    kind: TaskKind,
    *,
    by: Actor | None,
    at: datetime,
    result: str = "",
    referral: Referral | None = None,
) -> None:
    """Marks the open tasks of a kind done, because the act they asked for was done.

    Args:
        referral: whose tasks alone; the whole case's when None.
    """
    tasks = Task.objects.select_for_update(of=("self",)).filter(case=case, kind=kind, done_at=None)
    for task in tasks if referral is None else tasks.filter(referral=referral):
        task.done_at, task.result = at, result
        task.done_by_id = by.id if by else None
        write(task, fields=["done_at", "result", "done_by"], case_id=case.pk)


#: Tasks that only the act they ask for can end.
ENDED_BY_ACT = frozenset(
    {
        TaskKind.TAKE_IN_REPORT,
        TaskKind.COUNTERSIGN,
        TaskKind.AGE_DECISION,
        TaskKind.CONFIRM_TITLE,
        TaskKind.OBJECTION,
    }
)


def finish_task(pk: UUID, *, by: Actor, at: datetime, version: int, note: str = "") -> Task:
    """Its owner, or a supervisor for the desk's, says that a task is done.

    Raises:
        NotVisible, StaleForm, NotPossible.
    """
    with transaction.atomic():
        task = Task.objects.select_for_update(of=("self",)).select_related("case").filter(pk=pk).first()
        if task is None or not policy.may_finish(by, task):
            raise steps.NotVisible
        if task.version != version or task.done_at is not None:
            raise steps.StaleForm
        if task.kind in ENDED_BY_ACT:
            steps.refuse(task.case, "NOT_POSSIBLE_FINISH_TASK")
            raise NotPossible([_("This task ends with the act that it asks for.")])
        task.done_at, task.done_by_id = at, by.id
        # What was asked for stays in front of what was done.
        task.note = "\n".join(part for part in (task.note, note) if part) or None
        write(task, fields=["done_at", "done_by", "note"], case_id=task.case_id)
    return task
