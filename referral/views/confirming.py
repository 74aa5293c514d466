"""One consequential act on its own page: who, what, what can be undone; the button is named by the act."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from partners.enums import CodeList
from partners.queries import code_label
from referral.enums import Action
from referral.forms.acts import ActForm
from referral.models import Referral
from referral.queries import unmet_of
from referral.references import spoken
from referral.services import steps
from referral.views.door import ActingRequest, now, perform


@dataclass(frozen=True)
class Page:
    """The words of an act's page."""

    title: str | Promise
    submit: str | Promise
    done: str | Promise
    text: str | Promise = ""
    undo: str | Promise = ""
    danger: bool = False
    template: str = "referral/referral/act.html"
    #: More for the template, and for the summary of who and what.
    context: dict[str, Any] | None = None
    rows: tuple[tuple[str, Any], ...] = ()


def posted(request: ActingRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def to_referral(referral: Referral) -> str:
    return reverse("referral", args=[referral.pk])


def confirm(
    request: ActingRequest,
    referral: Referral,
    action: Action,
    form: ActForm,
    act: Callable[[dict[str, Any]], str],
    page: Page,
) -> HttpResponse:
    """Asks, then acts. Whoever may not gets 403 before the form; what is not yet possible is said in its place."""
    steps.permit(request.actor, action, referral)
    if request.method == "POST":
        answer = perform(request, form, act)
        if answer is not None:
            messages.success(request, str(page.done))
            return answer
        form.renew(referral.version)
    return render(
        request,
        page.template,
        {
            "form": form,
            "title": page.title,
            "text": page.text,
            "undo": page.undo,
            "danger": page.danger,
            "submit": page.submit,
            "rows": [*summary(request, referral), *page.rows],
            "unmet": [] if form.is_bound else unmet_of(referral, action, now()),
            "cancel_url": to_referral(referral),
            **(page.context or {}),
        },
    )


def summary(request: ActingRequest, referral: Referral) -> list[tuple[str, Any]]:
    """Which referral this is, said as on the telephone; the other side by its organisation."""
    rows = [
        (_("Referral"), spoken(referral.reference)),
        (_("Service"), code_label(CodeList.SERVICE, referral.service)),
        (_("Urgency"), referral.get_urgency_display()),
    ]
    if request.actor.organisation_id != referral.referring_organisation_id:
        rows.append((_("From"), referral.referring_organisation.name))
    if (
        request.actor.organisation_id != referral.receiving_organisation_id
        or referral.within_one_organisation
    ):
        rows.append((_("To"), referral.receiving_organisation.name))
    return rows
