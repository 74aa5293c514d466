"""Who is silent, about what, and since when? What somebody says who telephones because nobody has moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from partners.models import Organisation
from referral import escalation
from referral.enums import Holder, TaskKind, Watched
from referral.escalation import Audience
from referral.lifecycle import holder_of
from referral.models import Referral, Rung, Task

#: From this number on a rung may be the top of a ladder.
_TOP = min(
    len(ladder)
    for ladder in (*escalation.LADDERS.values(), escalation.TASK_LADDER, *escalation.TASK_LADDERS.values())
    if ladder[-1].audience == Audience.DUTY
)


def silent_house(referral: Referral) -> Organisation:
    """The side whose step it is; after the end that of the sender, who looks further."""
    if holder_of(referral) in (Holder.CASE_OWNER, Holder.NOBODY):
        return referral.referring_organisation
    return referral.receiving_organisation


@dataclass(frozen=True)
class Silence:
    """What the last instance telephones about. Without a task it is the referral itself."""

    house: Organisation
    since: datetime
    task: Task | None = None


def silences(tasks: Iterable[Task]) -> dict[UUID, Silence]:
    """Of those among `tasks` that are duty calls; read from the rung that asked for each. Two queries for all.

    Args:
        tasks: with their cases and their referrals, both with their organisations.
    """
    calls = [task for task in tasks if task.kind == TaskKind.DUTY_CALL]
    if not calls:
        return {}
    rungs = _last_rungs(calls)
    watched = [rung.object_id for rung in rungs.values() if rung.watched == Watched.TASK]
    silent = Task.objects.select_related("organisation").in_bulk(watched)
    return {call.pk: _silence(call, rungs.get(call.pk), silent) for call in calls}


def _last_rungs(calls: list[Task]) -> dict[UUID, Rung]:
    """The newest one that stood at the top when a call was asked for: a call that is made again has none of its own."""
    cases = {call.case_id for call in calls}
    own = Task.objects.filter(kind=TaskKind.DUTY_CALL, case__in=cases)
    tops = Rung.objects.filter(case__in=cases, number__gte=_TOP).exclude(object_id__in=own.values("pk"))
    found = {}
    for rung in tops.order_by("reached_at", "number"):
        for call in calls:
            same = (call.case_id, call.referral_id) == (rung.case_id, rung.referral_id)
            if same and rung.reached_at <= call.made_at:
                found[call.pk] = rung
    return found


def _silence(call: Task, rung: Rung | None, tasks: dict[UUID, Task]) -> Silence:
    since = rung.due_at if rung else call.made_at
    task = tasks.get(rung.object_id) if rung else None
    if task is not None:
        return Silence(task.organisation, since, task)
    return Silence(silent_house(call.referral) if call.referral else call.case.organisation, since)
