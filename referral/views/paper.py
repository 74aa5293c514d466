"""Paper mode: a pad of blank forms with codes, and the sheet of the night. No page here holds a name."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from audit import services as audit
from partners.enums import CodeList, Role
from partners.queries import code_label, national_unit
from partners.templatetags.interface import telephone
from referral.enums import CaseAct, Holder, Side
from referral.forms.paper import PadForm
from referral.lifecycle import STANDING
from referral.models import Referral
from referral.policy import Tie, may_case
from referral.queries import paper
from referral.references import spoken
from referral.services import paper as services
from referral.services import reading
from referral.services.steps import NotVisible
from referral.views.door import ActingRequest, now, perform
from referral.views.words import NEXT_STEP

#: What the form asks, in the order of the screen on which it is entered.
QUESTIONS = (
    (gettext_lazy("Day and hour, and who is writing"), ""),
    (gettext_lazy("In danger now?"), gettext_lazy("life and death · today · no")),
    (gettext_lazy("Age and sex"), gettext_lazy("0–5 · 6–8 · 9–13 · 14–17 · adult · not known")),
    (gettext_lazy("Region where the person is"), ""),
    (gettext_lazy("Languages, interpreter"), ""),
    (gettext_lazy("Wishes to be called"), gettext_lazy("a name is never compulsory")),
    (
        gettext_lazy("How to reach the person without harm"),
        gettext_lazy("not at all, unless the person says so"),
    ),
    (gettext_lazy("Needs of tonight, health"), ""),
    (gettext_lazy("Children with the person, by age"), ""),
    (
        gettext_lazy("May what be told to whom? Who explained it, in which language, before which witness?"),
        "",
    ),
    (gettext_lazy("Telephoned: which organisation, who answered, yes or no, at what time"), ""),
    (gettext_lazy("Arrived or left: day and hour"), ""),
)
DESK = (Role.FOCAL_POINT, Role.SUPERVISOR, Role.CASEWORKER)


@require_http_methods(["GET", "POST"])
def paper_page(request: ActingRequest) -> HttpResponse:
    """What can be printed before the network or the power goes."""
    reading.require_seat(request.actor, *DESK, reason_code="NOT_ALLOWED_PAPER")
    form = PadForm(request.POST or None)

    def act(cleaned: dict[str, Any]) -> str:
        pad = services.reserve_pad(cleaned["sheets"], by=request.actor, at=now())
        return reverse("paper_pad", args=[pad])

    done = perform(request, form, act)
    return done or render(
        request,
        "referral/paper/page.html",
        {
            "form": form,
            "may_reserve": may_case(request.actor, CaseAct.OPEN, Tie()),
            "unused": paper.unused_codes(request.actor.organisation_id).count(),
            "pads": [_pad(pad) for pad in paper.pads_of(request.actor.organisation_id)],
        },
    )


def _pad(pad: paper.Pad) -> dict[str, Any]:
    enter = reverse("case_new_page")
    return {
        "url": reverse("paper_pad", args=[pad.pk]),
        "printed_at": pad.reserved_at,
        "codes": [(spoken(code.reference), f"{enter}?sheet={code.sheet}") for code in pad.waiting],
    }


@require_GET
def paper_pad(request: ActingRequest, pk: UUID) -> HttpResponse:
    reading.require_seat(request.actor, *DESK, reason_code="NOT_ALLOWED_PAPER")
    sheets = paper.sheets_of(request.actor, pk)
    if not sheets:
        raise NotVisible
    return render(
        request,
        "referral/paper/pad.html",
        {
            "sheets": [(spoken(each.case), spoken(each.referral)) for each in sheets],
            "questions": QUESTIONS,
        },
    )


@require_GET
def duty_sheet(request: ActingRequest) -> HttpResponse:
    """One page for the night: what cannot wait, in codes, and whom to telephone."""
    reading.require_seat(request.actor, *DESK, reason_code="NOT_ALLOWED_PAPER")
    at = now()
    night = paper.open_tonight(request.actor, at)
    audit.look("list", Referral, detail={"ids": [str(line.referral.pk) for line in night.lines]})
    unit = national_unit()
    return render(
        request,
        "referral/paper/duty.html",
        {
            "at": at,
            "rows": [_line(line, at) for line in night.lines],
            "unshown": night.unshown,
            "later": night.later,
            "national": telephone(unit.telephone) if unit else "",
        },
    )


def _line(line: paper.OpenTonight, at: datetime) -> dict[str, Any]:
    referral, receiving = line.referral, line.side == Side.RECEIVING
    way = _("Sender: %(organisation)s") if receiving else _("Receiver: %(organisation)s")
    ours = receiving != (STANDING[referral.state].holder == Holder.CASE_OWNER)
    step = _("You: %(step)s") if ours else _("They: %(step)s")
    return {
        "reference": spoken(referral.reference),
        "urgency": referral.urgency,
        "urgency_label": referral.get_urgency_display(),
        "what": code_label(CodeList.SERVICE, referral.service),
        "who": way % {"organisation": line.other.name},
        "telephone": telephone(line.other.telephone),
        "state": referral.get_state_display(),
        "step": step % {"step": NEXT_STEP[referral.state]},
        "due": referral.due_at,
        "late": referral.due_at is not None and referral.due_at <= at,
    }
