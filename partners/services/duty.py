"""The duty roster and the covers. Every write takes the organisation's row first, so that a roster has one writer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from partners.enums import Act
from partners.models import LONGEST_SHIFT, Absence, DutyShift, Organisation, User
from partners.queries import active_people
from partners.queries.duty import may_be_on_duty, may_cover
from partners.services.guard import Refusal, StaleForm, authorise, locked

Span = TypeVar("Span", DutyShift, Absence)

#: How long a guard lasts that was not planned.
UNPLANNED = timedelta(hours=12)
#: Who comes on within this time is there already for whoever takes over: two who press at once see each other.
AT_ONCE = timedelta(minutes=5)


@transaction.atomic
def add_shift(by: Actor, *, user_id: UUID, begins_at: datetime, ends_at: datetime, at: datetime) -> DutyShift:
    """
    Raises:
        NotAllowed, Refusal.
    """
    organisation = _roster_of(by, Act.KEEP_ROSTER)
    user = _one_of(may_be_on_duty(organisation.pk), user_id)
    _require_span(begins_at, ends_at, at)
    if ends_at - begins_at > LONGEST_SHIFT:
        raise Refusal(_("A shift lasts 7 days at most: somebody else takes over then."))
    _require_free(user, begins_at, ends_at)
    if _overlapping(Absence, begins_at, ends_at).filter(user=user).exists():
        raise Refusal(_("This person is recorded as absent then."))
    shift = DutyShift(organisation=organisation, user=user, begins_at=begins_at, ends_at=ends_at)
    write(shift)
    return shift


@transaction.atomic
def remove_shift(by: Actor, pk: UUID, version: int, *, at: datetime) -> DutyShift:
    """Takes it off the roster; one that runs ends now, so that what was kept stays on record.

    Raises:
        NotAllowed, StaleForm, Refusal, DutyShift.DoesNotExist.
    """
    organisation = _roster_of(by, Act.KEEP_ROSTER)
    shift = locked(DutyShift, pk, version)
    if shift.organisation_id != organisation.pk:
        raise DutyShift.DoesNotExist
    if shift.removed_at is not None or shift.ends_at <= at:
        raise Refusal(_("This is over already."))
    _stop(shift, at)
    return shift


@dataclass(frozen=True)
class Relief:
    """A guard that was taken over."""

    shift: DutyShift
    #: Whose shift ended by it.
    relieved: list[User]


def to_relieve(by: Actor, at: datetime) -> QuerySet[DutyShift]:
    """The running shifts of the others."""
    shifts = DutyShift.objects.filter(
        organisation=by.organisation_id, removed_at=None, begins_at__lte=at + AT_ONCE, ends_at__gt=at
    )
    return shifts.exclude(user=by.id).select_related("user").order_by("begins_at", "pk")


def seen_by(by: Actor, at: datetime) -> str:
    """What the page of the button says that it has shown: who is on duty, in which version."""
    return " ".join(f"{shift.pk}:{shift.version}" for shift in to_relieve(by, at))


@transaction.atomic
def take_over(by: Actor, *, at: datetime, seen: str) -> Relief:
    """Ends the running shifts of the others; the actor's own lasts until their end, or 12 hours.

    Args:
        seen: as `seen_by` gave it for the page.

    Raises:
        NotAllowed, StaleForm, Refusal.
    """
    organisation = _roster_of(by, Act.TAKE_DUTY)
    if seen_by(by, at) != seen:
        raise StaleForm
    others = list(to_relieve(by, at).select_for_update(of=("self",)))
    if _overlapping(Absence, at, at + AT_ONCE).filter(user=by.id).exists():
        raise Refusal(_("You are recorded as absent: a supervisor ends that first."))
    mine = _mine(by, at)
    if mine is not None and not others:
        raise Refusal(_("You are on duty already."))
    ends_at = max((shift.ends_at for shift in others), default=at + UNPLANNED)
    for shift in others:
        _stop(shift, at)
    return Relief(_keep(by, organisation, mine, at, ends_at), [shift.user for shift in others])


def _mine(by: Actor, at: datetime) -> DutyShift | None:
    return DutyShift.objects.filter(user=by.id, removed_at=None, begins_at__lte=at, ends_at__gt=at).first()


def _keep(
    by: Actor, organisation: Organisation, mine: DutyShift | None, at: datetime, ends_at: datetime
) -> DutyShift:
    """Up to the actor's next shift at most, which goes on from there."""
    begins_at = mine.begins_at if mine else at
    following = DutyShift.objects.filter(user=by.id, removed_at=None, begins_at__gt=at).order_by("begins_at")
    limits = [ends_at, begins_at + LONGEST_SHIFT, *following.values_list("begins_at", flat=True)[:1]]
    if mine is None:
        shift = DutyShift(organisation=organisation, user_id=by.id, begins_at=at, ends_at=min(limits))
        write(shift)
        return shift
    if min(limits) > mine.ends_at:
        mine.ends_at = min(limits)
        write(mine, fields=["ends_at"])
    return mine


@transaction.atomic
def record_absence(
    by: Actor, *, user_id: UUID, begins_at: datetime, ends_at: datetime, covered_by: UUID, at: datetime
) -> Absence:
    """From then on the cover hears and does what is for this person, as long as a role of the cover's does that work.

    Raises:
        NotAllowed, Refusal.
    """
    organisation = _roster_of(by, Act.KEEP_COVER)
    people = active_people(organisation.pk)
    user, cover = _one_of(people, user_id), _one_of(people, covered_by)
    if user == cover:
        raise Refusal(_("Nobody stands in for themselves."))
    if not may_cover(user).filter(pk=cover.pk).exists():
        raise Refusal(
            _("The cover needs a role with which this person’s work can be done: choose somebody else.")
        )
    _require_span(begins_at, ends_at, at)
    _require_free(user, begins_at, ends_at)
    then = _overlapping(Absence, begins_at, ends_at)
    if then.filter(user=user).exists():
        raise Refusal(_("An absence of this person is recorded for that time already."))
    if then.filter(covered_by=user).exists():
        raise Refusal(_("This person stands in for somebody else then: name another cover there first."))
    if then.filter(user=cover).exists():
        raise Refusal(_("The cover is absent then, too."))
    absence = Absence(user=user, begins_at=begins_at, ends_at=ends_at, covered_by=cover)
    write(absence)
    return absence


@transaction.atomic
def end_absence(by: Actor, pk: UUID, version: int, *, at: datetime) -> Absence:
    """The person is back. Raises NotAllowed, StaleForm, Refusal, Absence.DoesNotExist."""
    organisation = _roster_of(by, Act.KEEP_COVER)
    absence = locked(Absence, pk, version)
    if absence.user.organisation_id != organisation.pk:
        raise Absence.DoesNotExist
    if absence.removed_at is not None or absence.ends_at <= at:
        raise Refusal(_("This is over already."))
    _stop(absence, at)
    return absence


def _roster_of(by: Actor, act: Act) -> Organisation:
    authorise(by, act, by.organisation_id)
    return Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=by.organisation_id)


def _one_of(people: QuerySet[User], pk: UUID) -> User:
    user = people.filter(pk=pk).first()
    if user is None:
        raise Refusal(_("Choose somebody who works here today."))
    return user


def _require_span(begins_at: datetime, ends_at: datetime, at: datetime) -> None:
    if ends_at <= begins_at:
        raise Refusal(_("The end must come after the beginning."))
    if ends_at <= at:
        raise Refusal(_("This is over already."))


def _require_free(user: User, begins_at: datetime, ends_at: datetime) -> None:
    if _overlapping(DutyShift, begins_at, ends_at).filter(user=user).exists():
        raise Refusal(_("This person is on the roster for a part of that time already: take that off first."))


def _overlapping(model: type[Span], begins_at: datetime, ends_at: datetime) -> QuerySet[Span]:
    return model._default_manager.filter(removed_at=None, begins_at__lt=ends_at, ends_at__gt=begins_at)


def _stop(span: DutyShift | Absence, at: datetime) -> None:
    if span.begins_at >= at:
        span.removed_at = at
        write(span, fields=["removed_at"])
    else:
        span.ends_at = at
        write(span, fields=["ends_at"])
