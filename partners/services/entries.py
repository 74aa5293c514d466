"""What an organisation says of itself in the directory, that it is still right, and until when it is sent to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from audit import services as audit
from audit.enums import Verb
from audit.rows import write
from partners.actor import Actor
from partners.enums import Act
from partners.models import Organisation, Service
from partners.services.guard import StaleForm, authorise, locked


@dataclass(frozen=True, kw_only=True)
class Description:
    """What the organisation says; its name, kind and region are the administrator's."""

    description: str = ""
    telephone: str = ""
    night_telephone: str = ""
    is_public: bool = False


@transaction.atomic
def describe_organisation(by: Actor, pk: UUID, version: int, said: Description) -> Organisation:
    authorise(by, Act.KEEP_PROVISION, pk)
    organisation = locked(Organisation, pk, version)
    changed = [name for name, value in vars(said).items() if getattr(organisation, name) != value]
    for name in changed:
        setattr(organisation, name, getattr(said, name))
    if changed:
        write(organisation, fields=changed)
    return organisation


@transaction.atomic
def set_agreement(by: Actor, pk: UUID, version: int, *, until: date | None) -> Organisation:
    """Args: until: its last day; None: it has no end."""
    authorise(by, Act.KEEP_AGREEMENTS)
    organisation = locked(Organisation, pk, version)
    if organisation.agreement_until != until:
        organisation.agreement_until = until
        write(organisation, fields=["agreement_until"])
    return organisation


def version_of(services: Iterable[Service]) -> int:
    """Grows with every change of what is offered: what the page was loaded with.

    Args:
        services: all of an organisation, also those that it offers no more: without them two changes could make up for
            each other.
    """
    return sum(service.version for service in services)


@transaction.atomic
def assure_services(by: Actor, version: int, *, at: datetime) -> int:
    """The desk has read everything that its organisation offers: it is right. Gives how many services.

    Args:
        version: as `version_of` gave it for the page; nobody assures what somebody else has changed since.

    Raises:
        NotAllowed, StaleForm.
    """
    authorise(by, Act.ASSURE_PROVISION, by.organisation_id)
    services = Service.objects.filter(organisation=by.organisation_id)
    found = list(services.select_for_update(of=("self",)).order_by("pk"))
    if version_of(found) != version:
        raise StaleForm
    offered = [service for service in found if service.active]
    for service in offered:
        service.assured_at = at
        write(service, fields=["assured_at"])
    return len(offered)


@transaction.atomic
def print_directory(by: Actor) -> None:
    """The directory leaves on paper: written down before the sheet is made."""
    authorise(by, Act.READ_DIRECTORY)
    audit.record(Verb.PRINT, Organisation.objects.get(pk=by.organisation_id), scope="directory")
