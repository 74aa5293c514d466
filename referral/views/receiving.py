"""The receiving desk: acknowledge, ask, accept, decline, step back. Short pages for a phone."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.queries import is_stale
from partners.templatetags.interface import moment
from referral.deadlines import STEP_BACK, decide_by
from referral.enums import UNANSWERED, Action, Clock, PlacementState
from referral.forms.receiving import AcceptForm, AcknowledgeForm, AskForm, DeclineForm, StepBackForm
from referral.models import Referral
from referral.queries import needs_place, places_for
from referral.queries.facts import is_lodged
from referral.queries.terms import terms_for
from referral.services import already_here, receiving
from referral.views.confirming import Page, confirm, posted, to_referral
from referral.views.door import ActingRequest, now
from referral.views.lengths import length


def acknowledge(request: ActingRequest, referral: Referral) -> HttpResponse:
    form = AcknowledgeForm(posted(request), version=referral.version, at=now(), earliest=referral.sent_at)
    since = (form.cleaned_data["occurred_at"] if form.is_valid() else None) or now()
    terms = terms_for(organisation_id=referral.receiving_organisation_id)
    until = moment(decide_by(referral.urgency, since, terms))

    def act(cleaned: dict[str, Any]) -> str:
        return to_referral(
            receiving.acknowledge(
                referral.pk,
                by=request.actor,
                at=now(),
                version=cleaned["version"],
                occurred_at=cleaned["occurred_at"],
            )
        )

    page = Page(
        title=_("Acknowledge receipt?"),
        text=_("The sender sees that your desk has read it. You see nothing more than now."),
        submit=Action.ACKNOWLEDGE.label,
        done=_("Receipt acknowledged. Please decide before %(moment)s.") % {"moment": until},
    )
    return confirm(request, referral, Action.ACKNOWLEDGE, form, act, page)


def request_info(request: ActingRequest, referral: Referral) -> HttpResponse:
    form = AskForm(posted(request), version=referral.version)
    terms = terms_for(organisation_id=referral.referring_organisation_id)

    def act(cleaned: dict[str, Any]) -> str:
        return to_referral(
            receiving.request_info(
                referral.pk, by=request.actor, at=now(), version=cleaned["version"], codes=cleaned["codes"]
            )
        )

    page = Page(
        title=_("Ask the sender for information"),
        text=_("In codes only, so that nobody writes an identity before you accept."),
        undo=_("Your clock stops once, until the answer comes, for %(length)s at most.")
        % {"length": length(terms.span(Clock.ANSWER, referral.urgency))},
        submit=_("Send the questions"),
        done=_("Questions sent. Your clock stands still until the answer."),
    )
    return confirm(request, referral, Action.REQUEST_INFO, form, act, page)


def accept(request: ActingRequest, referral: Referral) -> HttpResponse:
    if answered_together(referral):
        return redirect("group_answer", referral.group_referral_id)
    counted = list(places_for(referral))
    held = referral.placements.filter(state=PlacementState.HELD).values_list("places_id", flat=True).first()
    form = AcceptForm(
        posted(request),
        version=referral.version,
        at=now(),
        earliest=referral.sent_at,
        me=request.actor.id,
        workers=list(receiving.workers_of(referral.receiving_organisation_id)),
        counted=counted,
        held=held,
        needs_place=needs_place(referral),
        walk_ins=already_here.choices(request.actor, referral),
    )

    def act(cleaned: dict[str, Any]) -> str:
        return to_referral(
            receiving.accept_referral(
                referral.pk,
                by=request.actor,
                at=now(),
                version=cleaned["version"],
                worker_id=cleaned["worker"],
                expected_arrival_at=cleaned["expected_arrival_at"],
                places_id=cleaned.get("place") or None,
                walk_in_id=form.walk_in_id(),
                label=cleaned["label"],
                conflict_declared=cleaned["conflict"],
                above=form.above(request.actor, now()),
                occurred_at=cleaned["occurred_at"],
            )
        )

    page = Page(
        title=_("Accept this person?"),
        text=_("The place is held and the sender is told at once. Then you read what was shared with you."),
        undo=_("You can step back for %(hours)d hours, for a conflict of interest only.")
        % {"hours": STEP_BACK.total_seconds() // 3600},
        submit=Action.ACCEPT.label,
        done=_("Accepted. The sender is told; the person brings an arrival code."),
        template="referral/referral/accept.html",
        context={
            "stale_places": any(is_stale(places, now()) for places in counted),
            "decline_url": reverse("referral_act", args=[referral.pk, Action.DECLINE]),
        },
    )
    return confirm(request, referral, Action.ACCEPT, form, act, page)


def decline(request: ActingRequest, referral: Referral) -> HttpResponse:
    if answered_together(referral):
        return redirect("group_answer", referral.group_referral_id)
    form = DeclineForm(
        posted(request),
        version=referral.version,
        at=now(),
        earliest=referral.sent_at,
        conflict="conflict" in request.GET,
    )

    def act(cleaned: dict[str, Any]) -> str:
        receiving.decline_referral(
            referral.pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            reason_code=cleaned["reason_code"],
            reason=cleaned["reason"],
            occurred_at=cleaned["occurred_at"],
        )
        return reverse("inbox")

    page = Page(
        title=_("You cannot receive this person?"),
        text=_("The sender and the national coordination look for another place at once."),
        undo=_("This cannot be undone: the referral leaves your inbox."),
        danger=True,
        submit=Action.DECLINE.label,
        done=_("Your answer was sent. The referral has left your inbox."),
    )
    return confirm(request, referral, Action.DECLINE, form, act, page)


def answered_together(referral: Referral) -> bool:
    """Whoever came in a group is answered on its page, where a family that would be split is seen."""
    return referral.group_referral_id is not None and referral.state in UNANSWERED


def step_back(request: ActingRequest, referral: Referral) -> HttpResponse:
    form = StepBackForm(posted(request), version=referral.version)

    def act(cleaned: dict[str, Any]) -> str:
        receiving.step_back(referral.pk, by=request.actor, at=now(), version=cleaned["version"])
        return reverse("inbox")

    page = Page(
        title=_("Step back from this referral?"),
        text=_(
            "What was shared with you closes at once. The person is in your house: the place is free only when "
            "the departure is recorded. It is not counted as a refusal."
        )
        if is_lodged(referral)
        else _(
            "What was shared with you closes at once and the place is free again. It is not counted as a refusal."
        ),
        undo=_("This cannot be undone. Forget what you read, and tell nobody at the centre."),
        danger=True,
        submit=Action.STEP_BACK.label,
        done=_("You have stepped back. What was shared is closed."),
    )
    return confirm(request, referral, Action.STEP_BACK, form, act, page)
