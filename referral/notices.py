"""Who is told? A reference, "action requise" and a deadline: nothing else, on screen or by mail (design §7.9)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from audit.work import defer
from partners.actor import Actor
from partners.enums import Role
from partners.models import User
from partners.queries import active_people
from referral.enums import Channel
from referral.models import Case, Delivery, Notice, Referral, Rung, Task
from referral.references import new_reference


def desk_of(organisation_id: UUID) -> list[User]:
    """Who answers for the inbox: the focal points, the supervisors where there is none."""
    return list(active_people(organisation_id, [Role.FOCAL_POINT])) or list(
        active_people(organisation_id, [Role.SUPERVISOR])
    )


def supervisors_of(organisation_id: UUID) -> list[User]:
    return list(active_people(organisation_id, [Role.SUPERVISOR]))


def ask_second_person(task: Task, *, by: Actor, at: datetime) -> None:
    """Tells those who may decide what `by` asked for; outside the case's organisation its reference stays unknown."""
    inside = task.organisation_id == task.case.organisation_id
    others = [user for user in supervisors_of(task.organisation_id) if user.pk != by.id]
    tell(others, task.case, at=at, due_at=task.due_at, reference=None if inside else new_reference())


def tell(
    users: Iterable[User | None],
    about: Case | Referral | Task,
    *,
    at: datetime,
    due_at: datetime | None,
    action_needed: bool = True,
    reference: str | None = None,
    rung: Rung | None = None,
) -> int:
    """Writes the notices in this transaction, and asks for their delivery; each person hears once. Gives their number.

    Args:
        reference: for those to whom the one of `about` must stay unknown.
        rung: of the ladder, when the clock tells.
    """
    told = {user for user in users if user is not None and user.is_active}
    for user in told:
        notice = Notice.objects.create(
            user=user,
            reference=reference or reference_of(about),
            object_type=type(about).__name__.lower(),
            object_id=about.pk,
            action_needed=action_needed,
            due_at=due_at,
            made_at=at,
            rung=rung,
        )
        delivery = Delivery.objects.create(notice=notice, channel=Channel.EMAIL, made_at=at)
        defer("referral.deliver", delivery=delivery.pk)
    return len(told)


def reference_of(about: Case | Referral | Task) -> str:
    """Of a task, the reference of its referral, which both sides know, else of its case."""
    if isinstance(about, Task):
        return about.referral.reference if about.referral else about.case.reference
    return about.reference


def unasked(user_id: UUID) -> QuerySet[Notice]:
    """A person's notices that ask for no confirmation of reading."""
    return Notice.objects.filter(user_id=user_id).exclude(
        rung__confirm_by__isnull=False, rung__confirmed_at=None
    )


def mark_read(notices: QuerySet[Notice], *, at: datetime) -> None:
    """The first reading counts."""
    notices.filter(read_at=None).update(read_at=at)
