"""A legal hold, laid or lifted on one page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.actor import Actor
from partners.templatetags.interface import moment
from referral.enums import CaseAct
from referral.forms.acts import ActForm
from referral.forms.rights import HoldForm
from referral.models import Case, LegalHold
from referral.references import spoken
from referral.services import holds
from referral.services.drafts import drop_draft
from referral.views import story
from referral.views.door import ActingRequest, now, perform
from referral.views.drafts import resume

DRAFT = "hold"


@require_http_methods(["GET", "POST"])
def case_hold(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Of the own side; what another side has laid is shown beside it."""
    case, standing = holds.read_holds(request.actor, pk)
    own = [hold for hold in standing if hold.organisation_id == request.actor.organisation_id]
    others = [_row(request.actor, hold) for hold in standing if hold not in own]
    return _lift(request, case, own[0], others) if own else _set(request, case, others)


def _back(actor: Actor, case: Case) -> str:
    """A registry does not hold the file: it goes back to its titles."""
    own = case.organisation_id == actor.organisation_id
    return reverse("case", args=[case.pk]) if own else reverse("titles")


def _rows(actor: Actor, case: Case) -> list[tuple[str, Any]]:
    """A case's reference is known inside its organisation only (design §4, Ids)."""
    own = case.organisation_id == actor.organisation_id
    return [(_("Case"), spoken(case.reference))] if own else [(_("Organisation"), case.organisation.name)]


def _row(actor: Actor, hold: LegalHold) -> tuple[str, str]:
    """Of another side: its organisation alone is named."""
    said = _("set by %(organisation)s on %(moment)s, which alone lifts it") % {
        "organisation": hold.organisation.name,
        "moment": moment(hold.set_at),
    }
    return _("Another legal hold"), "\n".join(filter(None, [said, holds.read_reason(actor, hold)]))


def _set(request: ActingRequest, case: Case, others: list[tuple[str, str]]) -> HttpResponse:
    form, back = HoldForm(request.POST or None), _back(request.actor, case)

    def act(cleaned: dict[str, Any]) -> str:
        holds.set_hold(case.pk, by=request.actor, at=now(), reason=cleaned["reason"])
        drop_draft(by=request.actor, form=DRAFT, about=case.pk)
        messages.success(request, _("The hold stands: nothing of this file is erased."))
        return back

    return perform(request, form, act) or render(
        request,
        "referral/case/hold.html",
        {
            "form": form,
            "rows": others,
            "title": CaseAct.HOLD.label,
            "caption": " · ".join(value for _name, value in _rows(request.actor, case)),
            "text": _("Until it is lifted the file is neither archived nor erased, whoever asks for it."),
            "submit": _("Set the hold"),
            "back_url": back,
            **resume(request, form, DRAFT, case.pk),
        },
    )


def _lift(request: ActingRequest, case: Case, hold: LegalHold, others: list[tuple[str, str]]) -> HttpResponse:
    form, back = ActForm(request.POST or None, version=hold.version), _back(request.actor, case)

    def act(cleaned: dict[str, Any]) -> str:
        holds.lift_hold(case.pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, _("The hold is lifted."))
        return back

    done = perform(request, form, act)
    form.renew(hold.version)
    who = story.by(request.actor, hold.set_by, hold.set_by.organisation)
    reason = holds.read_reason(request.actor, hold)
    return done or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Lift the legal hold?"),
            "rows": [
                *_rows(request.actor, case),
                (_("Set by"), who),
                (_("Since"), moment(hold.set_at)),
                *([(_("Reason"), reason)] if reason else []),
                *others,
            ],
            "undo": _("The other hold stays: the file is still neither archived nor erased.")
            if others
            else _("From then on the file can be archived and erased."),
            "submit": _("Lift the hold"),
            "cancel_url": back,
        },
    )
