"""How the person is, heard and written down (domain §3.2, stage 12)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from partners.actor import Actor
from referral.enums import CaseAct
from referral.models import FollowUp
from referral.services import steps
from referral.services.heard import alarm, keep_follow_up


def record_follow_up(
    pk: UUID, *, by: Actor, at: datetime, answer: str, heard_at: datetime, note: str | None = None
) -> FollowUp:
    """What was heard without the clock having asked. What it asked is answered by the end of its task.

    Raises:
        NotVisible, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_change(by, CaseAct.FOLLOW, case)
        heard = keep_follow_up(case, by=by, at=at, answer=answer, heard_at=heard_at, note=note)
        alarm(case, answer, at=at)
    return heard
