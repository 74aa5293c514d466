"""The duty changes hands: the roster, the calls of the last instance and what the desk was told, in one transaction."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.rows import write
from partners.actor import Actor
from partners.enums import Role
from partners.models import DutyShift
from partners.services import duty as roster
from referral import notices
from referral.enums import TaskKind
from referral.models import Notice, Task
from referral.queries.destinations import destination


def take_over(by: Actor, *, at: datetime, seen: str) -> DutyShift:
    """The actor is on duty instead of those who were; what waited for them at the desk waits here too.

    Tasks without an owner stay the desk's; other tasks of the former guard stay theirs until they hand them over.

    Raises what `partners.services.duty.take_over` raises.
    """
    with transaction.atomic():
        relief = roster.take_over(by, at=at, seen=seen)
        relieved = [user.pk for user in relief.relieved]
        _take_calls(relieved, by)
        _hear_too(relieved, by, at)
    return relief.shift


def _take_calls(relieved: list[UUID], by: Actor) -> None:
    """A call of the national duty officer goes with the duty; back to the desk when a supervisor took it over."""
    calls = Task.objects.select_for_update(of=("self",)).filter(
        kind=TaskKind.DUTY_CALL, organisation=by.organisation_id, owner__in=relieved, done_at=None
    )
    for task in calls:
        task.owner_id = by.id if by.has(Role.COORDINATOR) else None
        write(
            task,
            fields=["owner"],
            case_id=task.case_id,
            referral_id=task.referral_id,
            reason_code="DUTY",
        )


def _hear_too(relieved: list[UUID], by: Actor, at: datetime) -> None:
    """What asks for an act and nobody has read; not what only the former guard may open."""
    waiting = list(notices.waiting(relieved))
    about = {notice.object_id for notice in waiting}
    heard = {_told(notice) for notice in Notice.objects.filter(user=by.id, object_id__in=about)}
    for notice in waiting:
        if _told(notice) not in heard and destination(by, notice, at) is not None:
            heard.add(_told(notice))
            notices.pass_on(notice, by.id, at=at)


def _told(notice: Notice) -> tuple[object, ...]:
    return notice.object_id, notice.due_at, notice.rung_id
