"""The way into one file for a time: the person who was let in may shut it again before its time."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from partners.actor import Actor
from referral import grants
from referral.models import TimedReading
from referral.queries.visible import readings_of
from referral.services.steps import NotVisible


def end_own_reading(case_id: UUID, *, by: Actor, at: datetime) -> TimedReading:
    """Whichever of the own ones is open on this file. Raises NotVisible when none is."""
    with transaction.atomic():
        reading = readings_of(by).select_for_update().filter(case=case_id).first()
        if reading is None:
            raise NotVisible
        grants.end_reading(reading, at=at)
    return reading
