"""Who of the organisation holds what, who is away, and who stands in: the supervisor's page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from partners.alphabet import Alphabetical
from partners.enums import Act
from partners.models import Absence, User
from partners.queries.duty import absences_of, covered, may_cover
from partners.services import duty as roster
from partners.services.guard import authorise
from partners.templatetags.interface import moment
from referral.forms.acts import ActForm
from referral.forms.duty import AbsenceForm, MoveForm
from referral.queries.agenda import holdings_of
from referral.services import assigning
from referral.services.leaving import held_in_codes
from referral.services.steps import NotVisible
from referral.views.door import ActingRequest, now, perform


@require_GET
def cover(request: ActingRequest) -> HttpResponse:
    """The people of the organisation, what each holds alone, and the absences to come."""
    organisation_id = _allowed(request)
    people = User.objects.filter(organisation=organisation_id).order_by(Alphabetical("name"))
    lines = [(user, holdings_of(user.pk)) for user in people]
    absences = absences_of(organisation_id)
    return render(
        request,
        "referral/duty/cover.html",
        {
            "people": [{"user": user, "holds": held} for user, held in lines if user.is_active or held],
            "absences": absences,
            "covered": covered(absences),
            "back_url": reverse("duty"),
            "at": now(),
        },
    )


@require_http_methods(["GET", "POST"])
def cover_absence(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Somebody is away: until when, and who stands in."""
    user, at = _colleague(request, pk), now()
    colleagues = may_cover(user)
    form = AbsenceForm(request.POST or None, at=at, people=colleagues)

    def act(cleaned: dict[str, Any]) -> str:
        span = {"begins_at": cleaned["begins_at"], "ends_at": cleaned["ends_at"]}
        roster.record_absence(request.actor, user_id=pk, covered_by=cleaned["covered_by"].pk, **span, at=at)
        messages.success(request, _("The absence is recorded."))
        return reverse("cover")

    return perform(request, form, act) or render(
        request,
        "components/question.html",
        {
            "form": form,
            "title": _("Record an absence"),
            "caption": user.name,
            "text": _(
                "During the absence the cover is told instead, sees the tasks, and opens the files that this "
                "person holds. It ends by itself."
            )
            if colleagues
            else _("Nobody else here holds a role with which this person’s work can be done."),
            "submit": _("Record"),
            "back_url": reverse("cover"),
        },
    )


@require_http_methods(["GET", "POST"])
def absence_end(request: ActingRequest, pk: UUID) -> HttpResponse:
    organisation_id, at = _allowed(request), now()
    absence = absences_of(organisation_id).filter(pk=pk).first()
    if absence is None:
        raise NotVisible
    form = ActForm(request.POST or None, version=absence.version)

    def act(cleaned: dict[str, Any]) -> str:
        roster.end_absence(request.actor, pk, cleaned["version"], at=at)
        messages.success(request, _("The absence has ended."))
        return reverse("cover")

    return perform(request, form, act) or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("End this absence?"),
            "rows": _absence_rows(absence),
            "undo": _("The cover no longer hears or opens what is for this person."),
            "submit": _("End the absence"),
            "cancel_url": reverse("cover"),
        },
    )


def _absence_rows(absence: Absence) -> list[tuple[str, str]]:
    return [
        (_("Person"), absence.user.name),
        (_("Covered by"), absence.covered_by.name),
        (pgettext("time", "From"), moment(absence.begins_at)),
        (_("Until"), moment(absence.ends_at)),
    ]


@require_http_methods(["GET", "POST"])
def cover_move(request: ActingRequest, pk: UUID) -> HttpResponse:
    """All that a colleague holds goes to another one, so that nothing is left without an owner."""
    user, at = _colleague(request, pk), now()
    heirs = assigning.heirs_of(pk, request.actor.organisation_id)
    form = MoveForm(request.POST or None, people=heirs)

    def act(cleaned: dict[str, Any]) -> str:
        to = cleaned["to"]
        assigning.move_everything(pk, by=request.actor, at=at, to_id=to.pk)
        messages.success(request, _("%(name)s holds it now, and is told.") % {"name": to.name})
        return reverse("cover")

    return perform(request, form, act) or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Entrust everything to somebody else?"),
            "rows": [(_("Person"), user.name), *held_in_codes(pk)],
            "undo": _(
                "The files open to the new owner and close to the former one. You can move them back, one by one."
            ),
            "submit": _("Entrust everything"),
            "cancel_url": reverse("cover"),
        },
    )


def _allowed(request: ActingRequest) -> UUID:
    authorise(request.actor, Act.KEEP_COVER, request.actor.organisation_id)
    return request.actor.organisation_id


def _colleague(request: ActingRequest, pk: UUID) -> User:
    """Of the same organisation, an account that was closed too: what it still holds can be moved."""
    user = User.objects.filter(organisation=_allowed(request), pk=pk).first()
    if user is None:
        raise NotVisible
    return user
