"""What waits for me, and what I was told."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from partners.actor import Actor
from partners.enums import CodeList, Role
from partners.queries import code_label
from partners.templatetags.interface import moment
from referral import notices as told
from referral.enums import CaseAct, Side, TaskKind
from referral.models import Notice, Referral, ReferralGrant, Task
from referral.policy import Tie, may_case
from referral.queries import files, needing, notices_of, tasks_of
from referral.queries.destinations import destination
from referral.queries.lists import to_route
from referral.queries.lost import lost_this_morning
from referral.references import spoken
from referral.services import escalating
from referral.services.steps import NotVisible
from referral.views import tasks_shown
from referral.views.door import ActingRequest, now


@require_GET
def home(request: ActingRequest) -> HttpResponse:
    """Tasks and referrals whose next step is mine, what is late first; the count is in the title."""
    actor, at = request.actor, now()
    lines = [
        *map(_held, needing(actor)),
        *(_task(actor, task) for task in tasks_of(actor)),
        *_of_role(actor),
    ]
    lines.sort(key=lambda line: (line["due"] is None, line["due"] or at))
    for line in lines:
        line["late"] = line["due"] is not None and line["due"] <= at
    return render(
        request,
        "referral/home.html",
        {
            "lines": lines,
            "late": sum(line["late"] for line in lines),
            "at": at,
            "may_open": may_case(actor, CaseAct.OPEN, Tie()),
            "may_report": may_case(actor, CaseAct.REPORT, Tie()),
            "welcome": _welcome(actor),
        },
    )


def _held(grant: ReferralGrant) -> dict[str, Any]:
    """A referral at one's own desk, or of one's own case."""
    referral = grant.content_object
    if grant.side == Side.RECEIVING:
        who = _("from %(organisation)s") % {"organisation": referral.referring_organisation.name}
    else:
        who = _("to %(organisation)s") % {"organisation": referral.receiving_organisation.name}
    return _referral(referral) | {"who": who}


def _referral(referral: Referral) -> dict[str, Any]:
    return {
        "url": reverse("referral", args=[referral.pk]),
        "reference": spoken(referral.reference),
        "what": code_label(CodeList.SERVICE, referral.service),
        "urgency": referral.urgency,
        "urgency_label": referral.get_urgency_display(),
        "who": referral.referring_organisation.name,
        "state": referral.state,
        "label": referral.get_state_display(),
        "due": referral.due_at,
    }


def _task(actor: Actor, task: Task) -> dict[str, Any]:
    line = tasks_shown.line(actor, task)
    referral = task.referral
    return {
        "url": line["url"],
        "reference": line["title"],
        "note": line["reference"],
        "what": code_label(CodeList.SERVICE, referral.service) if referral else _("Case"),
        **_urgency_of(task),
        "who": tasks_shown.delayed(task) or ("" if line["mine"] else _("for your organisation")),
        "due": line["due"],
    }


def _urgency_of(task: Task) -> dict[str, Any]:
    """How urgent the whole file is, where nobody has seen it yet."""
    if task.kind != TaskKind.TAKE_IN_REPORT:
        return {}
    return {"urgency": task.case.urgency, "urgency_label": task.case.get_urgency_display()}


def _of_role(actor: Actor) -> list[dict[str, Any]]:
    """What waits for those who hold no file: titles to confirm, referrals to place elsewhere."""
    lines: list[dict[str, Any]] = []
    if actor.has(Role.JUSTICE):
        for title in files.titles_for(actor.organisation_id).filter(confirmed_at=None)[:25]:
            lines.append(
                {
                    "url": reverse("title_confirm", args=[title.pk]),
                    "reference": title.get_state_display(),
                    "what": _("Confirm a custody title"),
                    "who": title.case.organisation.name,
                    "due": title.ends_at,
                }
            )
    if actor.has(Role.COORDINATOR):
        lines += [_referral(referral) | {"url": reverse("routing")} for referral in to_route(actor)]
        if (lost := lost_this_morning()) is not None:
            count = ngettext("%(count)d to bring back", "%(count)d to bring back", lost.acted)
            lines.append(
                {
                    "url": reverse("lost_loops"),
                    "reference": _("Lost loops"),
                    "what": count % {"count": lost.acted},
                    "who": "",
                    "due": lost.at,
                }
            )
    return lines


def _welcome(actor: Actor) -> str:
    """What the page says to those for whom nothing ever waits here."""
    if actor.has(Role.AUDITOR):
        return _("You check who did and saw what. You act on no case, and read no identity and no story.")
    if actor.has(Role.STATISTICIAN):
        return _("You count. No page shows you a person.")
    if actor.has(Role.ADMINISTRATOR):
        return _("You keep organisations, accounts and code lists. No page shows you a case.")
    if actor.roles:
        return ""
    return _("You hold no role at present. Ask the technical administration for one.")


@require_http_methods(["GET", "POST"])
def notices(request: ActingRequest) -> HttpResponse:
    """The newest ones; a POST marks read all that ask for no confirmation."""
    if request.method == "POST":
        told.mark_read(told.unasked(request.actor.id), at=now())
        return redirect("notices")
    rows = [
        {
            "url": reverse("notice", args=[notice.pk]),
            "reference": spoken(notice.reference),
            "what": _what(notice),
            "label": _("New") if notice.read_at is None else "",
            "state": "sent",
            "when": moment(notice.made_at),
            "due": notice.due_at if notice.action_needed else None,
        }
        for notice in notices_of(request.actor.id)
    ]
    return render(
        request,
        "referral/notices.html",
        {"rows": rows, "at": now(), "unread": any(row["label"] for row in rows)},
    )


def _what(notice: Notice) -> str:
    if notice.asks_confirmation:
        return _("Action required: confirm that you have read it")
    return _("Action required") if notice.action_needed else _("For your information")


@require_http_methods(["GET", "POST"])
def notice(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Marks a notice read and goes where it leads; the permission is asked again there.

    One that asks for a confirmation stays until its button is pressed: opening a page is not having understood it.
    """
    found = Notice.objects.filter(pk=pk, user_id=request.actor.id).select_related("rung").first()
    if found is None:
        raise NotVisible
    if request.method == "POST":
        escalating.confirm_reading(pk, by=request.actor, at=now())
    elif found.asks_confirmation:
        return render(
            request,
            "referral/notice.html",
            {"notice": found, "reference": spoken(found.reference), "at": now()},
        )
    told.mark_read(Notice.objects.filter(pk=pk), at=now())
    leads_to = destination(request.actor, found, now())
    if leads_to is None:
        return render(request, "referral/notice_gone.html", {"reference": spoken(found.reference)})
    return redirect(leads_to[0], leads_to[1])
