"""The lists of tasks: of the day, mine, my team's; and what one does to a task without doing it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from math import inf
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
from referral.enums import Side, TaskKind
from referral.forms.assigning import AssignTaskForm, DelayForm
from referral.models import CustodyTitle, ReferralGrant, Task
from referral.policy import may_assign, may_finish
from referral.queries import files
from referral.queries.agenda import DAY, day_of, own_tasks, steps_of, takers_of, team_tasks
from referral.queries.silence import silences
from referral.references import spoken
from referral.services import assigning, reading, steps
from referral.services.steps import NotVisible
from referral.views import tasks_shown, words
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
        lines = _mine(actor, at, later=shown == "all")
        groups = [{"name": "", "lines": lines}] if lines else []
    return render(
        request,
        "referral/tasks.html",
        {
            "tabs": _tabs(actor, shown),
            "empty": _empty(actor, shown) if not groups else None,
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


def _mine(actor: Actor, at: datetime, *, later: bool) -> list[dict[str, Any]]:
    """Tasks, referrals whose next step is the actor's, and titles to confirm, which wait whatever their end."""
    lines = _lines(actor, own_tasks(actor) if later else day_of(actor, at))
    lines += map(_step, steps_of(actor, until=None if later else at + DAY))
    if actor.has(Role.JUSTICE):
        lines += map(_title, files.titles_to_confirm(actor.organisation_id))
    return sorted(lines, key=lambda line: line["due"].timestamp() if line["due"] else inf)


def _step(grant: ReferralGrant) -> dict[str, Any]:
    """The next step of a referral, as a line beside the tasks."""
    referral = grant.content_object
    receiving = grant.side == Side.RECEIVING
    return {
        "url": reverse("referral", args=[referral.pk]),
        "title": words.NEXT_STEP[referral.state],
        "reference": spoken(referral.reference),
        "urgency": referral.urgency,
        "urgency_label": referral.get_urgency_display(),
        "house": str(referral.referring_organisation if receiving else referral.receiving_organisation),
        "due": referral.due_at,
    }


def _title(title: CustodyTitle) -> dict[str, Any]:
    return {
        "url": reverse("title_confirm", args=[title.pk]),
        "title": TaskKind.CONFIRM_TITLE.label,
        "reference": "",
        "house": title.case.organisation.name,
        "due": title.ends_at,
    }


def _empty(actor: Actor, shown: str) -> dict[str, str]:
    """Where one goes on from here."""
    if shown == "day":
        text = _("Nothing is late or due within a day. What is due later stands under “All of mine”.")
        return {"text": text, "url": f"{reverse('tasks')}?of=all", "action": _("All of mine")}
    if shown == "all" and actor.has(Role.FOCAL_POINT, Role.SUPERVISOR):
        text = _("What others have to do for your desk stands in its inbox.")
        return {"text": text, "url": reverse("inbox"), "action": _("Inbox")}
    return {
        "text": _("You are told when something waits."),
        "url": reverse("home"),
        "action": _("What needs me"),
    }


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
    silent = silences(tasks)
    return [
        tasks_shown.line(actor, task)
        | tasks_shown.urgency_of(task)
        | {"house": tasks_shown.house_of(actor, task, silent)}
        | _other_acts(actor, task)
        for task in tasks
    ]


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
        (_("For"), tasks_shown.for_whom(task)),
        (_("Deadline"), moment(task.due_at)),
    ]
    context = {"rows": rows, "cancel_url": reverse("tasks")}
    return render(request, "components/confirm.html", context | shown)
