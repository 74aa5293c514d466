"""The second person: what is asked for, in codes, with the reason; then yes or no."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import CodeList
from partners.models import User
from partners.queries import code_label
from partners.templatetags.interface import moment
from referral.enums import TaskKind
from referral.forms.acts import ActForm
from referral.forms.course import ApprovalForm
from referral.models import Case, Task, Transfer
from referral.queries import visible_cases
from referral.queries.course import goals_of
from referral.references import spoken
from referral.services import approvals, looking
from referral.views import course_shown, file, plan, story, ways_out, words
from referral.views.acting import act_on_case
from referral.views.door import ActingRequest, now, perform

Row = tuple[str, str]


@require_http_methods(["GET", "POST"])
def task_decide(request: ActingRequest, pk: UUID) -> HttpResponse:
    actor, task = request.actor, looking.read_request(request.actor, pk)
    form = ApprovalForm(request.POST or None, version=task.version)

    def act(cleaned: dict[str, Any]) -> str:
        approvals.decide(
            pk,
            by=actor,
            at=now(),
            version=cleaned["version"],
            approve=cleaned["approve"],
            note=cleaned["note"],
        )
        messages.success(request, _("Your decision is recorded."))
        return reverse("home")

    done = perform(request, form, act)
    if done is not None:
        return done
    form.renew(task.version)
    opened = looking.look_at_request(actor, task, begun=form.is_bound)
    case = task.case
    inside = visible_cases(actor).filter(pk=case.pk).exists()
    asked_by = User.objects.get(pk=(task.proposal or {})["by"])
    return render(
        request,
        "referral/decide.html",
        {
            "form": form,
            "task": task,
            "title": task.get_kind_display(),
            "rows": [
                *([(_("Case"), spoken(case.reference))] if inside else []),
                (_("Asked by"), asked_by.name if inside else case.organisation.name),
                (_("Danger"), case.get_urgency_display()),
                (_("Risk"), case.get_risk_display()),
                *file.codes(case)[:3],
                *_ABOUT[TaskKind(task.kind)](task, opened),
            ],
            "reason": task.note if opened else "",
            "over": task.done_at is not None,
            "at": now(),
            "links": [{"url": reverse("plan", args=[case.pk]), "label": _("Open the support plan")}]
            if inside
            else [],
            "cancel_url": reverse("home"),
            "submit": _("Record my decision"),
        },
    )


@require_GET
def task_answer(request: ActingRequest, pk: UUID) -> HttpResponse:
    """For who holds the file: what was asked, and what the second person wrote."""
    task = looking.read_answer(request.actor, pk)
    rows = [
        (_("Case"), spoken(task.case.reference)),
        (_("What was asked for"), course_shown.request_words(task)),
    ]
    if task.done_at is not None and task.done_by is not None:
        by = story.by(request.actor, task.done_by, task.done_by.organisation)
        rows.append((_("Decided on"), f"{moment(task.done_at)}, {by}"))
    return render(
        request,
        "referral/decide.html",
        {
            "task": task,
            "title": _("Asked of a second person"),
            "rows": rows,
            "reason": task.note,
            "over": True,
            "waits": task.done_at is None,
            "at": now(),
            "cancel_url": reverse("case", args=[task.case_id]),
        },
    )


@require_http_methods(["GET", "POST"])
def task_withdraw(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Whoever has asked takes it back, as long as nobody has decided."""
    task = looking.read_own_request(request.actor, pk)
    case = task.case
    form = ActForm(request.POST or None, version=task.version)
    plan_asked = task.kind == TaskKind.APPROVE_PLAN
    back = reverse("plan" if plan_asked else "case", args=[case.pk])

    def act(cleaned: dict[str, Any]) -> object:
        return approvals.withdraw_request(pk, by=request.actor, at=now(), version=cleaned["version"])

    return act_on_case(
        request,
        case,
        form,
        act,
        name="task_withdraw",
        done=_("The request is withdrawn."),
        unmet=[_("This has been decided.")] if task.done_at is not None else [],
        back=back,
        leads_to=back,
        version=task.version,
        title=_("Withdraw this request?"),
        text=_(
            "Nobody has decided on it yet. Whoever was asked is told that there is nothing to decide any more."
        ),
        rows=[
            (_("Case"), spoken(case.reference)),
            (_("What was asked for"), course_shown.request_words(task)),
            *_ABOUT[TaskKind(task.kind)](task, False),
        ],
        undo=_("The person agrees anew before the plan is proposed again.")
        if plan_asked
        else _("You can ask again at any time."),
        submit=_("Withdraw the request"),
    )


def _plan(task: Task, opened: bool) -> list[Row]:
    goals = [plan.line(goal) for goal in goals_of(task.case) if not goal.result]
    return [(_("Goal"), f"{goal['service']} · {goal['by']}") for goal in goals]


def _close(task: Task, opened: bool) -> list[Row]:
    code = (task.proposal or {})["reason_code"]
    return [(_("Reason for closing"), code_label(CodeList.CLOSURE_REASON, code)), *_open(task.case)]


def _open(case: Case) -> list[Row]:
    """What nobody has ended or decided, for whoever decides on an end."""
    found = [(_("Open referral"), label) for label in ways_out.open_referrals(case)]
    found += [(each["what"], each["label"]) for each in ways_out.still_open(case, now()).lines]
    return found or [(_("Still open"), _("Nothing: all is ended and decided, no task is late"))]


def _transfer(task: Task, opened: bool) -> list[Row]:
    pk = UUID((task.proposal or {})["transfer"])
    transfer = Transfer.objects.select_related("receiving_organisation").get(pk=pk)
    return [
        (_("Would be taken over by"), transfer.receiving_organisation.name),
        (_("What would be handed over"), words.group_words(transfer.released_groups)),
        (_("Reason"), code_label(CodeList.REFERRAL_REASON, transfer.reason_code)),
        *([(_("In words"), transfer.reason)] if opened and transfer.reason else []),
        *_open(task.case),
    ]


_ABOUT: Mapping[TaskKind, Callable[[Task, bool], list[Row]]] = {
    TaskKind.APPROVE_PLAN: _plan,
    TaskKind.APPROVE_CLOSE: _close,
    TaskKind.APPROVE_TRANSFER: _transfer,
}
