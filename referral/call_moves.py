"""When may a place call, and an offer in answer to it, move? Two of the tables of `lifecycle` (design §5, §6)."""

from django.utils.translation import gettext_lazy as _

from referral.moves import Guard, Move, states
from referral.place_calls import BEFORE_CENTRE, CallAction, CallState, OfferAction, OfferState

NOBODY_LEFT = Guard(
    "nobody_left",
    _("A centre may still offer a place, or has offered one."),
    lambda row, facts: not facts.offer_awaited,
)

CALL_MOVES: tuple[Move, ...] = (
    Move(CallAction.CHOOSE, states(CallState.OPEN), CallState.CHOSEN),
    Move(CallAction.CLOSE, states(CallState.OPEN), CallState.CLOSED),
    Move(CallAction.EXPIRE, states(CallState.OPEN), CallState.EXPIRED, (NOBODY_LEFT,)),
)

#: What happens to an offer while its call is open: its row is locked first, so that one of two acts comes first.
OFFER_MOVES: tuple[Move, ...] = (
    Move(OfferAction.OFFER, states(OfferState.ASKED), OfferState.OFFERED),
    Move(OfferAction.DECLINE, states(OfferState.ASKED), OfferState.NO),
    Move(OfferAction.TAKE_BACK, states(OfferState.OFFERED), OfferState.WITHDRAWN),
    Move(OfferAction.CHOOSE, states(OfferState.OFFERED), OfferState.CHOSEN),
    Move(OfferAction.END, BEFORE_CENTRE, OfferState.GONE),
)
