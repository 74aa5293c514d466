"""Which page belongs to which act? `expire` has none: it is the system's alone."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from referral.enums import Action
from referral.models import Referral
from referral.services.steps import NotVisible
from referral.views import care, messages, receiving, sending, telephone, waiting, withdrawing
from referral.views.door import ActingRequest, referral_or_404

PAGES: Mapping[str, Callable[[ActingRequest, Referral], HttpResponse]] = {
    Action.SEND: sending.send,
    Action.ACKNOWLEDGE: receiving.acknowledge,
    Action.REQUEST_INFO: receiving.request_info,
    Action.ANSWER: messages.answer,
    Action.ACCEPT: receiving.accept,
    Action.DECLINE: receiving.decline,
    Action.PUT_ON_LIST: waiting.put_on_list,
    Action.STEP_BACK: receiving.step_back,
    Action.START: care.start,
    Action.NO_SHOW: care.no_show,
    Action.RESUME: care.resume,
    Action.REVIEW: care.review,
    Action.COMPLETE: care.complete,
    Action.WITHDRAW: withdrawing.withdraw,
    Action.REDIRECT: sending.redirect_elsewhere,
    Action.PROPOSE_ONWARD: care.propose_onward,
    Action.RECORD_TELEPHONE_ANSWER: telephone.record,
    Action.WRITE: messages.write,
}


@require_http_methods(["GET", "POST"])
def act(request: ActingRequest, pk: UUID, action: str) -> HttpResponse:
    if action not in PAGES:
        raise NotVisible
    return PAGES[action](request, referral_or_404(request, pk))
