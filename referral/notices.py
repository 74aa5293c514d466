"""Who is told? A reference, "action requise" and a deadline: nothing else, on screen or by mail (design §7.9)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from audit.work import defer
from partners.actor import Actor
from partners.enums import MailPace, Role, SmsPace
from partners.models import User
from partners.queries import active_people, on_duty, present
from referral.enums import Channel
from referral.models import (
    Arrival,
    Case,
    Delivery,
    FileReview,
    GroupReferral,
    Notice,
    PlaceCall,
    Referral,
    Rung,
    Task,
)
from referral.references import new_reference

About = Arrival | Case | FileReview | GroupReferral | PlaceCall | Referral | Task


def desk_of(organisation_id: UUID) -> list[User]:
    """Who answers for the inbox: whoever is on duty, else the focal points, the supervisors where there is none."""
    return (
        list(on_duty(organisation_id, [Role.FOCAL_POINT, Role.SUPERVISOR]))
        or list(active_people(organisation_id, [Role.FOCAL_POINT]))
        or supervisors_of(organisation_id)
    )


def supervisors_of(organisation_id: UUID) -> list[User]:
    return list(active_people(organisation_id, [Role.SUPERVISOR]))


def ask_second_person(task: Task, *, by: Actor, at: datetime) -> None:
    """Tells those who may decide what `by` asked for."""
    others = [user for user in supervisors_of(task.organisation_id) if user.pk != by.id]
    tell(others, task.case, at=at, due_at=task.due_at)


def tell(
    users: Iterable[User | None],
    about: About,
    *,
    at: datetime,
    due_at: datetime | None,
    action_needed: bool = True,
    rung: Rung | None = None,
) -> int:
    """Writes the notices in this transaction, and asks for their delivery; each person hears once. Gives their number.

    For somebody absent the cover hears.

    Args:
        rung: of the ladder, when the clock tells.
    """
    told = {user for user in present(user for user in users if user is not None) if user.is_active}
    for user in told:
        notice = Notice.objects.create(
            user=user,
            reference=_reference_for(user, about),
            object_type=type(about).__name__.lower(),
            object_id=about.pk,
            action_needed=action_needed,
            due_at=due_at,
            made_at=at,
            rung=rung,
        )
        _send(notice, at)
    return len(told)


def _send(notice: Notice, at: datetime) -> None:
    """By the channels that the person chose; what asks for no act may wait for the one mail of the day."""
    user = notice.user
    mail = Delivery.objects.create(notice=notice, channel=Channel.EMAIL, made_at=at)
    if notice.action_needed or user.mail_pace != MailPace.DAILY:
        defer("referral.deliver", delivery=mail.pk)
    if notice.action_needed and user.sms_pace == SmsPace.ACTION and settings.RELAIS_GATEWAY_URL:
        text = Delivery.objects.create(notice=notice, channel=Channel.SMS, made_at=at)
        defer("referral.deliver", delivery=text.pk)


def settle(pk: UUID, *, at: datetime, due_at: datetime | None = None) -> None:
    """A referral or task has moved: the ladders of its former deadlines ask nobody any more to confirm.

    Args:
        due_at: the deadline that runs now.
    """
    former = Rung.objects.filter(object_id=pk, settled_at=None)
    (former if due_at is None else former.exclude(due_at=due_at)).update(settled_at=at)


def waiting(users: Iterable[UUID]) -> QuerySet[Notice]:
    """What asks these people for an act and was not read; not what somebody else has confirmed to have read."""
    return (
        Notice.objects.filter(user__in=list(users), read_at=None, action_needed=True)
        .exclude(rung__confirmed_at__isnull=False)
        .exclude(rung__settled_at__isnull=False)
        .order_by("made_at")
    )


def pass_on(notice: Notice, to: UUID, *, at: datetime) -> None:
    """Tells somebody more what a notice says; of a rung of the ladder, they can confirm the reading too."""
    copy = Notice.objects.create(
        user_id=to,
        reference=notice.reference,
        object_type=notice.object_type,
        object_id=notice.object_id,
        action_needed=True,
        due_at=notice.due_at,
        made_at=at,
        rung_id=notice.rung_id,
    )
    _send(copy, at)


def reference_of(about: About) -> str:
    """Of a task, the reference of its referral, which both sides know, else of its case."""
    if isinstance(about, Task):
        return about.referral.reference if about.referral else about.case.reference
    return about.reference


def _reference_for(user: User, about: About) -> str:
    """A case's reference is known inside its organisation only (design §4): for others one is drawn."""
    if isinstance(about, Arrival | FileReview | GroupReferral | PlaceCall | Referral) or (
        isinstance(about, Task) and about.referral is not None
    ):
        return reference_of(about)
    case = about.case if isinstance(about, Task) else about
    return case.reference if user.organisation_id == case.organisation_id else new_reference()


def unasked(user_id: UUID) -> QuerySet[Notice]:
    """A person's notices that ask for no confirmation of reading."""
    return Notice.objects.filter(user_id=user_id).exclude(
        rung__confirm_by__isnull=False, rung__confirmed_at=None, rung__settled_at=None
    )


def mark_read(notices: QuerySet[Notice], *, at: datetime) -> None:
    """The first reading counts."""
    notices.filter(read_at=None).update(read_at=at)
