"""Which files may be searched, which pairs of files wait for whose decision?"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet

from partners.actor import Actor
from partners.enums import Role
from referral.likeness import MatchDecision
from referral.models import Case, MatchReview, PersonLink, Transfer
from referral.queries.visible import visible_cases

#: What is still to be decided.
OPEN_DECISIONS = ("", MatchDecision.NOT_SURE.value)


def readable_cases(actor: Actor) -> QuerySet[Case]:
    """Files whose person the actor may read: not a report that waits to be taken in, unless one supervises it."""
    cases = visible_cases(actor)
    return cases if actor.has(Role.SUPERVISOR) else cases.exclude(owner=None)


def is_across(review: MatchReview) -> bool:
    return review.first.organisation_id != review.second.organisation_id


def reviews_of(actor: Actor) -> QuerySet[MatchReview]:
    """Pairs of which the actor may read both files; between two organisations, coordination's alone."""
    inside = Q(first__in=readable_cases(actor), second__in=readable_cases(actor))
    across = ~Q(first__organisation=F("second__organisation"))
    mine = inside & ~across
    if actor.has(Role.COORDINATOR):
        mine |= across
    return (
        MatchReview.objects.filter(mine)
        .exclude(decision=MatchDecision.GONE)
        .select_related("first__organisation", "second__organisation", "decided_by")
    )


def waiting(actor: Actor) -> QuerySet[MatchReview]:
    return reviews_of(actor).filter(decision__in=OPEN_DECISIONS)


def with_case(case_id: UUID) -> Q:
    return Q(first=case_id) | Q(second=case_id)


def reviews_with(actor: Actor, case_id: UUID) -> list[MatchReview]:
    """Those of one file, inside what the actor may read."""
    inside = reviews_of(actor).filter(with_case(case_id), first__organisation=F("second__organisation"))
    return list(inside.select_related("first__person", "second__person").order_by("found_at", "pk"))


def undecided_with(actor: Actor, case_id: UUID) -> list[MatchReview]:
    """Those that nobody has looked at yet."""
    return [review for review in reviews_with(actor, case_id) if not review.decision]


@dataclass(frozen=True)
class Undecided:
    count: int
    oldest: datetime | None


def undecided(actor: Actor) -> Undecided:
    """How many wait for a first look, and since when."""
    return Undecided(
        **reviews_of(actor).filter(decision="").aggregate(count=Count("pk"), oldest=Min("found_at"))
    )


def link_of(review: MatchReview) -> PersonLink | None:
    return PersonLink.objects.filter(first=review.first_id, second=review.second_id, undone_at=None).first()


def transferred_with(case_id: UUID) -> set[UUID]:
    """The file that this one took over from, or went over to: one person by their transfer, and no question."""
    pairs = Transfer.objects.filter(Q(case=case_id) | Q(new_case=case_id), new_case__isnull=False)
    return {pk for pair in pairs.values_list("case_id", "new_case_id") for pk in pair} - {case_id}
