"""The row of a follow-up, and who hears of it at once."""

from datetime import datetime

from audit.rows import write
from partners.actor import Actor
from referral import notices
from referral.course import ALARMING
from referral.models import Case, FollowUp, Task


def keep_follow_up(
    case: Case,
    *,
    by: Actor,
    at: datetime,
    answer: str,
    heard_at: datetime,
    note: str | None = None,
    task: Task | None = None,
) -> FollowUp:
    """Args: task: the question of the clock that it answers."""
    heard = FollowUp(
        case=case,
        recorded_by_id=by.id,
        recorded_at=at,
        answer=answer,
        heard_at=heard_at,
        note=note or None,
        task=task,
    )
    write(heard, case_id=case.pk, reason_code=answer.upper())
    return heard


def alarm(case: Case, answer: str, *, at: datetime) -> None:
    """Danger, or nobody knows where the person is: the supervisors act. No file is closed because of it."""
    if answer in ALARMING:
        notices.tell(notices.supervisors_of(case.organisation_id), case, at=at, due_at=None)
