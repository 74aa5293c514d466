"""The words of the place call ("appel de place"): one need, in codes, before at most three centres at once."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

#: More would make a market of a person.
MOST_ASKED = 3


class CallState(TextChoices):
    OPEN = "open", pgettext_lazy("place call", "Open")
    CHOSEN = "chosen", pgettext_lazy("place call", "A centre was chosen")
    CLOSED = "closed", pgettext_lazy("place call", "Closed by the sender")
    EXPIRED = "expired", pgettext_lazy("place call", "Nobody has a place")


class CallAction(TextChoices):
    CHOOSE = "choose", _("Choose this centre")
    CLOSE = "close", _("Close the place call")
    EXPIRE = "expire", _("End the place call: nobody has a place")


class OfferState(TextChoices):
    ASKED = "asked", pgettext_lazy("place offer", "Asked")
    OFFERED = "offered", pgettext_lazy("place offer", "Offers a place")
    NO = "no", pgettext_lazy("place offer", "Has no place")
    CHOSEN = "chosen", pgettext_lazy("place offer", "Chosen")
    WITHDRAWN = "withdrawn", pgettext_lazy("place offer", "Taken back")
    GONE = "gone", pgettext_lazy("place offer", "Over")


#: The centre has the call before it.
BEFORE_CENTRE = frozenset({OfferState.ASKED, OfferState.OFFERED})


class OfferAction(TextChoices):
    OFFER = "offer", _("We have a place")
    DECLINE = "decline", _("We cannot receive this person")
    TAKE_BACK = "take_back", _("Take the offer back")
    CHOOSE = "choose", _("Choose this centre")
    END = "end", _("End the offer")
