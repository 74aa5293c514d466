"""Who could receive this person? Organisations that offer the service to such people, the most likely first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from partners.alphabet import alphabetical
from partners.enums import Role
from partners.models import Organisation
from partners.queries import Offer, directory, live_memberships, offers
from referral.disclosure import is_child
from referral.enums import SHELTER_SERVICES
from referral.models import Case
from referral.queries.facts import groups_of_persons, profile_fits


@dataclass(frozen=True)
class Candidate:
    organisation: Organisation
    #: What the centre says of its places for such a person; empty where it counts none.
    places: tuple[Offer, ...]
    #: Is there somebody at the desk who can answer? Else one telephones.
    staffed: bool
    same_region: bool
    own: bool

    @property
    def full(self) -> bool:
        return bool(self.places) and not any(offer.free for offer in self.places)

    @property
    def likely(self) -> tuple[bool, bool, bool, bool]:
        """For sorting: answers, has a place, says so lately, is near."""
        stale = not any(offer.free and not offer.stale for offer in self.places)
        return (not self.staffed, self.full, stale, not self.same_region)


def candidates(
    case: Case, service: str, at: datetime, *, without: frozenset[UUID] = frozenset()
) -> list[Candidate]:
    """Args: without: organisations that have already said no."""
    person = case.person
    child, children = is_child(person.age_status), bool(person.children)
    groups = groups_of_persons(person.sex, is_child=child, with_children=children)
    found = [
        organisation
        for organisation in directory(service=service)
        if organisation.pk not in without
        and any(
            profile_fits(each, sex=person.sex, is_child=child, with_children=children)
            for each in organisation.offered  # type: ignore[attr-defined]  # prefetched
            if each.code == service
        )
    ]
    staffed = staffed_desks(organisation.pk for organisation in found)
    return sorted(
        (
            Candidate(
                organisation=organisation,
                places=tuple(
                    offer for offer in offers(organisation, at) if offer.group in groups
                ) if service in SHELTER_SERVICES else (),
                staffed=organisation.pk in staffed,
                same_region=organisation.region_id == case.region_id,
                own=organisation.pk == case.organisation_id,
            )
            for organisation in found
        ),
        key=lambda each: (*each.likely, alphabetical(each.organisation.name)),
    )  # fmt: skip


def staffed_desks(organisations: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the organisations at whose desk somebody can answer."""
    return frozenset(
        live_memberships()
        .filter(
            role__in=[Role.FOCAL_POINT, Role.SUPERVISOR],
            user__is_active=True,
            user__organisation__in=list(organisations),
        )
        .values_list("user__organisation", flat=True)
    )
