"""The list of files, one file, and the looks at it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partners.enums import Role
from referral import policy
from referral.enums import CaseAct, CaseState
from referral.forms.file import SCREENING, CaseFilter, RevealForm
from referral.models import Case
from referral.queries import case_tie, cases_of
from referral.queries.intakes import begun_by
from referral.queries.lists import PAGE, place_of
from referral.references import spoken
from referral.services import reading, steps
from referral.services.screening import reveal_screening
from referral.views import erasure, file, guided, timed
from referral.views.door import ActingRequest, case_or_404, now


@require_GET
def case_list(request: ActingRequest) -> HttpResponse:
    """Files one may open, the newest first, in codes. The filter is in the address, the place in the list too."""
    actor = request.actor
    if not actor.has(Role.CASEWORKER, Role.SUPERVISOR):
        raise steps.refuse_anybody(CaseAct.READ)
    form = CaseFilter(request.GET)
    state = form.chosen()
    found = cases_of(actor, place_of(actor, form.after_row()), state=state)
    rows, more = found[:PAGE], len(found) > PAGE
    reading.list_cases(rows)
    address = reverse("cases")
    asked = f"state={state}&" if state else ""
    return render(
        request,
        "referral/case/list.html",
        {
            "rows": [file.row(case) for case in rows],
            "form": form,
            "state": state,
            "state_label": CaseState(state).label if state else "",
            "clear_url": address,
            "next": f"{address}?{asked}after={rows[-1].pk}" if more else "",
            "may_open": policy.may_case(actor, CaseAct.OPEN, policy.Tie()),
            "begun": guided.lines(begun_by(actor, now())),
            "may_find": policy.may_case(actor, CaseAct.FIND_BY_CARD, policy.Tie()),
            "may_import": policy.may_case(actor, CaseAct.IMPORT, policy.Tie()),
        },
    )


@require_GET
def case(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The file in codes; who opens it is written down."""
    found = case_or_404(request, pk, erased=True, timed=True)
    tie = case_tie(request.actor, found)
    if found.owner_id is None and not policy.may_case(request.actor, CaseAct.READ, tie):
        return redirect("case_take_in", pk)
    reading.open_case_page(request.actor, found)
    if found.erased_at is not None:
        return erasure.skeleton(request, found)
    return _page(request, found, RevealForm())


@require_POST
def case_reveal(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Opens the parts asked for, on this answer only."""
    found = case_or_404(request, pk, timed=True)
    form = RevealForm(request.POST)
    reading.open_case_page(request.actor, found)
    opened: dict[str, Any] = {}
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        columns, screening = form.columns(), form.screening()
        if columns:
            opened = reading.reveal(request.actor, found, columns, reason=reason, alone=not screening)
        if screening:
            heard = reveal_screening(request.actor, found, reason=reason, counted=bool(columns))[1]
            opened[SCREENING] = heard
    return _page(request, found, form, opened)


def _page(
    request: ActingRequest, case: Case, form: RevealForm, opened: dict[str, Any] | None = None
) -> HttpResponse:
    tie = case_tie(request.actor, case)
    if policy.reads_only(request.actor, tie):
        return timed.page(request, case, tie, form, opened or {})
    shown = file.page(request.actor, case, tie, now(), opened or {})
    here = reverse("case", args=[case.pk])
    return render(
        request,
        "referral/case/page.html",
        {"case": case, "form": form, "at": now(), "page_url": here, **shown},
    )


@require_GET
def case_looks(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Who has looked, when and why."""
    found = case_or_404(request, pk, erased=True)
    rows = file.looks(request.actor, reading.read_looks(request.actor, found))
    return render(
        request,
        "referral/case/looks.html",
        {
            "case": found,
            "rows": rows,
            "most": reading.LOOKS_SHOWN,
            "back_url": reverse("case", args=[pk]),
            "title": _("Who has looked"),
        },
    )


@require_GET
def case_print(request: ActingRequest, pk: UUID) -> HttpResponse:
    """One sheet without a name; making it is written down."""
    found = case_or_404(request, pk)
    reading.print_case(request.actor, found)
    return render(
        request,
        "referral/case/print.html",
        {
            "case": found,
            "reference": spoken(found.reference),
            "codes": file.codes(found),
            "at": now(),
            "back_url": reverse("case", args=[pk]),
        },
    )
