"""What waits for me."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from partners.actor import Actor
from partners.enums import Act, CodeList, OrganisationKind, Role
from partners.policy import may
from partners.queries import code_label
from partners.templatetags.interface import lasting
from referral.enums import CaseAct, Side, Urgency
from referral.models import Referral, ReferralGrant, Task
from referral.policy import Tie, may_case
from referral.queries import files, needing, tasks_of
from referral.queries.agenda import late_of_team
from referral.queries.arrivals import group_lines
from referral.queries.desk import GroupLine
from referral.queries.duplicates import undecided
from referral.queries.exchange import exports_to_decide
from referral.queries.file_reviews import was_reviewed
from referral.queries.intakes import begun_by
from referral.queries.lists import to_route
from referral.queries.lost import lost_this_morning
from referral.queries.notices import asking
from referral.queries.silence import Silence, silences
from referral.references import spoken
from referral.views import (
    complaints,
    guided,
    incidents,
    orders,
    place_calls,
    place_offers,
    reviews_page,
    tasks_shown,
)
from referral.views.door import ActingRequest, now
from referral.views.inbox import of_group

#: In this order; what is late by its urgency, all else by its deadline.
LATE, AHEAD, PUT_OFF = range(3)


@require_GET
def home(request: ActingRequest) -> HttpResponse:
    """Tasks and referrals whose next step is mine, what is late first; the count is in the title."""
    actor, at = request.actor, now()
    held = needing(actor)
    groups = group_lines(actor, held)
    lines = [_held(grant, at, groups.get(grant.content_object_id)) for grant in held]
    lines += [*_tasks(actor, at), *_titles(actor, at), *_to_place(actor, at)]
    lines += [
        line | _until(line["due"], at)
        for of in (place_calls, place_offers, reviews_page, orders, incidents, complaints)
        for line in of.lines(actor, at)
    ]
    lines += [*_pairs(actor, at), *_exports(actor, at)]
    lines.sort(key=_order)
    return render(
        request,
        "referral/home.html",
        {
            "lines": lines,
            "late": sum(line["late"] for line in lines),
            "to_confirm": asking(actor.id).count(),
            "team": late_of_team(actor, at) if actor.has(Role.SUPERVISOR) else None,
            "at": at,
            "may_open": (may_open := may_case(actor, CaseAct.OPEN, Tie())),
            "begun": guided.lines(begun_by(actor, at)) if may_open else [],
            "may_find": may_case(actor, CaseAct.FIND_BY_CARD, Tie()),
            "keeps_house": actor.kind == OrganisationKind.RECEPTION_CENTRE
            and may(actor, Act.KEEP_PLACES, actor.organisation_id),
            "was_reviewed": actor.has(Role.CASEWORKER) and was_reviewed(actor),
            "may_report": may_case(actor, CaseAct.REPORT, Tie()),
            "welcome": _welcome(actor),
        },
    )


def _order(line: Mapping[str, Any]) -> tuple[int, int, bool, float]:
    urgency = list(Urgency).index(line.get("urgency", Urgency.STANDARD)) if line["rank"] == LATE else 0
    since = line["due"] or line.get("since")
    return (line["rank"], urgency, since is None, since.timestamp() if since else 0.0)


def _until(due: datetime | None, at: datetime) -> dict[str, Any]:
    late = due is not None and due <= at
    return {"due": due, "late": late, "rank": LATE if late else AHEAD}


def _waiting(since: datetime, at: datetime) -> dict[str, Any]:
    """What has no deadline because its time is over already."""
    when = _("for %(span)s") % {"span": lasting(at - since)}
    return {"due": None, "since": since, "when": when, "late": False, "rank": LATE}


def _held(grant: ReferralGrant, at: datetime, group: GroupLine | None) -> dict[str, Any]:
    """A referral at one's own desk, or of one's own case; many in one line where they came together."""
    referral = grant.content_object
    if grant.side == Side.RECEIVING:
        who = _("from %(organisation)s") % {"organisation": referral.referring_organisation.name}
    else:
        who = _("to %(organisation)s") % {"organisation": referral.receiving_organisation.name}
    return (
        _referral(referral) | {"who": who} | _until(referral.due_at, at) | (of_group(group) if group else {})
    )


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
    }


def _tasks(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    tasks = tasks_of(actor)
    silent = silences(tasks)
    return [_task(actor, task, silent, at) for task in tasks]


def _task(actor: Actor, task: Task, silent: Mapping[UUID, Silence], at: datetime) -> dict[str, Any]:
    line = tasks_shown.line(actor, task)
    referral = task.referral
    whose = "" if line["mine"] else _("for your organisation")
    return {
        "url": line["url"],
        "reference": line["title"],
        "note": line["reference"],
        "what": code_label(CodeList.SERVICE, referral.service) if referral else _("Case"),
        **tasks_shown.urgency_of(task),
        "who": " · ".join(filter(None, [tasks_shown.house_of(actor, task, silent), whose])),
        **_time_of(task, at),
    }


def _time_of(task: Task, at: datetime) -> dict[str, Any]:
    """What was put off with a reason is not late until its day."""
    if waits := tasks_shown.delayed(task):
        return {"due": None, "since": task.delayed_until, "delayed": waits, "late": False, "rank": PUT_OFF}
    return _until(task.due_at, at)


def _titles(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    if not actor.has(Role.JUSTICE):
        return []
    return [
        {
            "url": reverse("title_confirm", args=[title.pk]),
            "reference": title.get_state_display(),
            "what": _("Confirm a custody title"),
            "who": title.case.organisation.name,
            **_until(title.ends_at, at),
        }
        for title in files.titles_to_confirm(actor.organisation_id)
    ]


def _to_place(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """What national coordination holds: referrals to place elsewhere, and the number of this morning's losses."""
    if not actor.has(Role.COORDINATOR):
        return []
    lines = [_referral(referral) | _waiting(referral.state_since, at) for referral in to_route(actor)]
    if (lost := lost_this_morning()) is not None:
        count = ngettext("%(count)d to bring back", "%(count)d to bring back", lost.acted)
        lines.append(
            {
                "url": reverse("lost_loops"),
                "reference": _("Lost loops"),
                "what": count % {"count": lost.acted},
                "who": "",
                **_waiting(lost.at, at),
            }
        )
    return lines


def _pairs(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Files that may be one person's, on which nobody has decided yet."""
    if not actor.has(Role.CASEWORKER, Role.SUPERVISOR, Role.COORDINATOR):
        return []
    found = undecided(actor)
    if found.oldest is None:
        return []
    count = ngettext("%(count)d pair to decide", "%(count)d pairs to decide", found.count)
    return [
        {
            "url": reverse("duplicates"),
            "reference": _("Possible duplicates"),
            "what": count % {"count": found.count},
            "who": "",
            **_waiting(found.oldest, at),
        }
    ]


def _exports(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """What somebody else asks to take out of the house, with names."""
    if not actor.has(Role.SUPERVISOR):
        return []
    return [
        {
            "url": reverse("export", args=[export.pk]),
            "reference": _("Approve an export"),
            "what": export.get_profile_display(),
            "who": export.organisation.name,
            "when": _("for %(span)s") % {"span": lasting(at - export.requested_at)},
            "due": None,
            "since": export.requested_at,
            "late": False,
            "rank": AHEAD,
        }
        for export in exports_to_decide(actor)
    ]


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
