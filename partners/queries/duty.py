"""Who keeps the desk now, who is away, and who stands in?"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Expression, Q, QuerySet, Value

from audit.fields import RelaisNow
from partners import policy
from partners.alphabet import Alphabetical
from partners.enums import Role
from partners.models import Absence, DutyShift, User
from partners.queries.people import active_people, live_roles

#: Who can be on duty: those who answer a desk, and national coordination.
ON_THE_ROSTER = (Role.FOCAL_POINT, Role.SUPERVISOR, Role.COORDINATOR)


def _at(at: datetime | None) -> Expression | Value:
    return RelaisNow() if at is None else Value(at)


def _running(at: datetime | None) -> Q:
    return Q(removed_at=None, begins_at__lte=_at(at), ends_at__gt=_at(at))


def on_duty(
    organisation_id: UUID, roles: Iterable[str] = ON_THE_ROSTER, at: datetime | None = None
) -> QuerySet[User]:
    """Those on shift, now unless `at` is given, who hold one of `roles` today."""
    shifts = DutyShift.objects.filter(_running(at), organisation=organisation_id)
    return active_people(organisation_id, roles).filter(pk__in=shifts.values("user"))


def may_be_on_duty(organisation_id: UUID) -> QuerySet[User]:
    return active_people(organisation_id, ON_THE_ROSTER).order_by(Alphabetical("name"))


def shifts_between(organisation_id: UUID, begins_at: datetime, ends_at: datetime) -> QuerySet[DutyShift]:
    """What of the roster lies in this time, even in part."""
    return DutyShift.objects.filter(
        organisation=organisation_id, removed_at=None, begins_at__lt=ends_at, ends_at__gt=begins_at
    ).select_related("user")


def absent_now(organisation_id: UUID) -> QuerySet[Absence]:
    return absences_of(organisation_id).filter(_running(None))


def absences_of(organisation_id: UUID) -> QuerySet[Absence]:
    """Those that are not over."""
    return Absence.objects.filter(
        user__organisation=organisation_id, removed_at=None, ends_at__gt=RelaisNow()
    ).select_related("user", "covered_by")


def may_cover(user: User) -> QuerySet[User]:
    """The colleagues who hold today a role that does this person's work."""
    roles = policy.who_stand_in(live_roles([user.pk])[user.pk])
    return active_people(user.organisation_id, roles).exclude(pk=user.pk).order_by(Alphabetical("name"))


def covered(absences: Iterable[Absence]) -> set[UUID]:
    """The absences whose cover counts today: an account that left, or lost the roles it stood in with, does not."""
    asked = [absence for absence in absences if absence.covered_by.is_active]
    roles = live_roles([pk for absence in asked for pk in (absence.user_id, absence.covered_by_id)])
    return {
        absence.pk
        for absence in asked
        if policy.who_stand_in(roles[absence.user_id]) & roles[absence.covered_by_id]
    }


def cover_of(user: User) -> User | None:
    """Who stands in for somebody absent; None for somebody who is there."""
    return _covers([user]).get(user.pk)


def present(users: Iterable[User]) -> list[User]:
    """The same people; for each who is absent the cover, or, where no cover counts any more, the supervisors too."""
    asked = list(users)
    covers = _covers(asked)
    for organisation_id in {user.organisation_id for user in asked if covers.get(user.pk, user) is None}:
        supervisors = list(active_people(organisation_id, [Role.SUPERVISOR]))
        asked += supervisors
        covers |= _covers(supervisors)
    return list({told.pk: told for told in (covers.get(user.pk) or user for user in asked)}.values())


def _covers(users: list[User]) -> dict[UUID, User | None]:
    """Of those who are absent alone; None where the cover does not count.

    No chain: nobody is absent who covers somebody at that time (`services.duty.record_absence`).
    """
    absences = list(Absence.objects.filter(_running(None), user__in=users).select_related("covered_by"))
    count = covered(absences)
    return {absence.user_id: absence.covered_by if absence.pk in count else None for absence in absences}


def covering(user_id: UUID) -> QuerySet[Absence]:
    """The absences, of now and to come, that this person has to cover."""
    return Absence.objects.filter(covered_by=user_id, removed_at=None, ends_at__gt=RelaisNow())
