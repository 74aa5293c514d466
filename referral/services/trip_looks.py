"""Looks at a trip: what the two sides wrote of it, the words by which people know each other, the sheet."""

from uuid import UUID

from audit import services as audit
from partners.actor import Actor
from referral.enums import State
from referral.models import Trip
from referral.policy import READ_TRIP
from referral.queries.trips import trip_of, trip_tie
from referral.services import steps
from referral.services.trips import permit
from referral.trips import LIVE_TRIP

#: What is shown while somebody is on the way; afterwards codes and times alone are left on the page.
AGREED = ("escort_name", "escort_telephone", "escort_organisation", "meeting_point", "overnight_with")
#: The sheet is signed at the arrival: until the service ends it may be printed again.
PRINTED_IN = frozenset({State.ACCEPTED, State.IN_SERVICE})


def open_trip(actor: Actor, pk: UUID) -> Trip:
    """The page of a trip, for either side. Raises NotVisible, NotAllowed."""
    trip = _readable(actor, pk)
    fields = [*AGREED, "belongings"] if trip.state in LIVE_TRIP else []
    audit.look("view", trip, case_id=trip.case_id, referral_id=trip.referral_id, fields=fields)
    return trip


def read_words(actor: Actor, pk: UUID) -> Trip:
    """The two words, while somebody is awaited. Raises NotVisible, NotAllowed."""
    trip = _readable(actor, pk)
    if trip.state not in LIVE_TRIP:
        raise steps.NotVisible
    fields = ["word_asked", "word_answered"]
    audit.look("reveal", trip, case_id=trip.case_id, referral_id=trip.referral_id, fields=fields)
    return trip


def print_handover(actor: Actor, pk: UUID) -> Trip:
    """The sheet that two people sign. Raises NotVisible, NotAllowed."""
    trip = _readable(actor, pk)
    if trip.referral.state not in PRINTED_IN:
        raise steps.NotVisible
    audit.look("print", trip, case_id=trip.case_id, referral_id=trip.referral_id, fields=["belongings"])
    return trip


def _readable(actor: Actor, pk: UUID) -> Trip:
    trip = trip_of(actor, pk)
    if trip is None:
        raise steps.NotVisible
    permit(actor, READ_TRIP, trip.referral, trip_tie(actor, trip))
    return trip
