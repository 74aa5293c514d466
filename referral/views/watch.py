"""Pages of what is looked at again: the risk, the reflection period, the legal grounds."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.templatetags.interface import day, moment
from referral.enums import CaseAct, ReflectionAct
from referral.forms.watch import GroundsForm, ReflectionForm, RiskForm
from referral.models import Case
from referral.queries.course import assessments_of, risk_at_opening
from referral.queries.watch import grounds_due
from referral.references import spoken
from referral.services import looking, reflection, reviews, steps
from referral.views import file, words
from referral.views.door import ActingRequest, case_or_404, now, perform


def _rows(case: Case) -> list[tuple[str, Any]]:
    return [(_("Case"), spoken(case.reference)), *file.codes(case)[:3]]


@require_http_methods(["GET", "POST"])
def case_risk(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The level as it was seen, and when; from then on the next assessment is counted."""
    case = case_or_404(request, pk)
    looking.read_assessments(request.actor, case)
    at, assessed = now(), case.risk_assessed_at
    last = assessed or case.opened_at
    form = RiskForm(request.POST or None, at=at, earliest=last, version=case.version)

    def act(cleaned: dict[str, Any]) -> str:
        names = ("version", "risk", "occurred_at", "note", "about", "dimensions")
        values = {name: cleaned[name] for name in names}
        reviews.assess_risk(pk, by=request.actor, at=now(), **values)
        messages.success(request, _("The risk is assessed."))
        return reverse("case", args=[pk])

    done = perform(request, form, act)
    form.renew(case.version)
    return done or render(
        request,
        "referral/case/risk.html",
        {
            "form": form,
            "assessments": [
                *map(words.assessment, assessments_of(case)),
                words.risk_at_opening(risk_at_opening(case), case.opened_at),
            ],
            "title": _("Assess the risk again"),
            "rows": [
                *_rows(case),
                (_("Risk until now"), case.get_risk_display()),
                *([(_("Last assessed"), day(assessed))] if assessed else []),
            ],
            "submit": _("Record the risk"),
            "cancel_url": reverse("case", args=[pk]),
        },
    )


@require_http_methods(["GET", "POST"])
def case_reflection(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Begin, extend once, or end the time that an adult takes before deciding."""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.REFLECT, case)
    possible = reflection.possible(case)
    form = ReflectionForm(request.POST or None, possible=possible, version=case.version)

    def act(cleaned: dict[str, Any]) -> str:
        write, said = {
            ReflectionAct.BEGIN: (reflection.begin_reflection, _("The reflection period has begun.")),
            ReflectionAct.EXTEND: (reflection.extend_reflection, _("The reflection period is extended.")),
            ReflectionAct.END: (reflection.end_reflection, _("The reflection period has ended.")),
        }[ReflectionAct(cleaned["act"])]
        write(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, said)
        return reverse("case", args=[pk])

    done = perform(request, form, act)
    form.renew(case.version)
    running, rows = case.reflection_until, _rows(case)
    if running is not None:
        rows.append((_("Runs until"), moment(running)))
    return done or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Reflection period (recommended)"),
            "text": _(
                "Thirty days, to rest and to decide freely. Nobody asks the person for a statement "
                "in this time unless she or he wishes it. Help does not depend on it."
            ),
            "rows": rows,
            "submit": str(possible[0].label) if len(possible) == 1 else _("Record it"),
            "cancel_url": reverse("case", args=[pk]),
        },
    )


@require_http_methods(["GET", "POST"])
def case_grounds(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Every legal ground of the file whose review is due: still needed, or not."""
    case, at = case_or_404(request, pk), now()
    steps.permit_case(request.actor, CaseAct.REVIEW_GROUND, case)
    grounds = list(grounds_due(at).filter(case=case).select_related("recipient"))
    form = GroundsForm(request.POST or None, grounds=grounds)

    def act(cleaned: dict[str, Any]) -> str:
        reviews.review_grounds(pk, by=request.actor, at=at, still_needed=form.still_needed())
        messages.success(request, _("The review is recorded."))
        return reverse("case", args=[pk])

    return perform(request, form, act) or render(
        request,
        "referral/case/grounds.html",
        {
            "form": form,
            "title": _("Review the legal grounds"),
            "text": _("What is shared without the person’s consent is shared only as long as it is needed."),
            "rows": _rows(case),
            "nothing": not grounds,
            "submit": _("Record my decision"),
            "cancel_url": reverse("case", args=[pk]),
        },
    )
