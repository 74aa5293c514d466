"""The codes of what comes from outside or goes past the house: orders of justice, complaints, incidents."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referral.enums import Group


class OrderDecision(TextChoices):
    """What the second person says after reading the paper."""

    ACCEPTED = "accepted", _("In order: hand out what is asked")
    NARROWED = "narrowed", _("In order, for less than is asked")
    REFUSED = "refused", _("Not in order: hand out nothing")


class DemandWay(TextChoices):
    """How somebody asked without a paper."""

    TELEPHONE = "telephone", _("By telephone")
    VISIT = "visit", _("In person")
    MESSAGE = "message", _("By message")


#: Each of these needs a tick and a reason of its own.
GUARDED = (Group.HEALTH, Group.NARRATIVE, Group.DOCUMENTS)


class ComplaintState(TextChoices):
    RECEIVED = "received", pgettext_lazy("complaint", "Received")
    LOOKED_INTO = "looked_into", pgettext_lazy("complaint", "Being looked into")
    ANSWERED = "answered", pgettext_lazy("complaint", "Answered")
    CLOSED = "closed", pgettext_lazy("complaint", "Closed")


#: Where a complaint may go from where it stands; an answer may be followed by another one.
AFTER: Mapping[str, tuple[ComplaintState, ...]] = {
    ComplaintState.RECEIVED: (ComplaintState.LOOKED_INTO, ComplaintState.ANSWERED),
    ComplaintState.LOOKED_INTO: (ComplaintState.LOOKED_INTO, ComplaintState.ANSWERED),
    ComplaintState.ANSWERED: (ComplaintState.LOOKED_INTO, ComplaintState.ANSWERED, ComplaintState.CLOSED),
    ComplaintState.CLOSED: (),
}


class ComplaintWay(TextChoices):
    OWN = "own", _("I complain myself")
    SHEET = "sheet", _("I copy the sheet of a person whom I accompany")


class IncidentKind(TextChoices):
    ACCESS = "access", _("Somebody read what was not for them")
    SENT_WRONG = "sent_wrong", _("Sent or told to the wrong person")
    LOST = "lost", _("Device, paper or key lost or stolen")
    INTRUSION = "intrusion", _("Intrusion into the system")
    OUTAGE = "outage", _("System or data not available")
    ALTERED = "altered", _("Data changed or destroyed by mistake")
    OTHER = "other", _("Other")


class Affected(TextChoices):
    """Whose data it is about."""

    CHILDREN = "children", _("Children accompanied")
    ADULTS = "adults", _("Adults accompanied")
    RELATIVES = "relatives", _("Relatives and witnesses")
    WORKERS = "workers", _("People who work here")


class AuthorityTold(TextChoices):
    """Was the data-protection authority told?"""

    TOLD = "told", _("Yes, on the day given below")
    NOT_NEEDED = "not_needed", _("No: no personal data are concerned")
