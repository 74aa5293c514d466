"""How old what is unanswered is, and how long answers take: two pictures and their tables."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from partners.enums import Role
from referral.forms.answers import AnswersFilter
from referral.queries.answers import EXPIRED_WITHIN, SENT_WITHIN, Ageing, Wait
from referral.services import lost
from referral.views.bars import stacked
from referral.views.door import ActingRequest, now


@require_GET
def answers(request: ActingRequest) -> HttpResponse:
    every = request.actor.has(Role.COORDINATOR)
    chosen = AnswersFilter(request.GET, every=every)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    region = wanted.get("region")
    received, sent = lost.read_answers(
        request.actor, now(), region=region.code if region else "", service=wanted.get("service", "")
    )
    return render(
        request,
        "referral/answers.html",
        {
            "filter": chosen,
            "every": every,
            "at": now(),
            "days": SENT_WITHIN.days,
            "sides": [
                _side("received", "" if every else _("What your organisation was asked"), *received),
                *([_side("sent", _("What your organisation sent"), *sent)] if sent else []),
            ],
        },
    )


def _side(name: str, title: str, aged: list[Ageing], waited: list[Wait]) -> dict[str, Any]:
    return {"name": name, "title": title, **_ageing(aged), **_waits(waited)}


def _ageing(aged: list[Ageing]) -> dict[str, Any]:
    series = [
        _("First half of the time"),
        _("Second half"),
        _("Late"),
        ngettext("Expired in %(count)d day", "Expired in %(count)d days", EXPIRED_WITHIN.days)
        % {"count": EXPIRED_WITHIN.days},
    ]
    rows = [
        (each.organisation, (each.first_half, each.second_half, each.late, each.expired)) for each in aged
    ]
    return {"ageing": _cells(series, rows), "ageing_picture": stacked(series, rows)}


def _waits(waited: list[Wait]) -> dict[str, Any]:
    series = [_("Answered"), _("Still waiting"), _("Ended without an answer")]
    rows = [(_class(each.below), (each.answered, each.waiting, each.ended)) for each in waited]
    return {
        "waits": [(*row, each.share) for row, each in zip(_cells(series, rows), waited, strict=True)],
        "waits_picture": stacked(series, rows),
        "sent": sum(sum(counts) for _label, counts in rows),
        "answered": sum(each.answered for each in waited),
        "waiting": sum(each.waiting for each in waited),
    }


def _cells(
    series: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]
) -> list[tuple[str, list[tuple[str, int]]]]:
    """Each number with the words of its column."""
    return [(label, list(zip(series, counts, strict=True))) for label, counts in rows]


def _class(below: timedelta | None) -> str:
    if below is None:
        return _("Longer")
    if below <= timedelta(hours=24):
        hours = int(below.total_seconds() // 3600)
        return ngettext("Under %(count)d hour", "Under %(count)d hours", hours) % {"count": hours}
    return ngettext("Under %(count)d day", "Under %(count)d days", below.days) % {"count": below.days}
