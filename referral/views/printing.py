"""The slip that goes with the person: codes, never a name."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from partners.enums import CodeList
from partners.queries import code_label
from referral.references import spoken
from referral.services import reading
from referral.views.confirming import to_referral
from referral.views.door import ActingRequest, now, referral_or_404


@require_GET
def slip(request: ActingRequest, pk: UUID) -> HttpResponse:
    referral = referral_or_404(request, pk)
    code = reading.print_slip(request.actor, referral, now())
    return render(
        request,
        "referral/referral/slip.html",
        {
            "title": _("Slip without a name"),
            "reference": spoken(referral.reference),
            "arrival_code": spoken(code) if code else "",
            "service": code_label(CodeList.SERVICE, referral.service),
            "expected_arrival_at": referral.expected_arrival_at,
            "back_url": to_referral(referral),
        },
    )
