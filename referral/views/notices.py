"""What I was told, and what it is about: on screen, to whom may still see it; a mail carries the reference alone."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.actor import Actor
from partners.enums import CodeList
from partners.queries import code_label
from partners.templatetags.interface import dial, moment
from referral import notices as told
from referral.enums import TaskKind
from referral.models import Notice
from referral.queries.destinations import destination
from referral.queries.notices import Place, Subject, notices_of, subjects
from referral.references import spoken
from referral.services import escalating
from referral.services.reading import read_notice
from referral.services.steps import NotVisible
from referral.views import tasks_shown
from referral.views.door import ActingRequest, now
from referral.views.inbox import after_of


@require_http_methods(["GET", "POST"])
def notices(request: ActingRequest) -> HttpResponse:
    """Those to confirm, then the newest; a POST marks read all that ask for no confirmation."""
    actor = request.actor
    if request.method == "POST":
        told.mark_read(told.unasked(actor.id), at=now())
        return redirect("notices")
    found, last = notices_of(actor.id, _place(request))
    about = subjects(actor, found)
    rows = [_row(actor, notice, about[notice.pk]) for notice in found]
    return render(
        request,
        "referral/notices.html",
        {
            "rows": rows,
            "at": now(),
            "unread": any(row["new"] for row in rows),
            "next_url": _next(last) if last else "",
        },
    )


def _place(request: ActingRequest) -> Place | None:
    after = after_of(request)
    return Place(request.GET.get("of") == "asking", after.due_at, after.pk) if after else None


def _next(last: Place) -> str:
    after = {"after": f"{last.made_at.isoformat()}_{last.pk}"}
    return f"{reverse('notices')}?{urlencode(after | ({'of': 'asking'} if last.asking else {}))}"


def _row(actor: Actor, notice: Notice, subject: Subject) -> dict[str, Any]:
    over = subject.over and (notice.action_needed or subject.closed)
    other = subject.house is not None and subject.house.pk != actor.organisation_id
    return {
        "url": reverse("notice", args=[notice.pk]),
        "reference": spoken(notice.reference),
        "asked": _asked(notice, over=over),
        "what": _what(subject),
        "house": str(subject.house) if other else "",
        **_codes(subject, over=over),
        "new": notice.read_at is None,
        "over": over,
        "when": moment(notice.made_at),
        "until_then": tasks_shown.UNTIL_THEN.get(TaskKind(subject.task.kind), "")
        if subject.task and notice.action_needed and not over
        else "",
        "due": subject.due_at if notice.action_needed and notice.due_at and not over else None,
    }


def _asked(notice: Notice, *, over: bool) -> str:
    if over:
        return _("Nothing to do any more")
    if not notice.action_needed:
        return _("For your information")
    if notice.asks_confirmation:
        return _("Action required: confirm that you have read it")
    return _("Action required")


def _what(subject: Subject) -> str:
    """The kind of the task, and the service of its referral, or the referral's own."""
    if subject.closed:
        return _("No longer yours to open")
    if subject.arrival is not None:
        return str(_("Arrival of many"))
    if subject.held is not None:
        return str(_("Legal hold"))
    if subject.call is not None:
        return str(_("Place call"))
    if subject.review is not None:
        return str(subject.review.get_kind_display())
    referral = subject.referral or subject.group
    service = code_label(CodeList.SERVICE, referral.service) if referral else ""
    kind = str(subject.task.get_kind_display()) if subject.task else ""
    said = [kind, service, *map(str, subject.happened)]
    return " · ".join(filter(None, said)) or _("Case")


def _codes(subject: Subject, *, over: bool = False) -> dict[str, Any]:
    """Of the referral; the urgency of the file where there is none. Nothing is urgent any more that is over."""
    row = None if over else subject.referral or subject.group or subject.case
    return {
        "state": subject.referral.state if subject.referral else "",
        "label": subject.referral.get_state_display() if subject.referral else "",
        "urgency": row.urgency if row else "",
        "urgency_label": row.get_urgency_display() if row else "",
    }


@require_http_methods(["GET", "POST"])
def notice(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Marks a notice read and goes where it leads; the permission is asked again there.

    One that asks for a confirmation stays until its button is pressed: opening a page is not having understood it.
    """
    actor = request.actor
    found = Notice.objects.filter(pk=pk, user_id=actor.id).select_related("rung").first()
    if found is None:
        raise NotVisible
    leads_to = destination(actor, found, now())
    if request.method == "POST":
        escalating.confirm_reading(pk, by=actor, at=now())
    elif found.asks_confirmation:
        subject = read_notice(actor, found)
        if not subject.over:
            return _to_confirm(request, found, subject, leads_to)
    told.mark_read(Notice.objects.filter(pk=pk), at=now())
    if leads_to is None:
        return render(request, "referral/notice_gone.html", {"reference": spoken(found.reference)})
    return redirect(leads_to[0], leads_to[1])


def _to_confirm(
    request: ActingRequest, notice: Notice, subject: Subject, leads_to: tuple[str, UUID] | None
) -> HttpResponse:
    return render(
        request,
        "referral/notice.html",
        {
            "notice": notice,
            "reference": spoken(notice.reference),
            "rows": _rows(request.actor, subject),
            **_codes(subject),
            "due": subject.due_at,
            "open_url": reverse(leads_to[0], args=[leads_to[1]]) if leads_to else "",
            "at": now(),
        },
    )


def _rows(actor: Actor, subject: Subject) -> list[tuple[str, str]]:
    """What is asked, of whom, and the number at which one asks."""
    rows = [(_("What it is about"), _what(subject))]
    if (house := subject.house) is not None:
        rows.append((_("Who has to act"), house.name))
        if house.pk != actor.organisation_id:
            rows.append((_("Telephone"), dial(house.telephone) or _("No telephone number is known")))
    return rows
