"""Who does it instead, and when: a task is given to somebody else or put off, all that a person holds is moved."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from partners.enums import Act, Role
from partners.models import User
from partners.queries import active_people, on_duty
from partners.services.guard import authorise
from referral import notices, policy
from referral.answers import DelayReason
from referral.enums import TaskKind
from referral.lifecycle import NotPossible
from referral.models import Task
from referral.policy import NotAllowed
from referral.queries.agenda import cases_held, referrals_held, takers_of
from referral.services import cases, steps
from referral.services.receiving import workers_of

#: How far the owner alone may put a task off: from today, and never further than this after its deadline.
DELAY = timedelta(days=14)
#: A supervisor may go further, but not out of sight: in the same way, however often it is put off.
LONG_DELAY = timedelta(days=90)
#: What may have to wait for somebody else. Not the law's own deadlines, nor a call that cannot wait.
MAY_WAIT = frozenset(
    {
        TaskKind.CALL_BACK,
        TaskKind.HAND_OVER,
        TaskKind.ONWARD,
        TaskKind.REDIRECT,
        TaskKind.TITLE_MISSING,
        TaskKind.CONFIRM_TITLE,
        TaskKind.SAFE_ONCE,
        TaskKind.OUTCOME_CALL,
        TaskKind.STAY_ENDS,
        TaskKind.FIRST_STEP,
        TaskKind.RENEW_CONSENT,
        TaskKind.FOLLOW_UP,
        TaskKind.COMPARE_CALL,
    }
)

CANNOT_TAKE = _("This person cannot do that: choose somebody else.")


def latest_delay(by: Actor, task: Task, at: datetime) -> datetime:
    """Until when `by` may put the task off; at or before `at` when not at all."""
    return min(at, task.due_at) + (LONG_DELAY if by.has(Role.SUPERVISOR) else DELAY)


def delay_task(
    pk: UUID, *, by: Actor, at: datetime, version: int, reason: DelayReason, until: datetime
) -> Task:
    """Not yet possible: the ladder of the task rests until then, and goes on by itself.

    Raises:
        NotVisible, StaleForm, NotPossible.
    """
    with transaction.atomic():
        task = _locked(by, pk, version)
        if task.kind not in MAY_WAIT:
            steps.refuse(task.case, "NOT_POSSIBLE_DELAY_TASK")
            raise NotPossible([_("This task cannot be put off.")])
        if not at < until <= latest_delay(by, task, at):
            steps.refuse(task.case, "NOT_POSSIBLE_DELAY_TASK")
            if by.has(Role.SUPERVISOR):
                raise NotPossible([_("Nobody may put this task off so far.")])
            raise NotPossible([_("A supervisor alone may put this task off so far.")])
        task.delay_reason, task.delayed_until = reason, until
        write(
            task,
            fields=["delay_reason", "delayed_until"],
            case_id=task.case_id,
            referral_id=task.referral_id,
            reason_code=reason.upper(),
        )
    return task


def assign_task(pk: UUID, *, by: Actor, at: datetime, version: int, owner_id: UUID) -> Task:
    """A supervisor gives a task to another person of the organisation, who is told.

    Raises:
        NotVisible, NotAllowed, StaleForm, NotPossible.
    """
    with transaction.atomic():
        task = _locked(by, pk, version)
        permit_assign(by, task)
        owner = _taker(task, owner_id)
        if owner is None:
            raise NotPossible([CANNOT_TAKE])
        _give(task, owner)
        notices.tell([owner], task, at=at, due_at=task.due_at)
    return task


def permit_assign(by: Actor, task: Task) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not policy.may_assign(by, task):
        steps.refuse(task.case, "NOT_ALLOWED_ASSIGN_TASK")
        raise NotAllowed("assign_task")


def hand_over(tasks: Collection[UUID], *, by: Actor, at: datetime, to_id: UUID) -> int:
    """Whoever was relieved gives of the own tasks what the next guard shall do. Gives their number.

    Raises:
        NotPossible.
    """
    with transaction.atomic():
        if not on_duty(by.organisation_id).filter(pk=to_id).exists():
            raise NotPossible([_("This person is not on duty any more.")])
        own = _open_tasks(by.id).filter(pk__in=tasks)
        for task in own:
            owner = _taker(task, to_id)
            if owner is None:
                raise NotPossible([CANNOT_TAKE])
            _give(task, owner)
            notices.tell([owner], task, at=at, due_at=task.due_at)
    return len(own)


def move_everything(user_id: UUID, *, by: Actor, at: datetime, to_id: UUID) -> None:
    """A supervisor entrusts all that a colleague holds to another one: files, tasks, persons in care.

    A task that the other one cannot do goes back to the desk, which is told.

    Raises:
        NotAllowed, NotPossible.
    """
    authorise(by, Act.KEEP_COVER, by.organisation_id)
    with transaction.atomic():
        to = active_people(by.organisation_id).filter(pk=to_id).exclude(pk=user_id).first()
        if to is None or not User.objects.filter(pk=user_id, organisation=by.organisation_id).exists():
            raise steps.NotVisible
        to = User.objects.select_for_update(of=("self",), no_key=True).get(pk=to.pk)
        _move_cases(user_id, to, by, at)
        for task in _open_tasks(user_id):
            _give(task, _taker(task, to.pk))
            told = [task.owner] if task.owner else notices.supervisors_of(task.organisation_id)
            notices.tell(told, task, at=at, due_at=task.due_at)
        _move_care(user_id, to, at)


def heirs_of(user_id: UUID, organisation_id: UUID) -> QuerySet[User]:
    """To whom `move_everything` can entrust what this person holds."""
    people = active_people(organisation_id).exclude(pk=user_id).order_by("name")
    has_cases, has_care = cases_held(user_id).exists(), referrals_held(user_id).exists()
    if has_cases:
        people = people.filter(pk__in=active_people(organisation_id, [Role.CASEWORKER]).values("pk"))
    if has_care:
        people = people.filter(pk__in=workers_of(organisation_id).values("pk"))
    if not has_cases and not has_care:
        # One of each kind stands for all: whose case it is decides on few of them, and the desk gets the rest.
        tasks = Task.objects.filter(owner=user_id, done_at=None).select_related("case")
        one_of_each = {task.kind: task for task in tasks}.values()
        people = people.filter(pk__in={taker.pk for task in one_of_each for taker in takers_of(task)})
    return people


def _move_cases(user_id: UUID, to: User, by: Actor, at: datetime) -> None:
    """Their tasks of the same owner go along."""
    held = list(cases_held(user_id))
    if held and not active_people(by.organisation_id, [Role.CASEWORKER]).filter(pk=to.pk).exists():
        raise NotPossible([_("There are cases among it: choose somebody who is a caseworker.")])
    for case in held:
        cases.assign_owner(case.pk, by=by, at=at, version=case.version, owner_id=to.pk)


def _move_care(user_id: UUID, to: User, at: datetime) -> None:
    held = list(referrals_held(user_id).select_for_update(of=("self",)).select_related("case"))
    if held and not workers_of(to.organisation_id).filter(pk=to.pk).exists():
        raise NotPossible(
            [_("There are persons in care among it: choose somebody who takes care of persons.")]
        )
    for referral in held:
        referral.worker = to
        write(
            referral,
            fields=["worker"],
            case_id=referral.case_id,
            referral_id=referral.pk,
            reason_code="WORKER",
        )
        notices.tell([to], referral, at=at, due_at=referral.due_at)


def _locked(by: Actor, pk: UUID, version: int) -> Task:
    """Raises NotVisible, StaleForm."""
    task = Task.objects.select_for_update(of=("self",)).select_related("case").filter(pk=pk).first()
    if task is None or not (policy.may_finish(by, task) or policy.may_assign(by, task)):
        raise steps.NotVisible
    if task.version != version or task.done_at is not None:
        raise steps.StaleForm
    return task


def _open_tasks(user_id: UUID) -> QuerySet[Task]:
    tasks = Task.objects.select_for_update(of=("self",)).select_related("case", "referral")
    return tasks.filter(owner=user_id, done_at=None).order_by("due_at")


def _taker(task: Task, user_id: UUID) -> User | None:
    """Locked, so that nobody closes the account meanwhile (`services.leaving`)."""
    return takers_of(task).select_for_update(of=("self",), no_key=True).filter(pk=user_id).first()


def _give(task: Task, owner: User | None) -> None:
    task.owner = owner
    write(task, fields=["owner"], case_id=task.case_id, referral_id=task.referral_id, reason_code="OWNER")
