"""What the file for the data-protection authority counts: requests of persons, erasures, incidents, orders."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from partners.models import Organisation
from referral.models import Case, Erasure, Incident, Referral, Requisition, RightsRequest, VerbalDemand

#: How a request was answered.
IN_TIME, LATE, OPEN = "in_time", "late", "open"


@dataclass(frozen=True)
class Requests:
    """Of persons about their data. Of one kind: how many are answered in time, answered late, not answered."""

    counts: dict[tuple[str, str], int]
    #: Days until the answer, of those that were answered.
    days: tuple[int, ...]


def requests_between(house: UUID | None, since: datetime, end: datetime) -> Requests:
    """As they stood at the end: what came later changes nothing."""
    found = RightsRequest.objects.filter(received_at__gte=since, received_at__lt=end)
    if house is not None:
        found = found.filter(case__organisation=house)
    counts: Counter[tuple[str, str]] = Counter()
    days = []
    for kind, received, answered, due in found.values_list("kind", "received_at", "answered_at", "due_at"):
        if answered is None or answered >= end:
            counts[kind, LATE if due < end else OPEN] += 1
        else:
            counts[kind, IN_TIME if answered <= due else LATE] += 1
            days.append((answered - received).days)
    return Requests(dict(counts), tuple(sorted(days)))


@dataclass(frozen=True)
class Counts:
    """Orders and demands are acts of an authority; files and erasures are persons."""

    files: int
    erased: int
    orders: dict[str, int]
    demands: int
    #: Organisations that have received a referral, by kind.
    recipients: dict[str, int]


def counts_between(house: UUID | None, since: datetime, end: datetime) -> Counts:
    def mine(rows: QuerySet, path: str) -> QuerySet:  # type: ignore[type-arg]  # of any model
        return rows if house is None else rows.filter(**{path: house})

    cases = mine(Case.objects.filter(erased_at=None), "organisation")
    erased = mine(Erasure.objects.filter(done_at__gte=since, done_at__lt=end), "case__organisation")
    orders = mine(
        Requisition.objects.filter(recorded_at__gte=since, recorded_at__lt=end), "case__organisation"
    )
    if house is not None:
        # Whoever owns the file of a secret order may read the figures of the house: one more would say it.
        orders = orders.filter(told_at__isnull=False)
    demands = mine(VerbalDemand.objects.filter(recorded_at__gte=since, recorded_at__lt=end), "organisation")
    sent = mine(Referral.objects.filter(sent_at__gte=since, sent_at__lt=end), "referring_organisation")
    kinds = Organisation.objects.filter(pk__in=sent.values("receiving_organisation")).values_list(
        "kind", flat=True
    )
    return Counts(
        files=cases.count(),
        erased=erased.count(),
        orders=dict(Counter(orders.values_list("decision", flat=True))),
        demands=demands.count(),
        recipients=dict(Counter(kinds)),
    )


def incidents_between(house: UUID | None, since: datetime, end: datetime) -> list[Incident]:
    found = Incident.objects.filter(noticed_at__gte=since, noticed_at__lt=end).order_by("noticed_at")
    return list(found if house is None else found.filter(organisation=house))
