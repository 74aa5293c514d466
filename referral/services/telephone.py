"""A yes or no by telephone: recorded by the sender or the duty officer, never the receiver's own act (design §6)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.rows import write
from partners.actor import Actor
from referral import notices
from referral.deadlines import TELEPHONE_HOLD
from referral.enums import Action, PlacementState
from referral.models import Placement, TelephoneAnswer
from referral.services import steps
from referral.services.receiving import hold


def record_telephone_answer(
    pk: UUID, *, by: Actor, at: datetime, version: int, yes: bool, said_by: str, said_at: datetime, places_id: UUID | None = None
) -> TelephoneAnswer:
    """Holds the place for 12 h on a yes; discloses nothing until the receiver confirms by accepting.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible, NoPlaceFree, WrongPlace.
    """
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        step = steps.begin(referral, Action.RECORD_TELEPHONE_ANSWER, by=by, at=at)
        answer = TelephoneAnswer(
            referral=referral, case_id=referral.case_id, yes=yes, said_by=said_by, said_at=said_at, recorded_by_id=by.id, recorded_at=at
        )
        write(answer, case_id=referral.case_id, referral_id=referral.pk)
        if yes:
            hold(referral, at=at, places_id=places_id, label=None, by_telephone=True)
            for held in Placement.objects.select_for_update(of=("self",)).filter(referral=referral, state=PlacementState.HELD):
                held.held_until = at + TELEPHONE_HOLD
                write(held, fields=["held_until"], case_id=referral.case_id, referral_id=referral.pk)
        steps.finish(step, occurred_at=said_at, reason_code="YES" if yes else "NO")
        notices.tell(notices.desk_of(referral.receiving_organisation_id), referral, at=at, due_at=referral.due_at)
    return answer
