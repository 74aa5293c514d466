"""The lists of tasks: of the day, mine, my team's; and what one does to a task without doing it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.actor import Actor
from partners.enums import Role
from partners.templatetags.interface import moment
from referral.answers import DelayReason
from referral.forms.assigning import AssignTaskForm, DelayForm
from referral.models import Task
from referral.policy import may_assign, may_finish
from referral.queries.agenda import day_of, own_tasks, takers_of, team_tasks
from referral.services import assigning, reading, steps
from referral.services.steps import NotVisible
from referral.views import tasks_shown
from referral.views.door import ActingRequest, now, perform


@require_GET
def task_list(request: ActingRequest) -> HttpResponse:
    actor, at, shown = request.actor, now(), request.GET.get("of", "day")
    if shown == "team":
        if not actor.has(Role.SUPERVISOR):
            raise steps.refuse_anybody("READ_TEAM")
        groups = _by_person(actor, team_tasks(actor.organisation_id))
    else:
        shown = "all" if shown == "all" else "day"
        tasks = own_tasks(actor) if shown == "all" else day_of(actor, at)
        groups = [{"name": "", "lines": _lines(actor, tasks)}] if tasks else []
    return render(
        request,
        "referral/tasks.html",
        {
            "tabs": _tabs(actor, shown),
            "groups": groups,
            "lines": [line for group in groups for line in group["lines"]],
            "at": at,
        },
    )


def _tabs(actor: Actor, shown: str) -> list[dict[str, Any]]:
    tabs = [("day", _("My day")), ("all", _("All of mine"))]
    if actor.has(Role.SUPERVISOR):
        tabs.append(("team", _("My team")))
    url = reverse("tasks")
    return [
        {"label": label, "url": f"{url}?of={name}", "current": name == shown, "count": 0}
        for name, label in tabs
    ]


def _by_person(actor: Actor, tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """`tasks` come in the order of their owners; the desk's first."""
    return [
        {
            "name": owner.name if owner else _("The desk: nobody has taken it"),
            "lines": _lines(actor, list(of_owner)),
        }
        for owner, of_owner in groupby(tasks, key=lambda task: task.owner)
    ]


def _lines(actor: Actor, tasks: Sequence[Task]) -> list[dict[str, Any]]:
    return [tasks_shown.line(actor, task) | _other_acts(actor, task) for task in tasks]


def _other_acts(actor: Actor, task: Task) -> dict[str, str]:
    may_wait = task.kind in assigning.MAY_WAIT and may_finish(actor, task)
    return {
        "delayed": tasks_shown.delayed(task),
        "delay_url": reverse("task_delay", args=[task.pk]) if may_wait else "",
        "assign_url": reverse("task_assign", args=[task.pk]) if may_assign(actor, task) else "",
    }


@require_http_methods(["GET", "POST"])
def task_delay(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Not yet possible, because, until: the reminders rest until then."""
    actor, at = request.actor, now()
    task = reading.read_codes_of_task(actor, pk)
    latest = assigning.latest_delay(actor, task, at)
    form = DelayForm(request.POST or None, version=task.version, at=at, latest=max(latest, at))

    def act(cleaned: dict[str, Any]) -> str:
        reason = DelayReason(cleaned["reason"])
        assigning.delay_task(
            pk, by=actor, at=at, version=cleaned["version"], reason=reason, until=cleaned["until"]
        )
        messages.success(request, _("Recorded. The reminders go on on that day."))
        return reverse("tasks")

    done = perform(request, form, act)
    form.renew(task.version)
    return done or _page(
        request,
        task,
        form=form,
        title=_("Why is this not possible yet?"),
        text=_how_far(actor, latest, at),
        submit=_("Put off"),
    )


def _how_far(actor: Actor, latest: datetime, at: datetime) -> str:
    until = {"moment": moment(latest)}
    if actor.has(Role.SUPERVISOR):
        if latest > at:
            return _("You can put it off until %(moment)s.") % until
        return _("This task has been put off as far as possible: do it, or give it to somebody else.")
    if latest > at:
        return _("You can put it off until %(moment)s; a supervisor can go further.") % until
    return _("A supervisor alone may put this task off further.")


@require_http_methods(["GET", "POST"])
def task_assign(request: ActingRequest, pk: UUID) -> HttpResponse:
    actor, at = request.actor, now()
    task = reading.read_codes_of_task(actor, pk)
    assigning.permit_assign(actor, task)
    form = AssignTaskForm(request.POST or None, version=task.version, takers=takers_of(task))

    def act(cleaned: dict[str, Any]) -> str:
        owner = cleaned["owner"]
        assigning.assign_task(pk, by=actor, at=at, version=cleaned["version"], owner_id=owner.pk)
        messages.success(request, _("%(name)s has the task now, and is told.") % {"name": owner.name})
        return f"{reverse('tasks')}?of=team"

    done = perform(request, form, act)
    form.renew(task.version)
    return done or _page(
        request,
        task,
        form=form,
        title=_("Give this task to somebody else"),
        text="",
        submit=_("Give the task"),
    )


def _page(request: ActingRequest, task: Task, **shown: Any) -> HttpResponse:
    """One act about one task, which it shows in codes."""
    if task.done_at is not None:
        raise NotVisible
    line = tasks_shown.line(request.actor, task)
    rows = [
        (_("Task"), line["title"]),
        (_("Reference"), line["reference"]),
        (_("For"), task.owner.name if task.owner else _("the supervisors")),
        (_("Deadline"), moment(task.due_at)),
    ]
    context = {"rows": rows, "cancel_url": reverse("tasks")}
    return render(request, "components/confirm.html", context | shown)
