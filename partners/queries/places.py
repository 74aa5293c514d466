"""The places of the country, for national coordination: by region and group of persons, never by house."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from partners.alphabet import Alphabetical
from partners.enums import OrganisationStatus, PersonGroup
from partners.models import Places
from partners.queries.directory import STALE_AFTER


@dataclass(frozen=True)
class Tally:
    """What the houses of a region say of their places for one group.

    `free` are those offered tonight; `closed` are free ones of houses that are full tonight. `full`, `stale` and `rows`
    count houses.
    """

    region: str
    group: PersonGroup
    rows: int
    capacity: int
    occupied: int
    held: int
    free: int
    closed: int
    over: int
    full: int
    stale: int


def national(at: datetime) -> list[Tally]:
    """One query. Without suspended organisations."""
    free = F("capacity") + F("over") - F("held") - F("occupied")
    closed = Q(full_until__gt=at)
    found = (
        Places.objects.filter(site__organisation__status=OrganisationStatus.ACTIVE)
        .order_by(Alphabetical("site__region__name"), "group")
        .values("site__region__name", "group")
        .annotate(
            rows=Count("pk"),
            all_places=Sum("capacity"),
            all_occupied=Sum("occupied"),
            all_held=Sum("held"),
            all_free=Coalesce(Sum(free, filter=~closed | Q(full_until=None)), 0),
            all_closed=Coalesce(Sum(free, filter=closed), 0),
            all_over=Sum("over"),
            full=Count("pk", filter=closed | Q(capacity__lte=F("held") + F("occupied"))),
            stale=Count("pk", filter=Q(confirmed_at__lt=at - STALE_AFTER)),
        )
    )
    regions, groups = list(dict.fromkeys(row["site__region__name"] for row in found)), PersonGroup.values
    ranked = sorted(
        found, key=lambda row: (regions.index(row["site__region__name"]), groups.index(row["group"]))
    )
    return [
        Tally(
            row["site__region__name"],
            PersonGroup(row["group"]),
            *(row[name] for name in (
                "rows", "all_places", "all_occupied", "all_held", "all_free", "all_closed", "all_over", "full", "stale",
            )),
        )
        for row in ranked
    ]  # fmt: skip
