"""Incidents: written down by who answers for a house or the system, told to the authority, closed by somebody else."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.rows import write
from partners.actor import Actor
from partners.enums import Role
from referral.enums import Clock
from referral.escalation import calls_again
from referral.lifecycle import NotPossible
from referral.models import Incident
from referral.policy import NotAllowed, is_second_person, monitors
from referral.queries.incidents import READERS, RECORDERS, incidents_of, untold, who_answer_for
from referral.queries.terms import terms_for
from referral.references import new_reference
from referral.services import steps
from referral.services.nudging import nudge

#: What may be corrected until it is closed.
CHANGEABLE = ("happened_at", "affected", "groups", "persons", "measures", "persons_told_on")


def require_reader(by: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    _require(by, READERS)


def require_recorder(by: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    _require(by, RECORDERS)


def _require(by: Actor, roles: tuple[Role, ...], pk: UUID | None = None) -> None:
    if not by.has(*roles) or monitors(by):
        audit.deny("denied", Incident._meta.label_lower, pk, reason_code="NOT_ALLOWED_INCIDENT")
        raise NotAllowed("incident")


def record_incident(*, by: Actor, at: datetime, values: Mapping[str, Any]) -> Incident:
    """`values` by name of the column. Raises NotAllowed."""
    require_recorder(by)
    with transaction.atomic():
        due_at = terms_for(organisation_id=by.organisation_id).after(Clock.INCIDENT, values["noticed_at"])
        incident = Incident(
            reference=new_reference(),
            organisation_id=by.organisation_id,
            due_at=due_at,
            recorded_by_id=by.id,
            recorded_at=at,
            **values,
        )
        write(incident)
        nudge(user for user in who_answer_for(incident) if user.pk != by.id)
    return incident


def read_incident(by: Actor, pk: UUID) -> tuple[Incident, bool]:
    """The incident, and whether its words are shown: an auditor reads codes. Raises NotVisible, NotAllowed."""
    require_reader(by)
    found = incidents_of(by).filter(pk=pk).first()
    if found is None:
        raise steps.NotVisible
    opened = by.has(*RECORDERS)
    audit.look("view", found, fields=["story", "measures"] if opened else [])
    return found, opened


def change_incident(
    pk: UUID,
    *,
    by: Actor,
    version: int,
    values: Mapping[str, Any],
    authority: str = "",
    authority_told_on: date | None = None,
) -> Incident:
    """What is known by now, and who was told. Raises NotVisible, NotAllowed, StaleForm, NotPossible."""
    with transaction.atomic():
        incident = _locked(by, pk, version)
        for name in CHANGEABLE:
            if name in values:
                setattr(incident, name, values[name])
        incident.authority, incident.authority_told_on = authority, authority_told_on
        fields = [*(name for name in CHANGEABLE if name in values), "authority", "authority_told_on"]
        write(incident, fields=fields)
    return incident


def may_close(by: Actor, incident: Incident) -> bool:
    """Somebody else than who recorded it."""
    return by.has(*RECORDERS) and incident.closed_at is None and is_second_person(by, incident.recorded_by_id)


def require_closer(by: Actor, incident: Incident) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not may_close(by, incident):
        audit.deny("denied", Incident._meta.label_lower, incident.pk, reason_code="NOT_ALLOWED_SECOND_PERSON")
        raise NotAllowed("close_incident")


def close_incident(pk: UUID, *, by: Actor, at: datetime, version: int) -> Incident:
    """Raises NotVisible, NotAllowed, StaleForm, NotPossible."""
    with transaction.atomic():
        incident = _locked(by, pk, version)
        require_closer(by, incident)
        if not incident.authority or not incident.measures:
            raise NotPossible([_("Write first what was done, and whether the authority was told.")])
        incident.closed_at, incident.closed_by_id = at, by.id
        write(incident, fields=["closed_at", "closed_by"])
    return incident


def _locked(by: Actor, pk: UUID, version: int) -> Incident:
    found = incidents_of(by).filter(pk=pk).exists()
    if not found:
        raise steps.NotVisible
    _require(by, RECORDERS, pk)
    incident = Incident.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=pk)
    if incident.version != version or incident.closed_at is not None:
        raise steps.StaleForm
    return incident


def remind(at: datetime) -> int:
    """Who answers for it hears at half of the time to tell the authority, at its end and then each day. Gives of how
    many."""
    waiting = untold().select_for_update(of=("self",))
    due = [row for row in waiting if calls_again(row.noticed_at, row.due_at, row.reminded_at, at)]
    for incident in due:
        incident.reminded_at = at
        write(incident, fields=["reminded_at"])
        nudge(who_answer_for(incident))
    return len(due)
