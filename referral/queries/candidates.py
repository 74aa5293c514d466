"""Who could receive this person? One statement for all who offer the service; `ranking` puts them in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.utils import timezone

from partners.alphabet import alphabetical
from partners.enums import PersonGroup, Role
from partners.models import Organisation, Region
from partners.queries import Offer, live_memberships, offers_of
from referral import ranking
from referral.avoiding import Avoided, comes_near, ruled_out
from referral.disclosure import ages_of, is_child
from referral.enums import SHELTER_SERVICES
from referral.models import Case
from referral.queries import refusals
from referral.queries.facts import groups_of_persons
from referral.queries.no_go import avoided_of, ground_of
from referral.queries.routing_rules import rules
from referral.ranking import ASKABLE, Hindrance, Need, Provider, Rank, Reason
from referral.routing_rules import named, profiles_of, that_count

DESK = (Role.FOCAL_POINT, Role.SUPERVISOR)
#: What is shown of an organisation, or decides; in the order of the model, as `from_db` wants it.
SHOWN = {"id", "name", "kind", "region_id", "status", "telephone", "night_telephone", "agreement_until"}
ORGANISATION = [field.attname for field in Organisation._meta.concrete_fields if field.attname in SHOWN]
REGION = [field.attname for field in Region._meta.concrete_fields if field.attname in {"id", "code", "name"}]
#: Of the service; the names are those of `Provider`.
SERVICE = (
    *("sexes", "takes_children", "takes_adults", "takes_children_with_parent", "minimum_age", "maximum_age"),
    *("languages", "disability_access", "title_needed", "days", "opens_at", "closes_at"),
)
#: Every organisation that offers the service, whoever is asked for: why somebody is not proposed is said as well.
OFFERED = f"""
SELECT {", ".join(f"o.{name}" for name in ORGANISATION)}, {", ".join(f"g.{name}" for name in REGION)},
    {", ".join(f"s.{name}" for name in SERVICE)}, s.regions, s.night_telephone,
    EXISTS (
        SELECT FROM partners_user u JOIN partners_membership m ON m.user_id = u.id
        WHERE u.organisation_id = o.id AND u.is_active AND m.role = ANY(%(desk)s)
            AND (m.until IS NULL OR m.until > relais_now())),
    house.regions, house.departments, house.secret,
    counted.groups, counted.free, counted.full_until, counted.confirmed_at, counted.confirmed_how,
    ARRAY(
        SELECT CASE WHEN {refusals.ASKED} THEN '{ranking.ASKED}'
            WHEN r.state = 'expired' THEN '{ranking.SILENT}' ELSE r.decline_reason END
        FROM referral_referral r
        WHERE r.case_id = %(case)s AND r.receiving_organisation_id = o.id
            AND ({refusals.STANDS} OR {refusals.ASKED}))
FROM partners_service s
JOIN partners_organisation o ON o.id = s.organisation_id
JOIN partners_region g ON g.id = o.region_id
LEFT JOIN LATERAL (
    SELECT array_agg(h.region_id) AS regions, array_agg(h.department_id) AS departments,
        array_agg(h.confidential) AS secret
    FROM partners_site h WHERE h.organisation_id = o.id) house ON true
LEFT JOIN LATERAL (
    SELECT array_agg(p."group") AS groups, array_agg(p.capacity + p.over - p.held - p.occupied) AS free,
        array_agg(p.full_until) AS full_until, array_agg(p.confirmed_at) AS confirmed_at,
        array_agg(p.confirmed_how) AS confirmed_how
    FROM partners_places p JOIN partners_site h ON h.id = p.site_id
    WHERE h.organisation_id = o.id AND p."group" = ANY(%(groups)s)) counted ON true
WHERE s.code = %(service)s AND s.active
"""  # noqa: S608 - names of columns alone


class Counted(NamedTuple):
    """Places of one house for one group, as `offers_of` reads them."""

    group: str
    free: int
    full_until: datetime | None
    confirmed_at: datetime
    confirmed_how: str


#: Names of organisations, which change rarely, as they are sorted.
by_name = lru_cache(maxsize=4096)(alphabetical)


@dataclass(frozen=True, eq=False)
class Candidate:
    row: Sequence[Any] = field(repr=False)
    need: Need
    #: In local time.
    at: datetime
    provider: Provider
    #: What the centre says of its places for such a person; empty where it counts none.
    places: tuple[Offer, ...]
    rank: Rank
    #: Why it is not proposed, the gravest first; empty for those that are.
    hindrances: tuple[Hindrance, ...] = ()

    @cached_property
    def reasons(self) -> list[Reason]:
        """Why it stands where it stands."""
        return ranking.reasons(self.need, self.provider, self.at)

    @cached_property
    def organisation(self) -> Organisation:
        """Made when it is shown: of hundreds that offer a service a page shows a few."""
        found = Organisation.from_db(
            DEFAULT_DB_ALIAS,
            ORGANISATION,
            self.row[: len(ORGANISATION)],
        )
        found.region = Region.from_db(
            DEFAULT_DB_ALIAS,
            REGION,
            self.row[len(ORGANISATION) : len(ORGANISATION) + len(REGION)],
        )
        return found

    @cached_property
    def pk(self) -> UUID:
        return self.row[_PK]

    @property
    def name(self) -> str:
        return self.row[_NAME]

    @property
    def region(self) -> str:
        return self.row[_REGION]

    @property
    def telephone(self) -> str:
        return self.row[_TELEPHONE]

    @property
    def night_telephone(self) -> str:
        return self.row[_NIGHT]

    @property
    def staffed(self) -> bool:
        """Is there somebody at the desk who can answer? Else one telephones."""
        return self.provider.staffed

    @property
    def same_region(self) -> bool:
        return not self.rank.elsewhere

    @property
    def own(self) -> bool:
        return self.provider.own

    @property
    def full(self) -> bool:
        return bool(self.places) and not any(offer.free for offer in self.places)

    @property
    def askable(self) -> bool:
        """Nothing stands against asking there, but that it is full or made for another region."""
        return ASKABLE.issuperset(self.hindrances)


_PK, _NAME, _KIND, _SEAT, _STATUS, _UNTIL, _NIGHT = (
    ORGANISATION.index(name)
    for name in ("id", "name", "kind", "region_id", "status", "agreement_until", "night_telephone")
)
_TELEPHONE = ORGANISATION.index("telephone")
_REGION = len(ORGANISATION) + REGION.index("name")
_SERVICE = len(ORGANISATION) + len(REGION)
_REST = _SERVICE + len(SERVICE)


def need_of(case: Case, urgency: str) -> Need:
    """The needs of the person on which a place depends; `case` with its region."""
    person = case.person
    return Need(
        sex=person.sex,
        is_child=is_child(person.age_status),
        ages=ages_of(person.age_band),
        with_children=bool(person.children),
        languages=frozenset(person.languages or []),
        flags=frozenset(person.flags or []),
        region=case.region_id,
        region_code=case.region.code,
        urgency=urgency,
    )


def ranked(
    case: Case, service: str, at: datetime, *, urgency: str = "", nationality: str | None = None
) -> list[Candidate]:
    """Everybody who offers the service: first those to be proposed, the best first, then the others.

    Args:
        nationality: where a rule may ask for it; the caller has opened it, and recorded the look.
    """
    need, local = need_of(case, urgency or case.urgency), timezone.localtime(at)
    found = _Search(case, need, service, at, nationality).providers()
    return sorted(
        (
            Candidate(
                row=row,
                need=need,
                at=local,
                provider=provider,
                places=places,
                rank=ranking.rank(need, provider, local),
                hindrances=tuple(ranking.hindrances(need, provider, local)),
            )
            for row, provider, places in found
        ),
        key=lambda each: (bool(each.hindrances), each.rank, by_name(each.name)),
    )


def candidates(
    case: Case, service: str, at: datetime, *, without: frozenset[UUID] = frozenset()
) -> list[Candidate]:
    """Whom one may ask, the best first; full houses and those of other regions last.

    Whoever is being asked for this need stays among them: sending itself refuses to ask twice.

    Args:
        without: left out.
    """
    may_be = ASKABLE | {Hindrance.BEING_ASKED}
    found = ranked(case, service, at)
    return [each for each in found if may_be.issuperset(each.hindrances) and each.pk not in without]


class _Search:
    """What is the same for every provider of one need."""

    def __init__(self, case: Case, need: Need, service: str, at: datetime, nationality: str | None) -> None:
        self.case, self.need, self.service, self.at = case, need, service, at
        self.avoided: tuple[Avoided, ...] = avoided_of(case)
        self.rules = that_count(
            rules(),
            profiles=profiles_of(is_child=need.is_child, nationality=nationality),
            service=service,
            region=case.region_id,
        )

    def providers(self) -> list[tuple[Sequence[Any], Provider, tuple[Offer, ...]]]:
        with connection.cursor() as cursor:
            cursor.execute(OFFERED, self._values())
            rows = cursor.fetchall()
        return [(row, *self._read(row)) for row in rows]

    def _values(self) -> dict[str, Any]:
        lodging = self.service in SHELTER_SERVICES
        groups: list[PersonGroup] = groups_of_persons(
            self.need.sex, is_child=self.need.is_child, with_children=self.need.with_children
        )
        return refusals.values(self.service, self.at) | {
            "case": self.case.pk,
            "groups": groups if lodging else [],
            "desk": list(DESK),
        }

    def _read(self, row: Sequence[Any]) -> tuple[Provider, tuple[Offer, ...]]:
        serves, night, staffed, *lists, said = row[_REST:]
        regions, groups = lists[0], lists[3]  # a list for each column; none where there is no row
        counts = map(Counted, *lists[3:]) if groups else ()
        houses = list(zip(*lists[:3], strict=True)) if regions and self.avoided else []
        places = tuple(offers_of(counts, self.at)) if groups else ()
        kept_away, near = self._avoids(row, houses) if self.avoided else ("", False)
        provider = Provider(
            kind=row[_KIND],
            regions=frozenset(regions or (row[_SEAT],)),
            **dict(zip(SERVICE, row[_SERVICE:_REST], strict=True)),
            serves=serves,
            status=row[_STATUS],
            agreement_until=row[_UNTIL],
            staffed=staffed,
            own=row[_PK] == self.case.organisation_id,
            night_telephone=bool(night or row[_NIGHT]),
            places=places,
            said=said,
            kept_away=kept_away,
            near_avoided=near,
            rule=named(self.rules, organisation=row[_PK], kind=row[_KIND]),
        )
        return provider, places

    def _avoids(self, row: Sequence[Any], houses: Sequence[Any]) -> tuple[str, bool]:
        """Why the file keeps the person away from there, if it does; and may she or he come near what is avoided?"""
        ground = ground_of(row[_PK], row[_SEAT], houses)
        entry = ruled_out(self.avoided, ground)
        return entry.why if entry else "", comes_near(self.avoided, ground)


def staffed_desks(organisations: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the organisations at whose desk somebody can answer."""
    return frozenset(
        live_memberships()
        .filter(
            role__in=DESK,
            user__is_active=True,
            user__organisation__in=list(organisations),
        )
        .values_list("user__organisation", flat=True)
    )
