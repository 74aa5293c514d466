"""Somebody who has a place: moved to another house, on leave, back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from partners.enums import Act
from partners.policy import may
from partners.templatetags.interface import moment
from referral.enums import PlacementState
from referral.forms.acts import ActForm
from referral.forms.places import LeaveForm, MoveForm, ReturnForm
from referral.models import Placement, Referral
from referral.queries.board import elsewhere_in
from referral.services import stays
from referral.views.confirming import posted, which
from referral.views.door import ActingRequest, now, perform, referral_or_404

NO_PLACE = gettext_lazy("No place is held or taken for this person.")


@require_http_methods(["GET", "POST"])
def move(request: ActingRequest, pk: UUID) -> HttpResponse:
    referral, stay = _of(request, pk)
    goals = elsewhere_in(referral.receiving_organisation_id, stay.places_id) if stay else []
    form = MoveForm(goals, posted(request), version=stay.version if stay else 0)

    def act(cleaned: dict[str, Any]) -> None:
        place, above = UUID(cleaned["place"]), form.above(request.actor, now())
        version = cleaned["version"]
        stays.move_stay(pk, by=request.actor, at=now(), version=version, places_id=place, above=above)

    unmet: list[str | Promise] = [] if stay else [NO_PLACE]
    if stay and not goals:
        unmet.append(_("Your organisation counts no other places."))
    words = {"title": _("Move to another house or group"), "submit": _("Move")}
    return _ask(request, referral, stay, form, act, _("Moved."), unmet, **words)


@require_http_methods(["GET", "POST"])
def leave(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Out or back, whichever is next."""
    referral, stay = _of(request, pk)
    if stay is not None and stay.away_since is not None:
        return _back(request, referral, stay)
    form = LeaveForm(posted(request), version=stay.version if stay else 0, at=now())

    def act(cleaned: dict[str, Any]) -> None:
        said = {"until": cleaned["until"], "kept": cleaned["kept"]}
        stays.begin_leave(pk, by=request.actor, at=now(), version=cleaned["version"], **said)

    lodged = stay is not None and stay.state == PlacementState.OCCUPIED
    unmet = [] if lodged else [_("Only who lodges with you goes on leave.")]
    words = {"title": _("Leave for some nights"), "submit": _("Record the leave")}
    return _ask(request, referral, stay, form, act, _("Leave recorded."), unmet, **words)


def _back(request: ActingRequest, referral: Referral, stay: Placement) -> HttpResponse:
    full = not stay.place_kept and stay.places.free == 0
    form = ReturnForm(posted(request), version=stay.version, full=full)

    def act(cleaned: dict[str, Any]) -> None:
        above = form.above(request.actor, now())
        stays.end_leave(referral.pk, by=request.actor, at=now(), version=cleaned["version"], above=above)

    words = {
        "title": _("Back from leave?"),
        "text": _("Expected on %(moment)s.") % {"moment": moment(stay.away_until)} if stay.away_until else "",
        "submit": _("Record the return"),
    }
    return _ask(request, referral, stay, form, act, _("Return recorded."), [], **words)


def _of(request: ActingRequest, pk: UUID) -> tuple[Referral, Placement | None]:
    referral = referral_or_404(request, pk)
    stays.permit(request.actor, referral)
    return referral, stays.stay_of(referral)


def _ask(
    request: ActingRequest,
    referral: Referral,
    stay: Placement | None,
    form: ActForm,
    act: Any,
    done: str,
    unmet: Sequence[str | Promise],
    **words: Any,
) -> HttpResponse:
    """One act on its own page; it leads the desk back to its board, the named worker to the referral."""
    desk = may(request.actor, Act.KEEP_PLACES, referral.receiving_organisation_id)
    back = reverse("places") if desk else reverse("referral", args=[referral.pk])

    def once(cleaned: dict[str, Any]) -> str:
        act(cleaned)
        messages.success(request, done)
        return back

    if (answer := perform(request, form, once)) is not None:
        return answer
    form.renew(stay.version if stay else 0)
    shown = {"form": form, "which": which(request, referral), "cancel_url": back}
    unmet = [] if form.is_bound else unmet
    return render(request, "referral/referral/act.html", {**shown, "unmet": unmet, **words})
