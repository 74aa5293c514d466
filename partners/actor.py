"""Who asks? The frozen answer that policy and disclosure decide on."""

from dataclasses import dataclass, field
from uuid import UUID

from partners.enums import DESK_ROLES


@dataclass(frozen=True)
class Actor:
    """A signed-in person, as read in one query by `partners.queries.actor_of`."""

    id: UUID
    organisation_id: UUID
    kind: str
    roles: frozenset[str] = frozenset()
    groups: frozenset[int] = frozenset()
    #: The organisation's Group, when one of the roles sits at its desk; referrals are listed by it.
    desk: int | None = None
    deputy_for: frozenset[UUID] = frozenset()
    #: Colleagues who are absent now, and whose work this person does with a role of their own.
    covers: frozenset[UUID] = frozenset()
    national_unit: bool = False
    #: The one region to which an auditor is bound; None: all of them.
    audited_region: UUID | None = None
    name: str = field(default="", compare=False)
    organisation_name: str = field(default="", compare=False)

    def stands_for(self, user_id: UUID | None) -> bool:
        """Is it this person, or somebody absent whom this person covers?"""
        return user_id is not None and user_id in self.seats

    def cares_for(self, worker_id: UUID | None) -> bool:
        """Is it the named worker of a person in care, or the cover, with a seat at the desk as every worker has?"""
        return self.has(*DESK_ROLES) and self.stands_for(worker_id)

    @property
    def seats(self) -> frozenset[UUID]:
        return self.covers | {self.id}

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)
