"""The duty: the week's roster, its button, and what the former guard hands over."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners import policy
from partners.alphabet import alphabetical
from partners.enums import Act
from partners.models import DutyShift, User
from partners.queries import absent_now, on_duty
from partners.queries.duty import covered, may_be_on_duty, shifts_between
from partners.services import duty as roster
from partners.services.guard import authorise
from partners.templatetags.interface import clock, moment
from referral.forms.acts import ActForm
from referral.forms.duty import HandOverForm, ShiftForm, TakeOverForm
from referral.queries.agenda import own_tasks, takers_of
from referral.services import assigning
from referral.services.duty import take_over
from referral.services.steps import NotVisible
from referral.views.door import ActingRequest, now, perform

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
#: A shift that begins in these hours is one of the day.
DAYTIME = range(5, 17)


@dataclass
class Line:
    """A person and the seven days."""

    user: User
    days: list[list[dict[str, str]]] = field(default_factory=list)


@require_GET
def duty(request: ActingRequest) -> HttpResponse:
    """Who keeps the desk this week, and the button that takes it over."""
    actor, at = request.actor, now()
    authorise(actor, Act.TAKE_DUTY, actor.organisation_id)
    monday = _monday(request.GET.get("week", ""), at)
    keeps = policy.may(actor, Act.KEEP_ROSTER, actor.organisation_id)
    guard = list(on_duty(actor.organisation_id))
    absences = absent_now(actor.organisation_id)
    return render(
        request,
        "referral/duty/roster.html",
        {
            "days": [monday + DAY * number for number in range(7)],
            "lines": _lines(actor.organisation_id, monday, at, links=keeps),
            "previous": f"?week={monday - WEEK:%Y-%m-%d}",
            "next": f"?week={monday + WEEK:%Y-%m-%d}",
            "guard": [user.name for user in guard],
            "absences": absences,
            "covered": covered(absences),
            "mine": actor.id in {user.pk for user in guard},
            "alone": {user.pk for user in guard} == {actor.id},
            "form": TakeOverForm(initial={"seen": roster.seen_by(actor, at)}),
            "keeps": keeps,
            "covers": policy.may(actor, Act.KEEP_COVER, actor.organisation_id),
            "to_hand_over": bool(_guard_for(actor.id, guard) and _relieved_lately(actor.id, at))
            and bool(own_tasks(actor, limit=1)),
            "at": at,
        },
    )


def _monday(asked: str, at: datetime) -> datetime:
    """Midnight before the first day of the week that was asked for; of this week when that is no date."""
    try:
        day = date.fromisoformat(asked)
        first = datetime.combine(day - timedelta(days=day.weekday()), datetime.min.time())
    except (ValueError, OverflowError):
        day = timezone.localdate(at)
        first = datetime.combine(day - timedelta(days=day.weekday()), datetime.min.time())
    if not 2000 < first.year < 2200:
        return _monday("", at)
    return timezone.make_aware(first)


def _lines(organisation_id: UUID, monday: datetime, at: datetime, *, links: bool) -> list[Line]:
    shifts = list(shifts_between(organisation_id, monday, monday + WEEK))
    people = {user.pk: user for user in may_be_on_duty(organisation_id)}
    people |= {shift.user_id: shift.user for shift in shifts}
    lines = {pk: Line(user, [[] for _day in range(7)]) for pk, user in people.items()}
    for shift in shifts:
        for number, cell in enumerate(lines[shift.user_id].days):
            begins = monday + DAY * number
            if shift.begins_at < begins + DAY and shift.ends_at > begins:
                url = reverse("duty_remove", args=[shift.pk]) if links and shift.ends_at > at else ""
                cell.append(_words(shift, begins) | {"url": url})
    return sorted(lines.values(), key=lambda line: alphabetical(line.user.name))


def _words(shift: DutyShift, begins: datetime) -> dict[str, str]:
    """What one day says of a shift: day or night where it begins, until when where it ends."""
    starts, ends = shift.begins_at >= begins, shift.ends_at <= begins + DAY
    kind = ""
    if starts:
        hour = timezone.localtime(shift.begins_at).hour
        kind = pgettext("shift", "Day") if hour in DAYTIME else pgettext("shift", "Night")
        hours = f"{clock(shift.begins_at)} – {clock(shift.ends_at)}" if ends else _from(shift)
    elif ends:
        hours = _until(shift)
    else:
        hours = _("all day")
    return {"kind": str(kind), "hours": hours}


def _until(shift: DutyShift) -> str:
    local = timezone.localtime(shift.ends_at)
    if not (local.hour or local.minute):
        return _("until midnight")
    return _("until %(time)s") % {"time": clock(shift.ends_at)}


def _from(shift: DutyShift) -> str:
    return _("from %(time)s") % {"time": clock(shift.begins_at)}


@require_http_methods(["GET", "POST"])
def duty_add(request: ActingRequest) -> HttpResponse:
    actor, at = request.actor, now()
    authorise(actor, Act.KEEP_ROSTER, actor.organisation_id)
    form = ShiftForm(request.POST or None, at=at, people=may_be_on_duty(actor.organisation_id))

    def act(cleaned: dict[str, Any]) -> str:
        span = {"begins_at": cleaned["begins_at"], "ends_at": cleaned["ends_at"]}
        shift = roster.add_shift(actor, user_id=cleaned["person"].pk, **span, at=at)
        messages.success(request, _("The shift is on the roster."))
        return f"{reverse('duty')}?week={timezone.localdate(shift.begins_at):%Y-%m-%d}"

    return perform(request, form, act) or render(
        request,
        "components/question.html",
        {"form": form, "title": _("Add a shift"), "submit": _("Add"), "back_url": reverse("duty")},
    )


@require_http_methods(["GET", "POST"])
def duty_remove(request: ActingRequest, pk: UUID) -> HttpResponse:
    actor, at = request.actor, now()
    authorise(actor, Act.KEEP_ROSTER, actor.organisation_id)
    shifts = DutyShift.objects.filter(organisation=actor.organisation_id, removed_at=None)
    shift = shifts.select_related("user").filter(pk=pk).first()
    if shift is None:
        raise NotVisible
    form = ActForm(request.POST or None, version=shift.version)

    def act(cleaned: dict[str, Any]) -> str:
        roster.remove_shift(actor, pk, cleaned["version"], at=at)
        messages.success(request, _("The shift is off the roster."))
        return reverse("duty")

    return perform(request, form, act) or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Take this shift off the roster?"),
            "rows": [
                (_("Person"), shift.user.name),
                (pgettext("time", "From"), moment(shift.begins_at)),
                (_("Until"), moment(shift.ends_at)),
            ],
            "undo": _("A shift that runs ends now, and stays on record."),
            "submit": _("Take it off"),
            "cancel_url": reverse("duty"),
        },
    )


@require_POST
def duty_take(request: ActingRequest) -> HttpResponse:
    """The button. What it refuses is said on the roster, which shows who is on duty now."""
    authorise(request.actor, Act.TAKE_DUTY, request.actor.organisation_id)
    form = TakeOverForm(request.POST)

    def act(cleaned: dict[str, Any]) -> str:
        shift = take_over(request.actor, at=now(), seen=cleaned["seen"])
        messages.success(request, _("You are on duty until %(moment)s.") % {"moment": moment(shift.ends_at)})
        return reverse("duty")

    if done := perform(request, form, act):
        return done
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
    return redirect("duty")


@require_http_methods(["GET", "POST"])
def duty_hand_over(request: ActingRequest) -> HttpResponse:
    """What does the former guard hand over, what not?"""
    actor, at = request.actor, now()
    authorise(actor, Act.TAKE_DUTY, actor.organisation_id)
    guard = _guard_for(actor.id, on_duty(actor.organisation_id))
    own = [task for task in own_tasks(actor) if task.owner_id == actor.id]
    tasks = [task for task in own if takers_of(task).filter(pk__in=[user.pk for user in guard]).exists()]
    form = HandOverForm(request.POST or None, tasks=tasks, guard=guard)

    def act(cleaned: dict[str, Any]) -> str:
        given = assigning.hand_over(form.given(), by=actor, at=at, to_id=cleaned["to"])
        messages.success(request, _("Handed over: %(given)d. You keep the others.") % {"given": given})
        return reverse("duty")

    return perform(request, form, act) or render(
        request,
        "referral/duty/hand_over.html",
        {
            "form": form,
            "title": _("What do you hand over, what do you keep?"),
            "possible": bool(tasks and guard),
            "submit": _("Hand over"),
            "cancel_url": reverse("duty"),
        },
    )


def _guard_for(user_id: UUID, guard: Iterable[User]) -> list[User]:
    return [user for user in guard if user.pk != user_id]


def _relieved_lately(user_id: UUID, at: datetime) -> bool:
    """Was the person on duty within the last day, and is not any more?"""
    shifts = DutyShift.objects.filter(user=user_id, removed_at=None, begins_at__lte=at, ends_at__gt=at - DAY)
    ends = list(shifts.values_list("ends_at", flat=True))
    return bool(ends) and max(ends) <= at
