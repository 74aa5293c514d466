"""National coordination takes a case in hand that nobody owns: for 72 hours, as its ordinary owner (design §2)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import services as audit
from audit.rows import write
from partners.actor import Actor
from partners.models import User
from referral import notices, policy
from referral.enums import CaseAct, TaskKind
from referral.models import Case, CaseInHand, Task
from referral.policy import Tie
from referral.queries.in_hand import orphans
from referral.readings import IN_HAND
from referral.services import cases
from referral.services.hands import end_in_hand
from referral.services.steps import NotVisible, refuse_anybody


def find_orphan(actor: Actor, pk: UUID, at: datetime) -> Case:
    """In codes, for whoever may take it. Raises NotAllowed, NotVisible."""
    _permit(actor)
    case = orphans(at).select_related("organisation").filter(pk=pk).first()
    if case is None:
        raise NotVisible
    audit.look("preview", case, case_id=case.pk, scope="orphan")
    return case


def take_in_hand(pk: UUID, *, by: Actor, at: datetime) -> CaseInHand:
    """Owner until then, with every act of a caseworker of this case, and of a supervisor only the naming of an owner.

    Raises:
        NotAllowed, NotVisible: also when somebody owns it by now.
    """
    _permit(by)
    with transaction.atomic():
        Case.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        case = orphans(at).filter(pk=pk).first()
        if case is None:
            raise NotVisible
        # Of a former hand whose time is over, and to which the clock has not come yet.
        end_in_hand(case, by=by, at=at)
        owner = User.objects.get(pk=by.id)
        cases.give_case(case, owner, by=by, at=at, reason_code="IN_HAND")
        hand = CaseInHand(case=case, taken_by=owner, taken_at=at, until=at + IN_HAND)
        write(hand, "grant", case_id=case.pk, reason_code="IN_HAND")
        # Whatever else stands still: somebody who stays is to be named.
        task = Task(
            kind=TaskKind.NAME_OWNER,
            case=case,
            organisation_id=case.organisation_id,
            owner=owner,
            made_at=at,
            due_at=hand.until,
        )
        write(task, case_id=case.pk)
        notices.tell(notices.supervisors_of(case.organisation_id), task, at=at, due_at=task.due_at)
    return hand


def _permit(actor: Actor) -> None:
    if not policy.may_case(actor, CaseAct.TAKE_IN_HAND, Tie()):
        raise refuse_anybody(CaseAct.TAKE_IN_HAND)
