"""Who offers what, where, and is there a place?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet

from partners.alphabet import Alphabetical
from partners.enums import CountedBy, OrganisationStatus, PersonGroup
from partners.models import Organisation, Places, Service, Site

#: After this long a count of places is shown as to be confirmed again (ui.md §3).
STALE_AFTER = timedelta(days=7)


def is_stale(places: Places, at: datetime) -> bool:
    return at - places.confirmed_at > STALE_AFTER


def national_unit() -> Organisation | None:
    return Organisation.objects.filter(is_national_unit=True).first()


def organisations() -> QuerySet[Organisation]:
    return Organisation.objects.select_related("region").order_by(Alphabetical("name"))


def sites_of(organisation_id: UUID) -> QuerySet[Site]:
    """Without the address, which a reveal reads by itself."""
    return (
        Site.objects.filter(organisation=organisation_id)
        .select_related("region")
        .order_by(Alphabetical("name"))
        .defer("address")
    )


def services_of(organisation_id: UUID) -> QuerySet[Service]:
    return Service.objects.filter(organisation=organisation_id).select_related("site").defer("site__address")


def places_of(organisation_id: UUID) -> QuerySet[Places]:
    return (
        Places.objects.filter(site__organisation=organisation_id)
        .select_related("site", "confirmed_by")
        .defer("site__address")
        .order_by(Alphabetical("site__name"), "group")
    )


def free_places(organisation_id: UUID, groups: Iterable[str], at: datetime) -> QuerySet[Places]:
    """The places that senders are offered: not those of a house that is full tonight, nor of one suspended."""
    return (
        places_of(organisation_id)
        .filter(site__organisation__status=OrganisationStatus.ACTIVE, group__in=list(groups))
        .filter(Q(full_until=None) | Q(full_until__lte=at))
        .filter(capacity__gt=F("held") + F("occupied") - F("over"))
    )


@dataclass(frozen=True)
class Offer:
    """What others learn of the places of an organisation for one group: never how many, nor in which house."""

    group: PersonGroup
    free: bool
    full_tonight: bool
    confirmed_at: datetime
    stale: bool
    #: Said by a text message, whose number can be forged.
    by_sms: bool = False


def directory(*, region: str = "", service: str = "", kind: str = "") -> QuerySet[Organisation]:
    """Active organisations with `offered` services; three queries for any number of them.

    Args:
        region: code of a region; service: code of a service; kind: of an OrganisationKind. Empty means any.
    """
    found = organisations().filter(status=OrganisationStatus.ACTIVE)
    if region:
        found = found.filter(region__code=region)
    if kind:
        found = found.filter(kind=kind)
    if service:
        found = found.filter(pk__in=Service.objects.filter(code=service, active=True).values("organisation"))
    return found.prefetch_related(
        Prefetch("services", Service.objects.filter(active=True).order_by("code"), to_attr="offered"),
        Prefetch("sites", Site.objects.defer("address"), to_attr="houses"),
        Prefetch("houses__places", Places.objects.order_by("group"), to_attr="counts"),
    )


def offers(organisation: Organisation, at: datetime) -> list[Offer]:
    """Args: organisation: one of `directory`."""
    by_group: dict[str, list[Places]] = {}
    for site in organisation.houses:  # type: ignore[attr-defined]  # prefetched
        for places in site.counts:
            by_group.setdefault(places.group, []).append(places)
    return [_offer(group, by_group[group], at) for group in PersonGroup if group in by_group]


def _offer(group: PersonGroup, rows: list[Places], at: datetime) -> Offer:
    open_tonight = [row for row in rows if row.full_until is None or row.full_until <= at]
    speaking = [row for row in open_tonight if row.free] or open_tonight or rows
    newest = max(speaking, key=lambda row: row.confirmed_at)
    return Offer(
        group=group,
        free=any(row.free for row in open_tonight),
        full_tonight=not open_tonight,
        confirmed_at=newest.confirmed_at,
        stale=is_stale(newest, at),
        by_sms=newest.confirmed_how == CountedBy.SMS,
    )
