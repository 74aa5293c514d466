"""Emergency accesses: opened on one page, reviewed on another, by somebody else."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from partners.actor import Actor
from partners.templatetags.interface import clock, moment
from referral import policy
from referral.forms.glass import GlassForm, GlassLiftForm, GlassReviewForm
from referral.models import BreakGlass, Case
from referral.queries.glass import glasses_to_control, opened_since, own_glasses, seen_under, suspension_of
from referral.readings import GLASS_OPEN, GlassReason, Verdict
from referral.references import spoken
from referral.services import glass as services
from referral.services.glass import Unfound
from referral.views import file, story
from referral.views.confirming import posted
from referral.views.door import ActingRequest, now, perform

#: On one page; older ones are the auditor's timeline's.
SHOWN = 50
WRONG = {
    Unfound.PASSWORD: ("password", gettext_lazy("This is not your password.")),
    Unfound.REFERENCE: ("reference", gettext_lazy("No file bears this reference.")),
    Unfound.TOO_OFTEN: (
        None,
        gettext_lazy("Too many tries. Wait for an hour, or telephone the organisation."),
    ),
}


@require_http_methods(["GET", "POST"])
def break_glass(request: ActingRequest) -> HttpResponse:
    """The own ones with the form, for coordination; those to review, for others."""
    actor, at = request.actor, now()
    services.require_reader(actor)
    if request.method == "POST":
        services.require_breaker(actor)
    breaks = policy.may_break_glass(actor)
    form = GlassForm(posted(request))
    done = _open(request, form) if request.method == "POST" else None
    if done is not None:
        return done
    suspended = suspension_of(actor.id, at) if breaks else None
    own = list(own_glasses(actor)[:SHOWN]) if breaks else []
    open_now = next((each for each in own if _is_open(each, at)), None)
    control = glasses_to_control(actor)
    to_review = control.filter(reviewed_at=None).order_by("review_due")
    return render(
        request,
        "referral/supervision/glass.html",
        {
            "form": form if breaks and suspended is None and open_now is None else None,
            "breaks": breaks,
            "suspended": suspended,
            "open_now": open_now,
            "open_url": reverse("case", args=[open_now.case_id]) if open_now else "",
            "today": opened_since(actor.id, _morning(at)) if breaks else 0,
            "own": [_row(actor, each, at) for each in own],
            "to_review": [_row(actor, each, at) for each in to_review],
            "reviewed": [_row(actor, each, at) for each in control.exclude(reviewed_at=None)[:SHOWN]],
            "at": at,
        },
    )


def _open(request: ActingRequest, form: GlassForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    typed = form.cleaned_data
    found = services.find_case(typed["reference"], typed["password"], by=request.actor, at=now())
    if not isinstance(found, Case):
        form.add_error(*WRONG[found])
        return None
    case_id = found.pk

    def act(cleaned: dict[str, Any]) -> str:
        services.break_glass(
            case_id,
            by=request.actor,
            at=now(),
            reason=GlassReason(cleaned["reason"]),
            words=cleaned["words"],
        )
        until = clock(now() + GLASS_OPEN)
        messages.success(
            request,
            _("The file is open to you until %(until)s. The case owner and another organisation are told.")
            % {"until": until},
        )
        return reverse("case", args=[case_id])

    return perform(request, form, act)


def _morning(at: datetime) -> datetime:
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def _is_open(glass: BreakGlass, at: datetime) -> bool:
    return glass.reading.ended_at is None and glass.reading.until > at


def _row(actor: Actor, glass: BreakGlass, at: datetime) -> dict[str, Any]:
    state, label = _state(glass, at)
    return {
        "url": reverse("glass_review", args=[glass.task_id]),
        "opened_at": glass.reading.opened_at,
        "who": story.by(actor, glass.opened_by, glass.opened_by.organisation),
        "why": glass.get_reason_display(),
        "house": glass.task.organisation.name,
        "state": state,
        "label": label,
        "due": glass.review_due if glass.reviewed_at is None else None,
    }


def _state(glass: BreakGlass, at: datetime) -> tuple[str, str]:
    if glass.reviewed_at is not None:
        return "given" if glass.verdict == Verdict.JUSTIFIED else "refused", glass.get_verdict_display()
    return (
        ("refused", _("Not reviewed in time")) if glass.review_due <= at else ("unknown", _("To be reviewed"))
    )


@require_http_methods(["GET", "POST"])
def glass_review(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Who, when, why and which fields: never what they say. One answer, by somebody else."""
    actor, at = request.actor, now()
    glass = services.read_glass(actor, pk)
    may = policy.may_review_glass(actor, glass) and glass.reviewed_at is None
    form = GlassReviewForm(posted(request), version=glass.version)

    def act(cleaned: dict[str, Any]) -> str:
        services.review_glass(
            pk,
            by=actor,
            at=at,
            version=cleaned["version"],
            verdict=Verdict(cleaned["verdict"]),
            note=cleaned["note"],
        )
        messages.success(request, _("Your review is recorded."))
        return reverse("break_glass")

    done = perform(request, form, act) if request.method == "POST" else None
    form.renew(glass.version)
    lifts = glass.suspended_at is not None and glass.lifted_at is None
    return done or render(
        request,
        "referral/supervision/glass_review.html",
        {
            "form": form,
            "may": may,
            "title": _("Review of an emergency access") if may else _("Emergency access"),
            "rows": _rows(actor, glass, at),
            # Of an erased file, nothing but the codes is left.
            "justification": glass.justification if glass.case.erased_at is None else "",
            "note": glass.note if glass.case.erased_at is None else "",
            "lift_reason": glass.lift_reason if glass.case.erased_at is None else "",
            "seen": [file.look(actor, event, {}, {}) for event in seen_under(glass)],
            "suspended": lifts,
            "lift_url": reverse("glass_lift", args=[pk])
            if lifts and policy.may_lift_suspension(actor, glass)
            else "",
            "submit": _("Record my review"),
            "cancel_url": reverse("break_glass"),
            "at": at,
        },
    )


def _rows(actor: Actor, glass: BreakGlass, at: datetime) -> list[tuple[str, str]]:
    own = glass.case.organisation_id == actor.organisation_id
    until = glass.reading.ended_at or glass.reading.until
    ends = _("Open until") if until > at else _("Closed")
    rows = [
        (
            pgettext("emergency access", "Opened by"),
            f"{glass.opened_by.name}, {glass.opened_by.organisation.name}",
        ),
        (_("Opened"), moment(glass.reading.opened_at)),
        (ends, moment(until)),
        (_("Reason"), str(glass.get_reason_display())),
        # A case's reference is known inside its organisation only (design §4, Ids).
        (_("Case"), spoken(glass.case.reference))
        if own
        else (_("Organisation"), glass.case.organisation.name),
        (_("To be reviewed by"), glass.task.organisation.name),
    ]
    if glass.reviewed_by is not None and glass.reviewed_at is not None:
        who = story.by(actor, glass.reviewed_by, glass.reviewed_by.organisation)
        rows.append((_("Review"), f"{glass.get_verdict_display()}. {moment(glass.reviewed_at)}, {who}"))
    else:
        rows.append((_("Deadline"), moment(glass.review_due)))
    if glass.suspended_at is not None:
        words = f"{moment(glass.suspended_at)}. {glass.get_suspended_why_display()}"
        rows.append((_("Right suspended"), words))
    if glass.lifted_at is not None:
        rows.append((_("Suspension lifted"), moment(glass.lifted_at)))
    return rows


@require_http_methods(["GET", "POST"])
def glass_lift(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Somebody else gives the right back, with a reason."""
    actor = request.actor
    glass = services.read_suspension(actor, pk)
    form = GlassLiftForm(posted(request), version=glass.version)

    def act(cleaned: dict[str, Any]) -> str:
        services.lift_suspension(pk, by=actor, at=now(), version=cleaned["version"], reason=cleaned["reason"])
        messages.success(request, _("The suspension is lifted. The person is told."))
        return reverse("break_glass")

    done = perform(request, form, act) if request.method == "POST" else None
    form.renew(glass.version)
    return done or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Lift the suspension?"),
            "text": _("This person may then open one file at a time in an emergency again."),
            "rows": _rows(actor, glass, now()),
            "submit": _("Lift the suspension"),
            "cancel_url": reverse("glass_review", args=[pk]),
        },
    )
