"""A reporter's short report, and what becomes of it: as much as the reporter may know."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import POLICE_KINDS
from partners.templatetags.interface import moment
from referral.enums import SHUT, CaseAct, CaseState
from referral.forms.intake import CONTACT, NEEDS, PERSON, PLACE, REPORT, TALKING, PersonForm
from referral.models import Case
from referral.policy import Tie, may_case
from referral.queries import reports_of
from referral.services import cases, drafts, steps
from referral.views.door import ActingRequest, now, perform
from referral.views.drafts import resume
from referral.views.intake import section

SHOWN = 100


def _require_reporter(request: ActingRequest) -> None:
    if not may_case(request.actor, CaseAct.REPORT, Tie()):
        raise steps.refuse_anybody(CaseAct.REPORT)


@require_GET
def alert_list(request: ActingRequest) -> HttpResponse:
    """Own reports by the moment they were made; police learn less than a hotline (design §2)."""
    _require_reporter(request)
    police = request.actor.kind in POLICE_KINDS
    rows = [_row(case, police) for case in reports_of(request.actor)[:SHOWN]]
    return render(request, "referral/alerts.html", {"rows": rows, "police": police})


def _row(case: Case, police: bool) -> dict[str, str]:
    return {
        "made": moment(case.opened_at),
        "state": _colour(case) if police else case.state,
        "label": _known(case) if police else case.get_state_display(),
    }


def _colour(case: Case) -> str:
    return case.state if case.state in {CaseState.SIGNALED, *SHUT} else CaseState.SCREENING


def _known(case: Case) -> str:
    """Received, taken in charge, closed: nothing from which to guess where the person is."""
    if case.state == CaseState.SIGNALED:
        return _("Received")
    return _("Closed") if case.state in SHUT else _("Taken in charge")


@require_http_methods(["GET", "POST"])
def alert_new(request: ActingRequest) -> HttpResponse:
    """What is needed to come at once. It goes to the organisation that the region's rule names."""
    _require_reporter(request)
    form = PersonForm(request.POST or None, only=REPORT)

    def act(cleaned: dict[str, Any]) -> str:
        cases.report(
            by=request.actor,
            at=now(),
            region=cleaned["region"],
            person=form.person_values(),
            case=form.case_values(),
        )
        drafts.drop_draft(by=request.actor, form="alert", about=drafts.NEW)
        messages.success(request, _("The report is sent. You find it in your list."))
        return reverse("alerts")

    try:
        done = perform(request, form, act)
    except cases.NoDestination:
        form.add_error(
            "region",
            _(
                "Nobody takes in the reports of this region yet. Telephone the national unit. Nothing was sent."
            ),
        )
        done = None
    return done or render(
        request,
        "referral/case/new.html",
        {
            "form": form,
            "title": _("Report a presumed victim"),
            "submit": _("Send the report"),
            "back_url": reverse("alerts"),
            "text": _(
                "Write only what is needed to come to the person. You cannot read it again after sending."
            ),
            "sections": [
                section(form, _("Danger"), "", ("urgency",)),
                section(form, _("Age and sex"), "", PERSON),
                section(form, _("Where"), "", PLACE),
                section(form, _("Talking together"), "", TALKING),
                section(
                    form,
                    _("Safe contact"),
                    _("Unless the person says otherwise, nobody contacts the person."),
                    ("alias", *CONTACT),
                ),
                section(form, _("Needs"), "", NEEDS),
            ],
            **resume(request, form, "alert", drafts.NEW),
        },
    )
