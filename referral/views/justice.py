"""The steps of justice of one file, and their confirmation by the court that each names."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import Role
from referral import lifecycle, prosecution
from referral.enums import CaseAct
from referral.forms.acts import ActForm
from referral.forms.justice import StepForm
from referral.models import Case, JusticeStep
from referral.prosecution import JusticeStepKind
from referral.queries.justice import standing_steps, step_of, steps_for
from referral.services import justice, reading, steps
from referral.views import words
from referral.views.door import ActingRequest, case_or_404, now, perform

#: As many of a court's steps as one page shows.
SHOWN = 100


@require_http_methods(["GET", "POST"])
def case_justice(request: ActingRequest, pk: UUID) -> HttpResponse:
    """What happened at police and courts, what follows from it, and the next step to write down."""
    case = case_or_404(request, pk)
    reading.open_case_page(request.actor, case)
    form = StepForm(request.POST or None)

    def act(_cleaned: dict[str, Any]) -> str:
        step = justice.enter_step(pk, by=request.actor, at=now(), **form.values())
        messages.success(request, _("Written down: %(step)s.") % {"step": step.get_kind_display()})
        return reverse("case_justice", args=[pk])

    if request.method == "POST":
        steps.permit_case(request.actor, CaseAct.ENTER_STEP, case)
        if (done := perform(request, form, act)) is not None:
            return done
    return render(request, "referral/case/justice.html", _page(request, case, form))


def _page(request: ActingRequest, case: Case, form: StepForm) -> dict[str, Any]:
    standing, today = standing_steps(case), timezone.localdate()
    bar = prosecution.removal_bar(standing)
    may = request.actor.has(Role.CASEWORKER) and not lifecycle.unmet_on_closed(case)
    return {
        "case": case,
        "form": form,
        "caption": words.case_title(case),
        "title": _("Justice steps"),
        "rows": [_row(step, today) for step in standing],
        "may_enter": may,
        "bar": _bar_words(bar, today) if bar else "",
        "back_url": reverse("case", args=[case.pk]),
    }


def _bar_words(bar: prosecution.RemovalBar, today: date) -> str:
    if bar.lasts(today) and bar.since > today:
        return _(
            "A prosecution runs: until the final decision the person may not be removed "
            "from the territory (loi 2005-06, article 15)."
        )
    if bar.lasts(today):
        return _(
            "Since %(day)s a prosecution runs: until the final decision the person may not be removed "
            "from the territory (loi 2005-06, article 15)."
        ) % {"day": words.day_of(bar.since)}
    return _("A prosecution ran until %(day)s: the bar to removal has ended.") % {
        "day": words.day_of(bar.until or bar.since)
    }


def _row(step: JusticeStep, today: Any) -> dict[str, Any]:
    marks = [
        *([_("closed hearing")] if step.closed_hearing else []),
        *([_("at the person’s own wish")] if step.asked_by_person else []),
    ]
    return {
        "what": step.get_kind_display(),
        "when": words.day_of(step.on),
        "ahead": step.on > today,
        "who": step.court.name if step.court else "",
        "number": step.number or "",
        "marks": words.listed(marks),
        "state": "given" if step.confirmed_at else "unknown",
        "label": _("Confirmed by the registry") if step.confirmed_at else _("Not confirmed by the registry"),
        "strike_url": reverse("step_strike", args=[step.pk]),
    }


@require_http_methods(["GET", "POST"])
def step_strike(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Entered by mistake, or called off."""
    step = step_of(request.actor, pk)
    if step is None:
        raise steps.NotVisible
    case = step.case
    steps.permit_case(request.actor, CaseAct.ENTER_STEP, case)
    form = ActForm(request.POST or None, version=step.version)

    def act(cleaned: dict[str, Any]) -> str:
        justice.strike_step(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, _("Struck. It stays readable in the history of the file."))
        return reverse("case_justice", args=[case.pk])

    done = perform(request, form, act)
    form.renew(step.version)
    return done or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Strike this step?"),
            "text": _(
                "For what was entered by mistake, or was called off. Enter the new date as a new step."
            ),
            "rows": [(_("Step"), step.get_kind_display()), (_("Date"), words.day_of(step.on))],
            "submit": _("Strike the step"),
            "cancel_url": reverse("case_justice", args=[case.pk]),
        },
    )


@require_GET
def step_list(request: ActingRequest) -> HttpResponse:
    """Steps that name one's own court: kinds and dates; the number is one click and one event away."""
    actor = request.actor
    if not actor.has(Role.JUSTICE):
        raise steps.refuse_anybody(CaseAct.CONFIRM_STEP)
    found = list(steps_for(actor.organisation_id)[:SHOWN])
    return render(
        request,
        "referral/steps.html",
        {
            "waiting": [_court_row(step) for step in found if step.confirmed_at is None],
            "confirmed": [_court_row(step) for step in found if step.confirmed_at is not None],
        },
    )


def _court_row(step: JusticeStep) -> dict[str, Any]:
    return {
        "url": reverse("step_confirm", args=[step.pk]),
        "reference": step.get_kind_display(),
        "what": step.case.organisation.name,
        "when": words.day_of(step.on),
        "label": _("Confirmed") if step.confirmed_at else _("To confirm"),
        "state": "given" if step.confirmed_at else "requisition",
    }


@require_http_methods(["GET", "POST"])
def step_confirm(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Number and date, to be compared with the registry's book; nothing else of the file."""
    step, number = reading.read_step(request.actor, pk)
    form = ActForm(request.POST or None, version=step.version)

    def act(cleaned: dict[str, Any]) -> str:
        justice.confirm_step(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, _("The step is confirmed."))
        return reverse("steps")

    done = perform(request, form, act)
    form.renew(step.version)
    rows = [
        (_("Step"), JusticeStepKind(step.kind).label),
        (_("Date"), words.day_of(step.on)),
        (_("Number of the case at the court"), number),
        (_("Entered by"), step.case.organisation.name),
    ]
    return done or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Does this step stand in your register?"),
            "text": _(
                "If something differs, confirm nothing and telephone the organisation that entered it."
            ),
            "rows": rows,
            "submit": _("Confirm the step"),
            "cancel_url": reverse("steps"),
        },
    )
