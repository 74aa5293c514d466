"""Tasks in words: what each asks for, and on which page it is done."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit import sitting
from partners.actor import Actor
from partners.enums import Role
from partners.templatetags.interface import day
from referral.answers import DelayReason
from referral.enums import TaskKind
from referral.models import Task
from referral.policy import may_finish
from referral.queries.silence import Silence
from referral.references import spoken
from referral.services.asking import ASKED, may_decide

#: Tasks that end with the act that they ask for, and the page of the case where it is done.
ON_CASE = {
    TaskKind.TAKE_IN_REPORT: "case_take_in",
    TaskKind.AGE_DECISION: "case_age",
    TaskKind.TITLE_MISSING: "title",
    TaskKind.TITLE_ENDS: "title",
    TaskKind.REFLECTION_ENDS: "case_reflection",
    TaskKind.REASSESS_RISK: "case_risk",
    TaskKind.REVIEW_GROUND: "case_grounds",
    TaskKind.FIRST_STEP: "case",
    TaskKind.ANSWER_REQUEST: "case_rights",
    TaskKind.DECIDE_ERASURE: "case_erasure",
    TaskKind.NAME_OWNER: "case_assign",
}


def address(task: Task) -> str:
    """Where the task is done."""
    if task.kind in ON_CASE:
        return reverse(ON_CASE[TaskKind(task.kind)], args=[task.case_id])
    if task.kind == TaskKind.COUNTERSIGN:
        return reverse("ground_decide", args=[UUID((task.proposal or {})["ground"])])
    if task.kind == TaskKind.ASSESS_GUARDIAN:
        return reverse("guardian_decide", args=[UUID((task.proposal or {})["guardian"])])
    if task.kind == TaskKind.CONFIRM_TITLE:
        return reverse("titles")
    if task.kind == TaskKind.REVIEW_GLASS:
        return reverse("glass_review", args=[task.pk])
    if task.kind in (TaskKind.STAY_ENDS, TaskKind.LATE_ARRIVAL) and task.referral_id is not None:
        return reverse("referral", args=[task.referral_id])
    if task.kind == TaskKind.OBJECTION:
        return reverse("objection", args=[task.pk])
    if task.kind in (TaskKind.CHECK_ORDER, TaskKind.ORDER_EXTRACT):
        return reverse("order", args=[UUID((task.proposal or {})["order"])])
    if task.kind in ASKED:
        return reverse("task_decide", args=[task.pk])
    if task.kind == TaskKind.ANSWER_TRANSFER:
        return reverse("transfer", args=[UUID((task.proposal or {})["transfer"])])
    return reverse("task_done", args=[task.pk])


def way_to(actor: Actor, task: Task) -> str:
    """Where the task is done; the file, for a supervisor who was told of it and may not do it."""
    own = task.case.organisation_id == actor.organisation_id
    return reverse("case", args=[task.case_id]) if own and not is_for(actor, task) else address(task)


def is_for(actor: Actor, task: Task) -> bool:
    """May this person open the page on which the task is done? Policy is asked again there."""
    match task.kind:
        case TaskKind.CONFIRM_TITLE:
            return actor.has(Role.JUSTICE)
        case TaskKind.COUNTERSIGN | TaskKind.AGE_DECISION | TaskKind.OBJECTION | TaskKind.ASSESS_GUARDIAN:
            return actor.has(Role.SUPERVISOR)
        case TaskKind.CHECK_ORDER:
            return actor.has(Role.SUPERVISOR)
        case TaskKind.DECIDE_ERASURE:
            return actor.has(Role.SUPERVISOR, Role.COORDINATOR)
        case TaskKind.APPROVE_PLAN | TaskKind.APPROVE_CLOSE | TaskKind.APPROVE_TRANSFER:
            return may_decide(actor, task)
        case TaskKind.TAKE_IN_REPORT | TaskKind.ANSWER_TRANSFER:
            return actor.has(Role.CASEWORKER, Role.SUPERVISOR)
        case (
            TaskKind.TITLE_MISSING
            | TaskKind.TITLE_ENDS
            | TaskKind.REFLECTION_ENDS
            | TaskKind.REASSESS_RISK
            | TaskKind.FIRST_STEP
        ):
            return actor.stands_for(task.owner_id)
        case _:
            return may_finish(actor, task)


def _url(actor: Actor, task: Task) -> str:
    """A supervisor who may not do it reads in the file what it is about."""
    own = task.case.organisation_id == actor.organisation_id
    return way_to(actor, task) if is_for(actor, task) or (own and actor.has(Role.SUPERVISOR)) else ""


#: Who takes up a task that has no owner yet.
DESKS = {
    TaskKind.TAKE_IN_REPORT: _("the caseworkers"),
    TaskKind.ANSWER_TRANSFER: _("the caseworkers"),
    TaskKind.CONFIRM_TITLE: _("the registry"),
    TaskKind.DUTY_CALL: _("whoever is on duty at national coordination"),
}


def for_whom(task: Task) -> str:
    return task.owner.name if task.owner else str(DESKS.get(TaskKind(task.kind), _("the supervisors")))


def house_of(actor: Actor, task: Task, silent: Mapping[UUID, Silence]) -> str:
    """The other house that it is about; of a duty call, the one to telephone."""
    if task.pk in silent:
        return str(silent[task.pk].house)
    if task.referral is None:
        return ""
    own = task.referral.receiving_organisation_id == actor.organisation_id
    return str(task.referral.referring_organisation if own else task.referral.receiving_organisation)


def urgency_of(task: Task) -> dict[str, Any]:
    """Of its referral, or of the whole file where nobody has seen it yet."""
    if task.referral is None and task.kind not in (TaskKind.TAKE_IN_REPORT, TaskKind.FIRST_STEP):
        return {}
    row = task.referral or task.case
    return {"urgency": row.urgency, "urgency_label": row.get_urgency_display()}


def line(actor: Actor, task: Task, *, about: str = "") -> dict[str, Any]:
    """A line of a list of tasks. A referral's reference, else the case's, which only its own organisation knows.

    Args:
        about: what tells it from another task of its kind on the same file.
    """
    own = task.case.organisation_id == actor.organisation_id
    reference = task.referral.reference if task.referral else task.case.reference if own else ""
    return {
        "url": _url(actor, task),
        "title": task.get_kind_display(),
        "reference": spoken(reference) if reference else "",
        "hint": " · ".join(filter(None, [about, spoken(reference) if reference else "", delayed(task)])),
        "due": task.due_at,
        "done": False,
        "mine": task.owner_id == actor.id,
    }


def delayed(task: Task) -> str:
    """Why it is not possible yet, and until when; empty once the day has come and the deadline counts again."""
    if task.delayed_until is None or task.delayed_until <= sitting.current().at:
        return ""
    reason = DelayReason(task.delay_reason).label
    return _("not yet possible: %(reason)s, until %(day)s") % {
        "reason": reason,
        "day": day(task.delayed_until),
    }


#: What the day of a task means, where its name does not say whose act it waits for.
UNTIL_THEN = {
    TaskKind.APPROVE_TRANSFER: _("A supervisor decides by then; until somebody does, nothing changes."),
    TaskKind.ANSWER_TRANSFER: _(
        "Your organisation answers by then; until somebody accepts, the other one stays responsible."
    ),
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
    TaskKind.COMPARE_CALL: _(
        "National coordination asks you to telephone this organisation about this case. Say no name "
        "before you know who answers."
    ),
    TaskKind.FOLLOW_UP: _(
        "Ask how the person is, only by the safe contact that she or he gave. Read it in the file first."
    ),
    TaskKind.RENEW_CONSENT: _(
        "What the person agreed to ends, and the organisation then reads nothing more. Ask again, or let it end."
    ),
    TaskKind.SAFE_ONCE: _(
        "The centre that lodges the person is told of the end only once you say that the person is safe."
    ),
    TaskKind.OUTCOME_CALL: _(
        "Nobody sits at the desk of this organisation. Telephone it and ask whether the person is there."
    ),
    TaskKind.CALL_PERSON: _(
        "The person has shown a neutral card and said the agreed word. Call back now, only by the safe contact that "
        "she or he gave. Read it in the file first."
    ),
    TaskKind.TELL_OF_ORDER: _(
        "Justice has asked for part of this file. Tell the person what was asked, by whom, and what goes out: "
        "she or he may ask a lawyer."
    ),
    TaskKind.CALL_DESK: _(
        "A vital emergency: telephone the desk now, do not wait for an answer here. "
        "After 30 minutes the next organisation is asked."
    ),
    TaskKind.STAY_ENDS: _(
        "First reception is for a time. Look with the person for what comes next; say here that it is done once "
        "she or he has left the centre."
    ),
    TaskKind.TRANSFER_AGAIN: _(
        "The other organisation cannot take the case over. You stay responsible: look for another, or go on."
    ),
    TaskKind.CORRECT: _(
        "A review of this file has found something to be corrected. Write down what was done: whoever reviewed it "
        "confirms that it is right now, or asks again."
    ),
    TaskKind.FOLLOW_UP_GLASS: _(
        "Somebody has opened this file in an emergency, and whoever looked into it afterwards asks for more. Do what "
        "the person needs now, speak with the case owner, and write down what was done."
    ),
    TaskKind.NEXT_CANDIDATE: _(
        "The desk does not answer. Telephone the next organisation, and refer the person there as well. "
        "What was sent stays open until you withdraw it."
    ),
}
