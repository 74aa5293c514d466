"""Who may do it? One line per act on organisations, people, codes and places; deny by default. Pure."""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from django.core.exceptions import PermissionDenied

from partners.actor import Actor
from partners.enums import DESK_ROLES, SEATS, Act, OrganisationKind, Role, exclusive_pairs


class NotAllowed(PermissionDenied):
    """The actor may see that the page exists but not do this: 403."""


Rule = Callable[[Actor, UUID | None], bool]

#: With which roles one does the work of which, while whoever holds it is absent: with the same; a supervisor, whose
#: are all tasks of the house, with that role anybody's of the desk. The other roles have no work on a case to cover,
#: and do none (design §2).
STANDS_IN: Mapping[str, frozenset[Role]] = {
    Role.CASEWORKER: frozenset({Role.CASEWORKER, Role.SUPERVISOR}),
    Role.FOCAL_POINT: frozenset({Role.FOCAL_POINT, Role.SUPERVISOR}),
    Role.SUPERVISOR: frozenset({Role.SUPERVISOR}),
    Role.JUSTICE: frozenset({Role.JUSTICE}),
    Role.COORDINATOR: frozenset({Role.COORDINATOR}),
}


def anyone(actor: Actor, organisation_id: UUID | None) -> bool:
    return True


def administrator(actor: Actor, organisation_id: UUID | None) -> bool:
    return actor.has(Role.ADMINISTRATOR)


def coordinator(actor: Actor, organisation_id: UUID | None) -> bool:
    return actor.has(Role.COORDINATOR)


def administrator_or_coordinator(actor: Actor, organisation_id: UUID | None) -> bool:
    return actor.has(Role.ADMINISTRATOR, Role.COORDINATOR)


def own_desk(actor: Actor, organisation_id: UUID | None) -> bool:
    return actor.organisation_id == organisation_id and actor.has(Role.FOCAL_POINT, Role.SUPERVISOR)


def keeps_the_entry(actor: Actor, organisation_id: UUID | None) -> bool:
    """National coordination keeps every entry, for those who cannot: what it says, never a sealed address."""
    return own_desk(actor, organisation_id) or actor.has(Role.COORDINATOR)


def coordination(actor: Actor, organisation_id: UUID | None) -> bool:
    return actor.has(Role.COORDINATOR, Role.ADMINISTRATOR)


def answers_for_the_entry(actor: Actor, organisation_id: UUID | None) -> bool:
    """The history names members of staff: those of the house, and who watches over all of them."""
    own = actor.organisation_id == organisation_id and actor.has(*DESK_ROLES)
    return own or actor.has(Role.COORDINATOR) or (actor.national_unit and actor.has(Role.SUPERVISOR))


def on_the_roster(actor: Actor, organisation_id: UUID | None) -> bool:
    """Who can be on duty; at the national unit this is coordination too."""
    own = actor.organisation_id == organisation_id
    return own_desk(actor, organisation_id) or (own and actor.national_unit and actor.has(Role.COORDINATOR))


def keeps_the_roster(actor: Actor, organisation_id: UUID | None) -> bool:
    return own_supervisor(actor, organisation_id) or (
        actor.organisation_id == organisation_id and actor.national_unit and actor.has(Role.COORDINATOR)
    )


def own_supervisor(actor: Actor, organisation_id: UUID | None) -> bool:
    return actor.organisation_id == organisation_id and actor.has(Role.SUPERVISOR)


RULES: Mapping[Act, Rule] = {
    Act.READ_DIRECTORY: anyone,
    Act.KEEP_PLACES: own_desk,
    Act.KEEP_PROVISION: keeps_the_entry,
    Act.ASSURE_PROVISION: own_desk,
    Act.KEEP_AGREEMENTS: coordination,
    Act.READ_ENTRY_HISTORY: answers_for_the_entry,
    Act.REVEAL_ADDRESS: own_desk,
    Act.TAKE_DUTY: on_the_roster,
    Act.KEEP_ROSTER: keeps_the_roster,
    Act.KEEP_COVER: own_supervisor,
    Act.MANAGE_ORGANISATIONS: administrator,
    Act.MANAGE_PEOPLE: administrator,
    Act.MANAGE_CODES: administrator,
    Act.MANAGE_REGIONS: administrator,
    Act.WATCH_WORKER: administrator,
    Act.READ_NATIONAL_PLACES: coordinator,
    Act.MANAGE_TOKENS: administrator_or_coordinator,
}


def may(actor: Actor, act: Act, organisation_id: UUID | None = None) -> bool:
    """Args: organisation_id: whose rows they are, where the act is about one organisation's."""
    return RULES[act](actor, organisation_id)


def who_stand_in(absent: Iterable[str]) -> frozenset[Role]:
    """The roles of which a cover needs one, for somebody who holds `absent`; of several roles one is enough."""
    return frozenset().union(*(STANDS_IN.get(role, frozenset()) for role in absent))


def excluded_together(roles: Iterable[str]) -> frozenset[Role]:
    """The first pair of `roles` that one person may not hold together; empty when all go together."""
    held = frozenset(Role(role) for role in roles)
    return next((pair for pair in sorted(exclusive_pairs(), key=sorted) if pair <= held), frozenset())


def misplaced(roles: Iterable[str], kind: str) -> Role | None:
    """The first of `roles` that nobody holds in an organisation of this kind (design §2, "belongs to")."""
    return next(
        (
            Role(role)
            for role in sorted(roles)
            if OrganisationKind(kind) not in SEATS.get(Role(role), OrganisationKind)
        ),
        None,
    )
