"""Tasks: what somebody must do by a time, and how it ends."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.actor import Actor
from partners.enums import CodeList
from partners.models import Organisation
from partners.queries import code_label
from referral import policy
from referral.answers import ANSWERS
from referral.course import HowItGoes
from referral.enums import Action, CaseAct, Purpose, State, TaskKind, Urgency
from referral.forms.assigning import AnswerForm
from referral.forms.tasks import ObjectionForm, TaskDoneForm
from referral.models import Referral, Task
from referral.queries import visible_cases, visible_to
from referral.references import spoken
from referral.services import assigning, reading, steps, tasks, withdrawing
from referral.services.guardians import GUARDIAN_SUSPECTED
from referral.views import calls, course_shown, tasks_shown, telephoning
from referral.views.door import ActingRequest, now, perform


@require_http_methods(["GET", "POST"])
def task_done(request: ActingRequest, pk: UUID) -> HttpResponse:
    """What the task is about, where one does it, and the button that says it is done."""
    task = reading.read_task(request.actor, pk)
    if task.kind in calls.PAGES:
        return calls.PAGES[TaskKind(task.kind)](request, task, _others(request.actor, task))
    if task.kind in tasks.ENDED_BY_ACT:
        return redirect(tasks_shown.way_to(request.actor, task))
    answers = ANSWERS.get(task.kind, ())
    form = (
        AnswerForm(request.POST or None, version=task.version, kind=task.kind, answers=answers)
        if answers
        else TaskDoneForm(request.POST or None, version=task.version)
    )
    finish = withdrawing.say_safe if task.kind == TaskKind.SAFE_ONCE else tasks.finish_task

    def act(cleaned: dict[str, Any]) -> str:
        said = {name: cleaned[name] for name in ("note", "result") if name in cleaned}
        finish(pk, by=request.actor, at=now(), version=cleaned["version"], **said)
        needed = said.get("result") == HowItGoes.NEEDS_HELP and task.kind == TaskKind.FOLLOW_UP
        messages.success(request, course_shown.heard(said.get("result", ""), _("The task is done.")))
        return reverse("case", args=[task.case_id]) if needed else reverse("home")

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
            "rows": [*_rows(task), *_calls(task)],
            "links": [*_links(request.actor, task), *_others(request.actor, task)],
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
    rows.append((_("For"), tasks_shown.for_whom(task)))
    if waits := tasks_shown.delayed(task):
        rows.append((_("Not yet possible"), waits))
    if task.kind == TaskKind.ONWARD:
        rows += _proposal_rows(task.proposal or {})
    if task.kind == TaskKind.COMPARE_CALL:
        rows += telephoning.numbers(Organisation.objects.filter(pk=(task.proposal or {})["organisation"]))
    return rows


def _calls(task: Task) -> list[tuple[str, str]]:
    """Who can be called about it, where the task is a call."""
    if task.kind == TaskKind.DUTY_CALL:
        return telephoning.about_silence(task)
    return telephoning.numbers(telephoning.houses_of(task)) if task.kind in ANSWERS else []


def _others(actor: Actor, task: Task) -> list[dict[str, str]]:
    """What else one does to a task: put it off, or give it to somebody else."""
    if task.done_at is not None:
        return []
    links = []
    if task.kind in assigning.MAY_WAIT:
        links.append({"url": reverse("task_delay", args=[task.pk]), "label": _("Not yet possible")})
    if policy.may_assign(actor, task):
        links.append({"url": reverse("task_assign", args=[task.pk]), "label": _("Give to somebody else")})
    return links


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


def _search_again(referral: Referral) -> dict[str, str]:
    """What was declined or expired goes on elsewhere; after a withdrawal the search begins anew."""
    if referral.state in (State.DECLINED, State.EXPIRED):
        url = reverse("referral_act", args=[referral.pk, Action.REDIRECT])
        return {"url": url, "label": _("Refer elsewhere")}
    return {"url": reverse("case_refer", args=[referral.case_id]), "label": _("Refer the person")}


def _links(actor: Actor, task: Task) -> list[dict[str, str]]:
    """The pages on which such a task is usually done, for who may open them."""
    links = []
    if task.referral_id is not None and visible_to(actor).filter(pk=task.referral_id).exists():
        links.append({"url": reverse("referral", args=[task.referral_id]), "label": _("Open the referral")})
    if not visible_cases(actor).filter(pk=task.case_id).exists():
        return links
    links.insert(0, {"url": reverse("case", args=[task.case_id]), "label": _("Open the case")})
    if task.kind == TaskKind.PLACE_NOT_FOUND:
        asked = UUID((task.proposal or {})["call"])
        links.insert(
            0, {"url": reverse("place_call", args=[asked]), "label": _("See what the centres answered")}
        )
    if task.kind == TaskKind.REDIRECT and task.referral is not None:
        links.insert(0, _search_again(task.referral))
    if task.kind == TaskKind.TRANSFER_AGAIN:
        url = reverse("case_transfer", args=[task.case_id])
        links.insert(0, {"url": url, "label": str(CaseAct.TRANSFER.label)})
    if task.kind == TaskKind.RENEW_CONSENT:
        url = reverse("consent", args=[task.case_id])
        links.insert(0, {"url": url, "label": str(CaseAct.RECORD_CONSENT.label)})
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
                *_cause(proposal),
            ],
            "links": _links(request.actor, task),
            "over": task.done_at is not None,
            "cancel_url": reverse("home"),
        },
    )


def _cause(proposal: dict[str, str]) -> list[tuple[str, str]]:
    """Why there is an objection where nobody has spoken."""
    if proposal.get("because") != GUARDIAN_SUSPECTED:
        return []
    return [(_("Reason"), _("A guardian who had agreed, or the family of the child, is suspected now."))]
