"""An organisation is suspended: what was entrusted to it comes back, in the same transaction (design §6)."""

from uuid import UUID

from django.db import transaction

from audit import sitting
from partners.actor import Actor
from partners.models import Organisation
from partners.services import organisations
from referral import grants
from referral.enums import OPEN, ORGANISATION_SUSPENDED, State
from referral.models import Referral
from referral.services.place_calls import end_with
from referral.services.receiving import ask_for_redirect
from referral.services.withdrawing import end


def suspend_organisation(by: Actor, pk: UUID, version: int) -> Organisation:
    """Nobody of it signs in any more; every open referral to it ends with a hand-over, its own go to coordination.

    Raises what `partners.services.organisations.suspend_organisation` raises.
    """
    with transaction.atomic():
        organisation = organisations.suspend_organisation(by, pk, version)
        at = sitting.current().at
        open_referrals = (
            Referral.objects.select_for_update(of=("self",)).select_related("case").order_by("seq")
        )
        for referral in open_referrals.filter(
            receiving_organisation=organisation, state__in=sorted(OPEN - {State.DRAFT})
        ):
            end(
                referral, by=None, at=at, reason_code=ORGANISATION_SUSPENDED, reason=None, person_is_safe=True
            )
            ask_for_redirect(referral, at)
        for referral in open_referrals.filter(referring_organisation=organisation, state__in=sorted(OPEN)):
            grants.orphan(referral)
        end_with(organisation, at=at)
    return organisation
