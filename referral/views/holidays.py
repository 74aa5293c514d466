"""The calendar of holidays, kept per year by national coordination."""

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.templatetags.interface import written
from partners.views.changes import changes
from referral.feasts import FIRST, LAST, Feast, proposed
from referral.forms.terms import HolidayForm, ProposalForm, RemoveForm
from referral.models import Holiday
from referral.queries.terms import holiday_of, holidays_of, known_days, past_of_year, without_holidays
from referral.services import holidays as services
from referral.services.steps import NotVisible
from referral.services.terms import require_coordination
from referral.views.confirming import posted
from referral.views.door import ActingRequest, now, perform


@require_GET
def holiday_list(request: ActingRequest) -> HttpResponse:
    require_coordination(request.actor)
    asked, this = request.GET.get("year", ""), timezone.localtime(now()).year
    year = int(asked) if re.fullmatch("[0-9]{4}", asked) and FIRST <= int(asked) <= LAST else this
    return render(
        request,
        "referral/holidays.html",
        {
            "year": year,
            "rows": [(holiday, _day(holiday)) for holiday in holidays_of(year)],
            "before": year - 1 if year > FIRST else None,
            "after": year + 1 if year < LAST else None,
            "unknown_years": without_holidays(now()),
            "changes": changes(past_of_year(year), what=_day, words=_said),
        },
    )


@require_http_methods(["GET", "POST"])
def holiday_add(request: ActingRequest) -> HttpResponse:
    require_coordination(request.actor)
    form = HolidayForm(posted(request))

    def act(cleaned: dict[str, Any]) -> str:
        holiday = services.add_holiday(by=request.actor, said=form.said())
        messages.success(request, _sentence())
        return _year_of(holiday)

    return perform(request, form, act) or render(
        request,
        "components/question.html",
        {"form": form, "title": _("New holiday"), "submit": _("Add"), "back_url": reverse("holidays")},
    )


@require_http_methods(["GET", "POST"])
def holiday_edit(request: ActingRequest, pk: UUID) -> HttpResponse:
    require_coordination(request.actor)
    holiday = _holiday(pk)
    form = HolidayForm(posted(request), holiday=holiday)

    def act(cleaned: dict[str, Any]) -> str:
        changed = services.change_holiday(pk, by=request.actor, version=cleaned["version"], said=form.said())
        messages.success(request, _sentence())
        return _year_of(changed)

    answer = perform(request, form, act)
    form.renew(holiday.version)
    return answer or render(
        request,
        "components/question.html",
        {
            "form": form,
            "title": holiday.name,
            "submit": _("Save"),
            "back_url": _year_of(holiday),
            "skip_url": reverse("holiday_remove", args=[pk]),
            "skip": _("Remove this day"),
        },
    )


@require_http_methods(["GET", "POST"])
def holiday_remove(request: ActingRequest, pk: UUID) -> HttpResponse:
    require_coordination(request.actor)
    holiday = _holiday(pk)
    form = RemoveForm(posted(request), version=holiday.version)

    def act(cleaned: dict[str, Any]) -> str:
        services.remove_holiday(pk, by=request.actor, version=cleaned["version"])
        messages.success(request, _sentence())
        return _year_of(holiday)

    answer = perform(request, form, act)
    form.renew(holiday.version)
    return answer or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Remove this holiday?"),
            "rows": [(_("Day"), _day(holiday)), (_("Name"), holiday.name)],
            "undo": _("From now on it counts as a working day. Deadlines that run already stay as they are."),
            "submit": _("Remove"),
            "cancel_url": _year_of(holiday),
        },
    )


@require_http_methods(["GET", "POST"])
def holiday_propose(request: ActingRequest, year: int) -> HttpResponse:
    require_coordination(request.actor)
    if not FIRST <= year <= LAST:
        raise NotVisible
    feasts = proposed(year)
    known = known_days(feast.day for feast in feasts)
    choices = [(feast.day.isoformat(), _proposal(feast)) for feast in feasts if feast.day not in known]
    if not choices:
        messages.info(request, _("Every day that could be proposed is in the calendar."))
        return redirect(_url(year))
    form = ProposalForm(posted(request), choices=choices)

    def act(cleaned: dict[str, Any]) -> str:
        added = services.add_proposed(by=request.actor, year=year, days=cleaned["days"])
        words = ngettext("%(count)d day added.", "%(count)d days added.", len(added)) % {"count": len(added)}
        messages.success(request, f"{words} {_sentence()}")
        return _url(year)

    return perform(request, form, act) or render(
        request,
        "components/question.html",
        {
            "form": form,
            "title": _("Holidays of %(year)s") % {"year": year},
            "text": _("Computed. Feasts by the moon are an estimate until they are announced."),
            "submit": _("Add these days"),
            "back_url": _url(year),
        },
    )


def _holiday(pk: UUID) -> Holiday:
    holiday = holiday_of(pk)
    if holiday is None:
        raise NotVisible
    return holiday


def _url(year: int) -> str:
    return f"{reverse('holidays')}?year={year}"


def _year_of(holiday: Holiday) -> str:
    return _url(holiday.day.year)


def _sentence() -> str:
    return _("Working days are counted so from now on. Deadlines that run already stay as they are.")


def _day(holiday: Holiday | Feast) -> str:
    return written(holiday.day, pgettext("date", "l j F Y"))


def _said(holiday: Holiday) -> str:
    return _estimate(holiday.name) if holiday.announced else holiday.name


def _proposal(feast: Feast) -> str:
    name = feast.name_en if (get_language() or "fr").startswith("en") else feast.name_fr
    return _("%(day)s: %(name)s") % {"day": _day(feast), "name": _estimate(name) if feast.announced else name}


def _estimate(name: str) -> str:
    return _("%(name)s (estimate)") % {"name": name}
