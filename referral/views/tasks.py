"""Tasks: what somebody must do by a time, and how it ends."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import CodeList
from partners.models import Organisation
from partners.queries import code_label
from referral.enums import CaseAct, Purpose, TaskKind, Urgency
from referral.forms.tasks import ObjectionForm, TaskDoneForm
from referral.models import Task
from referral.queries import tasks_of
from referral.references import spoken
from referral.services import reading, steps, tasks, withdrawing
from referral.views import tasks_shown
from referral.views.door import ActingRequest, now, perform


@require_GET
def task_list(request: ActingRequest) -> HttpResponse:
    lines = [tasks_shown.line(request.actor, task) for task in tasks_of(request.actor)]
    return render(request, "referral/tasks.html", {"lines": lines, "at": now()})


@require_http_methods(["GET", "POST"])
def task_done(request: ActingRequest, pk: UUID) -> HttpResponse:
    """What the task is about, where one does it, and the button that says it is done."""
    task = reading.read_task(request.actor, pk)
    if task.kind in tasks.ENDED_BY_ACT:
        return redirect(tasks_shown.address(task))
    form = TaskDoneForm(request.POST or None, version=task.version)
    finish = withdrawing.say_safe if task.kind == TaskKind.SAFE_ONCE else tasks.finish_task

    def act(cleaned: dict[str, Any]) -> str:
        finish(pk, by=request.actor, at=now(), version=cleaned["version"], note=cleaned["note"])
        messages.success(request, _("The task is done."))
        return reverse("home")

    done = perform(request, form, act)
    form.renew(task.version)
    return done or render(
        request,
        "referral/task.html",
        {
            "form": form,
            "task": task,
            "title": task.get_kind_display(),
            "at": now(),
            "rows": _rows(task),
            "links": _links(task),
            "submit": _("The person is safe") if task.kind == TaskKind.SAFE_ONCE else _("This is done"),
            "text": tasks_shown.ABOUT.get(TaskKind(task.kind), ""),
            "over": task.done_at is not None,
            "cancel_url": reverse("home"),
        },
    )


def _rows(task: Task) -> list[tuple[str, str]]:
    inside = task.organisation_id == task.case.organisation_id
    rows = [(_("Case"), spoken(task.case.reference))] if inside else []
    if task.referral is not None:
        rows.append(
            (
                _("Referral"),
                f"{spoken(task.referral.reference)} · {code_label(CodeList.SERVICE, task.referral.service)}",
            )
        )
    rows.append((_("For"), task.owner.name if task.owner else _("the supervisors")))
    if task.kind == TaskKind.ONWARD:
        rows += _proposal_rows(task.proposal or {})
    return rows


def _proposal_rows(proposal: dict[str, Any]) -> list[tuple[str, str]]:
    named = (
        Organisation.objects.filter(pk=proposal["organisation"]).first()
        if proposal.get("organisation")
        else None
    )
    return [
        (_("Service proposed"), code_label(CodeList.SERVICE, proposal["service"])),
        (_("Urgency"), str(Urgency(proposal["urgency"]).label)),
        (_("Organisation proposed"), named.name if named else _("none")),
    ]


def _links(task: Task) -> list[dict[str, str]]:
    """The pages on which such a task is usually done; somebody of another organisation opens none of them."""
    if task.organisation_id != task.case.organisation_id:
        return []
    links = [{"url": reverse("case", args=[task.case_id]), "label": _("Open the case")}]
    if task.referral_id is not None:
        links.append({"url": reverse("referral", args=[task.referral_id]), "label": _("Open the referral")})
    if task.kind == TaskKind.REDIRECT and task.referral_id is not None:
        links.insert(
            0,
            {
                "url": reverse("referral_act", args=[task.referral_id, "redirect"]),
                "label": _("Refer elsewhere"),
            },
        )
    if task.kind == TaskKind.ONWARD:
        proposed = {name: value for name, value in (task.proposal or {}).items() if value}
        query = urlencode({"parent": str(task.referral_id)} | proposed)
        refer = f"{reverse('case_refer', args=[task.case_id])}?{query}"
        links.insert(0, {"url": refer, "label": _("Refer the person")})
    return links


@require_http_methods(["GET", "POST"])
def objection(request: ActingRequest, pk: UUID) -> HttpResponse:
    """A supervisor decides what a child's or guardian's objection leads to."""
    task = reading.read_task(request.actor, pk)
    if task.kind != TaskKind.OBJECTION:
        raise steps.NotVisible
    steps.permit_case(request.actor, CaseAct.DECIDE_OBJECTION, task.case)
    form = ObjectionForm(request.POST or None, version=task.version)

    def act(cleaned: dict[str, Any]) -> str:
        withdrawing.decide_objection(
            pk, by=request.actor, at=now(), version=cleaned["version"], uphold=cleaned["uphold"]
        )
        messages.success(request, _("The decision is recorded."))
        return reverse("home")

    done = perform(request, form, act)
    form.renew(task.version)
    proposal: dict[str, str] = task.proposal or {}
    recipient = Organisation.objects.get(pk=proposal["recipient"])
    return done or render(
        request,
        "referral/task.html",
        {
            "form": form,
            "task": task,
            "title": _("A child or guardian objects"),
            "at": now(),
            "submit": _("Record my decision"),
            "text": _(
                "Hear the child first, without the guardian. What is decided here is written to the file."
            ),
            "rows": [
                *_rows(task),
                (_("Organisation"), recipient.name),
                (_("Purpose"), Purpose(proposal["purpose"]).label),
            ],
            "links": _links(task),
            "over": task.done_at is not None,
            "cancel_url": reverse("home"),
        },
    )
