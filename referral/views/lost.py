"""The report of lost loops: what nobody holds any more, and the act that brings it back."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from partners.actor import Actor
from partners.enums import Role
from partners.templatetags.interface import moment
from referral.enums import CaseAct, LossKind
from referral.models import Task
from referral.policy import may_finish
from referral.queries import visible_to
from referral.queries.lost import Loss
from referral.references import spoken
from referral.services.lost import read_lost
from referral.views.door import ActingRequest, now

#: What is wrong, and who puts it right, in one sentence each.
WORDS = {
    LossKind.SYSTEM: (
        gettext_lazy(
            "The part of the system that reminds and escalates has been silent for over two minutes."
        ),
        gettext_lazy("The technical administration starts it again; until then, telephone."),
    ),
    LossKind.CLOCK_FAILED: (
        gettext_lazy("The clock could not act on something that was due. It tries again every minute."),
        gettext_lazy("The technical administration reads the log of the worker."),
    ),
    LossKind.NO_OWNER: (
        gettext_lazy("The case owner is gone, or a report was not taken in within a day."),
        gettext_lazy(
            "A supervisor of the organisation names a case owner; until then national coordination takes it in hand."
        ),
    ),
    LossKind.NO_NEXT_STEP: (
        gettext_lazy("For over a day the case has had neither an open referral nor a task."),
        gettext_lazy("The case owner refers the person, or the supervisor closes the case."),
    ),
    LossKind.NO_DEADLINE: (
        gettext_lazy("The deadline has passed and nobody was told, or the last person told did not act."),
        gettext_lazy("Whoever has the next step takes it; telephone the organisation."),
    ),
    LossKind.CASE_CLOSED: (
        gettext_lazy("The case is closed, yet somebody still works on this referral."),
        gettext_lazy("The sending organisation withdraws the referral."),
    ),
    LossKind.RECEIVER_AWAY: (
        gettext_lazy("The receiving organisation is suspended, or nobody is at its desk."),
        gettext_lazy("The case owner withdraws and refers elsewhere; coordination telephones."),
    ),
    LossKind.BASIS_GONE: (
        gettext_lazy("Consent has run out or no longer covers what was shared, and no legal ground does."),
        gettext_lazy("The case owner asks the person again, or withdraws the referral."),
    ),
    LossKind.WORKER_AWAY: (
        gettext_lazy("The person named for the work has no account or no role there any more."),
        gettext_lazy("The desk of the organisation takes the next step."),
    ),
    LossKind.CLOCK_PAUSED: (
        gettext_lazy("A clock that was stopped for a short while has not run on."),
        gettext_lazy("Whoever stopped it decides; telephone the organisation."),
    ),
    LossKind.NO_TITLE: (
        gettext_lazy("A child has been lodged for over 72 hours without a custody title in force."),
        gettext_lazy("The case owner enters the title, or asks the judge for one."),
    ),
    LossKind.GROUND_UNREVIEWED: (
        gettext_lazy(
            "Data are shared on a legal ground that was not countersigned, or not reviewed, in time."
        ),
        gettext_lazy(
            "Another supervisor countersigns; the case owner or a supervisor of the organisation reviews."
        ),
    ),
    LossKind.ON_THE_WAY: (
        gettext_lazy("Somebody was expected over a day ago, and nobody has said what became of the trip."),
        gettext_lazy(
            "Call the escort and the centre; record the arrival, a new hour, or break the trip off."
        ),
    ),
    LossKind.CALL_OPEN: (
        gettext_lazy("A place call is open a day after its deadline; it may hold places that nobody takes."),
        gettext_lazy("The case owner chooses a centre, or closes the call."),
    ),
}


@require_GET
def lost_loops(request: ActingRequest) -> HttpResponse:
    losses = read_lost(request.actor, now())
    open_to = _open_to(request.actor, losses)
    every = request.actor.has(Role.COORDINATOR)
    groups = [
        _group(kind, list(rows), open_to, every) for kind, rows in groupby(losses, lambda loss: loss.kind)
    ]
    return render(
        request,
        "referral/lost.html",
        {"groups": groups, "every": every, "at": now()},
    )


def _group(kind: LossKind, losses: list[Loss], open_to: set[UUID], coordinates: bool) -> dict[str, Any]:
    wrong, who = WORDS[kind]
    return {
        "kind": kind,
        "wrong": wrong,
        "who": who,
        "rows": [_row(loss, open_to, coordinates) for loss in losses if loss.pk is not None],
        "since": moment(losses[0].since) if losses[0].since else "",
        "count": losses[0].of_kind,
        "more": losses[0].of_kind - len(losses) if losses[0].pk else 0,
    }


def _row(loss: Loss, open_to: set[UUID], coordinates: bool) -> dict[str, Any]:
    reference = loss.reference or loss.case_reference
    url = reverse(loss.page, args=[loss.pk]) if loss.pk in open_to else ""
    name = spoken(reference) if reference else _("A case")
    takes = not url and coordinates and loss.kind == LossKind.NO_OWNER
    if takes:
        url, name = reverse("case_in_hand", args=[loss.pk]), str(CaseAct.TAKE_IN_HAND.label)
    return {
        "reference": name,
        "url": url,
        "takes": takes,
        "organisation": loss.organisation,
        "telephone": loss.telephone,
        "since": moment(loss.since) if loss.since else "",
    }


def _open_to(actor: Actor, losses: list[Loss]) -> set[UUID]:
    """Rows whose repairing page opens to the actor: a link that ends at a shut door helps nobody."""
    pages: dict[str, set[UUID]] = {}
    for loss in losses:
        if loss.pk is not None:
            pages.setdefault(loss.page, set()).add(loss.pk)
    referrals, tasks = pages.get("referral", set()), pages.get("task_done", set())
    found = set(visible_to(actor).filter(pk__in=referrals).values_list("pk", flat=True))
    found |= {task.pk for task in Task.objects.filter(pk__in=tasks) if may_finish(actor, task)}
    # Pages of a file open to the supervisors of its own organisation.
    return found | {
        loss.pk for loss in losses if loss.pk is not None and loss.page in FILE_PAGES and _of(actor, loss)
    }


FILE_PAGES = ("case", "case_assign", "case_take_in", "case_grounds", "ground_decide", "place_call")


def _of(actor: Actor, loss: Loss) -> bool:
    return actor.has(Role.SUPERVISOR) and loss.organisation_id == actor.organisation_id
