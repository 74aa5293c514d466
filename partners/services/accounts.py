"""People: invited, seated, unseated. The only module that writes the members of a Group."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.enums import Verb
from audit.rows import write
from partners import notices, policy
from partners.actor import Actor
from partners.enums import DESK_ROLES, Act, Role
from partners.models import COORDINATION_GROUP, Invitation, Membership, Organisation, Region, User
from partners.queries import live_memberships, open_invitation
from partners.services.guard import Refusal, authorise, explained, locked
from partners.services.ledger import lock_receivers

INVITATION_LIFE = timedelta(days=7)
HELD_ALREADY = {"role_held_once": _("This person holds that role already.")}


def invite_person(
    by: Actor,
    organisation: Organisation,
    *,
    email: str,
    name: str,
    roles: Collection[str],
    origin: str,
    at: datetime,
) -> Invitation:
    """Sends a link to `email`.

    Args:
        origin: scheme and host of this site, for the link.

    Raises:
        NotAllowed, Refusal.
    """
    authorise(by, Act.MANAGE_PEOPLE)
    with transaction.atomic():
        invitation, token = offer_seat(organisation, email=email, name=name, roles=roles, at=at, by=by)
        transaction.on_commit(lambda: notices.invite(invitation, token, origin))
    return invitation


@transaction.atomic
def offer_seat(
    organisation: Organisation,
    *,
    email: str,
    name: str,
    roles: Collection[str],
    at: datetime,
    by: Actor | None = None,
) -> tuple[Invitation, str]:
    """The invitation and its token, which is nowhere else. Without `by`, for the command that invites the first."""
    email = email.lower()
    if not organisation.is_active:
        raise Refusal(_("This organisation is suspended: nobody can be invited to it."))
    _require_fit(roles, organisation)
    account = User.objects.filter(email=email).first()
    if account and (account.is_active or account.organisation_id != organisation.pk):
        raise Refusal(_("There is an account with this address already."))
    for earlier in Invitation.objects.select_for_update(of=("self",)).filter(
        email=email, accepted_at=None, revoked_at=None
    ):
        earlier.revoked_at = at
        write(earlier, fields=["revoked_at"])
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        email=email,
        name=name,
        organisation=organisation,
        roles=sorted(set(roles)),
        token_digest=Invitation.digest(token),
        invited_by_id=by.id if by else None,
        invited_at=at,
        expires_at=at + INVITATION_LIFE,
    )
    write(invitation, "admin.invite")
    return invitation, token


@transaction.atomic
def revoke_invitation(by: Actor, pk: UUID, version: int, *, at: datetime) -> Invitation:
    authorise(by, Act.MANAGE_PEOPLE)
    invitation = locked(Invitation, pk, version)
    if invitation.accepted_at or invitation.revoked_at:
        raise Refusal(_("This invitation is no longer open."))
    invitation.revoked_at = at
    write(invitation, fields=["revoked_at"])
    return invitation


@transaction.atomic
def accept_invitation(token: str, *, password: str, language: str, at: datetime) -> User:
    """
    Args:
        password: already held against the validators, by the form.

    Raises:
        Refusal: the link has been used, taken back or has expired.
    """
    found = open_invitation(token)
    invitation = locked(Invitation, found.pk) if found else None
    if invitation is None or invitation.accepted_at or invitation.revoked_at:
        raise Refusal(_("This link no longer works."))
    # An account that was closed is opened again under the same address, with its history.
    user = User.objects.select_for_update().filter(email=invitation.email).first() or User(
        email=invitation.email
    )
    known = not user._state.adding
    if known and (user.is_active or user.organisation_id != invitation.organisation_id):
        raise Refusal(_("This link no longer works."))  # another link has opened it meanwhile
    lock_receivers(invitation.organisation_id)
    organisation = Organisation.objects.get(pk=invitation.organisation_id)
    if not organisation.is_active or policy.misplaced(invitation.roles, organisation.kind):
        raise Refusal(
            _("This link no longer works.")
        )  # the organisation was suspended, or is of another kind, since
    user.name, user.organisation, user.language = invitation.name, organisation, language
    user.is_active = True
    user.set_password(password)
    write(
        user,
        fields=["name", "organisation", "language", "is_active", "password"] if known else None,
    )
    for role in invitation.roles:
        write(Membership(user=user, role=role, since=at), Verb.GRANT, scope=role)
    invitation.accepted_at = at
    write(invitation, fields=["accepted_at"])
    _follow_roles(user)
    return user


@transaction.atomic
def add_role(
    by: Actor,
    user_id: UUID,
    role: str,
    *,
    at: datetime,
    deputy_for: User | None = None,
    region: Region | None = None,
) -> Membership:
    """Args: region: the only one whose files an auditor reads."""
    user = _seated(by, user_id)
    held = live_memberships().filter(user=user).values_list("role", flat=True)
    _require_fit([*held, role], user.organisation)
    if deputy_for is not None and (deputy_for.organisation_id != user.organisation_id or deputy_for == user):
        raise Refusal(_("One deputises for somebody else of one's own organisation."))
    _require_auditor(role, region)
    membership = Membership(user=user, role=role, since=at, deputy_for=deputy_for, region=region)
    with explained(**HELD_ALREADY):
        write(membership, Verb.GRANT, scope=role)
    _follow_roles(user)
    return membership


@transaction.atomic
def end_membership(by: Actor, pk: UUID, version: int, *, at: datetime) -> Membership:
    """Ends a role; who held it signs in again with what is left."""
    authorise(by, Act.MANAGE_PEOPLE)
    user = _seated(by, Membership.objects.get(pk=pk).user_id)
    membership = locked(Membership, pk, version)
    _end(membership, at)
    _follow_roles(user)
    _end_sessions(user)
    return membership


@transaction.atomic
def bind_to_region(by: Actor, pk: UUID, version: int, *, region: Region | None) -> Membership:
    """From the next request on an auditor reads the files of `region` only; of every region when None.

    Raises:
        NotAllowed, StaleForm, Refusal.
    """
    authorise(by, Act.MANAGE_PEOPLE)
    _seated(by, Membership.objects.get(pk=pk).user_id)
    membership = locked(Membership, pk, version)
    if membership.until is not None:
        raise Refusal(_("This role has ended already."))
    _require_auditor(membership.role, region)
    if membership.region != region:
        membership.region = region
        write(membership, fields=["region"], scope=membership.role)
    return membership


@transaction.atomic
def deactivate_person(by: Actor, pk: UUID, version: int, *, at: datetime) -> User:
    user = _seated(by, pk, version)
    for membership in live_memberships().select_for_update(of=("self",)).filter(user=user):
        _end(membership, at)
    user.is_active = False
    user.set_unusable_password()
    write(user, "admin.deactivate", fields=["is_active", "password"])
    _follow_roles(user)
    _end_sessions(user)
    return user


@transaction.atomic
def accept_undertaking(user_id: UUID, *, at: datetime) -> None:
    user = locked(User, user_id)
    if user.undertaking_accepted_at is None:
        user.undertaking_accepted_at = at
        write(user, fields=["undertaking_accepted_at"])


@transaction.atomic
def choose_language(user_id: UUID, language: str) -> None:
    user = locked(User, user_id)
    if user.language != language:
        user.language = language
        write(user, fields=["language"])


@transaction.atomic
def set_password(user_id: UUID, password: str) -> None:
    """Whoever knew the old one is signed out everywhere."""
    user = locked(User, user_id)
    user.set_password(password)
    write(user, "admin.password", fields=["password"])
    _end_sessions(user)


def _seated(by: Actor, user_id: UUID, version: int | None = None) -> User:
    """The person whose roles `by` is about to change, locked. Raises NotAllowed, StaleForm, Refusal."""
    authorise(by, Act.MANAGE_PEOPLE)
    user = locked(User, user_id, version)
    if user.pk == by.id:
        raise Refusal(_("Nobody changes their own roles: ask another administrator."))
    if not user.is_active:
        raise Refusal(_("This account is closed."))
    return user


def _require_fit(roles: Collection[str], organisation: Organisation) -> None:
    if not roles:
        raise Refusal(_("Choose at least one role."))
    if pair := policy.excluded_together(roles):
        one, other = sorted(pair)
        raise Refusal(
            _("One person may not hold “%(one)s” and “%(other)s” together.")
            % {"one": one.label, "other": other.label}
        )
    if role := policy.misplaced(roles, organisation.kind):
        raise Refusal(
            _("“%(role)s” is not a role of this kind of organisation (%(kind)s).")
            % {"role": role.label, "kind": organisation.get_kind_display()}
        )


def _require_auditor(role: str, region: Region | None) -> None:
    if region is not None and role != Role.AUDITOR:
        raise Refusal(_("Only whoever audits is bound to a region."))


def _end(membership: Membership, at: datetime) -> None:
    if membership.until is not None and membership.until <= at:
        raise Refusal(_("This role has ended already."))
    membership.until = at
    write(membership, Verb.REVOKE, fields=["until"], scope=membership.role)


def _follow_roles(user: User) -> None:
    """Puts the person into the groups that the live roles open, and out of all others (design §5, Grants)."""
    roles = (
        set(live_memberships().filter(user=user).values_list("role", flat=True)) if user.is_active else set()
    )
    groups = []
    if roles & DESK_ROLES:
        groups.append(user.organisation.group)
    if Role.COORDINATOR in roles:
        groups.append(Group.objects.get(name=COORDINATION_GROUP))
    user.groups.set(groups)


def _end_sessions(user: User) -> None:
    """Deletes them rather than marking the account (security.md §4.6). An idle session lives 15 minutes, so there
    are never many to look through; a column for the person would be one more thing to keep true."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
