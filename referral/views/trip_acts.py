"""What one does on a trip, each on a page of its own."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners.models import User
from referral import lifecycle
from referral.enums import Machine
from referral.forms.acts import ActForm
from referral.forms.trips import BreakOffForm, DepartForm, NightForm, PlanForm, ReleaseForm
from referral.models import Referral, Trip
from referral.queries import tie
from referral.queries.trips import escorts_of, sites_to_release, trip_facts, trip_of, trip_tie
from referral.services import address_releases, trips
from referral.services.drafts import drop_draft
from referral.services.steps import NotVisible
from referral.trips import TripAction
from referral.views.confirming import posted, to_referral, which
from referral.views.door import ActingRequest, now, perform, referral_or_404
from referral.views.drafts import resume
from referral.views.trips import planned_already

Act = Callable[[dict[str, Any]], object]


class Kept(NamedTuple):
    """As what a long form is kept while it is typed. For `version` see `resume`."""

    form: str
    about: UUID
    version: int | None = None


def _permitted(request: ActingRequest, pk: UUID, action: TripAction) -> Trip:
    """Raises NotVisible, NotAllowed."""
    found = trip_of(request.actor, pk)
    if found is None:
        raise NotVisible
    trips.permit(request.actor, action, found.referral, trip_tie(request.actor, found))
    return found


def _ask(
    request: ActingRequest,
    referral: Referral,
    form: ActForm,
    act: Act,
    *,
    version: int,
    title: str | Promise,
    submit: str | Promise,
    done: str | Promise,
    back: str,
    unmet: list[str | Promise] | None = None,
    kept: Kept | None = None,
    **words: Any,
) -> HttpResponse:
    """Args: act: what it gives leads on, where that is an address."""

    def once(cleaned: dict[str, Any]) -> str:
        led = act(cleaned)
        if kept:
            drop_draft(by=request.actor, form=kept.form, about=kept.about)
        messages.success(request, str(done))
        return led if isinstance(led, str) else back

    if request.method == "POST":
        if answer := perform(request, form, once):
            return answer
        form.renew(version)
    shown = {
        "form": form,
        "title": title,
        "submit": submit,
        "which": which(request, referral),
        "unmet": [] if form.is_bound else unmet or [],
        "cancel_url": back,
    }
    if kept:
        shown |= resume(request, form, kept.form, kept.about, version=kept.version)
    return render(request, "referral/referral/act.html", shown | words)


def _on_trip(
    request: ActingRequest, found: Trip, action: TripAction, form: ActForm, act: Act, **words: Any
) -> HttpResponse:
    facts = trip_facts(found, now(), request.actor if action == TripAction.RELEASE else None)
    words.setdefault("back", reverse("trip", args=[found.pk]))
    return _ask(
        request,
        found.referral,
        form,
        act,
        version=found.version,
        unmet=lifecycle.unmet(found, action, facts, Machine.TRIP),
        **words,
    )


def _plan_form(request: ActingRequest, referral: Referral, found: Trip | None) -> PlanForm:
    escorts = User.objects.filter(
        Q(pk__in=escorts_of(request.actor.organisation_id).values("pk"))
        | Q(pk=found.escort_id if found else None)  # whom the other side has named stays named
    )
    return PlanForm(
        posted(request),
        at=now(),
        escorts=escorts.order_by("name"),
        trip=found,
        expected=referral.expected_arrival_at,
        version=found.version if found else referral.version,
    )


@require_http_methods(["GET", "POST"])
def plan(request: ActingRequest, pk: UUID) -> HttpResponse:
    referral = referral_or_404(request, pk)
    trips.permit(request.actor, TripAction.PLAN, referral, tie(request.actor, referral))
    if request.method == "GET" and (there := planned_already(referral)):
        return HttpResponseRedirect(there)
    form = _plan_form(request, referral, None)

    def act(cleaned: dict[str, Any]) -> str:
        made = trips.plan_trip(pk, by=request.actor, at=now(), version=cleaned["version"], plan=form.plan())
        return reverse("trip", args=[made.pk])

    new = Trip(referral=referral, state_since=now())
    return _ask(
        request,
        referral,
        form,
        act,
        version=referral.version,
        unmet=lifecycle.unmet(new, TripAction.PLAN, trip_facts(new, now()), Machine.TRIP),
        title=_("Plan the trip"),
        text=_("Both sides read and change this. Two words are drawn by which the people know each other."),
        submit=_("Plan the trip"),
        done=_("Trip planned. The other side is told."),
        back=to_referral(referral),
        kept=Kept("trip_plan", referral.pk),
    )


@require_http_methods(["GET", "POST"])
def change(request: ActingRequest, pk: UUID) -> HttpResponse:
    found = _permitted(request, pk, TripAction.PLAN)
    form = _plan_form(request, found.referral, found)
    return _on_trip(
        request,
        found,
        TripAction.PLAN,
        form,
        lambda cleaned: trips.change_trip(
            pk, by=request.actor, at=now(), version=cleaned["version"], plan=form.plan()
        ),
        title=_("Change the trip"),
        text=_("If the escort changes, an address that was given to the former one closes at once."),
        submit=_("Save"),
        done=_("Saved. The other side is told."),
        kept=Kept("trip_change", pk, version=found.version),
    )


@require_http_methods(["GET", "POST"])
def depart(request: ActingRequest, pk: UUID) -> HttpResponse:
    found = _permitted(request, pk, TripAction.DEPART)
    return _on_trip(
        request,
        found,
        TripAction.DEPART,
        DepartForm(posted(request), at=now(), earliest=found.referral.sent_at, version=found.version),
        lambda cleaned: trips.record_departure(
            pk, by=request.actor, at=now(), version=cleaned["version"], occurred_at=cleaned["occurred_at"]
        ),
        title=_("They have left?"),
        text=_("If nobody arrives at the expected hour, both sides are alarmed."),
        submit=_("Record the departure"),
        done=_("Departure recorded. The centre is told."),
    )


@require_http_methods(["GET", "POST"])
def night(request: ActingRequest, pk: UUID) -> HttpResponse:
    found = _permitted(request, pk, TripAction.STAY)
    return _on_trip(
        request,
        found,
        TripAction.STAY,
        NightForm(posted(request), at=now(), earliest=found.departed_at, version=found.version),
        lambda cleaned: trips.record_night(
            pk,
            by=request.actor,
            at=now(),
            **{name: value for name, value in cleaned.items() if name != "key"},
        ),
        title=_("They stop for the night?"),
        text=_("Where, in the region only. The alarm counts from the new hour."),
        submit=_("Record the night"),
        done=_("Recorded. The other side is told."),
    )


@require_http_methods(["GET", "POST"])
def break_off(request: ActingRequest, pk: UUID) -> HttpResponse:
    found = _permitted(request, pk, TripAction.BREAK_OFF)
    return _on_trip(
        request,
        found,
        TripAction.BREAK_OFF,
        BreakOffForm(posted(request), at=now(), earliest=found.departed_at, version=found.version),
        lambda cleaned: trips.break_off(
            pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            occurred_at=cleaned["occurred_at"],
            reason=cleaned["reason"],
        ),
        title=_("Break the trip off?"),
        text=_("The place stays held, and another trip may be planned."),
        undo=_("An address that was given to the escort closes at once."),
        danger=True,
        submit=_("Break the trip off"),
        done=_("Trip broken off. The other side is told."),
        back=to_referral(found.referral),
    )


@require_http_methods(["GET", "POST"])
def release(request: ActingRequest, pk: UUID) -> HttpResponse:
    found = _permitted(request, pk, TripAction.RELEASE)
    return _on_trip(
        request,
        found,
        TripAction.RELEASE,
        ReleaseForm(posted(request), sites=sites_to_release(found.referral), version=found.version),
        lambda cleaned: address_releases.release_address(
            pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            site_id=cleaned["site"],
            hours=cleaned["hours"],
        ),
        title=_("Give the address to the escort?"),
        text=_(
            "A meeting point is safer: the house stays unknown. Whoever has read an address remembers it."
        ),
        rows=[(_("Escort"), f"{found.escort.name}, {found.escort.organisation}")] if found.escort else [],
        undo=_("Only this escort reads it, each reading is written down, and it closes with the arrival."),
        danger=True,
        submit=_("Give the address"),
        done=_("The escort is told that something waits. The address stands in no notice."),
    )


@require_POST
def take_back(request: ActingRequest, pk: UUID) -> HttpResponse:
    address_releases.take_back_address(pk, by=request.actor, at=now())
    messages.success(request, _("The escort reads the address no longer."))
    return HttpResponseRedirect(reverse("trip", args=[pk]))
