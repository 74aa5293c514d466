"""What the two sides write to each other: codes before acceptance, words after it, nothing after the end."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from referral import lifecycle, notices
from referral.enums import Action, MessageKind, Side
from referral.lifecycle import Facts, NotPossible
from referral.models import Message
from referral.services import steps


def write_message(pk: UUID, *, by: Actor, at: datetime, kind: str, code: str = "", body: str = "") -> Message:
    """Writes to the other side. Leaves the referral's version alone: a message overtakes no form.

    Raises:
        NotVisible, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        referral = steps.locked(by, pk)
        side = steps.permit(by, Action.WRITE, referral)
        try:
            lifecycle.require(referral, Action.WRITE, Facts(at=at))
            if kind not in lifecycle.message_kinds(referral.state):
                raise NotPossible(
                    [_("Free messages open once the referral is accepted: choose a coded question.")]
                )
        except NotPossible:
            steps.refuse(referral, "NOT_POSSIBLE_WRITE")
            raise
        message = Message(
            referral=referral,
            case_id=referral.case_id,
            kind=MessageKind(kind),
            code=code,
            body=body or None,
            from_organisation_id=steps.house_of(referral, side),
            written_by_id=by.id,
            written_at=at,
        )
        write(message, case_id=referral.case_id, referral_id=referral.pk)
        if side == Side.REFERRING:
            desk = notices.desk_of(referral.receiving_organisation_id)
            told = desk if referral.worker is None else [referral.worker]
        else:
            told = [referral.case.owner] if referral.case.owner else []
        notices.tell(told, referral, at=at, due_at=None)
    return message
