"""Whose task is it, until when, and who could take it?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from partners.actor import Actor
from partners.alphabet import Alphabetical, alphabetical
from partners.enums import Role
from partners.models import User
from partners.queries import active_people
from partners.queries.duty import covering
from referral.enums import ENDED_CASE, OPEN, Holder, Side, State, TaskKind
from referral.lifecycle import holder_of
from referral.models import Case, CaseGrant, Referral, ReferralGrant, Task
from referral.policy import taken_with
from referral.queries.lists import SIDES_OF_TASK, needing, tasks_of

DAY = timedelta(hours=24)


def day_of(actor: Actor, at: datetime) -> list[Task]:
    """Tasks, the actor's and the desk's, that are late or due within a day; what is put off beyond it comes later."""
    return [
        task
        for task in tasks_of(actor, limit=200)
        if task.due_at <= at + DAY and (task.delayed_until is None or task.delayed_until <= at + DAY)
    ]


def steps_of(actor: Actor, *, until: datetime | None = None, limit: int = 200) -> list[ReferralGrant]:
    """Referrals whose next step is the actor's: the desk's, the named worker's, the case owner's."""
    return [
        grant
        for grant in needing(actor, limit=limit)
        if _is_own_step(actor, grant) and (until is None or (grant.due_at and grant.due_at <= until))
    ]


def _is_own_step(actor: Actor, grant: ReferralGrant) -> bool:
    referral, sender = grant.content_object, grant.side == Side.REFERRING
    match holder_of(referral):
        case Holder.CASE_OWNER:
            return sender
        case Holder.RECEIVING_DESK:
            return not sender and actor.has(Role.FOCAL_POINT, Role.SUPERVISOR)
        case _:  # the focal point receives the person too, and ends the service
            return not sender and (actor.has(Role.FOCAL_POINT) or actor.stands_for(referral.worker_id))


@dataclass(frozen=True)
class Lateness:
    """Of the tasks of one's colleagues.

    Attributes:
        reviews: reviews of a legal ground among them: the own supervisor can do those too.
    """

    tasks: int
    reviews: int


def late_of_team(actor: Actor, at: datetime) -> Lateness:
    """What is late with somebody else of the organisation: one's own and the desk's stand in one's own list."""
    late = Task.objects.filter(organisation=actor.organisation_id, done_at=None, due_at__lte=at)
    late = late.exclude(owner=None).exclude(owner__in=actor.seats).exclude(delayed_until__gt=at)
    counts = late.aggregate(tasks=Count("pk"), reviews=Count("pk", filter=Q(kind=TaskKind.REVIEW_GROUND)))
    return Lateness(**counts)


def own_tasks(actor: Actor, *, limit: int = 200) -> list[Task]:
    """All that the actor owns, or covers."""
    return list(_open().filter(owner__in=actor.seats).order_by("due_at")[:limit])


def team_tasks(organisation_id: UUID, *, limit: int = 500) -> list[Task]:
    """The organisation's, by person, then by deadline; the desk's first."""
    found = _open().filter(organisation=organisation_id)[:limit]
    return sorted(found, key=_by_person)


def _open() -> QuerySet[Task]:
    return Task.objects.filter(done_at=None).select_related("case", "owner", *SIDES_OF_TASK)


#: What somebody asked for is decided by somebody else (design §2).
SECOND_PERSON = frozenset({TaskKind.COUNTERSIGN, TaskKind.AGE_DECISION, TaskKind.ASSESS_GUARDIAN})
#: Ends with an act on the file, so of somebody who holds it.
WRITTEN_INTO_FILE = frozenset(
    {
        TaskKind.TITLE_MISSING,
        TaskKind.TITLE_ENDS,
        TaskKind.REFLECTION_ENDS,
        TaskKind.REASSESS_RISK,
        TaskKind.FIRST_STEP,
    }
)


def _by_person(task: Task) -> tuple[str, str, datetime]:
    """Two people may bear one name; what nobody owns stands first."""
    return (
        (alphabetical(task.owner.name), str(task.owner_id), task.due_at)
        if task.owner
        else ("", "", task.due_at)
    )


def takers_of(task: Task) -> QuerySet[User]:
    """The people of the task's organisation who could do it."""
    people = active_people(task.organisation_id, taken_with(task.kind))
    if task.kind in SECOND_PERSON:
        asked = (task.case.owner_id, task.case.opened_by_id)
        people = people.exclude(pk__in=[pk for pk in asked if pk is not None])
    if task.kind in WRITTEN_INTO_FILE:
        people = people.filter(pk__in=CaseGrant.objects.filter(content_object=task.case).values("user"))
    return people.order_by(Alphabetical("name"))


@dataclass(frozen=True)
class Holdings:
    """What has no other owner than one person."""

    cases: list[Case]
    tasks: list[Task]
    #: Referrals whose named worker the person is.
    referrals: list[Referral]
    #: How many absences the person has to cover.
    covers: int

    def __bool__(self) -> bool:
        return bool(self.cases or self.tasks or self.referrals or self.covers)


def holdings_of(user_id: UUID) -> Holdings:
    return Holdings(
        cases=list(cases_held(user_id).order_by("seq")),
        tasks=list(_open().filter(owner=user_id).order_by("due_at")),
        referrals=list(referrals_held(user_id).order_by("seq")),
        covers=covering(user_id).count(),
    )


def cases_held(user_id: UUID) -> QuerySet[Case]:
    return Case.objects.filter(owner=user_id).exclude(state__in=sorted(ENDED_CASE))


def referrals_held(user_id: UUID) -> QuerySet[Referral]:
    return Referral.objects.filter(Q(worker=user_id), state__in=sorted(OPEN - {State.DRAFT}))
