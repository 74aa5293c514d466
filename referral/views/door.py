"""How a view lets somebody in and lets an act through: the only way to a row is with its access rule."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from partners.services.guard import Refusal
from partners.services.ledger import NoPlaceFree
from partners.views.door import ActingRequest, now
from referral.forms.acts import ActForm
from referral.lifecycle import NotPossible
from referral.models import Case, Referral
from referral.policy import NotAllowed
from referral.queries import case_of, case_to_read, referral_of
from referral.services.care import WrongCode
from referral.services.receiving import WrongPlace
from referral.services.steps import NotVisible, StaleForm, refuse
from referral.services.submissions import key_of, once

__all__ = ["ActingRequest", "case_or_404", "now", "perform", "referral_or_404"]


def referral_or_404(request: ActingRequest, pk: UUID) -> Referral:
    referral = referral_of(request.actor, pk)
    if referral is None:
        raise NotVisible
    return referral


def case_or_404(request: ActingRequest, pk: UUID, *, erased: bool = False, timed: bool = False) -> Case:
    """
    Args:
        erased: also a file of which nothing but the skeleton is left; every other page of it is gone.
        timed: also a file that may only be read for a time; whoever reads it so is refused every other page.
    """
    actor = request.actor
    case = case_of(actor, pk)
    if case is None and (case := case_to_read(actor, pk)) is not None and not timed:
        refuse(case, "NOT_ALLOWED_READ_ONLY")
        raise NotAllowed("read_only")
    if case is None or (case.erased_at is not None and not erased):
        raise NotVisible
    return case


def perform(
    request: ActingRequest, form: ActForm, act: Callable[[dict[str, Any]], str]
) -> HttpResponse | None:
    """Runs `act` once for a valid form and goes where it leads; None when the form must be shown again.

    A refusal of lifecycle or of the locked rows becomes a sentence on the form, which keeps what was typed.
    """
    if not form.is_valid():
        return None
    try:
        location = once(
            by=request.actor,
            key=key_of(request.path, form.cleaned_data["key"]),
            at=now(),
            act=lambda: act(form.cleaned_data),
        )
    except NotPossible as refused:
        for reason in refused.reasons:
            form.add_error(None, str(reason))
    except StaleForm:
        form.stale = True
        form.add_error(
            None, _("Somebody has changed this since you opened the page. Look at it again, then decide.")
        )
    except (NoPlaceFree, WrongPlace):
        form.add_error(None, _("This place is no longer free. Choose another one, or decline."))
    except WrongCode:
        form.add_error("code", _("This is not the arrival code of this referral. Nothing was changed."))
    except Refusal as refusal:
        form.add_error(None, str(refusal))
    else:
        return HttpResponseRedirect(location)
    return None
