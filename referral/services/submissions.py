"""A form that arrives twice acts once (operations.md §4: every POST that creates carries an idempotency key)."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from partners.actor import Actor
from referral.models import Submission


def key_of(page: str, key: UUID) -> UUID:
    """A form's key, of its own page alone: used for another act, it must not report this one done."""
    return uuid5(key, page)


def once(*, by: Actor, key: UUID, at: datetime, act: Callable[[], str]) -> str:
    """Runs `act` unless this key already succeeded; returns where the first success led.

    A second post that arrives while the first is under way waits for it. An act that raises frees the key.
    """
    with transaction.atomic():
        submission, is_first = Submission.objects.get_or_create(user_id=by.id, key=key, defaults={"at": at})
        if is_first:
            submission.location = act()
            submission.save(update_fields=["location"])
        return submission.location


def answer_before(*, by: Actor, page: str, key: str) -> str | None:
    """Where a form with this key led when it arrived the first time; None when it never did."""
    try:
        sent = Submission.objects.filter(user_id=by.id, key=key_of(page, UUID(key)))
    except ValueError:
        return None
    return sent.values_list("location", flat=True).first()
