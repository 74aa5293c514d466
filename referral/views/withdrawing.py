"""The sender takes the referral back; what the centre keeps, `services.withdrawing` says."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from referral.enums import Action, State
from referral.forms.care import WithdrawForm
from referral.models import Referral
from referral.queries.facts import is_lodged
from referral.services import withdrawing
from referral.views.confirming import Page, confirm, posted, to_referral
from referral.views.door import ActingRequest, now


def withdraw(request: ActingRequest, referral: Referral) -> HttpResponse:
    in_service = is_lodged(referral)
    form = WithdrawForm(posted(request), in_service=in_service)

    def act(cleaned: dict[str, Any]) -> str:
        withdrawing.withdraw_referral(
            referral.pk,
            by=request.actor,
            at=now(),
            reason_code=cleaned["reason_code"],
            reason=cleaned["reason"],
            hand_over=cleaned.get("hand_over"),
            person_is_safe=cleaned.get("safe", True),
        )
        return to_referral(referral)

    page = Page(
        title=_("Throw this draft away?") if referral.state == State.DRAFT else _("Withdraw this referral?"),
        text=_(
            "The centre still lodges the person: it keeps health alerts, safe contact and custody title until "
            "the departure, 72 hours at most."
        )
        if in_service
        else "",
        undo=_("What was shared closes at once. Paper and memory keep what was read. This cannot be undone.")
        if referral.state != State.DRAFT
        else _("Nothing was sent."),
        danger=True,
        submit=Action.WITHDRAW.label,
        done=_("Withdrawn."),
    )
    return confirm(request, referral, Action.WITHDRAW, form, act, page)
