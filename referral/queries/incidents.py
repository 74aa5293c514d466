"""The register of incidents: all of it for the national unit and auditors, that of the own house for others."""

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


def incidents_to_tell(actor: Actor) -> QuerySet[Incident]:
    """Of which the authority has not heard, for those who answer for it (`who_answer_for`)."""
    waiting = untold().select_related("organisation")
    if tells_everywhere(actor):
        return waiting
    return waiting.filter(organisation=actor.organisation_id) if tells_of_house(actor) else waiting.none()


def tells_everywhere(actor: Actor) -> bool:
    return actor.national_unit and actor.has(Role.COORDINATOR)


def tells_of_house(actor: Actor) -> bool:
    return actor.has(Role.SUPERVISOR, Role.ADMINISTRATOR)


def untold() -> QuerySet[Incident]:
    """The authority has not heard of it."""
    return Incident.objects.filter(authority="").order_by("due_at")


def who_answer_for(incident: Incident) -> list[User]:
    """The supervisors of the house, and national coordination."""
    unit = national_unit()
    coordinators = active_people(unit.pk, [Role.COORDINATOR]) if unit else User.objects.none()
    return [*active_people(incident.organisation_id, [Role.SUPERVISOR, Role.ADMINISTRATOR]), *coordinators]
