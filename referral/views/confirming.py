"""One consequential act on its own page: who, what, what can be undone; the button is named by the act."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Textarea
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
from referral.services.drafts import drop_draft
from referral.views.door import ActingRequest, now, perform
from referral.views.drafts import resume


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
    #: What else the person should see before pressing: (key, value).
    rows: tuple[tuple[str, Any], ...] = ()
    #: More for a template of its own.
    context: dict[str, Any] | None = None


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
    draft = (
        f"act_{action}" if any(isinstance(field.widget, Textarea) for field in form.fields.values()) else ""
    )

    def act_and_forget(cleaned: dict[str, Any]) -> str:
        location = act(cleaned)
        if draft:
            drop_draft(by=request.actor, form=draft, about=referral.pk)
        return location

    if request.method == "POST":
        answer = perform(request, form, act_and_forget)
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
            "which": which(request, referral),
            "rows": page.rows,
            "unmet": [] if form.is_bound else unmet_of(referral, action, now()),
            "cancel_url": to_referral(referral),
            **(resume(request, form, draft, referral.pk) if draft else {}),
            **(page.context or {}),
        },
    )


def which(request: ActingRequest, referral: Referral) -> dict[str, str]:
    """Which referral this is, in two short lines: a phone shows the question without scrolling."""
    ours = request.actor.organisation_id == referral.referring_organisation_id
    other = referral.receiving_organisation if ours else referral.referring_organisation
    return {
        "reference": spoken(referral.reference),
        "service": code_label(CodeList.SERVICE, referral.service),
        "urgency": referral.urgency,
        "urgency_label": str(referral.get_urgency_display()),
        "other": (_("to %(organisation)s") if ours else _("from %(organisation)s")) % {"organisation": other},
    }
