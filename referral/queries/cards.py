"""Cards that still count, and whose they are."""

from django.db.models import QuerySet

from partners.actor import Actor
from partners.enums import Role
from referral.models import Case, ContactCard
from referral.topics import CardOutcome


def live_card(case: Case) -> ContactCard | None:
    return ContactCard.objects.filter(case=case, outcome=CardOutcome.ACCEPTED, withdrawn_at=None).first()


def last_offer(case: Case) -> ContactCard | None:
    return ContactCard.objects.filter(case=case).select_related("offered_by").first()


def live_cards(actor: Actor) -> QuerySet[ContactCard]:
    """Of the own house; national coordination finds those of every house."""
    cards = ContactCard.objects.filter(outcome=CardOutcome.ACCEPTED, withdrawn_at=None).select_related(
        "case__organisation", "case__owner", "case__region", "case__person"
    )
    if actor.has(Role.COORDINATOR):
        return cards
    return cards.filter(case__organisation=actor.organisation_id)
