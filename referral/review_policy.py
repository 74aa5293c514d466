"""Who may do what in a review of files? Pure, deny by default; the twin of `policy` for rows that are no case."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from partners.actor import Actor
from partners.enums import Role
from referral.file_reviews import ReviewKind
from referral.policy import controls


class ReviewSeat(StrEnum):
    """How somebody stands to a review."""

    REVIEWER = "reviewer"
    #: Whose files were drawn: reads the result, once there is one, and nothing before.
    WORKER = "worker"
    #: A supervisor of the organisation whose files they are.
    HEAD = "head"
    COORDINATION = "coordination"
    CONTROL = "control"


#: Somebody who looks into reviews at all.
READERS = (Role.SUPERVISOR, Role.AUDITOR, Role.COORDINATOR, Role.CASEWORKER)
#: Who may have the last quarter drawn, should the clock not have done it.
DRAWERS = (Role.SUPERVISOR, Role.AUDITOR, Role.COORDINATOR)
#: A quality review reads files, a compliance review nothing but what stands around them.
REVIEWS_WITH = {ReviewKind.QUALITY: Role.SUPERVISOR, ReviewKind.COMPLIANCE: Role.AUDITOR}


def seats(actor: Actor, review: Any, at: datetime) -> frozenset[ReviewSeat]:
    """Every seat; the reviewed worker has none but that one, whatever the roles."""
    if actor.stands_for(review.worker_id):
        own = review.worker_id == actor.id and review.concluded_at is not None
        return frozenset({ReviewSeat.WORKER} if own else ())
    found = set()
    if _reviews(actor, review, at):
        found.add(ReviewSeat.REVIEWER)
    own_house = review.organisation_id == actor.organisation_id
    if (
        own_house
        and actor.has(Role.SUPERVISOR)
        and (review.kind == ReviewKind.QUALITY or review.concluded_at is not None)
    ):
        found.add(ReviewSeat.HEAD)
    if actor.has(Role.COORDINATOR):
        found.add(ReviewSeat.COORDINATION)
    if controls(actor) and actor.audited_region in (None, review.organisation.region_id):
        found.add(ReviewSeat.CONTROL)
    return frozenset(found)


def _reviews(actor: Actor, review: Any, at: datetime) -> bool:
    """Named, still with the role, and from outside only as long as the mandate lasts."""
    mandated = review.mandate_until is None or at < review.mandate_until
    return review.reviewer_id == actor.id and actor.has(REVIEWS_WITH[ReviewKind(review.kind)]) and mandated


def reads_words(held: Collection[ReviewSeat], review: Any) -> bool:
    """Remarks and findings in words; an auditor and coordination read those of a quality review in codes alone."""
    if ReviewSeat.REVIEWER in held or (review.kind == ReviewKind.COMPLIANCE and ReviewSeat.CONTROL in held):
        return True
    # Before the end nobody looks over the reviewer's shoulder.
    return review.concluded_at is not None and bool({ReviewSeat.HEAD, ReviewSeat.WORKER} & set(held))


def sees_draw(held: Collection[ReviewSeat]) -> bool:
    """All but the reviewed worker, who reads what was found and not what else was looked at."""
    return bool(set(held) - {ReviewSeat.WORKER})


def may_name(held: Collection[ReviewSeat], review: Any) -> bool:
    """Who says who reviews: the organisation or coordination; an auditor takes a compliance review."""
    if review.concluded_at is not None:
        return False
    if review.kind == ReviewKind.COMPLIANCE:
        return ReviewSeat.CONTROL in held
    return bool({ReviewSeat.HEAD, ReviewSeat.COORDINATION} & set(held))


def may_answer(held: Collection[ReviewSeat], review: Any) -> bool:
    """Fills in the grid, writes findings, concludes."""
    return ReviewSeat.REVIEWER in held and review.concluded_at is None


def may_confirm(held: Collection[ReviewSeat], actor: Actor, done_by: UUID | None) -> bool:
    """The reviewer or an auditor says whether it is right now, never whoever did it."""
    return bool({ReviewSeat.REVIEWER, ReviewSeat.CONTROL} & set(held)) and not actor.stands_for(done_by)
