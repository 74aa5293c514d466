"""One page with all services, answers and next steps of a person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from partners.enums import CodeList
from partners.queries import code_label
from partners.templatetags.interface import day
from referral import lifecycle
from referral.course import HowItGoes
from referral.models import Referral
from referral.queries import files
from referral.queries.course import follow_ups_of, goals_of
from referral.references import spoken
from referral.services import looking
from referral.views import plan, tasks_shown, words
from referral.views.door import ActingRequest, case_or_404, now


@require_GET
def case_services(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    looking.read_services(request.actor, case)
    referrals = files.referrals_of(case)
    return render(
        request,
        "referral/case/services.html",
        {
            "case": case,
            "title": _("Services and next steps"),
            "caption": words.case_title(case),
            "open": [_line(referral) for referral in referrals if referral.is_open],
            "ended": [_line(referral) for referral in referrals if not referral.is_open],
            "goals": [plan.line(goal) for goal in goals_of(case)],
            "tasks": [tasks_shown.line(request.actor, task) for task in files.open_tasks_of(case)],
            "heard": [
                {"label": HowItGoes(each.answer).label, "state": each.answer, "when": day(each.heard_at)}
                for each in follow_ups_of(case)
            ],
            "back_url": reverse("case", args=[pk]),
            "at": now(),
        },
    )


def _line(referral: Referral) -> dict[str, Any]:
    return {
        "url": reverse("referral", args=[referral.pk]),
        "reference": spoken(referral.reference),
        "service": code_label(CodeList.SERVICE, referral.service),
        "who": referral.receiving_organisation.name,
        "state": referral.state,
        "label": referral.get_state_display(),
        "answer": _answer(referral),
        "next": words.NEXT_STEP.get(referral.state, ""),
        "holder": lifecycle.holder_of(referral).label if referral.is_open else "",
        "due": referral.due_at,
        "since": _since(referral.state_since),
    }


def _since(at: datetime) -> str:
    return _("since %(day)s") % {"day": day(at)}


def _answer(referral: Referral) -> str:
    """What the other side said, in a code."""
    if referral.outcome:
        return code_label(CodeList.OUTCOME, referral.outcome)
    if referral.decline_reason:
        return code_label(CodeList.DECLINE_REASON, referral.decline_reason)
    if referral.withdraw_reason:
        return code_label(CodeList.WITHDRAW_REASON, referral.withdraw_reason)
    if referral.accepted_at is not None:
        return _("Accepted on %(day)s") % {"day": day(referral.accepted_at)}
    return ""
