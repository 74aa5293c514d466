"""Who offers what, where, and is there a place?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from operator import attrgetter
from typing import NamedTuple, Protocol
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils import timezone

from partners.alphabet import Alphabetical
from partners.enums import CountedBy, PersonGroup, Weekday
from partners.models import Organisation, Places, Service, Site
from partners.queries.agreements import may_be_sent_to

#: "Complet ce soir" ends in the morning, when the desk counts again (design §6).
MORNING = time(8)
#: After this long a count of places is shown as to be confirmed again (ui.md §3).
STALE_AFTER = timedelta(days=7)
#: After this long without a look at it, an entry is shown as to be checked again.
UNCHECKED_AFTER = timedelta(days=90)
#: Completed years.
ADULT = 18
GROUPS = tuple(PersonGroup)


def next_morning(at: datetime) -> datetime:
    local = timezone.localtime(at)
    morning = local.replace(hour=MORNING.hour, minute=0, second=0, microsecond=0)
    return morning if morning > local else morning + timedelta(days=1)


def is_stale(places: "Counted", at: datetime) -> bool:
    return at - places.confirmed_at > STALE_AFTER


def national_unit() -> Organisation | None:
    return Organisation.objects.filter(is_national_unit=True).first()


def organisations() -> QuerySet[Organisation]:
    return Organisation.objects.select_related("region").order_by(Alphabetical("name"))


def sites() -> QuerySet[Site]:
    """Without the address, which a reveal reads by itself."""
    return Site.objects.select_related("region", "department").order_by(Alphabetical("name")).defer("address")


def sites_of(organisation_id: UUID) -> QuerySet[Site]:
    return sites().filter(organisation=organisation_id)


def services() -> QuerySet[Service]:
    return Service.objects.select_related("site").defer("site__address")


def services_of(organisation_id: UUID) -> QuerySet[Service]:
    return services().filter(organisation=organisation_id)


def places_of(organisation_id: UUID) -> QuerySet[Places]:
    return (
        Places.objects.filter(site__organisation=organisation_id)
        .select_related("site", "confirmed_by")
        .defer("site__address")
        .order_by(Alphabetical("site__name"), "group")
    )


def free_places(organisation_id: UUID, groups: Iterable[str], at: datetime) -> QuerySet[Places]:
    """The places that senders are offered: not of a house that is full tonight, nor of one that nothing is sent to."""
    return (
        places_of(organisation_id)
        .filter(may_be_sent_to("site__organisation__"), group__in=list(groups))
        .filter(Q(full_until=None) | Q(full_until__lte=at))
        .filter(capacity__gt=F("held") + F("occupied") - F("over"))
    )


class Offer(NamedTuple):
    """What others learn of the places of an organisation for one group: never how many, nor in which house."""

    group: PersonGroup
    free: bool
    full_tonight: bool
    confirmed_at: datetime
    stale: bool
    #: Said by a text message, whose number can be forged.
    by_sms: bool = False


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What one service of an organisation must offer; what is not said does not matter."""

    service: str = ""
    sex: str = ""
    #: In completed years.
    age: int | None = None
    with_children: bool = False
    language: str = ""
    disability: bool = False
    open_at: datetime | None = None

    def services(self) -> QuerySet[Service]:
        found = Service.objects.filter(active=True)
        if self.service:
            found = found.filter(code=self.service)
        if self.sex:
            found = found.filter(Q(sexes=[]) | Q(sexes__contains=[self.sex]))
        if self.age is not None:
            found = found.filter(
                Q(minimum_age=None) | Q(minimum_age__lte=self.age),
                Q(maximum_age=None) | Q(maximum_age__gte=self.age),
                Q(takes_adults=True) if self.age >= ADULT else Q(takes_children=True),
            )
        if self.with_children:
            found = found.filter(takes_children_with_parent=True)
        if self.language:
            found = found.filter(languages__contains=[self.language])
        if self.disability:
            found = found.filter(disability_access=True)
        return found.filter(_open(self.open_at)) if self.open_at else found


def _open(at: datetime) -> Q:
    """Also in the small hours of a service that closes after midnight."""
    local = timezone.localtime(at)
    time, week = local.time(), list(Weekday)

    def on(number: int) -> Q:
        return Q(days=[]) | Q(days__contains=[week[number]])

    today, yesterday = on(local.weekday()), on(local.weekday() - 1)
    over_midnight = Q(closes_at__lte=F("opens_at"))
    return (
        (today & Q(opens_at=None))
        | (today & ~over_midnight & Q(opens_at__lte=time, closes_at__gt=time))
        | (today & over_midnight & Q(opens_at__lte=time))
        | (yesterday & over_midnight & Q(closes_at__gt=time))
    )


def directory(
    *,
    region: str = "",
    service: str = "",
    kind: str = "",
    wanted: Wanted | None = None,
    everybody: bool = False,
) -> QuerySet[Organisation]:
    """Organisations that may be sent to, with `offered` services; three queries for any number of them.

    Args:
        region: code of a region; service: code of a service; kind: of an OrganisationKind. Empty means any.
        wanted: what one of the services must offer.
        everybody: also those that are suspended or whose agreement has run out, for who keeps the directory.
    """
    found = organisations() if everybody else organisations().filter(may_be_sent_to())
    if region:
        found = found.filter(region__code=region)
    if kind:
        found = found.filter(kind=kind)
    needed = wanted or Wanted(service=service)
    if needed != Wanted():
        found = found.filter(pk__in=needed.services().values("organisation"))
    houses = Site.objects.select_related("region", "department").order_by(
        Alphabetical("region__name"), "name"
    )
    return found.prefetch_related(
        Prefetch("services", Service.objects.filter(active=True).order_by("code"), to_attr="offered"),
        Prefetch("sites", houses.defer("address"), to_attr="houses"),
        Prefetch("houses__places", Places.objects.order_by("group"), to_attr="counts"),
    )


class Counted(Protocol):
    """What an offer is made from: a row of `Places`, or as much of it as was read."""

    @property
    def group(self) -> str: ...
    @property
    def free(self) -> int: ...
    @property
    def full_until(self) -> datetime | None: ...
    @property
    def confirmed_at(self) -> datetime: ...
    @property
    def confirmed_how(self) -> str: ...


def is_unchecked(service: Service, at: datetime) -> bool:
    return service.assured_at is None or at - service.assured_at > UNCHECKED_AFTER


def offers(organisation: Organisation, at: datetime) -> list[Offer]:
    """Args: organisation: one of `directory`."""
    return offers_of([places for site in organisation.houses for places in site.counts], at)  # type: ignore[attr-defined]  # prefetched


def offers_of(rows: Iterable[Counted], at: datetime) -> list[Offer]:
    """Args: rows: of one organisation."""
    by_group: dict[str, list[Counted]] = {}
    for places in rows:
        by_group.setdefault(places.group, []).append(places)
    return [_offer(PersonGroup(group), by_group[group], at) for group in sorted(by_group, key=GROUPS.index)]


def _offer(group: PersonGroup, rows: list[Counted], at: datetime) -> Offer:
    open_tonight = [row for row in rows if row.full_until is None or row.full_until <= at]
    free = [row for row in open_tonight if row.free]
    newest = max(free or open_tonight or rows, key=attrgetter("confirmed_at"))
    return Offer(
        group,
        free=bool(free),
        full_tonight=not open_tonight,
        confirmed_at=newest.confirmed_at,
        stale=is_stale(newest, at),
        by_sms=newest.confirmed_how == CountedBy.SMS,
    )
