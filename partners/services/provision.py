"""Sites, services and places. A place is counted on one locked row; the CHECK on it is the last wall."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.rows import write
from audit.services import look
from crypto import keyring
from partners.actor import Actor
from partners.enums import Act
from partners.models import Department, Places, Region, Service, Site
from partners.services.guard import Refusal, authorise, explained, locked

#: "Complet ce soir" ends in the morning, when the desk counts again (design §6).
MORNING = time(8)
SITE_ONCE = {"site_named_once": _("Your organisation has a site of that name already.")}
SERVICE_ONCE = {"service_once_per_organisation": _("Your organisation offers this service already.")}
PLACES_ONCE = {"places_once_per_group": _("Places for this group are counted at this site already.")}


class NoPlaceFree(Refusal):
    def __init__(self) -> None:
        super().__init__(_("There is no free place."))


class OverCapacity(Refusal):
    """More persons than places: possible, but only when somebody says so."""

    def __init__(self, count: int) -> None:
        super().__init__(
            ngettext(
                "This is %(count)d person above capacity.", "This is %(count)d persons above capacity.", count
            )
            % {"count": count}
        )


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
    address: str | None,
    confidential: bool = True,
    department: Department | None = None,
    public_address: str = "",
    of: UUID | None = None,
) -> Site:
    """Args: of: the organisation, where it is not the actor's own; as of `add_service`."""
    organisation_id = of or by.organisation_id
    authorise(by, Act.KEEP_PROVISION, organisation_id)
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
    address: str | None,
    confidential: bool,
    department: Department | None = None,
    public_address: str = "",
) -> Site:
    """Args: address: the new one; None or empty keeps the old, which the form does not show."""
    site = locked(Site, pk, version)
    authorise(by, Act.KEEP_PROVISION, site.organisation_id)
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


def reveal_address(by: Actor, site: Site) -> str:
    authorise(by, Act.REVEAL_ADDRESS, site.organisation_id)
    look("reveal", site, fields=["address"])
    with keyring.current().revealing(site):
        return site.address or ""


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
    return _confirmed(places, by, at, [])


@transaction.atomic
def edit_places(
    by: Actor, pk: UUID, version: int, *, capacity: int, occupied: int, overflow: bool = False, at: datetime
) -> Places:
    """Args: overflow: the desk says that it lodges more persons than it has places."""
    places = _own(by, pk, version)
    over = max(0, places.held + occupied - capacity)
    if over and not overflow:
        raise OverCapacity(over)
    places.capacity, places.occupied, places.over = capacity, occupied, over
    return _confirmed(places, by, at, ["capacity", "occupied", "over"])


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


def next_morning(at: datetime) -> datetime:
    local = timezone.localtime(at)
    morning = local.replace(hour=MORNING.hour, minute=0, second=0, microsecond=0)
    return morning if morning > local else morning + timedelta(days=1)


def _own(by: Actor, pk: UUID, version: int) -> Places:
    places = locked(Places, pk, version)
    authorise(by, Act.KEEP_PLACES, places.site.organisation_id)
    return places


def _confirmed(places: Places, by: Actor, at: datetime, changed: list[str]) -> Places:
    places.confirmed_at, places.confirmed_by_id = at, by.id
    write(places, fields=[*changed, "confirmed_at", "confirmed_by"])
    return places


# --- What becomes of one place -----------------------------------------------------------------------------
# `referral.services` has asked who may, holds the referral's lock and calls these inside its own transaction.
def hold_place(pk: UUID, *, overflow: bool = False) -> Places:
    """
    Args:
        overflow: take the person above capacity, by an explicit act of whoever accepts; counted.

    Raises:
        NoPlaceFree.
    """
    places = locked(Places, pk)
    fields = ["held"]
    if places.free == 0:
        if not overflow:
            raise NoPlaceFree
        places.over += 1
        fields.append("over")
    places.held += 1
    write(places, fields=fields, reason_code="OVERFLOW" if len(fields) > 1 else "")
    return places


def release_place(pk: UUID) -> Places:
    """Gives a held place back."""
    places = locked(Places, pk)
    places.held -= 1
    return _given_back(places, ["held"])


def occupy_place(pk: UUID) -> Places:
    """The person whose place was held has arrived."""
    places = locked(Places, pk)
    places.held -= 1
    places.occupied += 1
    write(places, fields=["held", "occupied"])
    return places


def leave_place(pk: UUID) -> Places:
    places = locked(Places, pk)
    # The desk counts heads, also of people whom Relais does not know; its count may already be without this one.
    places.occupied = max(0, places.occupied - 1)
    return _given_back(places, ["occupied"])


def _given_back(places: Places, fields: list[str]) -> Places:
    """A place above capacity disappears with the person who took it; it is never offered."""
    over = max(0, places.held + places.occupied - places.capacity)
    if over < places.over:
        places.over = over
        fields = [*fields, "over"]
    write(places, fields=fields)
    return places
