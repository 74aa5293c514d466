"""Who keeps the desk now, who is away, and who stands in?"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Expression, Q, QuerySet, Value

from audit.fields import RelaisNow
from partners.enums import Role
from partners.models import Absence, DutyShift, User
from partners.queries.people import active_people

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
    return active_people(organisation_id, ON_THE_ROSTER).order_by("name")


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


def cover_of(user: User) -> User | None:
    """Who stands in for somebody absent; None for somebody who is there."""
    return _covers([user]).get(user.pk)


def present(users: Iterable[User]) -> list[User]:
    """The same people, each who is absent replaced by the cover."""
    asked = list(users)
    covers = _covers(asked)
    return list({covers.get(user.pk, user).pk: covers.get(user.pk, user) for user in asked}.values())


def _covers(users: list[User]) -> dict[UUID, User]:
    """No chain: nobody is absent who covers somebody at that time (`services.duty.record_absence`)."""
    if not users:
        return {}
    absences = Absence.objects.filter(_running(None), user__in=users, covered_by__is_active=True)
    return {absence.user_id: absence.covered_by for absence in absences.select_related("covered_by")}


def covering(user_id: UUID) -> QuerySet[Absence]:
    """The absences, of now and to come, that this person has to cover."""
    return Absence.objects.filter(covered_by=user_id, removed_at=None, ends_at__gt=RelaisNow())
