"""The end of a case in national coordination's hand: an owner is named, the file ends, or the time is over."""

from collections.abc import Mapping
from datetime import datetime

from audit.rows import write
from partners.actor import Actor
from referral import audiences, grants, notices
from referral.enums import TaskKind
from referral.models import Case, CaseInHand, Task
from referral.queries.in_hand import hands_over
from referral.services.rounds import AnyRule, Rule
from referral.services.tasks import finish_tasks


def end_in_hand(case: Case, *, by: Actor, at: datetime) -> None:
    """Somebody owns it again, or it is closed; nothing when it is in no hand. The caller holds the case locked."""
    hand = CaseInHand.objects.select_for_update(of=("self",)).filter(case=case, ended_at=None).first()
    if hand is not None:
        _shut(hand, at)
    finish_tasks(case, TaskKind.NAME_OWNER, by=by, at=at, result="named")


def _shut(hand: CaseInHand, at: datetime) -> None:
    hand.ended_at = min(at, hand.until)
    write(hand, "revoke", fields=["ended_at"], case_id=hand.case_id, reason_code="IN_HAND")
    grants.close_case(hand.case, hand.taken_by)


def let_go(found: list[CaseInHand], at: datetime) -> None:
    """The time is over and nobody was named: the case is orphaned again, and both houses hear of it.

    Its tasks are the desk's; the one that asks for an owner stays, and climbs its ladder.
    """
    for hand in found:
        _shut(hand, at)
        own = Task.objects.select_for_update(of=("self",)).filter(
            case=hand.case_id, owner=hand.taken_by_id, done_at=None
        )
        for task in own.exclude(organisation=hand.taken_by.organisation_id):
            task.owner = None
            write(task, fields=["owner"], case_id=hand.case_id, reason_code="OWNER")
        people = [*notices.supervisors_of(hand.case.organisation_id), *audiences.coordinators()]
        waits = Task.objects.filter(case=hand.case_id, kind=TaskKind.NAME_OWNER, done_at=None).first()
        notices.tell(people, waits or hand.case, at=at, due_at=hand.until)


#: For `services.clock`.
RULES: Mapping[str, AnyRule] = {"hands": Rule(hands_over, let_go)}
