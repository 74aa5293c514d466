"""Who stands on which rung of a ladder? People who are there today, by the side that is silent (design §6)."""

from uuid import UUID

from partners.enums import Role
from partners.models import User
from partners.queries import active_people, auditors_of, national_unit, on_duty
from referral.enums import Holder, TaskKind
from referral.escalation import Audience
from referral.lifecycle import holder_of
from referral.models import Referral, Task
from referral.notices import desk_of, supervisors_of


def coordinators() -> list[User]:
    """Those on duty; all of them when nobody is."""
    unit = national_unit()
    if unit is None:
        return []
    return duty_officers(unit.pk) or list(active_people(unit.pk, [Role.COORDINATOR]))


def duty_officers(unit_id: UUID) -> list[User]:
    return list(on_duty(unit_id, [Role.COORDINATOR]))


def of_referral(referral: Referral, audience: Audience) -> list[User]:
    """Empty when nobody is there: then the next rung is climbed at once."""
    holder = holder_of(referral)
    if audience == Audience.COORDINATION:
        return coordinators()
    if audience == Audience.HOLDER:
        if holder == Holder.CASE_OWNER:
            return _sender(referral)
        if holder == Holder.WORKER and referral.worker is not None and referral.worker.is_active:
            return [referral.worker]
        return desk_of(referral.receiving_organisation_id)
    silent = (
        referral.referring_organisation_id
        if holder == Holder.CASE_OWNER
        else referral.receiving_organisation_id
    )
    return _once([*supervisors_of(silent), *_sender(referral)])


def of_task(task: Task, audience: Audience) -> list[User]:
    """As `of_referral`."""
    if audience == Audience.COORDINATION:
        return coordinators()
    owner = [task.owner] if task.owner is not None and task.owner.is_active else []
    if task.kind == TaskKind.REVIEW_GLASS and not supervisors_of(task.organisation_id):
        # Whoever was asked is gone. Never coordination, which broke it: who may review it too.
        return list(auditors_of(task.case.region_id))
    if audience == Audience.HEADS:
        return _once([*supervisors_of(task.organisation_id), *owner])
    if owner:
        return owner
    return list(active_people(task.organisation_id, DESKS.get(TaskKind(task.kind), [Role.SUPERVISOR])))


#: Who takes up a task that has no owner yet.
DESKS = {
    TaskKind.TAKE_IN_REPORT: [Role.CASEWORKER, Role.SUPERVISOR],
    TaskKind.ANSWER_TRANSFER: [Role.CASEWORKER, Role.SUPERVISOR],
    TaskKind.CONFIRM_TITLE: [Role.JUSTICE],
    TaskKind.DUTY_CALL: [Role.COORDINATOR],
    TaskKind.DECIDE_ERASURE: [Role.SUPERVISOR, Role.COORDINATOR],
}


def _sender(referral: Referral) -> list[User]:
    owner = referral.case.owner
    return (
        [owner]
        if owner is not None and owner.is_active
        else supervisors_of(referral.referring_organisation_id)
    )


def _once(people: list[User]) -> list[User]:
    return list({user.pk: user for user in people}.values())
