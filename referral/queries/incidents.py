"""The register of incidents: all of it for the national unit and auditors, that of the own house for others."""

from datetime import datetime

from django.db.models import QuerySet

from partners.actor import Actor
from partners.enums import Role
from partners.models import User
from partners.queries import active_people, national_unit
from referral.models import Incident

#: Who writes down that something went wrong.
RECORDERS = (Role.SUPERVISOR, Role.COORDINATOR, Role.ADMINISTRATOR)
READERS = (*RECORDERS, Role.AUDITOR)


def incidents_of(actor: Actor) -> QuerySet[Incident]:
    found = Incident.objects.select_related("organisation", "recorded_by", "closed_by")
    if not actor.has(*READERS):
        return found.none()
    national = actor.national_unit and actor.has(Role.COORDINATOR, Role.SUPERVISOR)
    if actor.audited_region:
        return found.filter(organisation__region=actor.audited_region)
    return found if national or actor.has(Role.AUDITOR) else found.filter(organisation=actor.organisation_id)


def untold(at: datetime) -> QuerySet[Incident]:
    """The authority should have heard by now, and nobody was reminded."""
    return Incident.objects.filter(authority="", reminded_at=None, due_at__lte=at)


def who_answer_for(incident: Incident) -> list[User]:
    """The supervisors of the house, and national coordination."""
    unit = national_unit()
    coordinators = active_people(unit.pk, [Role.COORDINATOR]) if unit else User.objects.none()
    return [*active_people(incident.organisation_id, [Role.SUPERVISOR, Role.ADMINISTRATOR]), *coordinators]
