"""Told back: one coded sentence to the sender at the arrival and on days 3 and 14, where the person agrees (design §6).

Of a receiver who confirms nothing here, because nobody sits at its desk, the sender asks by telephone instead.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from audit.rows import write
from referral import audiences, notices
from referral.deadlines import OUTCOME_CALL
from referral.enums import MessageKind, TaskKind, ToldBack
from referral.models import Message, Referral, Task
from referral.queries.clock import in_order
from referral.queries.told_back import outcomes_to_ask, still_in_service
from referral.services.rounds import AnyRule, Rule


def say(referral: Referral, sentence: ToldBack, *, at: datetime) -> None:
    """Nothing where the person has not agreed. In the name of who cares for the person; the event says who wrote."""
    if not referral.tell_back or referral.worker_id is None:
        return
    message = Message(
        referral=referral,
        case_id=referral.case_id,
        kind=MessageKind.TOLD_BACK,
        code=sentence,
        from_organisation_id=referral.receiving_organisation_id,
        written_by_id=referral.worker_id,
        written_at=at,
    )
    write(message, case_id=referral.case_id, referral_id=referral.pk)


def tell_back(found: list[UUID], at: datetime) -> None:
    for referral in in_order(found):
        say(referral, ToldBack.CARE_GOES_ON, at=at)
        notices.tell([referral.case.owner], referral, at=at, due_at=None, action_needed=False)


def ask_outcomes(found: list[UUID], at: datetime) -> None:
    for referral in in_order(found):
        task = Task(
            kind=TaskKind.OUTCOME_CALL,
            case_id=referral.case_id,
            referral=referral,
            organisation_id=referral.referring_organisation_id,
            owner_id=referral.case.owner_id,
            made_at=at,
            due_at=at + OUTCOME_CALL,
        )
        write(task, case_id=referral.case_id, referral_id=referral.pk)
        notices.tell(audiences.of_task(task, audiences.Audience.HOLDER), task, at=at, due_at=task.due_at)


#: For `services.clock`.
RULES: Mapping[str, AnyRule] = {
    "told_back": Rule(still_in_service, tell_back),
    "outcome_calls": Rule(outcomes_to_ask, ask_outcomes),
}
