"""The desk's own places: confirmed, corrected and closed for the night in one tap."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from partners.enums import Act
from partners.forms.fields import VersionForm
from partners.forms.provision import OpenPlacesForm, PlacesForm
from partners.models import Places
from partners.queries import places_of
from partners.services import provision
from partners.services.guard import authorise
from partners.views.door import ActingRequest, attempt, done, now, posted, question


@require_POST
def places_confirm(request: ActingRequest, pk: UUID) -> HttpResponse:
    return _tap(
        request,
        pk,
        lambda version: provision.confirm_places(request.actor, pk, version, at=now()),
        _("Confirmed: the numbers are right."),
    )


@require_POST
def places_full(request: ActingRequest, pk: UUID) -> HttpResponse:
    return _tap(
        request,
        pk,
        lambda version: provision.set_full_tonight(request.actor, pk, version, at=now()),
        _("Full tonight: these places are not offered before 8 in the morning."),
    )


@require_POST
def places_full_undo(request: ActingRequest, pk: UUID) -> HttpResponse:
    return _tap(
        request,
        pk,
        lambda version: provision.undo_full_tonight(request.actor, pk, version),
        _("These places are offered again."),
    )


@require_http_methods(["GET", "POST"])
def places_edit(request: ActingRequest, pk: UUID) -> HttpResponse:
    places = _own_or_404(request, pk)
    initial = {"version": places.version, "capacity": places.capacity, "occupied": places.occupied}
    form = PlacesForm(posted(request), initial=initial)
    if attempt(form, lambda data: _edit(request, pk, form, data)):
        return done(request, _("Saved and confirmed."), "places")
    return question(
        request,
        form,
        template="partners/numbers.html",
        title=places.get_group_display(),
        caption=places.site.name,
        text=ngettext(
            "%(held)d place is held for somebody on the way.",
            "%(held)d places are held for people on the way.",
            places.held,
        )
        % {"held": places.held},
        submit=_("Save"),
        back_url=reverse("places"),
    )


def _edit(request: ActingRequest, pk: UUID, form: PlacesForm, data: dict[str, Any]) -> None:
    provision.edit_places(
        request.actor,
        pk,
        data["version"],
        capacity=data["capacity"],
        occupied=data["occupied"],
        above=form.above(request.actor, now()),
        at=now(),
    )


@require_http_methods(["GET", "POST"])
def places_new(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.KEEP_PLACES, request.actor.organisation_id)
    form = OpenPlacesForm(request.actor.organisation_id, posted(request))
    if attempt(form, lambda data: provision.open_places(request.actor, at=now(), **data)):
        return done(request, _("Saved."), "places")
    return question(request, form, title=_("Count places"), submit=_("Save"), back_url=reverse("places"))


def _own_or_404(request: ActingRequest, pk: UUID) -> Places:
    authorise(request.actor, Act.KEEP_PLACES, request.actor.organisation_id)
    return get_object_or_404(places_of(request.actor.organisation_id), pk=pk)


def _tap(request: ActingRequest, pk: UUID, act: Callable[[int], object], sentence: str) -> HttpResponse:
    """One button of the list. What it refuses is said on the list, which shows the numbers of now."""
    _own_or_404(request, pk)
    form = VersionForm(request.POST)
    if attempt(form, lambda data: act(data["version"])):
        return done(request, sentence, "places")
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
    return redirect("places")
