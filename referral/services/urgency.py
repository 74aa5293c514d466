"""Emergency: the desk is telephoned first; without an answer in half an hour the next organisation is asked."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.rows import write
from partners.actor import Actor
from referral import audiences, notices
from referral.enums import TERMINAL, UNANSWERED, State, TaskKind, Urgency
from referral.escalation import CALL_FIRST
from referral.models import Referral, Task
from referral.queries.clock import in_order
from referral.queries.urgency import silent_emergencies, uncalled_emergencies
from referral.services.rounds import Rule
from referral.services.steps import NotVisible
from referral.services.tasks import end_call, finish_tasks

NO_REPLY, NEXT_ASKED = "no_reply", "next_asked"
#: While it is so, somebody still telephones; nobody waits for the outcome of an expired one but the sender.
_CALLED = UNANSWERED | {State.EXPIRED}


def call_first(referral: Referral, *, by: Actor, at: datetime) -> None:
    """An emergency was sent: its desk is telephoned now. Who has sent it is on the way to the task already."""
    if referral.urgency == Urgency.EMERGENCY:
        task = _task(referral, TaskKind.CALL_DESK, at)
        if task.owner_id != by.id:
            _tell(task, at)
    if referral.parent is not None:
        end_calls(referral.parent, by=by, at=at, result=NEXT_ASKED)


def nobody_replies(pk: UUID, *, by: Actor, at: datetime, version: int) -> Task | None:
    """The desk was telephoned in vain: no need to wait for the half hour. Gives the task to ask the next one.

    Returns:
        None when the next one was asked already.

    Raises:
        NotVisible, StaleForm.
    """
    with transaction.atomic():
        # The referral first, as every act on it does: two locks in another order would wait for each other.
        rows = Referral.objects.select_for_update(of=("self",), no_key=True).select_related("case")
        referral = rows.filter(tasks=pk).first()
        if referral is None:
            raise NotVisible
        task = end_call(pk, kind=TaskKind.CALL_DESK, by=by, at=at, version=version, result=NO_REPLY)
        return ask_next(referral, at=at, tell=task.owner_id != by.id)


def ask_next(referral: Referral, *, at: datetime, tell: bool) -> Task | None:
    """A task to ask the next organisation, once for a referral that still waits for its desk. It stays open itself."""
    asked = Task.objects.filter(referral=referral, kind=TaskKind.NEXT_CANDIDATE).exists()
    if asked or referral.state != State.SENT or referral.urgency != Urgency.EMERGENCY:
        return None
    task = _task(referral, TaskKind.NEXT_CANDIDATE, at)
    if tell:
        _tell(task, at)
    return task


def end_calls(referral: Referral, *, by: Actor | None, at: datetime, result: str = "") -> None:
    """The desk has moved, or it is over: nobody has to telephone any more. To be called after the move."""
    for kind in (
        TaskKind.CALL_DESK,
        TaskKind.NEXT_CANDIDATE,
    ):  # a desk may ask for a call by text in any urgency
        finish_tasks(referral.case, kind, by=by, at=at, result=result, referral=referral)
    if referral.state in TERMINAL:
        finish_tasks(referral.case, TaskKind.DUTY_CALL, by=by, at=at, result=result, referral=referral)
    if referral.state not in _CALLED:
        finish_tasks(referral.case, TaskKind.OUTCOME_CALL, by=by, at=at, result=result, referral=referral)


def hear_by_telephone(referral: Referral, *, yes: bool, by: Actor | None, at: datetime) -> None:
    """A yes ends the calls; a no ends this one, and the next organisation is asked at once."""
    if yes:
        end_calls(referral, by=by, at=at, result="yes")
    else:
        finish_tasks(referral.case, TaskKind.CALL_DESK, by=by, at=at, result="no", referral=referral)
        ask_next(referral, at=at, tell=by is None or referral.case.owner_id != by.id)
    if referral.group_referral_id is not None:
        _pass_on(referral, at)


def _pass_on(referral: Referral, at: datetime) -> None:
    """It was heard about this one alone: the others of its group do not wait for the clock to come round.

    Whoever is locked by somebody else does, so that two who answer for two of a group never wait for each other.
    """
    group = list(
        Referral.objects.filter(group_referral=referral.group_referral_id).values_list("pk", flat=True)
    )
    for rule in RULES.values():
        if found := rule.due.take(at, group):
            rule.act(found, at)


def _task(referral: Referral, kind: TaskKind, at: datetime) -> Task:
    task = Task(
        kind=kind,
        case_id=referral.case_id,
        referral=referral,
        organisation_id=referral.referring_organisation_id,
        owner_id=referral.case.owner_id,
        made_at=at,
        due_at=at + CALL_FIRST,
    )
    write(task, case_id=referral.case_id, referral_id=referral.pk)
    return task


def _tell(task: Task, at: datetime) -> None:
    notices.tell(audiences.of_task(task, audiences.Audience.HOLDER), task, at=at, due_at=task.due_at)


def ask_the_next(found: list[UUID], at: datetime) -> None:
    for referral in in_order(found):
        ask_next(referral, at=at, tell=True)


def call_for_the_rest(found: list[UUID], at: datetime) -> None:
    for referral in in_order(found):
        _tell(_task(referral, TaskKind.CALL_DESK, at), at)


#: For `services.clock`.
RULES: Mapping[str, Rule[UUID]] = {
    "group_calls": Rule(uncalled_emergencies, call_for_the_rest),
    "next_candidates": Rule(silent_emergencies, ask_the_next),
}
