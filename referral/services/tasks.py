"""Tasks end by the act they ask for, or by the word of whoever owns them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from referral import notices, policy
from referral.answers import ANSWERS, CallResult
from referral.deadlines import FIRST_STEP
from referral.enums import OPEN, TaskKind, Urgency
from referral.escalation import PATIENCE
from referral.lifecycle import NotPossible
from referral.models import Case, Referral, Task
from referral.queries.file_reviews import corrected_by
from referral.services import steps
from referral.services.heard import alarm, keep_follow_up


def end_task(
    task: Task,
    *,
    by: Actor | None,
    at: datetime,
    result: str = "",
    more: tuple[str, ...] = (),
    reason_code: str = "",
) -> None:
    """Done, by whatever act: nobody is asked any more to confirm a reading about it. The caller holds the row locked.

    Args:
        more: other columns that the caller has set.
    """
    task.done_at, task.done_by_id, task.result = at, by.id if by else None, result
    write(
        task,
        fields=["done_at", "done_by", "result", *more],
        case_id=task.case_id,
        referral_id=task.referral_id,
        reason_code=reason_code,
    )
    notices.settle(task.pk, at=at)


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
        end_task(task, by=by, at=at, result=result)


def ask_first_step(case: Case, *, at: datetime) -> None:
    """A new file is on its owner's page from the start; the first referral sent ends it, or protection."""
    due_at = at + FIRST_STEP[Urgency(case.urgency)]
    task = Task(
        kind=TaskKind.FIRST_STEP,
        case=case,
        organisation_id=case.organisation_id,
        owner_id=case.owner_id,
        made_at=at,
        due_at=due_at,
    )
    write(task, case_id=case.pk)


#: Tasks that only the act they ask for can end.
ENDED_BY_ACT = frozenset(
    {
        TaskKind.TAKE_IN_REPORT,
        TaskKind.COUNTERSIGN,
        TaskKind.AGE_DECISION,
        TaskKind.CONFIRM_TITLE,
        TaskKind.OBJECTION,
        TaskKind.ASSESS_GUARDIAN,
        TaskKind.TITLE_ENDS,
        TaskKind.STAY_ENDS,
        TaskKind.REFLECTION_ENDS,
        TaskKind.REASSESS_RISK,
        TaskKind.REVIEW_GROUND,
        TaskKind.CALL_DESK,
        TaskKind.OUTCOME_CALL,
        TaskKind.FIRST_STEP,
        TaskKind.APPROVE_PLAN,
        TaskKind.APPROVE_CLOSE,
        TaskKind.APPROVE_TRANSFER,
        TaskKind.ANSWER_TRANSFER,
        TaskKind.ANSWER_REQUEST,
        TaskKind.DECIDE_ERASURE,
        TaskKind.CHECK_ORDER,
        TaskKind.ORDER_EXTRACT,
        TaskKind.LATE_ARRIVAL,
        TaskKind.REVIEW_GLASS,
        TaskKind.NAME_OWNER,
    }
)


def end_call(pk: UUID, *, kind: TaskKind, by: Actor, at: datetime, version: int, result: str) -> Task:
    """A call was made: its task ends with what was heard, in a code.

    Raises:
        NotVisible, StaleForm.
    """
    with transaction.atomic():
        tasks = Task.objects.select_for_update(of=("self",)).select_related("case")
        task = tasks.filter(pk=pk, kind=kind).first()
        if task is None or not policy.may_finish(by, task):
            raise steps.NotVisible
        if task.version != version or task.done_at is not None:
            raise steps.StaleForm
        end_task(task, by=by, at=at, result=result, reason_code=result.upper())
    return task


def finish_task(pk: UUID, *, by: Actor, at: datetime, version: int, note: str = "", result: str = "") -> Task:
    """Its owner, or a supervisor for the desk's, says that a task is done.

    Args:
        result: what came of the call, for kinds that end with an answer (`ANSWERS`).

    Raises:
        NotVisible, StaleForm, NotPossible.
    """
    with transaction.atomic():
        task = (
            Task.objects.select_for_update(of=("self",))
            .select_related("case", "referral")
            .filter(pk=pk)
            .first()
        )
        if task is None or not policy.may_finish(by, task):
            raise steps.NotVisible
        if task.version != version or task.done_at is not None:
            raise steps.StaleForm
        if task.kind in ENDED_BY_ACT and not _stay_handed_over(task):
            steps.refuse(task.case, "NOT_POSSIBLE_FINISH_TASK")
            raise NotPossible([_("This task ends with the act that it asks for.")])
        answers = ANSWERS.get(task.kind, ())
        if answers and result not in answers:
            steps.refuse(task.case, "NOT_POSSIBLE_FINISH_TASK")
            raise NotPossible([_("Say what came of the call.")])
        heard = result if answers else ""
        # What was asked for stays in front of what was done.
        task.note = "\n".join(part for part in (task.note, note) if part) or None
        end_task(task, by=by, at=at, result=heard, more=("note",), reason_code=heard.upper())
        if task.kind == TaskKind.FOLLOW_UP:
            keep_follow_up(task.case, by=by, at=at, answer=heard, heard_at=at, note=note, task=task)
            alarm(task.case, heard, at=at)
        if task.kind == TaskKind.CORRECT and (action := corrected_by(task)) is not None:
            review = action.finding.file.review
            notices.tell([review.reviewer], review, at=at, due_at=None)
        if task.result in (CallResult.NOT_REACHABLE, CallResult.FOUND_IN_DANGER):
            notices.tell(notices.supervisors_of(task.organisation_id), task.case, at=at, due_at=None)
        if task.result == CallResult.NOT_REACHED:
            _call_again(task, at)
    return task


def _stay_handed_over(task: Task) -> bool:
    """The departure is written in the former file, where the house counts its places; else the owner says so."""
    return task.kind == TaskKind.STAY_ENDS and task.referral_id is None


def _call_again(task: Task, at: datetime) -> None:
    """There is nobody above the last instance: the call waits once more, unless the referral has ended meanwhile."""
    if task.referral is not None and task.referral.state not in OPEN:
        return
    urgency = Urgency(task.referral.urgency if task.referral else task.case.urgency)
    again = Task(
        kind=task.kind,
        case=task.case,
        referral=task.referral,
        organisation_id=task.organisation_id,
        owner=task.owner,
        made_at=at,
        due_at=at + PATIENCE[urgency],
    )
    write(again, case_id=task.case_id, referral_id=task.referral_id)
