"""One rung up: the next people are told, or somebody is asked to telephone; and somebody confirms to have read it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from audit import services as audit
from audit.enums import Verb
from audit.rows import write
from partners.actor import Actor
from partners.models import User
from partners.queries import national_unit
from referral import audiences, escalation, grants, notices
from referral.enums import UNANSWERED, TaskKind, Urgency, Watched
from referral.escalation import Audience, RungRule
from referral.models import Case, GroupReferral, Notice, Referral, Rung, Task
from referral.services.steps import NotVisible


def climb_referral(referral: Referral, number: int, *, at: datetime) -> Rung:
    """Climbs rung `number` of an open referral, which the caller holds locked. Raises IntegrityError when climbed."""
    rule = escalation.rung_of(escalation.LADDERS[referral.state], number)
    rung = _rung(Watched.REFERRAL, referral.pk, referral.due_at, referral.case, referral, number, at)
    if rule.audience == Audience.COORDINATION:
        grants.escalate(referral)
    if referral.group_referral is None or referral.state not in UNANSWERED:
        return _hear(rung, rule, referral, audiences.of_referral(referral, rule.audience))
    if (heard := _beside(rung, referral.group_referral_id).first()) is not None:
        # Those who came together are late together: people hear of it once, and confirm it once.
        rung.told, rung.confirm_by = heard.told, heard.confirm_by
        return _noted(rung)
    return _hear(rung, rule, referral.group_referral, audiences.of_referral(referral, rule.audience))


def _beside(rung: Rung, group_id: UUID | None) -> QuerySet[Rung]:
    """The same rung of the others who came in the same group and still wait."""
    others = Rung.objects.filter(
        watched=Watched.REFERRAL, number=rung.number, due_at=rung.due_at, settled_at=None
    )
    return others.filter(referral__group_referral=group_id).exclude(pk=rung.pk)


def climb_task(task: Task, number: int, *, at: datetime) -> Rung:
    """As `climb_referral`, for an open task."""
    rule = escalation.rung_of(escalation.task_ladder(task.kind), number)
    rung = _rung(Watched.TASK, task.pk, task.due_at, task.case, task.referral, number, at)
    return _hear(rung, rule, task, audiences.of_task(task, rule.audience))


def patience(case: Case, referral: Referral | None) -> timedelta:
    """How long somebody has to confirm the reading."""
    return escalation.PATIENCE[Urgency(referral.urgency if referral else case.urgency)]


def _rung(
    watched: Watched,
    pk: UUID,
    due_at: datetime | None,
    case: Case,
    referral: Referral | None,
    number: int,
    at: datetime,
) -> Rung:
    if due_at is None:
        raise ValueError("Without a deadline there is nothing to climb.")
    return Rung.objects.create(
        watched=watched,
        object_id=pk,
        case=case,
        referral=referral,
        due_at=due_at,
        number=number,
        reached_at=at,
    )


def _hear(rung: Rung, rule: RungRule, about: GroupReferral | Referral | Task, people: list[User]) -> Rung:
    """Tells the people of the rung, and until when one of them has to confirm."""
    at = rung.reached_at
    if rule.audience == Audience.DUTY:
        rung.told = _call(rung)  # the task has a deadline and a ladder of its own
    else:
        rung.told = notices.tell(people, about, at=at, due_at=rung.due_at, rung=rung)
        if rung.told == 0:
            rung.confirm_by = at  # nobody is there to read it: the next person up is told at once
        elif rule.confirm:
            rung.confirm_by = at + patience(rung.case, rung.referral)
    return _noted(rung)


def _noted(rung: Rung) -> Rung:
    rung.save(update_fields=["told", "confirm_by"])
    audit.record(
        Verb.ESCALATE,
        rung,
        case_id=rung.case_id,
        referral_id=rung.referral_id,
        scope=f"{rung.watched}:{rung.number}",
    )
    return rung


def _call(rung: Rung) -> int:
    """The last instance telephones: a task of the national duty officer, one at a time for each referral.

    Where one waits already nobody is told anew; the rung is climbed again as long as nothing moves.
    """
    unit, at = national_unit(), rung.reached_at
    waiting = Task.objects.filter(
        kind=TaskKind.DUTY_CALL, case=rung.case, referral=rung.referral, done_at=None
    )
    if unit is None or waiting.exists():
        return 0
    task = Task(
        kind=TaskKind.DUTY_CALL,
        case=rung.case,
        referral=rung.referral,
        organisation=unit,
        owner=next(iter(audiences.duty_officers(unit.pk)), None),
        made_at=at,
        due_at=at + patience(rung.case, rung.referral),
    )
    write(task, case_id=rung.case_id, referral_id=rung.referral_id)
    people = audiences.of_task(task, Audience.HOLDER)
    return notices.tell(people, task, at=at, due_at=task.due_at, rung=rung)


def confirm_reading(notice_id: UUID, *, by: Actor, at: datetime) -> Notice:
    """Somebody who was told says so: the next person up is not told any more. The first one counts.

    Raises:
        NotVisible: not a notice of this person.
    """
    with transaction.atomic():
        notice = Notice.objects.select_for_update().filter(pk=notice_id, user_id=by.id).first()
        if notice is None:
            raise NotVisible
        notices.mark_read(Notice.objects.filter(pk=notice_id), at=at)
        told = list(Rung.objects.select_related("referral").filter(notices=notice))
        heard = {rung.pk for rung in told}
        if notice.object_type == "groupreferral":
            heard |= {each.pk for rung in told if rung.referral for each in _beside(rung, notice.object_id)}
        waiting = Rung.objects.select_for_update(of=("self",)).filter(
            pk__in=heard, confirmed_at=None, confirm_by__isnull=False
        )
        for rung in waiting:
            rung.confirmed_at, rung.confirmed_by_id = at, by.id
            rung.save(update_fields=["confirmed_at", "confirmed_by"])
            audit.record(Verb.CONFIRM, rung, case_id=rung.case_id, referral_id=rung.referral_id)
    return notice
