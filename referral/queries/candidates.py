"""Who could receive this person? One statement for all who offer the service; `ranking` puts them in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from partners.alphabet import alphabetical
from partners.enums import PersonGroup, Role
from partners.models import Organisation
from partners.queries import Offer, live_memberships, offers_of
from partners.queries.fixed import fetch_all
from partners.queries.regions import region_name
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
#: Of the service, in the order of `Provider`, where they come third.
SERVICE = (
    *("sexes", "takes_children", "takes_adults", "takes_children_with_parent", "minimum_age", "maximum_age"),
    *("languages", "disability_access", "title_needed", "days", "opens_at", "closes_at", "regions"),
)
#: Every organisation that offers the service, whoever is asked for: why somebody is not proposed is said as well. A row
#: for each of its houses and each group counted there, or one. Desks and answers are read once for all organisations.
#: A time comes as a number: Django takes longer to read the text of hundreds than all the rest of their rows.
OFFERED = f"""
SELECT {", ".join(f"o.{name}" for name in ORGANISATION)}, {", ".join(f"s.{name}" for name in SERVICE)},
    s.night_telephone,
    o.id IN (
        SELECT u.organisation_id FROM partners_user u JOIN partners_membership m ON m.user_id = u.id
        WHERE u.is_active AND m.role = ANY(%(desk)s) AND (m.until IS NULL OR m.until > %(at)s)),
    said.answers, h.region_id, h.department_id, h.confidential,
    p."group", p.capacity + p.over - p.held - p.occupied, p.full_until, p.confirmed_how,
    extract(epoch FROM p.confirmed_at)::float8
FROM partners_service s
JOIN partners_organisation o ON o.id = s.organisation_id
LEFT JOIN partners_site h ON h.organisation_id = s.organisation_id
LEFT JOIN partners_places p ON p.site_id = h.id AND p."group" = ANY(%(groups)s)
LEFT JOIN (
    SELECT r.receiving_organisation_id, array_agg(CASE WHEN {refusals.ASKED} THEN '{ranking.ASKED}'
            WHEN r.state = 'expired' THEN '{ranking.SILENT}' ELSE r.decline_reason END) AS answers
    FROM referral_referral r
    WHERE r.case_id = %(case)s AND ({refusals.STANDS} OR {refusals.ASKED})
    GROUP BY r.receiving_organisation_id) said ON said.receiving_organisation_id = s.organisation_id
WHERE s.code = %(service)s AND s.active
"""  # noqa: S608 - names of columns alone


class Counted(NamedTuple):
    """Places of one house for one group, as `offers_of` reads them."""

    group: str
    free: int
    full_until: datetime | None
    confirmed_how: str
    confirmed_at: datetime


#: Names of organisations, which change rarely, as they are sorted.
by_name = lru_cache(maxsize=4096)(alphabetical)


@dataclass(eq=False)
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
        return Organisation.from_db(DEFAULT_DB_ALIAS, ORGANISATION, self.row[:_SERVICE])

    @cached_property
    def pk(self) -> UUID:
        return self.row[_PK]

    @property
    def name(self) -> str:
        return self.row[_NAME]

    @property
    def region(self) -> str:
        return region_name(self.row[_SEAT])

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
_SERVICE = len(ORGANISATION)
_REST = _SERVICE + len(SERVICE)
_HOUSE = _REST + 3
_PLACES = _HOUSE + 3


def _counted(row: Sequence[Any]) -> Counted:
    group, free, full_until, how, confirmed = row[_PLACES:]
    return Counted(group, free, full_until, how, datetime.fromtimestamp(confirmed, UTC))


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
        found: dict[UUID, list[Sequence[Any]]] = {}
        for row in fetch_all(OFFERED, self._values()):
            found.setdefault(row[_PK], []).append(row)
        return [(rows[0], *self._read(rows)) for rows in found.values()]

    def _values(self) -> dict[str, Any]:
        lodging = self.service in SHELTER_SERVICES
        groups: list[PersonGroup] = groups_of_persons(
            self.need.sex, is_child=self.need.is_child, with_children=self.need.with_children
        )
        return refusals.values(self.service, self.at) | {
            "case": self.case.pk,
            "groups": groups if lodging else [],
            "desk": list(DESK),
            "at": self.at,
        }

    def _read(self, rows: Sequence[Sequence[Any]]) -> tuple[Provider, tuple[Offer, ...]]:
        """Args: rows: of one organisation."""
        row = rows[0]
        night, staffed, said = row[_REST:_HOUSE]
        pk, kind, seat = row[_PK], row[_KIND], row[_SEAT]
        houses = [each[_HOUSE:_PLACES] for each in rows] if row[_HOUSE] else []
        counted = [_counted(each) for each in rows if each[_PLACES]]
        places = tuple(offers_of(counted, self.at)) if counted else ()
        kept_away, near = self._avoids(row, houses) if self.avoided else ("", False)
        # All in order: of each of hundreds, names would have to be looked up.
        provider = Provider._make(
            (
                kind,
                frozenset([house[0] for house in houses]) if houses else frozenset((seat,)),
                *row[_SERVICE:_REST],
                row[_STATUS],
                row[_UNTIL],
                staffed,
                pk == self.case.organisation_id,
                bool(night or row[_NIGHT]),
                places,
                said or (),
                kept_away,
                near,
                named(self.rules, organisation=pk, kind=kind) if self.rules else None,
            )
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
