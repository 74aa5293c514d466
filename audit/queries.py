"""Which events tell the story of a case?"""

from uuid import UUID

from django.db.models import QuerySet

from audit.enums import LOOKS, Outcome
from audit.models import Event


def events_of_case(case_id: UUID) -> QuerySet[Event]:
    return Event.objects.filter(case_id=case_id).order_by("seq")


def looks_at_case(case_id: UUID) -> QuerySet[Event]:
    """Who looked: what was shown to somebody, neither rows of a list nor what was refused."""
    return events_of_case(case_id).filter(verb__in=LOOKS, outcome=Outcome.OK)
