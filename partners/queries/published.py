"""Which part of the directory may leave the house, and to whom?"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.db.models import (
    Case,
    F,
    JSONField,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, JSONObject
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
        .annotate(modified_at=Greatest(_service_changed(), _organisation_changed(reader), _houses_changed()))
        .order_by("organisation__name", "code", "pk")
    )


#: Of an organisation, what no reader is shown; when its agreement ends is for partners.
_NEVER_SHOWN = frozenset({"id", "version", "group", "is_national_unit"})
_NOTHING = Value({}, JSONField())


def _history_of(model: type[Model]) -> QuerySet[Model]:
    found: QuerySet[Model] = model.history.model.objects.all()  # type: ignore[attr-defined]  # of every recorded model
    return found


def _versions(model: type[Model], shown: Combinable) -> QuerySet[Model]:
    """All versions, each with what readers are shown of it and of the one `before`."""
    versions = _history_of(model).annotate(shown=shown)
    earlier = versions.filter(id=OuterRef("id"), version=OuterRef("version") - 1).values("shown")
    return versions.annotate(before=Coalesce(Subquery(earlier[:1]), _NOTHING))


def _latest(news: QuerySet[Model]) -> Subquery:
    return Subquery(news.order_by("-history_date").values("history_date")[:1])


def _service_changed() -> Subquery:
    """Where it is, only if that house is open then: who moves between secret ones is not to be seen moving."""
    versions = _versions(Service, _shown_of(Service, {"id", "version", "site"}))
    earlier = _history_of(Service).filter(id=OuterRef("id"), version=OuterRef("version") - 1)
    versions = versions.annotate(site_before=Subquery(earlier.values("site")[:1])).annotate(
        house=_open_then("site"), house_before=_open_then("site_before")
    )
    news = versions.exclude(shown=F("before"), house=F("house_before"))
    return _latest(news.filter(id=OuterRef("pk")))


def _open_then(site: str) -> Coalesce:
    """The house of a version of a service, if it was open at that time."""
    then = _history_of(Site).filter(id=OuterRef(site), history_date__lte=OuterRef("history_date"))
    house = Case(When(OPEN_HOUSE, then=JSONObject(house="id")), default=_NOTHING)
    return Coalesce(Subquery(then.annotate(house=house).order_by("-version").values("house")[:1]), _NOTHING)


def _organisation_changed(reader: Audience) -> Subquery:
    hidden = _NEVER_SHOWN if reader.partner else _NEVER_SHOWN | {"agreement_until"}
    news = _versions(Organisation, _shown_of(Organisation, hidden)).exclude(shown=F("before"))
    return _latest(news.filter(id=OuterRef("organisation")))


def _houses_changed() -> Subquery:
    """That one became confidential is news, also after the service has left it: whoever reads only news must forget it.
    What happens there later is none."""
    said = JSONObject(name="name", region="region", department="department", address="public_address")
    news = _versions(Site, Case(When(OPEN_HOUSE, then=said), default=_NOTHING)).exclude(shown=F("before"))
    been = _history_of(Service).filter(id=OuterRef(OuterRef("pk"))).values("site")
    return _latest(news.filter(id__in=been))


def _shown_of(model: type[Model], hidden: Collection[str]) -> Combinable:
    columns = {field.name for field in model._meta.concrete_fields} - {*hidden}
    return JSONObject(**{name: F(name) for name in sorted(columns)})


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
