"""Custody titles of children: entered from the paper, confirmed by the court's registry."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import Role
from partners.templatetags.interface import moment
from referral import lifecycle
from referral.disclosure import is_child
from referral.enums import CaseAct, Machine, TitleState
from referral.forms.acts import ActForm
from referral.forms.basis import TitleForm
from referral.models import CustodyTitle
from referral.queries import files
from referral.services import custody, reading, steps
from referral.views import words
from referral.views.door import ActingRequest, case_or_404, now, perform


@require_http_methods(["GET", "POST"])
def title(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The case owner copies the paper; the page never asks for more than stands on it."""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.ENTER_TITLE, case)
    if not is_child(case.person.age_status):
        raise steps.NotVisible
    current = files.title_of(case)
    state = current.state if current else TitleState.NONE
    form = TitleForm(request.POST or None, actions=lifecycle.legal_actions(state, Machine.TITLE))

    def act(cleaned: dict[str, Any]) -> str:
        values = {
            name: cleaned[name]
            for name in ("action", "court", "number", "name_on_order", "issued_on", "ends_at")
        }
        custody.enter_title(pk, by=request.actor, at=now(), **values)
        messages.success(request, _("The title is entered. It is not confirmed by the registry yet."))
        return reverse("case", args=[pk])

    return perform(request, form, act) or render(
        request,
        "referral/case/title.html",
        {
            "case": case,
            "form": form,
            "title": _("Custody title of the child"),
            "caption": words.case_title(case),
            "state": TitleState(state),
            "submit": _("Enter the title"),
            "back_url": reverse("case", args=[pk]),
        },
    )


@require_GET
def title_list(request: ActingRequest) -> HttpResponse:
    """Titles that name one's own court: dates only; the rest of a title is one click and one event away."""
    actor = request.actor
    if not actor.has(Role.JUSTICE):
        raise steps.refuse_anybody(CaseAct.CONFIRM_TITLE)
    found = list(files.titles_for(actor.organisation_id)[:100])
    return render(
        request,
        "referral/titles.html",
        {
            "waiting": [_title_row(each) for each in found if each.confirmed_at is None],
            "confirmed": [_title_row(each) for each in found if each.confirmed_at is not None],
            "at": now(),
        },
    )


def _title_row(title: CustodyTitle) -> dict[str, Any]:
    return {
        "url": reverse("title_confirm", args=[title.pk]),
        "reference": title.get_state_display(),
        "note": words.day_of(title.issued_on) if title.issued_on else "",
        "what": title.case.organisation.name,
        "due": title.ends_at if title.confirmed_at is None else None,
        "when": moment(title.ends_at) if title.confirmed_at and title.ends_at else "",
        "label": _("Confirmed") if title.confirmed_at else _("To confirm"),
        "state": "given" if title.confirmed_at else "requisition",
    }


@require_http_methods(["GET", "POST"])
def title_confirm(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Number, dates and the name as it stands on the order, to be compared with the registry's book."""
    found = reading.read_title(request.actor, pk)
    form = ActForm(request.POST or None, version=found.version)

    def act(cleaned: dict[str, Any]) -> str:
        custody.confirm_title(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, _("The title is confirmed."))
        return reverse("titles")

    done = perform(request, form, act)
    form.renew(found.version)
    number, name = reading.paper_of(found)
    return done or render(
        request,
        "referral/title_confirm.html",
        {
            "form": form,
            "title": _("Does this title stand in your register?"),
            "found": found,
            "cancel_url": reverse("titles"),
            "text": _(
                "Compare with the register. If something differs, confirm nothing "
                "and telephone the organisation that entered it."
            ),
            "rows": [
                (_("Kind of title"), found.get_state_display()),
                (_("Court"), found.court.name if found.court else ""),
                (_("Date of the title"), words.day_of(found.issued_on) if found.issued_on else ""),
                (_("Ends"), moment(found.ends_at) if found.ends_at else ""),
            ],
            "number": number,
            "name": name,
            "submit": _("Confirm the title"),
        },
    )
