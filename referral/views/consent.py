"""Consent as one conversation: to whom, explained aloud, answered part by part. And its taking back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.enums import CodeList
from partners.queries import code_label
from referral.disclosure import is_child
from referral.enums import SHELTER_SERVICES, CaseAct, State
from referral.forms.consent import ServiceForm, WithdrawConsentForm
from referral.lifecycle import RECIPIENT_OPEN
from referral.models import Case
from referral.queries import files
from referral.queries.candidates import Candidate, candidates
from referral.queries.recipients import Recipient, names_shut, recipients
from referral.references import spoken
from referral.services import basis, drafts, steps
from referral.views import words
from referral.views.door import ActingRequest, case_or_404, now, perform
from referral.views.talk import conversation


@require_http_methods(["GET", "POST"])
def consent(request: ActingRequest, pk: UUID) -> HttpResponse:
    """First to whom (a GET form, so that "Back" works), then the conversation itself (`ask`)."""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.RECORD_CONSENT, case)
    chosen = recipients(request.GET.getlist("to"))
    if chosen and ("ask" in request.GET or request.method == "POST"):
        return conversation(request, case, chosen)
    return choose(
        request, case, chosen, title=_("Who would learn something?"), address="consent", several=True
    )


def choose(
    request: ActingRequest,
    case: Case,
    chosen: Sequence[Recipient],
    *,
    title: str,
    address: str,
    several: bool,
) -> HttpResponse:
    """Looks for organisations by service and keeps those chosen in the address."""
    if names_shut(request.GET.getlist("to")):
        messages.error(request, str(RECIPIENT_OPEN.sentence))
    service = ServiceForm(request.GET)
    wanted = service.chosen()
    here = reverse(address, args=[case.pk])
    taken = {recipient.token for recipient in chosen}
    return render(
        request,
        "referral/case/recipients.html",
        {
            "case": case,
            "title": title,
            "caption": words.case_title(case),
            "service": service,
            "wanted": wanted,
            "wanted_label": code_label(CodeList.SERVICE, wanted) if wanted else "",
            "several": several,
            "here": here,
            "candidates": [_candidate(each, wanted, taken) for each in candidates(case, wanted, now())]
            if wanted
            else [],
            "chosen": [
                {"token": r.token, "words": _recipient_words(r), "without": _without(here, chosen, r)}
                for r in chosen
            ],
            "begun_url": "" if chosen or wanted else _begun(request, case, address),
            "back_url": reverse("case", args=[case.pk]),
        },
    )


def _begun(request: ActingRequest, case: Case, form: str) -> str:
    """Where a page that was left half-typed goes on: its draft remembers to whom it was about."""
    kept = drafts.load_draft(by=request.actor, at=now(), form=form, about=case.pk) or {}
    tokens = [recipient.token for recipient in recipients(kept.get("to", []))]
    query = urlencode([*(("to", token) for token in tokens), ("ask", "1")])
    return f"{reverse(form, args=[case.pk])}?{query}" if tokens else ""


def _candidate(candidate: Candidate, service: str, taken: set[str]) -> dict[str, Any]:
    token = f"{candidate.organisation.pk}:{service}"
    remarks = [candidate.region]
    if candidate.own:
        remarks.append(_("your own organisation"))
    if candidate.places:
        remarks.append(_("full at present") if candidate.full else _("a place is free"))
    if not candidate.staffed:
        remarks.append(_("nobody is at its desk: telephone first"))
    return {
        "token": token,
        "name": candidate.organisation.name,
        "hint": " · ".join(remarks),
        "taken": token in taken,
    }


def _recipient_words(recipient: Recipient) -> str:
    return _("%(organisation)s, for: %(service)s") % {
        "organisation": recipient.organisation.name,
        "service": words.service_words(recipient.service).lower(),
    }


def _without(here: str, chosen: Sequence[Recipient], removed: Recipient) -> str:
    kept = [("to", recipient.token) for recipient in chosen if recipient != removed]
    return f"{here}?{urlencode(kept)}" if kept else here


@require_http_methods(["GET", "POST"])
def consent_withdraw(request: ActingRequest, pk: UUID) -> HttpResponse:
    """An adult's word ends what rests on it at once; a child's or guardian's is an objection to be decided."""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.WITHDRAW_CONSENT, case)
    child, at = is_child(case.person.age_status), now()
    lines = [line for line in files.consent_lines(case, at) if line.given]
    form = WithdrawConsentForm(request.POST or None, lines=lines, child=child)

    def act(cleaned: dict[str, Any]) -> str:
        recipient_id, purpose = form.about_what()
        ended = basis.withdraw_consent(
            pk,
            by=request.actor,
            at=at,
            recipient_id=recipient_id,
            purpose=purpose,
            person_is_safe=cleaned.get("person_is_safe", True),
        )
        messages.success(request, _withdrawn_words(child, len(ended)))
        return reverse("case", args=[pk])

    done = perform(request, form, act)
    if child:
        title, submit = _("Record an objection"), _("Record the objection")
        text = _(
            "The objection of a child or guardian is written down now. "
            "Nothing moves until a supervisor has decided, within 24 hours."
        )
        undo = ""
    else:
        title, submit = _("Withdraw consent"), _("Withdraw consent")
        text = _(
            "Every open referral to this organisation for this purpose ends at once, "
            "and it can read nothing more in this service."
        )
        undo = _("This cannot be undone. What the organisation has printed or remembers stays with it.")
    return done or render(
        request,
        "referral/case/withdraw_consent.html",
        {
            "form": form,
            "title": title,
            "text": text,
            "undo": undo,
            "danger": not child,
            "submit": submit,
            "rows": [(_("Case"), spoken(case.reference))],
            "cancel_url": reverse("case", args=[pk]),
            "nothing": not lines,
            "consequences": [] if child else _consequences(case, lines),
        },
    )


def _consequences(case: Case, lines: Sequence[files.ConsentLine]) -> list[dict[str, Any]]:
    """What each taking back would end, referral by referral."""
    open_now = [referral for referral in files.referrals_of(case) if referral.is_open]
    return [
        {
            "who": words.organisation_words(line.recipient, line.purpose),
            "ends": [
                {
                    "what": code_label(CodeList.SERVICE, referral.service),
                    "state": referral.state,
                    "label": referral.get_state_display(),
                    "begun": referral.state == State.IN_SERVICE,
                    "lodged": referral.service in SHELTER_SERVICES,
                }
                for referral in open_now
                if (referral.receiving_organisation_id, referral.purpose) == (line.recipient.pk, line.purpose)
            ],
        }
        for line in lines
    ]


def _withdrawn_words(child: bool, ended: int) -> str:
    if child:
        return _("The objection is recorded. A supervisor decides within 24 hours.")
    return _("Consent is withdrawn. Referrals ended: %(count)d.") % {"count": ended}
