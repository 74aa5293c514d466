"""Who is this, in which seat, and who else is there?"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Prefetch, Q, QuerySet

from audit.fields import RelaisNow
from partners import policy
from partners.actor import Actor
from partners.enums import DESK_ROLES, OrganisationKind, OrganisationStatus, Role
from partners.models import COORDINATION_GROUP, Invitation, Membership, Organisation, User
from partners.queries.fixed import Statement


def live_memberships() -> QuerySet[Membership]:
    return Membership.objects.filter(Q(until=None) | Q(until__gt=RelaisNow()))


#: Live is what `live_memberships` says, written out once more: the ORM would compile it anew for each request.
#: Which of the groups a role of today opens, `actor_of` says: a role may have run out since the group was written.
SEATED = Statement(
    """
    SELECT {columns} FROM partners_user u JOIN partners_organisation o ON o.id = u.organisation_id WHERE u.id = %(pk)s
    """,
    (("u", User, None), ("o", Organisation, None)),
    (
        # Role, whom it stands in for, the region to which it is bound.
        """ARRAY(SELECT ARRAY[role::text, deputy_for_id::text, region_id::text] FROM partners_membership
        WHERE user_id = u.id AND (until IS NULL OR until > relais_now()))""",
        """ARRAY(SELECT m.group_id FROM partners_user_groups m JOIN auth_group g ON g.id = m.group_id
        WHERE m.user_id = u.id AND (g.id = o.group_id OR g.name = %(coordination)s))""",
        """ARRAY(SELECT ARRAY[a.user_id::text, m.role::text]
        FROM partners_absence a JOIN partners_membership m ON m.user_id = a.user_id
        WHERE a.covered_by_id = u.id AND a.removed_at IS NULL
        AND a.begins_at <= relais_now() AND a.ends_at > relais_now()
        AND (m.until IS NULL OR m.until > relais_now()))""",
        "relais_now()",
    ),
)


def seated(pk: UUID) -> User | None:
    """A user with all that an `Actor` holds, and the time of the request, so that no page asks for the clock alone."""
    for user, organisation, *seat in SEATED.rows({"pk": pk, "coordination": COORDINATION_GROUP}):
        user.organisation = organisation
        user.seat_roles, user.seat_groups, user.seat_covers, user.seat_at = seat
        return user
    return None


def actor_of(user: User) -> Actor:
    """One query; none when `user` was loaded by `seated`, as every request does (`partners.backends`).

    Raises:
        User.DoesNotExist: the user is not stored.
    """
    seat: Any = user if hasattr(user, "seat_roles") else seated(user.pk)
    if seat is None:
        raise User.DoesNotExist
    roles = frozenset(role for role, *_more in seat.seat_roles) if seat.is_active else frozenset()
    organisation = seat.organisation
    return Actor(
        id=seat.pk,
        organisation_id=organisation.pk,
        kind=organisation.kind,
        roles=roles,
        groups=frozenset(group for group in seat.seat_groups if _opened(group, organisation.group_id, roles)),
        desk=None if roles.isdisjoint(DESK_ROLES) else organisation.group_id,
        deputy_for=frozenset(UUID(other) for _role, other, _region in seat.seat_roles if other),
        covers=frozenset(
            UUID(absent)
            for absent, role in seat.seat_covers
            if not roles.isdisjoint(policy.who_stand_in([role]))
        ),
        national_unit=organisation.is_national_unit,
        audited_region=_bound(seat.seat_roles),
        name=seat.name,
        organisation_name=organisation.name,
    )


def _bound(seats: Iterable[tuple[str, str | None, str | None]]) -> UUID | None:
    """To which region an auditor is bound; of two seats the one that is bound counts."""
    return next((UUID(region) for role, _other, region in seats if role == Role.AUDITOR and region), None)


def _opened(group: int, desk: int, roles: frozenset[str]) -> bool:
    return not roles.isdisjoint(DESK_ROLES) if group == desk else Role.COORDINATOR in roles


def live_roles(users: Iterable[UUID]) -> defaultdict[UUID, set[str]]:
    """What each of these people holds today."""
    held: defaultdict[UUID, set[str]] = defaultdict(set)
    for user_id, role in live_memberships().filter(user__in=list(users)).values_list("user", "role"):
        held[user_id].add(role)
    return held


def has_undertaken(user: User) -> bool:
    return user.undertaking_accepted_at is not None


def active_people(organisation_id: UUID | OuterRef, roles: Iterable[str] = Role) -> QuerySet[User]:
    """The people of an organisation, or of that of an outer row, who hold one of `roles` today."""
    held = live_memberships().filter(role__in=list(roles))
    return User.objects.filter(organisation=organisation_id, is_active=True, pk__in=held.values("user"))


def holders(roles: Iterable[str]) -> QuerySet[User]:
    """Everybody who holds one of `roles` today, whatever their organisation."""
    held = live_memberships().filter(role__in=list(roles))
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("email")


def auditors_of(region_id: UUID) -> QuerySet[User]:
    """Those of active organisations who control files of a region: not who is bound to another one, nor who supervises
    human rights, without names."""
    held = live_memberships().filter(Q(region=None) | Q(region=region_id), role=Role.AUDITOR)
    active = Q(is_active=True, organisation__status=OrganisationStatus.ACTIVE)
    active &= ~Q(organisation__kind=OrganisationKind.HUMAN_RIGHTS)
    return User.objects.filter(active, pk__in=held.values("user")).order_by("email")


def who_answer(organisation_id: UUID | OuterRef) -> QuerySet[User]:
    """Those who can answer a referral."""
    return active_people(organisation_id, [Role.FOCAL_POINT, Role.SUPERVISOR])


def desk_staffed(organisation_id: UUID) -> bool:
    return who_answer(organisation_id).exists()


def people(organisation: Organisation | None = None) -> QuerySet[User]:
    """Everybody with their live roles, for the administrator."""
    live = live_memberships().select_related("deputy_for", "region").order_by("since")
    found = User.objects.select_related("organisation").prefetch_related(
        Prefetch("memberships", live, to_attr="live")
    )
    return found.filter(organisation=organisation) if organisation else found


def invitations(organisation: Organisation | None = None) -> QuerySet[Invitation]:
    """Those that nobody has answered yet, expired ones too."""
    found = Invitation.objects.filter(accepted_at=None, revoked_at=None).select_related("organisation")
    return found.filter(organisation=organisation) if organisation else found


def open_invitation(token: str) -> Invitation | None:
    """The invitation that this link still opens. Only digests are compared, so timing tells nothing of a token."""
    return (
        Invitation.objects.select_related("organisation")
        .filter(
            token_digest=Invitation.digest(token),
            accepted_at=None,
            revoked_at=None,
            expires_at__gt=RelaisNow(),
        )
        .filter(organisation__status=OrganisationStatus.ACTIVE)
        .first()
    )
