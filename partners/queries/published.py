"""Which part of the directory may leave the house, and to whom?"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.db.models import Model, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone

from partners.enums import OrganisationStatus, TokenScope
from partners.models import ApiToken, Organisation, Places, Region, Service, Site

#: A house that anybody may find. Of all others no answer holds anything, not even that there is one.
OPEN_HOUSE = Q(confidential=False) & ~Q(public_address="")
OPEN_SITE = Q(site__confidential=False) & ~Q(site__public_address="")


@dataclass(frozen=True)
class Audience:
    """Who reads, and when.

    Attributes:
        partner: all active organisations rather than those shown to the public.
        capacity: for which groups there is a free place.
    """

    at: datetime
    partner: bool = False
    capacity: bool = False

    @cached_property
    def regions(self) -> dict[str, str]:
        """Their names by code."""
        return dict(Region.objects.values_list("code", "name"))

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)


def audience_of(token: ApiToken | None, at: datetime) -> Audience:
    scopes = token.scopes if token else ()
    partner = TokenScope.DIRECTORY in scopes
    return Audience(at, partner=partner, capacity=partner and TokenScope.CAPACITY in scopes)


def is_published(organisation: Organisation, at: datetime) -> bool:
    """Active, and its agreement has not ended."""
    until = organisation.agreement_until
    return organisation.is_active and (until is None or timezone.localdate(at) <= until)


def published_organisations(reader: Audience) -> QuerySet[Organisation]:
    """Those the reader may know of, with their open `houses_open`; the places only for who reads capacity."""
    current = Q(agreement_until=None) | Q(agreement_until__gte=reader.today)
    found = Organisation.objects.filter(current, status=OrganisationStatus.ACTIVE)
    if not reader.partner:
        found = found.filter(is_public=True)
    found = found.select_related("region").order_by("name", "pk")
    houses = Site.objects.filter(OPEN_HOUSE).select_related("region", "department").defer("address")
    return found.prefetch_related(
        Prefetch("sites", houses.order_by("name", "pk"), to_attr="houses_open"),
        *(
            (
                Prefetch("sites", Site.objects.defer("address"), to_attr="houses"),
                Prefetch("houses__places", Places.objects.order_by("group"), to_attr="counts"),
            )
            if reader.capacity
            else ()
        ),
    )


def published_services(reader: Audience) -> QuerySet[Service]:
    """Offered services of those organisations, with `modified_at`: the last change of anything that they show."""
    organisations = published_organisations(reader)
    return (
        Service.objects.filter(active=True, organisation__in=organisations.order_by().values("pk"))
        .select_related("site__region", "site__department")
        .defer("site__address")
        .prefetch_related(Prefetch("organisation", organisations))
        .annotate(
            modified_at=Greatest(
                *(
                    _changed(m, ref)
                    for m, ref in ((Service, "pk"), (Organisation, "organisation"), (Site, "site"))
                )
            )
        )
        .order_by("organisation__name", "code", "pk")
    )


def _changed(model: type[Model], reference: str) -> Subquery:
    """When a row was last changed. Of a house that became confidential too: who reads only news must forget it."""
    history = model.history.model  # type: ignore[attr-defined]  # every recorded model has one
    return Subquery(
        history.objects.filter(id=OuterRef(reference)).order_by("-version").values("history_date")[:1]
    )


def changed_since(services: QuerySet[Service], at: datetime) -> QuerySet[Service]:
    """Args: services: of `published_services`."""
    return services.filter(**{"modified_at__gte": at})


def at_open_sites(services: QuerySet[Service]) -> QuerySet[Service]:
    return services.filter(OPEN_SITE)


def searched(services: QuerySet[Service], words: str, codes: Collection[str]) -> QuerySet[Service]:
    """Args: codes: of the services whose name holds the words."""
    return services.filter(
        Q(code__in=codes)
        | Q(description__icontains=words)
        | Q(organisation__name__icontains=words)
        | Q(organisation__description__icontains=words)
        | Q(organisation__region__name__icontains=words)
    )


def owners_of(services: QuerySet[Service]) -> QuerySet[Service, UUID]:
    """The organisations of these services."""
    return services.order_by().values_list("organisation", flat=True)
