"""Somebody who came without a referral: written down, left, moved, or entered by mistake."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.enums import Act
from partners.forms.fields import VersionForm
from partners.queries import places_of
from partners.services.guard import authorise
from partners.views.door import attempt, done, posted, question
from referral.forms.already_here import ReferredForm, in_words
from referral.forms.apart import ApartForm
from referral.forms.places import MoveForm, WalkInForm
from referral.models import WalkIn
from referral.queries import places_for
from referral.queries.board import elsewhere_in, joined_walk_ins, present_walk_ins, referred_like
from referral.references import spoken
from referral.services import already_here, apart, walk_ins
from referral.views.door import ActingRequest, now, perform


@require_http_methods(["GET", "POST"])
def walk_in_new(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.KEEP_PLACES, request.actor.organisation_id)
    places = get_object_or_404(places_of(request.actor.organisation_id), pk=pk)
    form = WalkInForm(places, posted(request))

    def act(cleaned: dict[str, Any]) -> str:
        walk_ins.enter_walk_in(
            request.actor,
            pk,
            sex=cleaned["sex"],
            age_band=cleaned["age_band"],
            children=cleaned.get("children") or 0,
            above=form.above(request.actor, now()),
            at=now(),
        )
        messages.success(request, _("Written down. One place is taken."))
        return reverse("places")

    if (answer := perform(request, form, act)) is not None:
        return answer
    return question(
        request,
        form,
        template="referral/places/walk_in.html",
        title=_("Somebody came in"),
        caption=f"{places.get_group_display()}, {places.site.name}",
        submit=_("Write down"),
        back_url=reverse("places"),
    )


@require_GET
def walk_in(request: ActingRequest, pk: UUID) -> HttpResponse:
    row = _own_or_404(request, pk)
    goals = elsewhere_in(request.actor.organisation_id, row.places_id)
    shown = {"walk_in": row, "may_move": bool(goals), "referred": bool(referred_like(row))}
    return render(request, "referral/places/walk_in_page.html", shown)


@require_POST
def walk_in_left(request: ActingRequest, pk: UUID) -> HttpResponse:
    _own_or_404(request, pk)
    form = VersionForm(request.POST)
    if attempt(form, lambda data: walk_ins.end_walk_in(request.actor, pk, data["version"], at=now())):
        return done(request, _("Departure recorded. The place is free again."), "places")
    return _again(request, form, pk)


@require_POST
def walk_in_mistake(request: ActingRequest, pk: UUID) -> HttpResponse:
    _own_or_404(request, pk)
    form = VersionForm(request.POST)
    if attempt(form, lambda data: walk_ins.strike_walk_in(request.actor, pk, data["version"])):
        return done(request, _("Taken back: nobody is counted for it."), "places")
    return _again(request, form, pk)


@require_http_methods(["GET", "POST"])
def walk_in_move(request: ActingRequest, pk: UUID) -> HttpResponse:
    row = _own_or_404(request, pk)
    goals = elsewhere_in(request.actor.organisation_id, row.places_id)
    form = MoveForm(goals, posted(request), version=row.version)

    def act(cleaned: dict[str, Any]) -> str:
        place = UUID(cleaned["place"])
        above = form.above(request.actor, now())
        walk_ins.move_walk_in(request.actor, pk, cleaned["version"], places_id=place, above=above)
        messages.success(request, _("Moved."))
        return reverse("places")

    if (answer := perform(request, form, act)) is not None:
        return answer
    form.renew(row.version)
    return question(
        request,
        form,
        template="partners/numbers.html",
        title=_("Move to another house or group"),
        submit=_("Move"),
        back_url=reverse("walk-in", args=[pk]),
    )


@require_http_methods(["GET", "POST"])
def walk_in_referred(request: ActingRequest, pk: UUID) -> HttpResponse:
    """One person who was counted twice: which of the referrals is it?"""
    row = _own_or_404(request, pk)
    form = ReferredForm(already_here.list_referred(request.actor, row), posted(request), version=row.version)

    def act(cleaned: dict[str, Any]) -> str:
        already_here.say_referred(request.actor, pk, UUID(cleaned["referral"]), at=now())
        messages.success(request, _("Written down: one person, one place."))
        return reverse("places")

    if (answer := perform(request, form, act)) is not None:
        return answer
    form.renew(row.version)
    return question(
        request,
        form,
        template="partners/numbers.html",
        title=_("This person has been referred to us"),
        caption=in_words(row),
        text=_("She or he keeps this place; what the referral held or took beside it is free again."),
        submit=_("It is this person"),
        back_url=reverse("walk-in", args=[pk]),
    )


@require_http_methods(["GET", "POST"])
def walk_in_apart(request: ActingRequest, pk: UUID) -> HttpResponse:
    """They were said to be one person, and are two."""
    authorise(request.actor, Act.KEEP_PLACES, request.actor.organisation_id)
    row = get_object_or_404(joined_walk_ins(request.actor.organisation_id), pk=pk)
    referral = apart.stay_of(row).referral
    counted = list(places_for(referral)) if apart.took_over(row) else []
    arrived = apart.at_arrival(row)
    form = ApartForm(
        posted(request),
        version=row.version,
        counted=counted,
        full=apart.takes_place(row, row.places) and not row.places.free,
        arrived=arrived,
        there=arrived and any(apart.counts_already(row, each) for each in counted),
    )

    def act(cleaned: dict[str, Any]) -> str:
        apart.tell_apart(
            request.actor,
            pk,
            cleaned["version"],
            reason_code=cleaned["why"],
            places_id=UUID(cleaned["place"]) if cleaned.get("place") else None,
            above=form.above(request.actor, now()),
            at=now(),
        )
        messages.success(request, _("Written down: two persons."))
        return reverse("places")

    unmet = [] if form.is_bound else list(filter(None, [apart.hindrance(row)]))
    if (answer := perform(request, form, act)) is not None:
        return answer
    form.renew(row.version)
    return question(
        request,
        form,
        template="referral/referral/act.html",
        title=_("Not the same person?"),
        text=_("She or he is without a referral again, and the other is expected or in the house as before."),
        rows=[
            (_("Came without a referral"), in_words(row)),
            (_("Referral"), spoken(referral.reference)),
        ],
        unmet=unmet,
        submit=_("They are two persons"),
        cancel_url=reverse("places"),
    )


def _own_or_404(request: ActingRequest, pk: UUID) -> WalkIn:
    authorise(request.actor, Act.KEEP_PLACES, request.actor.organisation_id)
    return get_object_or_404(present_walk_ins(request.actor.organisation_id), pk=pk)


def _again(request: ActingRequest, form: VersionForm, pk: UUID) -> HttpResponse:
    """What the tap refuses is said on the page, which shows the row of now."""
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
    return redirect("walk-in", pk)
