"""Tasks in words: what each asks for, and on which page it is done."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.actor import Actor
from partners.enums import Role
from referral.enums import TaskKind
from referral.models import Task
from referral.policy import may_finish
from referral.references import spoken

#: Tasks that end with the act that they ask for, and the page of the case where it is done.
ON_CASE = {
    TaskKind.TAKE_IN_REPORT: "case_take_in",
    TaskKind.AGE_DECISION: "case_age",
    TaskKind.TITLE_MISSING: "title",
}


def address(task: Task) -> str:
    """Where the task is done."""
    if task.kind in ON_CASE:
        return reverse(ON_CASE[TaskKind(task.kind)], args=[task.case_id])
    if task.kind == TaskKind.COUNTERSIGN:
        return reverse("ground_decide", args=[UUID((task.proposal or {})["ground"])])
    if task.kind == TaskKind.CONFIRM_TITLE:
        return reverse("titles")
    if task.kind == TaskKind.OBJECTION:
        return reverse("objection", args=[task.pk])
    return reverse("task_done", args=[task.pk])


def is_for(actor: Actor, task: Task) -> bool:
    """May this person open the page on which the task is done? Policy is asked again there."""
    match task.kind:
        case TaskKind.CONFIRM_TITLE:
            return actor.has(Role.JUSTICE)
        case TaskKind.COUNTERSIGN | TaskKind.AGE_DECISION | TaskKind.OBJECTION:
            return actor.has(Role.SUPERVISOR)
        case TaskKind.TAKE_IN_REPORT:
            return actor.has(Role.CASEWORKER, Role.SUPERVISOR)
        case TaskKind.TITLE_MISSING:
            return task.owner_id == actor.id
        case _:
            return may_finish(actor, task)


def line(actor: Actor, task: Task) -> dict[str, Any]:
    """A line of a list of tasks. A referral's reference, else the case's, which only its own organisation knows."""
    own = task.case.organisation_id == actor.organisation_id
    reference = task.referral.reference if task.referral else task.case.reference if own else ""
    return {
        "url": address(task) if is_for(actor, task) else "",
        "title": task.get_kind_display(),
        "hint": spoken(reference) if reference else "",
        "due": task.due_at,
        "done": False,
        "mine": task.owner_id == actor.id,
    }


#: What a task that is done outside this service asks for.
ABOUT = {
    TaskKind.CALL_BACK: _(
        "The person did not arrive. Call the centre, then the person by a safe channel only."
    ),
    TaskKind.HAND_OVER: _(
        "Consent was taken back while a centre lodges the person. Agree on the departure with the person."
    ),
    TaskKind.ONWARD: _(
        "The organisation that cares for the person proposes a further service. You take consent and send."
    ),
    TaskKind.REDIRECT: _("The organisation did not take the person in. Find another one."),
    TaskKind.SAFE_ONCE: _(
        "The centre that lodges the person is told of the end only once you say that the person is safe."
    ),
    TaskKind.OUTCOME_CALL: _("Call the organisation and ask how it ended."),
}
