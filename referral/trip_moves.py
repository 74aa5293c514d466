"""When is a move of a trip legal? The table of the machine, read by `lifecycle`. Pure."""

from django.utils.translation import gettext_lazy as _

from referral.moves import Guard, Move, states
from referral.trips import LIVE_TRIP, TripAction, TripState

AWAITED = Guard(
    "awaited",
    _("Nobody is awaited: a trip belongs to a referral that was accepted and has not begun."),
    lambda row, facts: facts.awaited,
)
ESCORT_OF_SENDER = Guard(
    "escort_of_sender",
    _("Name an escort of the sender’s side who has an account here: the address is given to nobody else."),
    lambda row, facts: facts.escort_of_sender,
)

TRIP_MOVES: tuple[Move, ...] = (
    # Also later, when the hour or the escort changes.
    Move(TripAction.PLAN, LIVE_TRIP, None, (AWAITED,)),
    Move(TripAction.DEPART, states(TripState.PLANNED), TripState.DEPARTED, (AWAITED,)),
    Move(
        TripAction.STAY,
        states(TripState.DEPARTED, TripState.OVERNIGHT),
        TripState.OVERNIGHT,
        (AWAITED,),
    ),
    # With the start of the referral, which asks for the code. The departure may never have been written down.
    Move(TripAction.ARRIVE, LIVE_TRIP, TripState.ARRIVED),
    Move(TripAction.BREAK_OFF, LIVE_TRIP, TripState.BROKEN_OFF),
    Move(TripAction.RELEASE, LIVE_TRIP, None, (AWAITED, ESCORT_OF_SENDER)),
    Move(TripAction.TAKE_BACK, LIVE_TRIP, None),
)
