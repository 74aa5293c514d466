"""Organisations, and where reports of a region go: the administrator's work. Agreements: coordination's too."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners import policy
from partners.actor import Actor
from partners.enums import Act, OrganisationStatus
from partners.models import Organisation, Region, group_name
from partners.queries import live_memberships, national_unit
from partners.services.guard import Refusal, authorise, explained, locked
from partners.services.ledger import lock_receivers

SENTENCES = {
    "organisation_named_once": _("Another organisation has this name already."),
    "one_national_unit": _("There is a national unit already."),
}


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """What is said of an organisation."""

    name: str
    kind: str
    region: Region
    telephone: str = ""
    is_national_unit: bool = False


def create_organisation(by: Actor, particulars: Particulars) -> Organisation:
    authorise(by, Act.MANAGE_ORGANISATIONS)
    return found_organisation(particulars)


@transaction.atomic
def found_organisation(particulars: Particulars) -> Organisation:
    """Without anybody to authorise: for the command that makes the first."""
    pk = uuid4()
    with explained(**SENTENCES):
        organisation = Organisation(
            id=pk, group=Group.objects.create(name=group_name(pk)), **vars(particulars)
        )
        write(organisation)
    return organisation


@transaction.atomic
def change_organisation(by: Actor, pk: UUID, version: int, particulars: Particulars) -> Organisation:
    authorise(by, Act.MANAGE_ORGANISATIONS)
    organisation = locked(Organisation, pk, version)
    if particulars.kind != organisation.kind:
        _require_seats(pk, particulars.kind)
    changed = [name for name, value in vars(particulars).items() if getattr(organisation, name) != value]
    for name in changed:
        setattr(organisation, name, getattr(particulars, name))
    if changed:
        with explained(**SENTENCES):
            write(organisation, fields=changed)
    return organisation


def _require_seats(pk: UUID, kind: str) -> None:
    held = live_memberships().filter(user__organisation=pk).values_list("role", flat=True)
    if role := policy.misplaced(held, kind):
        raise Refusal(
            _("Somebody here holds the role “%(role)s”, which an organisation of this kind does not have.")
            % {"role": role.label}
        )


@transaction.atomic
def suspend_organisation(by: Actor, pk: UUID, version: int) -> Organisation:
    """Sets the status only. What becomes of its referrals is decided by `referral`, in the same transaction."""
    authorise(by, Act.KEEP_AGREEMENTS)
    organisation = locked(Organisation, pk, version)
    if pk == by.organisation_id:
        raise Refusal(_("You cannot suspend your own organisation."))
    if not organisation.is_active:
        raise Refusal(_("This organisation is suspended already."))
    organisation.status = OrganisationStatus.SUSPENDED
    write(organisation, "admin.suspend", fields=["status"])
    return organisation


@transaction.atomic
def reinstate_organisation(by: Actor, pk: UUID, version: int) -> Organisation:
    authorise(by, Act.KEEP_AGREEMENTS)
    organisation = locked(Organisation, pk, version)
    if organisation.is_active:
        raise Refusal(_("This organisation is not suspended."))
    organisation.status = OrganisationStatus.ACTIVE
    write(organisation, "admin.reinstate", fields=["status"])
    return organisation


@transaction.atomic
def set_report_rule(by: Actor, region_id: UUID, version: int, organisation: Organisation | None) -> Region:
    """Reports from this region go to `organisation`; to the national unit when None."""
    authorise(by, Act.MANAGE_REGIONS)
    if organisation is not None:
        lock_receivers(organisation.pk)
        organisation.refresh_from_db(fields=["status"])
        if not organisation.is_active:
            raise Refusal(_("A suspended organisation cannot receive reports."))
    region = locked(Region, region_id, version)
    if region.reports_to != organisation:
        region.reports_to = organisation
        write(region, fields=["reports_to"])
    return region


def hold_destination(region: Region) -> Organisation | None:
    """Who takes in the reports of a region, not to be suspended before the transaction ends; None where nobody does."""
    unit = national_unit()
    asked = [pk for pk in (region.reports_to_id, unit.pk if unit else None) if pk is not None]
    lock_receivers(*asked)
    active = Organisation.objects.filter(status=OrganisationStatus.ACTIVE).in_bulk(asked)
    return next((active[pk] for pk in asked if pk in active), None)
