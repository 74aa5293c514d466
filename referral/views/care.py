"""From the arrival to the outcome, and what a centre keeps while it still lodges the person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import CodeList
from partners.queries import code_label, directory
from partners.templatetags.interface import moment
from referral.enums import Action, Clock, Level
from referral.forms.care import (
    CompleteForm,
    DepartureForm,
    NoShowForm,
    OnwardForm,
    ReviewForm,
    StartForm,
)
from referral.models import Referral
from referral.queries import needs_place, places_for, referral_of
from referral.queries.trips import live_trip
from referral.references import spoken
from referral.services import already_here, care, reading, sending, steps, withdrawing
from referral.views.confirming import Page, confirm, posted, to_referral
from referral.views.door import ActingRequest, now, perform
from referral.views.shared import extract_rows


def start(request: ActingRequest, referral: Referral) -> HttpResponse:
    lapsed = care.hold_lapsed(referral)
    form = StartForm(
        posted(request),
        version=referral.version,
        at=now(),
        earliest=referral.sent_at,
        counted=list(places_for(referral)) if lapsed else [],
        needs_place=lapsed,
        walk_ins=already_here.choices(request.actor, referral),
    )

    def act(cleaned: dict[str, Any]) -> str:
        return to_referral(
            care.start_service(
                referral.pk,
                by=request.actor,
                at=now(),
                version=cleaned["version"],
                occurred_at=cleaned["occurred_at"],
                code=cleaned["code"],
                identified_otherwise=cleaned["identified_otherwise"],
                tell_back=cleaned["tell_back"],
                places_id=cleaned.get("place") or None,
                walk_in_id=form.walk_in_id(),
                above=form.above(request.actor, now()),
            )
        )

    page = Page(
        title=_("Record the arrival"),
        text=_("The code makes sure that it is the person whom the sender sent."),
        submit=Action.START.label,
        rows=_on_the_way(referral),
        done=_("Arrival recorded. The sender is told."),
    )
    return confirm(request, referral, Action.START, form, act, page)


def _on_the_way(referral: Referral) -> tuple[tuple[str, Any], ...]:
    """The trip that this arrival ends."""
    trip = live_trip(referral)
    left = trip and trip.departed_at
    return ((_("Departed"), moment(left)),) if left else ()


def no_show(request: ActingRequest, referral: Referral) -> HttpResponse:
    form = NoShowForm(
        posted(request),
        version=referral.version,
        at=now(),
        earliest=referral.accepted_at,
        is_child=referral.is_child,
    )

    def act(cleaned: dict[str, Any]) -> str:
        return to_referral(
            care.record_no_show(
                referral.pk,
                by=request.actor,
                at=now(),
                version=cleaned["version"],
                occurred_at=cleaned["occurred_at"],
                reason_code=cleaned["reason_code"],
                called=cleaned["called"],
            )
        )

    page = Page(
        title=_("The person did not arrive?"),
        text=_(
            "The sender is asked to call back within a day. What was shared with you closes until the person comes."
        ),
        undo=_("The place is given back. If the person comes after all, record a late arrival."),
        submit=Action.NO_SHOW.label,
        done=_("Non-arrival recorded. The sender calls back."),
    )
    return confirm(request, referral, Action.NO_SHOW, form, act, page)


def resume(request: ActingRequest, referral: Referral) -> HttpResponse:
    form = StartForm(
        posted(request),
        version=referral.version,
        at=now(),
        earliest=referral.accepted_at,
        counted=list(places_for(referral)),
        needs_place=needs_place(referral),
        walk_ins=already_here.choices(request.actor, referral),
    )

    def act(cleaned: dict[str, Any]) -> str:
        return to_referral(
            care.resume_service(
                referral.pk,
                by=request.actor,
                at=now(),
                version=cleaned["version"],
                occurred_at=cleaned["occurred_at"],
                code=cleaned["code"],
                identified_otherwise=cleaned["identified_otherwise"],
                tell_back=cleaned["tell_back"],
                places_id=cleaned.get("place") or None,
                walk_in_id=form.walk_in_id(),
                above=form.above(request.actor, now()),
            )
        )

    page = Page(
        title=_("Record a late arrival"),
        text=_("The place was given back: the person needs one again."),
        submit=Action.RESUME.label,
        done=_("Arrival recorded. The sender is told."),
    )
    return confirm(request, referral, Action.RESUME, form, act, page)


def review(request: ActingRequest, referral: Referral) -> HttpResponse:
    form = ReviewForm(posted(request), version=referral.version)

    def act(cleaned: dict[str, Any]) -> str:
        return to_referral(
            care.review_service(referral.pk, by=request.actor, at=now(), version=cleaned["version"])
        )

    page = Page(
        title=_("Does the service go on?"),
        text=_("It is then to be reviewed again by %(moment)s.")
        % {"moment": moment(steps.terms_of(referral).after(Clock.REVIEW, now(), referral.urgency))},
        submit=Action.REVIEW.label,
        done=_("Renewed."),
    )
    return confirm(request, referral, Action.REVIEW, form, act, page)


def complete(request: ActingRequest, referral: Referral) -> HttpResponse:
    lodged = reading.lodged(referral)
    form = CompleteForm(
        posted(request), version=referral.version, at=now(), earliest=referral.started_at, lodged=lodged
    )

    def act(cleaned: dict[str, Any]) -> str:
        return to_referral(
            care.complete_service(
                referral.pk,
                by=request.actor,
                at=now(),
                version=cleaned["version"],
                occurred_at=cleaned["occurred_at"],
                outcome=cleaned["reason_code"],
                note=cleaned["reason"],
                left=cleaned.get("left", False),
            )
        )

    page = Page(
        title=_("End the service?"),
        text=_("The sender is told how it ended. What was shared with you and the messages close at once."),
        undo=_("This cannot be undone: another need is another referral."),
        danger=True,
        submit=Action.COMPLETE.label,
        done=_("The service has ended. The sender is told."),
    )
    return confirm(request, referral, Action.COMPLETE, form, act, page)


def propose_onward(request: ActingRequest, referral: Referral) -> HttpResponse:
    form = OnwardForm(posted(request), version=referral.version, organisations=list(directory()))

    def act(cleaned: dict[str, Any]) -> str:
        sending.propose_onward(
            referral.pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            service=cleaned["service"],
            urgency=cleaned["urgency"],
            organisation_id=cleaned["organisation"],
        )
        return to_referral(referral)

    page = Page(
        title=_("Propose a further referral"),
        text=_("The case owner decides, asks the person's consent and sends. Nothing leaves before that."),
        submit=_("Propose"),
        done=_("Proposed to the case owner."),
    )
    return confirm(request, referral, Action.PROPOSE_ONWARD, form, act, page)


@require_GET
def extract(request: ActingRequest, pk: UUID) -> HttpResponse:
    """To print while the service runs; after an end, the one page that a centre keeps while it lodges the person."""
    referral = referral_of(request.actor, pk)
    if referral is not None and reading.level_of(request.actor, referral, now()) == Level.SNAPSHOT:
        rows, until = extract_rows(reading.print_extract(request.actor, referral, now())), None
    else:
        found = reading.read_extract(request.actor, pk, now())
        referral, rows, until = found.referral, extract_rows(found.payload), found.until
    departure_url = reverse("referral_departure", args=[pk]) if until and reading.lodged(referral) else ""
    return render(
        request,
        "referral/referral/extract.html",
        {
            "reference": spoken(referral.reference),
            "rows": rows,
            "until": until,
            # Of a referral that is over this page alone is left: back to the list in which it stands.
            "back_url": f"{reverse('inbox')}?show=ended" if until else to_referral(referral),
            "departure_url": departure_url,
        },
    )


@require_http_methods(["GET", "POST"])
def departure(request: ActingRequest, pk: UUID) -> HttpResponse:
    referral = reading.lodging(request.actor, pk)
    form = DepartureForm(posted(request), at=now(), earliest=referral.started_at)

    def act(cleaned: dict[str, Any]) -> str:
        withdrawing.record_departure(pk, by=request.actor, at=now(), occurred_at=cleaned["occurred_at"])
        return f"{reverse('inbox')}?show=ended"

    if request.method == "POST" and (answer := perform(request, form, act)) is not None:
        messages.success(request, _("Departure recorded. The place is free again."))
        return answer
    return render(
        request,
        "referral/referral/act.html",
        {
            "form": form,
            "title": _("Record the departure"),
            "text": _("The place is free from then on, and the safety extract closes."),
            "which": {
                "reference": spoken(referral.reference),
                "service": code_label(CodeList.SERVICE, referral.service),
            },
            "submit": _("Record the departure"),
            "cancel_url": f"{reverse('inbox')}?show=ended",
        },
    )
