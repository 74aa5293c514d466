"""What was somebody told, and what is it about today? Any number of notices in a handful of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from partners.actor import Actor
from partners.enums import Role
from partners.models import Organisation
from referral.enums import ENDED_CASE, TaskKind, Watched
from referral.models import Arrival, Case, FileReview, GroupReferral, Notice, PlaceCall, Referral, Task
from referral.place_calls import CallState
from referral.policy import TRANSFER_TAKERS, may_finish
from referral.queries.arrivals import visible_arrivals, visible_groups
from referral.queries.file_reviews import visible_reviews
from referral.queries.glass import glass_of
from referral.queries.happened import Moment, Words, happened
from referral.queries.lists import PAGE
from referral.queries.place_calls import before
from referral.queries.rights import of_court
from referral.queries.silence import Silence, silences, silent_house
from referral.queries.visible import visible_cases, visible_to

_SIDES = ("referring_organisation", "receiving_organisation")


@dataclass(frozen=True)
class Place:
    """Where a page of notices ended: among those to confirm, or among all others."""

    asking: bool
    made_at: datetime
    pk: UUID


def asking(user_id: UUID) -> QuerySet[Notice]:
    """Those whose reading has to be confirmed."""
    return Notice.objects.filter(
        user_id=user_id,
        read_at=None,
        rung__confirm_by__isnull=False,
        rung__confirmed_at=None,
        rung__settled_at=None,
    )


def notices_of(
    user_id: UUID, after: Place | None = None, *, limit: int = PAGE
) -> tuple[list[Notice], Place | None]:
    """Those to confirm, then all others, each the newest first; and where the next page begins, if there is one."""
    asked = asking(user_id)
    others = Notice.objects.filter(user_id=user_id).exclude(pk__in=asked.values("pk"))
    in_others = after is not None and not after.asking
    found = [] if in_others else _page(asked, after, limit)
    to_confirm = len(found)
    if to_confirm <= limit:
        found += _page(others, after if in_others else None, limit - to_confirm)
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], Place(limit <= to_confirm, last.made_at, last.pk)


def _page(notices: QuerySet[Notice], after: Place | None, limit: int) -> list[Notice]:
    if after is not None:
        notices = notices.filter(made_at__lte=after.made_at).exclude(made_at=after.made_at, pk__gte=after.pk)
    return list(notices.select_related("rung").order_by("-made_at", "-pk")[: limit + 1])


@dataclass(frozen=True)
class Subject:
    """What a notice is about, in codes. Without any row it is closed.

    Attributes:
        over: what was asked for is done, has moved on, or is somebody else's now.
        due_at: the deadline as it stands today.
        held: the file of another house, on which the reader's court may lay a hold: nothing of it is shown.
        house: who has to act; of a duty call, who is to be telephoned.
        happened: of a file, what had happened when the notice was written.
    """

    task: Task | None = None
    referral: Referral | None = None
    case: Case | None = None
    group: GroupReferral | None = None
    arrival: Arrival | None = None
    over: bool = True
    due_at: datetime | None = None
    held: Case | None = None
    call: PlaceCall | None = None
    review: FileReview | None = None
    house: Organisation | None = None
    happened: Words = ()

    @property
    def closed(self) -> bool:
        rows = (
            self.task,
            self.referral,
            self.case,
            self.group,
            self.arrival,
            self.held,
            self.call,
            self.review,
        )
        return all(row is None for row in rows)


def subjects(actor: Actor, notices: Sequence[Notice]) -> dict[UUID, Subject]:
    """By notice."""
    ids = {
        kind: {notice.object_id for notice in notices if notice.object_type == kind}
        for kind in ("task", "referral", "case", "arrival", "groupreferral", "placecall", "filereview")
    }
    tasks = _tasks().in_bulk(ids["task"])
    made_for = _made_for(actor, notices, ids)
    seen = _seen(actor, notices, ids, [*tasks.values(), *made_for.values()])
    return {
        notice.pk: _subject(
            notice,
            tasks.get(notice.object_id) or made_for.get((notice.object_id, notice.due_at)),
            seen,
        )
        for notice in notices
    }


def _tasks() -> QuerySet[Task]:
    sides = [f"referral__{side}" for side in _SIDES]
    return Task.objects.select_related("organisation", "case__organisation", *sides)


def _made_for(
    actor: Actor, notices: Sequence[Notice], ids: dict[str, set[UUID]]
) -> dict[tuple[UUID | None, datetime | None], Task]:
    """What tells of a row because of a task of one's own house bears the deadline of that task."""
    dues = {notice.due_at for notice in notices if notice.object_type != "task" and notice.due_at}
    rows = Q(referral__in=ids["referral"]) | Q(case__in=ids["case"])
    own = _tasks().filter(rows, organisation=actor.organisation_id, due_at__in=dues)
    # Whoever holds the file hears of an emergency access with the deadline of a review that is not theirs.
    found = own.exclude(kind=TaskKind.REVIEW_GLASS) if dues else ()
    return {(row, task.due_at): task for task in found for row in (task.case_id, task.referral_id)}


@dataclass(frozen=True)
class _Seen:
    """What of it the actor may see, each row once."""

    actor: Actor
    referrals: dict[UUID, Referral]
    cases: dict[UUID, Case]
    silent: dict[UUID, Silence]
    arrivals: dict[UUID, Arrival]
    #: With the deadline that runs for somebody of it who waits for an answer.
    groups: dict[UUID, GroupReferral]
    held: dict[UUID, Case]
    calls: dict[UUID, PlaceCall]
    reviews: dict[UUID, FileReview]
    happened: dict[Moment, Words]

    def task(self, task: Task, notice: Notice) -> bool:
        """As `destinations.destination`: it can be done, or the row that it is about can be opened."""
        own = task.organisation_id == self.actor.organisation_id
        heard = notice.rung is not None and notice.rung.watched == Watched.TASK
        return (
            may_finish(self.actor, task)
            or (own and task.kind == TaskKind.CONFIRM_TITLE and self.actor.has(Role.JUSTICE))
            or (own and task.kind == TaskKind.ANSWER_TRANSFER and self.actor.has(*TRANSFER_TAKERS))
            or task.referral_id in self.referrals
            or task.case_id in self.cases
            or (heard and self.actor.has(Role.COORDINATOR))
            or (task.kind == TaskKind.REVIEW_GLASS and glass_of(self.actor, task.pk) is not None)
        )


def _seen(actor: Actor, notices: Sequence[Notice], ids: dict[str, set[UUID]], tasks: Sequence[Task]) -> _Seen:
    referrals, cases = set(ids["referral"]), set(ids["case"])
    for task in tasks:
        cases.add(task.case_id)
        if task.referral_id is not None:
            referrals.add(task.referral_id)
    return _Seen(
        actor,
        visible_to(actor).select_related(*_SIDES).in_bulk(referrals),
        visible_cases(actor).select_related("organisation").in_bulk(cases),
        silences(tasks),
        visible_arrivals(actor).select_related("organisation").in_bulk(ids["arrival"])
        if ids["arrival"]
        else {},
        visible_groups(actor).in_bulk(ids["groupreferral"]) if ids["groupreferral"] else {},
        of_court(actor).select_related("organisation").in_bulk(ids["case"]) if ids["case"] else {},
        before(actor, ids["placecall"]) if ids["placecall"] else {},
        visible_reviews(actor).select_related("organisation").in_bulk(ids["filereview"])
        if ids["filereview"]
        else {},
        happened(notices),
    )


def _subject(notice: Notice, task: Task | None, seen: _Seen) -> Subject:
    if task is not None and seen.task(task, notice):
        return Subject(
            task=task,
            referral=task.referral,
            case=seen.cases.get(task.case_id),
            over=task.done_at is not None,
            due_at=task.due_at,
            house=seen.silent[task.pk].house if task.pk in seen.silent else task.organisation,
        )
    if (referral := seen.referrals.get(notice.object_id)) is not None:
        moved = referral.state_since > notice.made_at
        return Subject(
            referral=referral,
            over=moved or (notice.rung is not None and notice.rung.due_at != referral.due_at),
            due_at=referral.due_at or notice.due_at,
            house=silent_house(referral),
        )
    if (file := seen.cases.get(notice.object_id)) is not None:
        over = file.state in ENDED_CASE
        said = seen.happened.get((file.pk, notice.made_at), ())
        return Subject(case=file, over=over, due_at=notice.due_at, house=file.organisation, happened=said)
    if (held := seen.held.get(notice.object_id)) is not None:
        return Subject(held=held, over=False, house=held.organisation)
    if (group := seen.groups.get(notice.object_id)) is not None:
        due_at = group.due_at  # type: ignore[attr-defined]  # annotated
        house = group.receiving_organisation
        return Subject(group=group, over=due_at is None, due_at=due_at, house=house)
    if (call := seen.calls.get(notice.object_id)) is not None:
        return Subject(call=call, over=call.state != CallState.OPEN, due_at=notice.due_at)
    if (review := seen.reviews.get(notice.object_id)) is not None:
        over = review.concluded_at is not None and review.concluded_at > notice.made_at
        return Subject(review=review, over=over, due_at=notice.due_at, house=review.organisation)
    if (arrival := seen.arrivals.get(notice.object_id)) is not None:
        return Subject(arrival=arrival, over=False, house=arrival.organisation)
    return Subject()
