"""What one says of a task in codes: why it is not possible yet, what came of a call."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from referral.course import HowItGoes
from referral.enums import TaskKind


class DelayReason(TextChoices):
    """Why a task is not possible yet; its ladder rests until the day that is said with it."""

    WAITING_PERSON = "waiting_person", _("The person is not ready yet")
    WAITING_PAPER = "waiting_paper", _("A paper is missing")
    WAITING_COURT = "waiting_court", _("A court has to decide first")
    WAITING_PLACE = "waiting_place", _("No place is free yet")
    UNREACHABLE = "unreachable", _("Nobody can be reached at present")
    OTHER = "other", _("Another reason")


class CallResult(TextChoices):
    """What came of a telephone call that somebody had to make."""

    FOUND_SAFE = "found_safe", _("Found, and safe")
    NOT_REACHABLE = "not_reachable", _("Not reachable")
    FOUND_IN_DANGER = "found_in_danger", _("Found, and in danger")
    REACHED = "reached", _("Somebody was reached")
    NOT_REACHED = "not_reached", _("Nobody was reached")


class Heard(TextChoices):
    """What the sender hears by telephone, beside the outcomes of the ministry's list."""

    CARE_GOES_ON = "CARE_GOES_ON", _("The person is there, the care goes on")
    NOT_ARRIVED = "NOT_ARRIVED", _("The person did not arrive")
    NO_REPLY = "NO_REPLY", _("Nobody answers the telephone")


#: After these the sender asks once more.
HEARD_AGAIN = frozenset({Heard.CARE_GOES_ON, Heard.NO_REPLY})


#: Calls that end with an answer, and which ones they may have.
ANSWERS: dict[str, tuple[CallResult, ...] | tuple[HowItGoes, ...]] = {
    TaskKind.CALL_BACK: (CallResult.FOUND_SAFE, CallResult.NOT_REACHABLE, CallResult.FOUND_IN_DANGER),
    TaskKind.DUTY_CALL: (CallResult.REACHED, CallResult.NOT_REACHED),
    TaskKind.FOLLOW_UP: tuple(HowItGoes),
    TaskKind.CALL_PERSON: tuple(HowItGoes),
}
