"""A yes or no by telephone, written down by somebody else than the desk."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from partners.templatetags.interface import dial
from referral.enums import Action
from referral.forms.telephone import TelephoneForm
from referral.models import Referral
from referral.services.telephone import record_telephone_answer
from referral.views.confirming import Page, confirm, posted, to_referral
from referral.views.door import ActingRequest, now


def record(request: ActingRequest, referral: Referral) -> HttpResponse:
    form = TelephoneForm(
        posted(request),
        version=referral.version,
        at=now(),
        earliest=referral.created_at,
        # From the buttons of the task to telephone.
        initial={"yes": request.GET.get("yes")},
    )

    def act(cleaned: dict[str, Any]) -> str:
        record_telephone_answer(
            referral.pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            yes=cleaned["yes"],
            said_by=cleaned["said_by"],
            said_at=cleaned["said_at"],
        )
        return to_referral(referral)

    number = referral.receiving_organisation.telephone
    page = Page(
        title=_("Record a telephone answer"),
        text=_("It is shown as what you were told, never as the centre's own answer."),
        undo=_(
            "A yes holds a place for 12 hours and shows the centre nothing more, until its desk accepts here."
        ),
        submit=Action.RECORD_TELEPHONE_ANSWER.label,
        done=_("Telephone answer recorded."),
        rows=((_("Telephone of the desk"), dial(number)),),
    )
    return confirm(request, referral, Action.RECORD_TELEPHONE_ANSWER, form, act, page)
