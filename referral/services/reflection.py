"""Time that an adult takes before deciding: thirty days, once more where needed. Recommended (domain §3.3)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from referral.enums import AgeStatus, CaseAct, Clock, ReflectionAct, TaskKind
from referral.lifecycle import NotPossible
from referral.models import Case
from referral.queries.terms import terms_for
from referral.queries.watch import reflection_extended
from referral.services import steps
from referral.services.tasks import finish_tasks


def begin_reflection(pk: UUID, *, by: Actor, at: datetime, version: int) -> Case:
    """Raises NotVisible, StaleForm, NotAllowed; NotPossible for a child, or where it runs already."""
    return _change(pk, ReflectionAct.BEGIN, by=by, at=at, version=version)


def extend_reflection(pk: UUID, *, by: Actor, at: datetime, version: int) -> Case:
    """Thirty days more, once. Raises as `begin_reflection`."""
    return _change(pk, ReflectionAct.EXTEND, by=by, at=at, version=version)


def end_reflection(pk: UUID, *, by: Actor, at: datetime, version: int) -> Case:
    """The person has decided, or wants no more time. Raises as `begin_reflection`."""
    return _change(pk, ReflectionAct.END, by=by, at=at, version=version)


def possible(case: Case) -> list[ReflectionAct]:
    """What can be done about the reflection period of this person now."""
    if case.reflection_until is None:
        return [ReflectionAct.BEGIN] if case.person.age_status == AgeStatus.ADULT else []
    return [ReflectionAct.END] if reflection_extended(case) else [ReflectionAct.EXTEND, ReflectionAct.END]


def _change(pk: UUID, act: ReflectionAct, *, by: Actor, at: datetime, version: int) -> Case:
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_change(by, CaseAct.REFLECT, case)
        if act not in possible(case):
            steps.refuse(case, "NOT_POSSIBLE_REFLECT")
            raise NotPossible([REFUSALS[act]])
        running = case.reflection_until
        if act == ReflectionAct.END:
            case.reflection_until = None
        else:
            case.reflection_until = terms_for(organisation_id=case.organisation_id).after(
                Clock.REFLECTION, running or at
            )
        write(case, fields=["reflection_until"], case_id=case.pk, reason_code=f"REFLECTION_{act.upper()}")
        finish_tasks(case, TaskKind.REFLECTION_ENDS, by=by, at=at, result=act)
    return case


REFUSALS: dict[ReflectionAct, Any] = {
    ReflectionAct.BEGIN: _("The reflection period is for adults, and runs once at a time."),
    ReflectionAct.EXTEND: _("The reflection period does not run, or was already extended."),
    ReflectionAct.END: _("The reflection period does not run."),
}
