"""The sender of a place call: whom to ask, who has answered, whom to choose."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from partners.actor import Actor
from partners.enums import CodeList, Sex
from partners.queries import code_label, national_unit
from referral import policy
from referral.enums import ENDED_CASE, AgeBand, CaseAct, Urgency
from referral.forms.acts import ActForm
from referral.forms.place_calls import CallForm, LodgingForm
from referral.models import Case, PlaceCall, Referral
from referral.place_calls import MOST_ASKED, CallState, OfferState
from referral.queries import Candidate, case_tie
from referral.queries.intakes import next_need
from referral.queries.place_calls import (
    HOLDS_A_PLACE,
    calls_of,
    draft_holding,
    may_be_asked,
    offer_of,
    open_call_of,
)
from referral.references import spoken
from referral.services import place_calls, steps
from referral.services.place_calls import Need
from referral.views import words
from referral.views.confirming import posted
from referral.views.door import ActingRequest, case_or_404, now, perform, referral_or_404
from referral.views.shared import days


@require_http_methods(["GET", "POST"])
def place_call_new(request: ActingRequest, pk: UUID) -> HttpResponse:
    """What is needed, as a GET form of codes; then whom to ask, and the person's agreement."""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.CALL_PLACES, case)
    initial = {"urgency": case.urgency, "service": next_need(case)}
    need = LodgingForm(request.GET if "service" in request.GET else None, initial=initial)
    back_url = reverse("case", args=[pk])
    if not need.is_valid():
        shown = {"form": need, "title": _("Ask several centres for a place"), "back_url": back_url}
        return render(request, "referral/referral/need.html", shown)
    asked = Need(**{name: need.cleaned_data[name] for name in ("service", "urgency", "days")})
    found, parent = may_be_asked(case, asked.service, now()), _parent(request, case)
    form = CallForm(
        posted(request),
        centres=[(str(each.organisation.pk), each.organisation.name) for each in found],
        initial={"centres": [str(each.organisation.pk) for each in found if not each.full][:MOST_ASKED]},
    )

    def act(cleaned: dict[str, Any]) -> str:
        call = place_calls.open_call(
            pk,
            by=request.actor,
            at=now(),
            need=asked,
            centres=[UUID(each) for each in cleaned["centres"]],
            agreed_how=cleaned["agreed_how"],
            parent=parent,
        )
        messages.success(request, _("The centres are asked. You are told as soon as one offers a place."))
        return reverse("place_call", args=[call.pk])

    waiting, holding = open_call_of(case), draft_holding(case)
    return perform(request, form, act) or render(
        request,
        "referral/place_call/new.html",
        {
            "title": _("Ask up to three centres at once"),
            "form": form,
            "service": code_label(CodeList.SERVICE, asked.service),
            "urgency": asked.urgency,
            "urgency_label": Urgency(asked.urgency).label,
            "change_url": request.path,
            "hints": {str(each.organisation.pk): _of_centre(each) for each in found},
            "waiting_url": reverse("place_call", args=[waiting.pk]) if waiting else "",
            "holding": HOLDS_A_PLACE if holding else "",
            "holding_url": reverse("referral_check", args=[holding.pk]) if holding else "",
            "rows": need_rows(
                service=asked.service,
                urgency=asked.urgency,
                sex=case.person.sex,
                age_band=case.person.age_band,
                region=case.region.name,
                details=place_calls.prepare(request.actor, case, asked),
            ),
            "coordination": None if found else national_unit(),
            "back_url": back_url,
        },
    )


def _parent(request: ActingRequest, case: Case) -> Referral | None:
    """The referral that came back, named in the address of the link."""
    if "parent" not in request.GET:
        return None
    try:
        parent = referral_or_404(request, UUID(request.GET["parent"]))
    except ValueError:
        raise steps.NotVisible from None
    if parent.case_id != case.pk:
        raise steps.NotVisible
    return parent


def _of_centre(candidate: Candidate) -> str:
    remarks = [candidate.region]
    if candidate.own:
        remarks.append(_("your own organisation"))
    if candidate.places:
        remarks.append(_("full at present") if candidate.full else _("a place is free"))
    return " · ".join(remarks)


def need_rows(
    *, service: str, urgency: str, sex: str, age_band: str, region: str, details: dict[str, Any]
) -> list[tuple[str, str]]:
    """All that a centre learns: the codes of the preview, and nothing that says who it is or who asks."""
    return [
        (_("Service"), code_label(CodeList.SERVICE, service)),
        (_("Urgency"), str(Urgency(urgency).label)),
        (_("Age"), str(AgeBand(age_band).label)),
        (_("Sex"), str(Sex(sex).label)),
        (_("Languages"), words.languages(details["languages"])),
        (_("Region"), region),
        (_("Children with the person"), words.children(details["children"])),
        (_("What the place depends on"), words.flags(details["flags"]) or _("Nothing in particular")),
        (_("Days needed"), days(details["days"])),
    ]


def rows_of(call: PlaceCall) -> list[tuple[str, str]]:
    return need_rows(
        service=call.service,
        urgency=call.urgency,
        sex=call.sex,
        age_band=call.age_band,
        region=call.region.name,
        details=call.details,
    )


@require_GET
def place_call(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Who answered what, how long it is held, whom to choose."""
    call = place_calls.read_call(request.actor, pk)
    actor, is_open = request.actor, call.state == CallState.OPEN
    acts = is_open and policy.may_case(actor, CaseAct.CALL_PLACES, case_tie(actor, call.case))
    ended = call.state in (CallState.EXPIRED, CallState.CLOSED) and call.case.state not in ENDED_CASE
    return render(
        request,
        "referral/place_call/page.html",
        {
            "call": call,
            "title": _("Place call"),
            "reference": spoken(call.reference),
            "rows": [
                *rows_of(call),
                (_("The person agreed"), code_label(CodeList.CONSENT_METHOD, call.agreed_how)),
            ],
            "offers": call.offers.all(),
            "acts": acts,
            "is_open": is_open,
            "referral_url": reverse("referral", args=[call.referral_id]) if call.referral_id else "",
            # A house may ask itself too.
            "answer_url": reverse("place_call_answer", args=[pk]) if _answers(actor, pk) else "",
            "again_url": _again(call) if ended else "",
            "at": now(),
            "back_url": reverse("case", args=[call.case_id]),
        },
    )


def _again(call: PlaceCall) -> str:
    """The search for the same need, from the file."""
    need = {"service": call.service, "urgency": call.urgency, "days": call.details["days"]}
    asked = {name: value for name, value in need.items() if value is not None}
    return f"{reverse('case_refer', args=[call.case_id])}?{urlencode(asked)}"


def _answers(actor: Actor, pk: UUID) -> bool:
    offer = offer_of(actor, pk)
    return offer is not None and policy.may_answer_call(actor, offer)


@require_http_methods(["GET", "POST"])
def place_call_choose(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Args: pk: of the offer."""
    found = calls_of(request.actor).filter(offers=pk).values_list("pk", flat=True).first()
    if found is None:
        raise steps.NotVisible
    call = place_calls.read_call(request.actor, found)
    steps.permit_case(request.actor, CaseAct.CALL_PLACES, call.case)
    offer = next(each for each in call.offers.all() if each.pk == pk)
    form = ActForm(posted(request), version=call.version)

    def act(cleaned: dict[str, Any]) -> str:
        draft = place_calls.choose_offer(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(
            request, _("The other centres no longer see the call. Check what is shared, then send.")
        )
        return reverse("referral_check", args=[draft.pk])

    return _confirm(
        request,
        call,
        form,
        act,
        title=_("Choose %(organisation)s?") % {"organisation": offer.organisation},
        text=_(
            "Its place stays held while you check with the person what it may learn. It knows no name yet."
        ),
        undo=_("For the other centres the call vanishes, and the places they hold are free again."),
        submit=_("Choose this centre"),
    )


@require_http_methods(["GET", "POST"])
def place_call_close(request: ActingRequest, pk: UUID) -> HttpResponse:
    call = place_calls.read_call(request.actor, pk)
    steps.permit_case(request.actor, CaseAct.CALL_PLACES, call.case)
    form = ActForm(posted(request), version=call.version)

    def act(cleaned: dict[str, Any]) -> str:
        place_calls.close_call(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, _("The place call is closed. Every place held for it is free again."))
        return reverse("case", args=[call.case_id])

    return _confirm(
        request,
        call,
        form,
        act,
        title=_("Close this place call?"),
        text=_("For every centre it vanishes, and the places they hold are free again."),
        undo=_("This cannot be undone. You may open another one."),
        submit=_("Close the place call"),
    )


def _confirm(request: ActingRequest, call: PlaceCall, form: ActForm, act: Any, **shown: Any) -> HttpResponse:
    done = perform(request, form, act)
    form.renew(call.version)
    context = {
        "form": form,
        "rows": [(_("Place call"), spoken(call.reference)), *rows_of(call)[:4]],
        "cancel_url": reverse("place_call", args=[call.pk]),
    }
    return done or render(request, "components/confirm.html", context | shown)


def lines(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """The open calls of one's own files, for the first page: with an offer it is held no longer than that."""
    found = calls_of(actor).filter(state=CallState.OPEN, case__owner__in=actor.seats)
    return [_line(call, at) for call in found]


def _line(call: PlaceCall, at: datetime) -> dict[str, Any]:
    held = [each.held_until for each in call.offers.all() if each.state == OfferState.OFFERED]
    said = (
        ngettext("%(count)d centre offers a place", "%(count)d centres offer a place", len(held))
        % {"count": len(held)}
        if held
        else _("no offer yet")
    )
    due = min((each for each in held if each is not None), default=call.due_at)
    return {
        "url": reverse("place_call", args=[call.pk]),
        "reference": _("Place call"),
        "note": spoken(call.reference),
        "what": code_label(CodeList.SERVICE, call.service),
        "urgency": call.urgency,
        "urgency_label": call.get_urgency_display(),
        "who": said,
        "due": due,
        "late": due <= at,
    }
