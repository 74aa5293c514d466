"""Which events tell the story of a case?"""

from uuid import UUID

from django.db.models import QuerySet

from audit.enums import LOOKS, Outcome, Verb
from audit.models import Event


def events_of_case(case_id: UUID) -> QuerySet[Event]:
    return Event.objects.filter(case_id=case_id).order_by("seq")


def looks_at_case(case_id: UUID) -> QuerySet[Event]:
    """Who looked: what was shown to somebody, neither rows of a list nor what was refused."""
    return events_of_case(case_id).filter(verb__in=LOOKS, outcome=Outcome.OK)


def last_verifications() -> dict[str, Event]:
    """The last result of each part of the verification, by its scope."""
    results = Event.objects.filter(verb=Verb.AUDIT_VERIFY)
    return {event.scope: event for event in results.order_by("scope", "-seq").distinct("scope")}
