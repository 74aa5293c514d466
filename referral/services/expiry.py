"""Nobody answered: the referral ends, and the search for somebody who answers begins again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from referral import audiences, notices
from referral.enums import Action
from referral.models import Referral
from referral.services import steps
from referral.services.receiving import ask_for_redirect, close_snapshot, release_hold
from referral.services.urgency import end_calls


def expire_referral(referral: Referral, *, at: datetime) -> None:
    """By the system alone, twice the time after; the caller holds the row locked. The desk is told that it is over.

    Raises:
        NotPossible: it is not overdue any more.
    """
    step = steps.begin(referral, Action.EXPIRE, by=None, at=at)
    release_hold(referral)
    steps.finish(step)
    end_calls(referral, by=None, at=at)
    close_snapshot(referral)
    redirect = ask_for_redirect(referral, at)
    sender = audiences.of_task(redirect, audiences.Audience.HOLDER)
    notices.tell([*sender, *audiences.coordinators()], referral, at=at, due_at=redirect.due_at)
    notices.tell(
        notices.desk_of(referral.receiving_organisation_id), referral, at=at, due_at=None, action_needed=False
    )


def expire(pk: UUID, *, at: datetime) -> Referral:
    """As `expire_referral`, for whoever does not hold the row yet."""
    with transaction.atomic():
        referral = steps.locked(None, pk)
        expire_referral(referral, at=at)
    return referral
