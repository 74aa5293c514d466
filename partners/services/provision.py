"""Sites, services and places. A place is counted on one locked row; the CHECK on it is the last wall."""

from dataclasses import dataclass, field
from datetime import datetime, time
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from audit.services import look
from crypto import keyring
from partners.actor import Actor
from partners.enums import Act, CountedBy
from partners.models import Department, Overflow, Places, Region, Service, Site
from partners.queries.directory import next_morning
from partners.services.guard import Refusal, authorise, explained, locked
from partners.services.ledger import Above, settle

SITE_ONCE = {"site_named_once": _("Your organisation has a site of that name already.")}
SERVICE_ONCE = {"service_once_per_organisation": _("Your organisation offers this service already.")}
PLACES_ONCE = {"places_once_per_group": _("Places for this group are counted at this site already.")}


# --- Sites and services ------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Offering:
    """What is said of a service."""

    code: str
    site: Site | None = None
    sexes: list[str] = field(default_factory=list)
    takes_children: bool = True
    takes_adults: bool = True
    takes_children_with_parent: bool = True
    languages: list[str] = field(default_factory=list)
    minimum_age: int | None = None
    maximum_age: int | None = None
    disability_access: bool = False
    regions: list[str] = field(default_factory=list)
    title_needed: bool = False
    days: list[str] = field(default_factory=list)
    opens_at: time | None = None
    closes_at: time | None = None
    night_telephone: str = ""
    description: str = ""
    active: bool = True


@transaction.atomic
def add_site(
    by: Actor,
    *,
    name: str,
    region: Region,
    address: str | None = None,
    confidential: bool = True,
    department: Department | None = None,
    public_address: str = "",
    of: UUID | None = None,
) -> Site:
    """Args: of: the organisation, where it is not the actor's own; as of `add_service`."""
    organisation_id = of or by.organisation_id
    authorise(by, Act.KEEP_PROVISION, organisation_id)
    _permit_address(by, organisation_id, address)
    site = Site(
        organisation_id=organisation_id,
        name=name,
        region=region,
        department=department,
        confidential=confidential,
        public_address="" if confidential else public_address,
    )
    site.address = address or None
    with explained(**SITE_ONCE):
        write(site)
    return site


@transaction.atomic
def edit_site(
    by: Actor,
    pk: UUID,
    version: int,
    *,
    name: str,
    region: Region,
    confidential: bool,
    address: str | None = None,
    department: Department | None = None,
    public_address: str = "",
) -> Site:
    """Args: address: the new one; None or empty keeps the old, which the form does not show."""
    site = locked(Site, pk, version)
    authorise(by, Act.KEEP_PROVISION, site.organisation_id)
    _permit_address(by, site.organisation_id, address)
    new = {
        "name": name,
        "region": region,
        "department": department,
        "confidential": confidential,
        "public_address": "" if confidential else public_address,
    }
    changed = [key for key, value in new.items() if getattr(site, key) != value]
    for key in changed:
        setattr(site, key, new[key])
    if address:
        site.address = address
        changed.append("address")
    if changed:
        with explained(**SITE_ONCE):
            write(site, fields=changed)
    return site


def _permit_address(by: Actor, organisation_id: UUID, address: str | None) -> None:
    """Where escorts are led is said by the house alone: whoever may not read the address does not write it."""
    if address:
        authorise(by, Act.REVEAL_ADDRESS, organisation_id)


def reveal_address(by: Actor, site: Site) -> str:
    authorise(by, Act.REVEAL_ADDRESS, site.organisation_id)
    look("reveal", site, fields=["address"])
    with keyring.current().revealing(site):
        return site.address or ""


def read_overflow_words(by: Actor, overflow: Overflow) -> str:
    """What was said with the reason OTHER, for the house's own desk. A look."""
    authorise(by, Act.KEEP_PLACES, overflow.places.site.organisation_id)
    look("view", overflow, fields=["words"])
    return overflow.words or ""


@transaction.atomic
def add_service(by: Actor, offering: Offering, *, of: UUID | None = None) -> Service:
    organisation_id = of or by.organisation_id
    authorise(by, Act.KEEP_PROVISION, organisation_id)
    service = Service(organisation_id=organisation_id, **vars(offering))
    _require_own(service)
    with explained(**SERVICE_ONCE):
        write(service)
    return service


@transaction.atomic
def edit_service(by: Actor, pk: UUID, version: int, offering: Offering) -> Service:
    service = locked(Service, pk, version)
    authorise(by, Act.KEEP_PROVISION, service.organisation_id)
    changed = [key for key, value in vars(offering).items() if getattr(service, key) != value]
    for key in changed:
        setattr(service, key, getattr(offering, key))
    _require_own(service)
    if changed:
        with explained(**SERVICE_ONCE):
            write(service, fields=changed)
    return service


def _require_own(service: Service) -> None:
    if service.site is not None and service.site.organisation_id != service.organisation_id:
        raise Refusal(_("This site is not of the organisation that gives the service."))


# --- What the desk says of its places ----------------------------------------------------------------------
@transaction.atomic
def open_places(by: Actor, site: Site, *, group: str, capacity: int, at: datetime) -> Places:
    authorise(by, Act.KEEP_PLACES, site.organisation_id)
    places = Places(site=site, group=group, capacity=capacity, confirmed_at=at, confirmed_by_id=by.id)
    with explained(**PLACES_ONCE):
        write(places)
    return places


@transaction.atomic
def confirm_places(by: Actor, pk: UUID, version: int, *, at: datetime) -> Places:
    """The numbers that the desk has before its eyes are right."""
    places = _own(by, pk, version)
    return _confirmed(places, by.id, at, [])


@transaction.atomic
def edit_places(
    by: Actor,
    pk: UUID,
    version: int,
    *,
    capacity: int,
    occupied: int,
    above: Above | None = None,
    at: datetime,
) -> Places:
    """Args: above: the desk says that it lodges more persons than it has places, and why. Raises OverCapacity."""
    places = _own(by, pk, version)
    places.capacity, places.occupied = capacity, occupied
    return _confirmed(places, by.id, at, ["capacity", "occupied"], above=above)


@transaction.atomic
def count_heads(
    by: Actor, pk: UUID, version: int, *, counted: int, above: Above | None = None, at: datetime
) -> Places:
    """The evening headcount: who sleeps here tonight, as the house counts them, whatever was written down before.

    Raises:
        NotAllowed, StaleForm, OverCapacity.
    """
    places = _own(by, pk, version)
    places.occupied = counted
    return _confirmed(places, by.id, at, ["occupied"], above=above, reason_code="HEADCOUNT")


def take_headcount(places: Places, *, said_by: UUID, counted: int, at: datetime) -> Places:
    """As `count_heads`, of a row that the caller holds locked, by a text message of somebody of its desk.

    Nobody is above capacity because of a message: that takes a person who says why. Raises OverCapacity.
    """
    places.occupied = counted
    return _confirmed(places, said_by, at, ["occupied"], how=CountedBy.SMS, reason_code="HEADCOUNT_SMS")


@transaction.atomic
def set_full_tonight(by: Actor, pk: UUID, version: int, *, at: datetime) -> Places:
    places = _own(by, pk, version)
    places.full_until = next_morning(at)
    write(places, fields=["full_until"])
    return places


@transaction.atomic
def undo_full_tonight(by: Actor, pk: UUID, version: int) -> Places:
    places = _own(by, pk, version)
    if places.full_until is not None:
        places.full_until = None
        write(places, fields=["full_until"])
    return places


def _own(by: Actor, pk: UUID, version: int) -> Places:
    places = locked(Places, pk, version)
    authorise(by, Act.KEEP_PLACES, places.site.organisation_id)
    return places


def _confirmed(
    places: Places,
    said_by: UUID,
    at: datetime,
    changed: list[str],
    *,
    how: CountedBy = CountedBy.SCREEN,
    above: Above | None = None,
    reason_code: str = "",
) -> Places:
    places.confirmed_at, places.confirmed_by_id, places.confirmed_how = at, said_by, how
    confirmed = ["confirmed_at", "confirmed_by", "confirmed_how"]
    if "occupied" in changed:
        places.counted_at = at
        confirmed.append("counted_at")
    return settle(places, [*changed, *confirmed], above=above, reason_code=reason_code)
