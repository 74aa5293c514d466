"""The view of the human-rights monitor: weeks, regions, kinds of organisation, “agent A”. Nothing names anybody."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from referral.course import CaseState
from referral.models import Case
from referral.queries.monitored import MOST_ACTS, SMALLEST_SHOWN, WEEKS, is_crowded, kinds_of, monday_of
from referral.services import monitoring
from referral.services.monitoring import CODE_LENGTH
from referral.supervising import EventKind
from referral.views import happening, words
from referral.views.door import ActingRequest, now
from referral.views.supervised import bounded


@require_GET
def monitor(request: ActingRequest) -> HttpResponse:
    figures, sample = monitoring.read_figures(request.actor, now())
    return render(
        request,
        "referral/supervision/monitor.html",
        {
            "regions": [(name, shown(count)) for name, count in figures.regions],
            "states": [(CaseState(state).label, shown(count)) for state, count in figures.states],
            "weeks": [(week_of(week), *map(shown, counts)) for week, *counts in figures.weeks],
            "grounds": shown(figures.grounds),
            "checks": shown(figures.checks),
            "number_of_weeks": WEEKS,
            "hidden": SMALLEST_SHOWN - 1,
            "sample": [
                {
                    "code": spaced(code),
                    "url": reverse("monitored_file", args=[code]),
                    "region": region_of(case),
                    "kind": case.organisation.get_kind_display(),
                    "state": case.get_state_display(),
                    "week": week_of(timezone.localdate(case.opened_at)),
                }
                for code, case in sample.items()
            ],
            "region": bounded(request.actor),
        },
    )


@require_GET
def sampled(request: ActingRequest, code: str) -> HttpResponse:
    """One file of the sample: what was done with it, by whom in letters."""
    case, events = monitoring.read_sampled(request.actor, code, now())
    kinds = kinds_of({event.organisation_id for event in events if event.organisation_id})
    agents: dict[Any, str] = {}
    for event in reversed(events):
        if event.actor_id is not None:
            agents.setdefault(event.actor_id, letter(len(agents)))
    return render(
        request,
        "referral/supervision/sampled.html",
        {
            "code": spaced(code),
            "facts": [
                (_("Region"), region_of(case)),
                (_("Kind of organisation"), case.organisation.get_kind_display()),
                (_("State"), case.get_state_display()),
                (_("Opened"), week_of(timezone.localdate(case.opened_at))),
            ],
            "lines": happening.gathered(
                {
                    "title": happening.title(event),
                    "kind_label": EventKind(event.kind).label,  # type: ignore[attr-defined]
                    "who": _("Agent %(letter)s") % {"letter": agents[event.actor_id]}
                    if event.actor_id is not None
                    else _("the system"),
                    "house": kinds.get(event.organisation_id, "") if event.organisation_id else "",
                    "week": week_of(timezone.localdate(event.at)),
                    "fields": _fields(event),
                }
                for event in events
            ),
            "most": MOST_ACTS if len(events) == MOST_ACTS else 0,
            "back_url": reverse("monitor"),
        },
    )


def _fields(event: Any) -> str:
    return words.listed([words.field_of(event.object_type, name) for name in event.fields])


def region_of(case: Case) -> str:
    return str(case.region.name) if is_crowded(case) else _("a region with few files")


def shown(count: int) -> str:
    """A small figure is somebody; nought is nobody."""
    return _("fewer than %(count)d") % {"count": SMALLEST_SHOWN} if 0 < count < SMALLEST_SHOWN else str(count)


def week_of(day: Any) -> str:
    on = day.date() if isinstance(day, datetime) else day
    return _("week of %(day)s") % {"day": words.day_of(monday_of(on))}


def letter(number: int) -> str:
    """A, B ... Z, AA, AB ..."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def spaced(code: str) -> str:
    half = CODE_LENGTH // 2
    return f"{code[:half]} {code[half:]}"
