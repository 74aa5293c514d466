"""Looking for a person, and the decisions about files that may be one person's."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import CodeList, Role
from partners.queries import code_label
from partners.templatetags.interface import moment
from referral.enums import CaseAct
from referral.forms.matching import DecideAcrossForm, DecideAllForm, DecideForm, SearchForm, UndoForm
from referral.likeness import MatchDecision, UndoReason
from referral.models import Referral
from referral.queries import duplicates as queries
from referral.references import spoken
from referral.services import duplicates, reading, searching, steps
from referral.services.searching import Found, QuotaUsed
from referral.views import file, pairs
from referral.views.door import ActingRequest, case_or_404, now, perform


@require_http_methods(["GET", "POST"])
def case_search(request: ActingRequest) -> HttpResponse:
    """By a code, a number, a paper or a name; inside what one may read. The answer is on this response alone."""
    searching.permit(request.actor)
    form = SearchForm(request.POST if request.method == "POST" else None)
    found: Found | None = None
    used_up = False
    if form.is_valid():
        try:
            found = searching.search(form.question(), by=request.actor, at=now())
        except QuotaUsed:
            used_up = True
    return render(
        request,
        "referral/case/search.html",
        {
            "form": form,
            "found": found,
            "rows": [*map(file.row, found.cases), *map(_referral, found.referrals)] if found else [],
            "most": searching.MOST,
            "used_up": used_up,
            "quota": searching.quota_of(request.actor),
            "left": searching.left(request.actor, now()),
        },
        status=429 if used_up else 200,
    )


def _referral(referral: Referral) -> dict[str, Any]:
    return {
        "url": reverse("referral", args=[referral.pk]),
        "reference": spoken(referral.reference),
        "note": _("Referral"),
        "what": code_label(CodeList.SERVICE, referral.service),
        "urgency": referral.urgency,
        "urgency_label": referral.get_urgency_display(),
        "who": f"{referral.referring_organisation} → {referral.receiving_organisation}",
        "state": referral.state,
        "label": referral.get_state_display(),
        "when": moment(referral.state_since),
    }


@require_http_methods(["GET", "POST"])
def case_duplicates(request: ActingRequest, pk: UUID) -> HttpResponse:
    """After a file was opened or its identity corrected: the same person as in another file of one's own?"""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.DECIDE_DUPLICATE, case)
    reviews = queries.reviews_with(request.actor, case.pk)
    open_now = [review for review in reviews if not review.decision]
    others = [(review, spoken(pairs.other_of(review, case.pk).reference)) for review in open_now]
    form = DecideAllForm(request.POST or None, reviews=others)

    def act(cleaned: dict[str, Any]) -> str:
        duplicates.decide_of_case(pk, by=request.actor, at=now(), decisions=form.decisions())
        messages.success(request, _("Your decision is recorded."))
        return reverse("case", args=[pk])

    return (open_now and perform(request, form, act)) or render(
        request,
        "referral/case/duplicates.html",
        {
            "form": form,
            "title": _("Is it the same person as in another file?"),
            "pairs": [(form[f"pair_{review.pk}"], pairs.compared(review, case.pk)) for review in open_now],
            "decided": [pairs.line(review, case.pk) for review in reviews if review.decision],
            "submit": _("Record my decision"),
            "cancel_url": reverse("case", args=[pk]),
        },
    )


@require_GET
def duplicate_list(request: ActingRequest) -> HttpResponse:
    """Pairs that wait for one's decision; between two organisations, coordination's, without a reference or a name."""
    reading.require_seat(
        request.actor,
        Role.CASEWORKER,
        Role.SUPERVISOR,
        Role.COORDINATOR,
        reason_code="NOT_ALLOWED_DUPLICATES",
    )
    show_decided = request.GET.get("show") == "decided"
    reviews = queries.waiting(request.actor)
    if show_decided:
        reviews = queries.reviews_of(request.actor).exclude(decision="").order_by("-decided_at")
    return render(
        request,
        "referral/duplicates.html",
        {
            "rows": [pairs.row(review) for review in reviews[: searching.MOST * 5]],
            "decided": show_decided,
            "at": now(),
        },
    )


@require_http_methods(["GET", "POST"])
def duplicate(request: ActingRequest, pk: UUID) -> HttpResponse:
    """One pair: field by field whether it is the same, near or different, and no value."""
    review = duplicates.read_review(request.actor, pk)
    if review.decision == MatchDecision.SAME:
        return redirect("duplicate_undo", pk)
    across = queries.is_across(review)
    asked = DecideAcrossForm if across else DecideForm
    form = asked(request.POST or None, version=review.version, initial={"decision": review.decision})

    def act(cleaned: dict[str, Any]) -> str:
        duplicates.decide(
            pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            decision=MatchDecision(cleaned["decision"]),
            telephone=cleaned.get("telephone", False),
        )
        messages.success(request, _("Your decision is recorded."))
        return reverse("duplicates")

    done = perform(request, form, act)
    form.renew(review.version)
    return done or render(
        request,
        "referral/duplicate.html",
        {
            "form": form,
            "title": _("Are these two files about one person?"),
            "text": _("You see which fields are alike, and none of their values.") if across else "",
            "compared": pairs.compared(review),
            "submit": _("Record my decision"),
            "cancel_url": reverse("duplicates"),
        },
    )


@require_http_methods(["GET", "POST"])
def duplicate_undo(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The two files were linked; here the link is undone, with a reason."""
    review = duplicates.read_review(request.actor, pk)
    if review.decision != MatchDecision.SAME:
        return redirect("duplicate", pk)
    form = UndoForm(request.POST or None, version=review.version)

    def act(cleaned: dict[str, Any]) -> str:
        duplicates.undo_link(
            pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            reason=UndoReason(cleaned["reason"]),
        )
        messages.success(request, _("The link is undone. The two files wait for a decision again."))
        return reverse("duplicates")

    done = perform(request, form, act)
    form.renew(review.version)
    return done or render(
        request,
        "referral/duplicate.html",
        {
            "form": form,
            "title": _("These two files are linked as one person’s"),
            "text": _("Both files stay as they are. Undo the link when it is not the same person."),
            "compared": pairs.compared(review),
            "submit": _("Undo the link"),
            "danger": True,
            "cancel_url": reverse("duplicates"),
        },
    )
