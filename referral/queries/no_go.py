"""From where is a person kept away? The lists of files, opened: whoever shows something of them records the look."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from partners.models import Organisation, Site
from referral.avoiding import Avoided, Ground, What, keys, read, ruled_out
from referral.enums import OPEN
from referral.models import Case, NoGoList, Referral, Transfer


def avoided_of(case: Case) -> tuple[Avoided, ...]:
    """No query where the list was joined to the case, but for the key of the file."""
    found: NoGoList | None = getattr(case, "no_go", None)
    return () if found is None else read(found.entries)


def avoided_by(cases: Iterable[UUID]) -> dict[UUID, tuple[Avoided, ...]]:
    """Of the files that have a list."""
    found = NoGoList.objects.filter(case__in=set(cases))
    return {each.case_id: read(each.entries) for each in found}


def grounds_of(organisations: Iterable[UUID]) -> dict[UUID, Ground]:
    """Where these organisations work."""
    wanted = set(organisations)
    seats = dict(Organisation.objects.filter(pk__in=wanted).values_list("pk", "region_id"))
    houses: dict[UUID, list[tuple[UUID, UUID | None, bool]]] = {pk: [] for pk in wanted}
    rows = Site.objects.filter(organisation__in=wanted)
    for pk, region, there, secret in rows.values_list(
        "organisation_id", "region_id", "department_id", "confidential"
    ):
        houses[pk].append((region, there, secret))
    return {pk: ground_of(pk, seats[pk], houses[pk]) for pk in wanted if pk in seats}


def ground_of(pk: UUID, seat: UUID, houses: Sequence[tuple[UUID, UUID | None, bool]]) -> Ground:
    """Args: houses: region, department, confidential."""
    regions, departments, hidden = set(), set(), False
    for region, there, secret in houses:
        regions.add(str(region))
        if secret or there is None:
            hidden = True
        else:
            departments.add(str(there))
    return Ground(str(pk), frozenset(regions or {str(seat)}), frozenset(departments), hidden)


def kept_away(rows: Sequence[Referral | Transfer], at: datetime) -> list[bool]:
    """Does the file of each keep the person away from where the referral goes?"""
    lists = avoided_by(row.case_id for row in rows)
    grounds = grounds_of(row.receiving_organisation_id for row in rows if row.case_id in lists)
    return [
        row.case_id in lists and _ruled_out(lists[row.case_id], grounds, row.receiving_organisation_id)
        for row in rows
    ]


def _ruled_out(entries: Sequence[Avoided], grounds: dict[UUID, Ground], pk: UUID) -> bool:
    return pk in grounds and ruled_out(entries, grounds[pk]) is not None


def avoided_organisations(cases: Iterable[UUID]) -> frozenset[UUID]:
    """Those that any of these persons is kept away from, by name."""
    return frozenset(
        UUID(key) for entries in avoided_by(cases).values() for key in keys(entries, What.ORGANISATION)
    )


def avoided_among(case: Case, organisations: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the organisations from which the file keeps the person away, as it stands in the database now."""
    entries = avoided_by([case.pk]).get(case.pk, ())
    grounds = grounds_of(organisations) if entries else {}
    return frozenset(pk for pk in grounds if _ruled_out(entries, grounds, pk))


def sent_to_avoided(case: Case, entries: Sequence[Avoided]) -> list[Referral]:
    """What is under way to somebody on the list: sent before it stood there."""
    under_way = case.referrals.filter(state__in=sorted(OPEN)).select_related("receiving_organisation")
    grounds = grounds_of(row.receiving_organisation_id for row in under_way) if entries else {}
    return [row for row in under_way if _ruled_out(entries, grounds, row.receiving_organisation_id)]
