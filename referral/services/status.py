"""Who decided what the person is: presumed, identified, not a victim. Each decision stays (domain §4.1, §5.4)."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from audit.rows import write
from partners.actor import Actor
from referral.course import FUTURE_DAY
from referral.deadlines import HERE
from referral.enums import CaseAct
from referral.lifecycle import NotPossible
from referral.models import StatusDecision
from referral.services import steps


def record_status(
    pk: UUID, *, by: Actor, at: datetime, status: str, decider: str, decided_on: date, basis: str
) -> StatusDecision:
    """One more decision on a file; those before it stay, and deciders may differ.

    Args:
        status, decider: codes of their lists.
        basis: on what it rests, sealed.

    Raises:
        NotVisible, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_change(by, CaseAct.RECORD_STATUS, case)
        if decided_on > at.astimezone(HERE).date():
            steps.refuse(case, "NOT_POSSIBLE_RECORD_STATUS")
            raise NotPossible([FUTURE_DAY])
        decision = StatusDecision(
            case=case,
            recorded_by_id=by.id,
            recorded_at=at,
            status=status,
            decider=decider,
            decided_on=decided_on,
            basis=basis,
        )
        write(decision, case_id=case.pk, reason_code="STATUS")
    return decision
