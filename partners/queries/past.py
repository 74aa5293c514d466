"""How was an entry of the directory before?"""

from typing import Any, TypeVar
from uuid import UUID

from audit.history import Recorded
from partners.models import Organisation, Service, Site

Row = TypeVar("Row", bound=Recorded)


def past_organisation(pk: UUID) -> list[Organisation]:
    return _versions(Organisation, id=pk)


def past_sites(organisation_id: UUID) -> list[Site]:
    """Without either address: a house that is confidential today may have been none."""
    return _versions(Site, "address", "public_address", organisation_id=organisation_id)


def past_services(organisation_id: UUID) -> list[Service]:
    return _versions(Service, organisation_id=organisation_id)


def _versions(model: type[Row], *without: str, **of: Any) -> list[Row]:
    """Each with its `_history`, the oldest first."""
    return [row.instance for row in model.history.filter(**of).defer(*without).order_by("history_id")]
