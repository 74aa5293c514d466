"""Requests of a person about her or his data: the list, a new one, one and its answer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from partners.templatetags.interface import day, moment
from referral.enums import CaseAct
from referral.forms.rights import AnswerRequestForm, RequestForm
from referral.models import RightsRequest
from referral.queries import rights as queries
from referral.rights import RequestKind
from referral.services import rights, steps
from referral.services.drafts import drop_draft
from referral.views import words
from referral.views.door import ActingRequest, case_or_404, now, perform
from referral.views.drafts import resume

NEW, ANSWER = "request_new", "request_answer"
#: What one does because of it, before one answers.
MEANS: dict[str, str | Promise] = {
    RequestKind.ACCESS: gettext_lazy(
        "Print everything that is held, go through it with the person, then record the answer. "
        "The person need not take the paper along: it can put her or him in danger."
    ),
    RequestKind.CORRECTION: gettext_lazy(
        "Correct the file; what stood there before stays in its history. Then record the answer."
    ),
    RequestKind.OBJECTION: gettext_lazy(
        "Which use is it about? A sharing ends when its consent is withdrawn. Then record the answer."
    ),
    RequestKind.ERASURE: gettext_lazy(
        "The case is closed first; then ask for the erasure, on which two people decide. "
        "It answers the request by itself. A refusal is recorded here."
    ),
}


@require_GET
def case_rights(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.RECORD_REQUEST, case)
    return render(
        request,
        "referral/case/rights.html",
        {
            "title": _("Requests of the person about her or his data"),
            "caption": words.case_title(case),
            "rows": [_row(asked) for asked in queries.requests_of(case)],
            "at": now(),
            "new_url": reverse("request_new", args=[pk]),
            "back_url": reverse("case", args=[pk]),
        },
    )


def _row(asked: RightsRequest) -> dict[str, Any]:
    answered = asked.answered_at is not None
    return {
        "url": reverse("request", args=[asked.pk]),
        "what": asked.get_kind_display(),
        "received": day(asked.received_at),
        "state": "given" if answered else "requisition",
        "label": asked.get_result_display() if answered else _("To be answered"),
        "due": None if answered else asked.due_at,
        "when": day(asked.answered_at) if asked.answered_at else "",
    }


@require_http_methods(["GET", "POST"])
def request_new(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.RECORD_REQUEST, case)
    form = RequestForm(request.POST or None, at=now())

    def act(cleaned: dict[str, Any]) -> str:
        values = {name: cleaned[name] for name in ("kind", "identified", "received_at", "note")}
        asked = rights.record_request(pk, by=request.actor, at=now(), **values)
        drop_draft(by=request.actor, form=NEW, about=pk)
        messages.success(
            request, _("Recorded. It is to be answered by %(day)s.") % {"day": day(asked.due_at)}
        )
        return reverse("request", args=[asked.pk])

    return perform(request, form, act) or render(
        request,
        "components/question.html",
        {
            "form": form,
            "title": _("Record a request of the person"),
            "caption": words.case_title(case),
            "submit": _("Record the request"),
            "back_url": reverse("case_rights", args=[pk]),
            **resume(request, form, NEW, pk),
        },
    )


@require_http_methods(["GET", "POST"])
def request(request: ActingRequest, pk: UUID) -> HttpResponse:
    asked = rights.read_request(request.actor, pk)
    form = AnswerRequestForm(request.POST or None, kind=asked.kind, version=asked.version)

    def act(cleaned: dict[str, Any]) -> str:
        said = {name: cleaned[name] for name in ("version", "result", "answer")}
        rights.answer_request(pk, by=request.actor, at=now(), **said)
        drop_draft(by=request.actor, form=ANSWER, about=pk)
        messages.success(request, _("The answer is recorded."))
        return reverse("case_rights", args=[asked.case_id])

    done = perform(request, form, act)
    if done is not None:
        return done
    form.renew(asked.version)
    opened = rights.look_at_request(request.actor, asked, begun=form.is_bound)
    return render(
        request,
        "referral/case/request.html",
        {
            "form": form,
            "asked": asked,
            "opened": opened,
            "title": asked.get_kind_display(),
            "caption": words.case_title(asked.case),
            "text": "" if asked.answered_at else MEANS[asked.kind],
            "rows": _facts(asked),
            "links": [] if asked.answered_at else _links(asked),
            "submit": _("Record the answer"),
            "back_url": reverse("case_rights", args=[asked.case_id]),
            **({} if asked.answered_at else resume(request, form, ANSWER, pk)),
        },
    )


def _facts(asked: RightsRequest) -> list[tuple[str, Any]]:
    rows = [
        (_("Received"), moment(asked.received_at)),
        (_("How the person was identified"), asked.get_identified_display()),
        (_("Recorded by"), asked.recorded_by.name),
    ]
    if asked.answered_at is None:
        return [*rows, (_("To be answered by"), day(asked.due_at))]
    return [
        *rows,
        (_("Answered"), moment(asked.answered_at)),
        (pgettext("request", "Answer"), asked.get_result_display()),
    ]


def _links(asked: RightsRequest) -> list[dict[str, Any]]:
    """Where one does what is asked for; policy is asked again there."""
    pages: dict[str, list[tuple[str, str | Promise]]] = {
        RequestKind.ACCESS: [],
        RequestKind.CORRECTION: [
            ("case_edit", CaseAct.EDIT.label),
            ("case_changes", _("What was changed")),
        ],
        RequestKind.OBJECTION: [("consent_withdraw", CaseAct.WITHDRAW_CONSENT.label)],
        RequestKind.ERASURE: [("case_erasure", CaseAct.ASK_ERASURE.label)],
    }
    return [{"url": reverse(name, args=[asked.case_id]), "label": label} for name, label in pages[asked.kind]]
