"""Who sends and who receives: made through the services, because they are few."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from random import Random

from partners.enums import OrganisationKind, Role
from partners.models import Organisation, Region, User
from partners.queries import actor_of
from partners.services.accounts import accept_invitation, accept_undertaking, offer_seat
from partners.services.organisations import Particulars, found_organisation
from partners.services.provision import Offering, add_service
from referral.demonstration.stage import quick_passwords

#: How fast sizes fall: with 200 organisations the first has some 9 of 100 referrals, the last 1 in 1,000.
SKEW = 0.8
KINDS = (
    OrganisationKind.RECEPTION_CENTRE,
    OrganisationKind.NGO,
    OrganisationKind.AEMO,
    OrganisationKind.HEALTH,
    OrganisationKind.CHILD_PROTECTION,
)
OFFERS = ("MHPSS", "LEGAL", "EDU", "VOC", "MED_GEN", "FAM_ASSESS", "SHELTER_EMERG", "BASIC", "TRACE", "CASH")


@dataclass(frozen=True)
class Seated:
    """An organisation with the two people who do everything there."""

    organisation: Organisation
    worker: User
    desk: User
    services: tuple[str, ...]


class Market:
    """Draws organisations as unevenly as they are met in reality."""

    def __init__(self, seated: Sequence[Seated], random: Random) -> None:
        self.seated = seated
        self._random = random
        self._weights = list(accumulate(1 / rank**SKEW for rank in range(1, len(seated) + 1)))

    def one(self) -> Seated:
        return self._random.choices(self.seated, cum_weights=self._weights)[0]

    def several(self, count: int) -> list[Seated]:
        """Different ones, the largest of them more often."""
        found: dict[object, Seated] = {}
        while len(found) < min(count, len(self.seated)):
            drawn = self.one()
            found[drawn.organisation.pk] = drawn
        return list(found.values())


def desk_address(rank: int) -> str:
    """Of the desk of the organisation with the `rank`-th most referrals."""
    return f"desk{rank}@seed.relais.example"


def seat_organisations(count: int, at: datetime, random: Random) -> list[Seated]:
    regions = list(Region.objects.order_by("code"))
    with quick_passwords():
        return [_seat(rank, regions[rank % len(regions)], at, random) for rank in range(1, count + 1)]


def _seat(rank: int, region: Region, at: datetime, random: Random) -> Seated:
    kind = OrganisationKind.NATIONAL_UNIT if rank == 1 else KINDS[rank % len(KINDS)]
    organisation = found_organisation(
        Particulars(name=f"Organisation {rank}", kind=kind, region=region, is_national_unit=rank == 1)
    )
    worker = _person(f"worker{rank}@seed.relais.example", organisation, [Role.CASEWORKER], at)
    desk = _person(desk_address(rank), organisation, [Role.FOCAL_POINT, Role.SUPERVISOR], at)
    by = actor_of(desk)
    services = tuple(random.sample(OFFERS, 4))
    for code in services:
        add_service(by, Offering(code=code))
    return Seated(organisation, worker, desk, services)


def _person(email: str, organisation: Organisation, roles: list[Role], at: datetime) -> User:
    name = email.partition("@")[0]
    _invitation, token = offer_seat(organisation, email=email, name=name, roles=roles, at=at)
    user = accept_invitation(token, password=secrets.token_urlsafe(24), language="fr", at=at)
    accept_undertaking(user.pk, at=at)
    return user
