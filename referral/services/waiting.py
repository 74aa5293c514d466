"""The waiting list of a desk that is full: the most urgent first, then who has waited longest."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.rows import write
from partners.actor import Actor
from referral import notices
from referral.enums import Action
from referral.models import Referral, Waiting
from referral.queries.waiting import first_in_line
from referral.services import steps
from referral.services.rounds import AnyRule, Chore


def put_on_list(pk: UUID, *, by: Actor, at: datetime, version: int) -> Referral:
    """No answer: the desk's clock runs on, and the sender sees that the person waits for a place.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        step = steps.begin(referral, Action.PUT_ON_LIST, by=by, at=at)
        waiting = Waiting(referral=referral, case_id=referral.case_id, since=at, put_by_id=by.id)
        write(waiting, case_id=referral.case_id, referral_id=referral.pk)
        steps.finish(step)
        notices.tell([referral.case.owner], referral, at=at, due_at=referral.due_at, action_needed=False)
    return referral


def tell_of_free_places(at: datetime) -> int:
    """Each desk hears once that a place is free for the first in its line; again only if it was taken meanwhile."""
    told = 0
    line = first_in_line(at)
    rows = Waiting.objects.select_for_update(of=("self",), skip_locked=True).select_related("referral")
    for waiting in rows.filter(pk__in=line).order_by("pk"):
        if line[waiting.pk] == (waiting.told_at is not None):
            continue
        referral = waiting.referral
        waiting.told_at = at if line[waiting.pk] else None
        write(waiting, fields=["told_at"], case_id=waiting.case_id, referral_id=referral.pk)
        if waiting.told_at:
            desk = notices.desk_of(referral.receiving_organisation_id)
            notices.tell(desk, referral, at=at, due_at=referral.due_at)
            told += 1
    return told


RULES: dict[str, AnyRule] = {"waiting": Chore(tell_of_free_places)}
