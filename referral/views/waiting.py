"""A desk that is full puts a referral on its waiting list, and says so to the sender."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from partners.templatetags.interface import moment
from referral.enums import Action
from referral.forms.acts import ActForm
from referral.models import Referral
from referral.services import waiting
from referral.views.confirming import Page, confirm, posted, to_referral
from referral.views.door import ActingRequest, now


def put_on_list(request: ActingRequest, referral: Referral) -> HttpResponse:
    form = ActForm(posted(request), version=referral.version)

    def act(cleaned: dict[str, Any]) -> str:
        return to_referral(
            waiting.put_on_list(referral.pk, by=request.actor, at=now(), version=cleaned["version"])
        )

    until = moment(referral.due_at) if referral.due_at else ""
    page = Page(
        title=_("Put this person on your waiting list?"),
        text=_(
            "The sender sees that you are full and that the person waits. You are told when a place is free."
        ),
        undo=_("It is no answer: please decide before %(moment)s all the same.") % {"moment": until},
        submit=Action.PUT_ON_LIST.label,
        done=_("On the waiting list. The sender is told."),
    )
    return confirm(request, referral, Action.PUT_ON_LIST, form, act, page)
