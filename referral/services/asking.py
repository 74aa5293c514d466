"""What one person asks for and another decides: a plan, an end, a transfer (design §2: nobody approves their own)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from audit.rows import write
from partners.actor import Actor
from partners.enums import Role
from referral import notices
from referral.enums import Clock, TaskKind
from referral.models import Case, Task
from referral.queries.facts import second_people
from referral.queries.terms import terms_for

#: What `services.approvals` decides.
ASKED = frozenset({TaskKind.APPROVE_PLAN, TaskKind.APPROVE_CLOSE, TaskKind.APPROVE_TRANSFER})


def ask_second(
    case: Case,
    kind: TaskKind,
    *,
    by: Actor,
    at: datetime,
    proposal: Mapping[str, Any] | None = None,
    note: str | None = None,
) -> Task:
    """A task of the supervisors who may decide, of the national unit's where the organisation has no other.

    Args:
        proposal: what is asked for, in codes.
        note: the reason in words, which whoever decides reads.
    """
    deciding = second_people(case, by)
    task = Task(
        kind=kind,
        case=case,
        organisation=deciding,
        made_at=at,
        due_at=terms_for(organisation_id=deciding.pk).after(Clock.PLAN, at, case.urgency),
        proposal={"by": str(by.id), **(proposal or {})},
        note=note or None,
    )
    write(task, case_id=case.pk, reason_code=kind.upper())
    notices.ask_second_person(task, by=by, at=at)
    return task


def may_decide(by: Actor, task: Task) -> bool:
    """Supervisors of the organisation that is asked. They may still be the ones who asked: that is a 403."""
    return task.kind in ASKED and task.organisation_id == by.organisation_id and by.has(Role.SUPERVISOR)
