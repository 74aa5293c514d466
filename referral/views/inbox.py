"""The two lists of referrals: what waits at the desk, what was sent. Overdue first, codes only."""

from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crypto.errors import KeyDestroyed, Tampered
from partners.enums import CodeList, Role
from partners.queries import code_label
from partners.templatetags.interface import moment
from referral.enums import Side, State, Urgency
from referral.models import Referral, ReferralGrant
from referral.queries import sent_by, staffed_desks
from referral.queries.desk import GroupLine
from referral.queries.lists import PAGE, After, ended_of, still_lodged
from referral.references import spoken
from referral.services import reading
from referral.views.door import ActingRequest, now
from referral.views.shared import in_counts, in_short, persons


@require_GET
def inbox(request: ActingRequest) -> HttpResponse:
    if request.GET.get("show") == "ended":
        return _ended(request, Side.RECEIVING, "inbox")
    grants = reading.open_inbox(request.actor, after_of(request))
    rows = [
        _row(grant, grant.content_object.referring_organisation.name) | _in_short(grant)
        for grant in grants[:PAGE]
    ]
    return _page(request, "inbox", rows, grants)


def _in_short(grant: Any) -> dict[str, Any]:
    """Args: grant: of `first_of_desk`, so with the group that it stands for."""
    return of_group(grant.group_line) if grant.group_line else {"note": _preview(grant.content_object)}


def of_group(group: GroupLine) -> dict[str, Any]:
    """What a line says where it stands for many persons: how many of which age and sex."""
    return {
        "url": reverse("group_referral", args=[group.pk]),
        "reference": spoken(group.reference),
        "note": f"{persons(group.size)} · {in_counts(group.counts)}",
    }


def _preview(referral: Referral) -> str:
    """In one line. A damaged one says so, and does not close the desk's whole inbox; its own page leaves the event."""
    try:
        return in_short(referral, referral.preview)
    except (KeyDestroyed, Tampered):
        return _("This cannot be read")


@require_GET
def sent(request: ActingRequest) -> HttpResponse:
    reading.require_seat(
        request.actor, Role.CASEWORKER, Role.FOCAL_POINT, Role.SUPERVISOR, reason_code="NOT_ALLOWED_LIST"
    )
    if request.GET.get("show") == "ended":
        return _ended(request, Side.REFERRING, "referrals")
    grants = sent_by(request.actor, after_of(request))
    staffed = staffed_desks(grant.content_object.receiving_organisation_id for grant in grants)
    rows = [
        _row(grant, grant.content_object.receiving_organisation.name)
        | {"note": _note(grant.content_object, staffed)}
        for grant in grants[:PAGE]
    ]
    return _page(request, "referrals", rows, grants)


def _note(referral: Referral, staffed: frozenset[UUID]) -> str:
    case = _("Case %(reference)s") % {"reference": spoken(referral.case.reference)}
    if referral.receiving_organisation_id in staffed:
        return case
    unstaffed = _("nobody is at this desk any more: telephone, or withdraw and refer elsewhere")
    return f"{case} · {unstaffed}"


def _ended(request: ActingRequest, side: Side, name: str) -> HttpResponse:
    receiving = side == Side.RECEIVING
    if receiving:
        reading.require_seat(
            request.actor, Role.FOCAL_POINT, Role.SUPERVISOR, reason_code="NOT_ALLOWED_INBOX"
        )
    grants = ended_of(request.actor, side, _uuid(request.GET.get("after", "")))
    rows = [
        _row(grant, (row.referring_organisation if receiving else row.receiving_organisation).name)
        | {"when": moment(row.ended_at), "late": False}
        for grant in grants[:PAGE]
        if (row := grant.content_object).ended_at
    ]
    last = str(grants[PAGE - 1].content_object_id) if len(grants) > PAGE else ""
    lodged = still_lodged(request.actor, now()) if receiving and "after" not in request.GET else []
    return render(
        request,
        "referral/inbox.html",
        {
            "name": name,
            "ended": True,
            "rows": rows,
            "columns": heads(_("Ended on")),
            "lodged": [(row, spoken(row.reference)) for row in lodged],
            "tabs": _tabs(name, ended=True),
            "next_url": _url(name, show="ended", after=last) if last else "",
            "at": now(),
        },
    )


def _page(
    request: ActingRequest, name: str, rows: list[dict[str, Any]], grants: list[ReferralGrant]
) -> HttpResponse:
    more = grants[PAGE - 1] if len(grants) > PAGE else None
    return render(
        request,
        "referral/inbox.html",
        {
            "name": name,
            "ended": False,
            "rows": rows,
            "late": sum(row["late"] for row in rows),
            "tabs": _tabs(name, ended=False),
            "next_url": _url(name, after=f"{more.due_at.isoformat()}_{more.content_object_id}")
            if more and more.due_at
            else "",
            "at": now(),
        },
    )


@cache
def _pattern() -> str:
    """The address of a referral, without it: looked up once, not for each line of the longest list."""
    return reverse("referral", args=[UUID(int=0)]).replace(str(UUID(int=0)), "{}")


def _row(grant: ReferralGrant, who: str) -> dict[str, Any]:
    referral = grant.content_object
    return {
        "url": _pattern().format(referral.pk),
        "reference": spoken(referral.reference),
        "state": referral.state,
        "label": State(referral.state).label,
        "what": code_label(CodeList.SERVICE, referral.service),
        "who": who,
        "due": grant.due_at,
        "late": grant.due_at is not None and grant.due_at <= now(),
        "urgency": referral.urgency,
        "urgency_label": Urgency(referral.urgency).label,
    }


def heads(last: str) -> list[str]:
    """Heads of a list whose last column is no deadline."""
    return [_("Reference"), _("Service"), _("Organisation"), _("State"), last]


def _tabs(name: str, *, ended: bool) -> list[dict[str, Any]]:
    return [
        {"label": _("Open"), "url": reverse(name), "current": not ended, "count": 0},
        {"label": _("Ended"), "url": _url(name, show="ended"), "current": ended, "count": 0},
    ]


def _url(name: str, **parameters: str) -> str:
    return f"{reverse(name)}?{urlencode(parameters)}"


def after_of(request: ActingRequest) -> After | None:
    """Where the page before ended; an address that somebody has bent begins at the beginning."""
    due, _line, last = request.GET.get("after", "").partition("_")
    pk = _uuid(last)
    try:
        at = datetime.fromisoformat(due)
    except ValueError:
        return None
    return After(at, pk) if pk and at.tzinfo else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
