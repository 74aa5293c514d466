"""The codes of a way into one file that the clock ends: to read, and nothing else (design §6, Break-glass)."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

#: No reading lasts longer, whatever it is for: a review of the quality of the work takes days.
LONGEST_READING = timedelta(days=7)


class ReadingWhy(TextChoices):
    """Why somebody reads a file that is not theirs; kept with every look made meanwhile."""

    BREAK_GLASS = "BREAK_GLASS", _("The glass was broken")
    REVIEW = "REVIEW", _("Review of the quality of the work")


#: How long the file is open once the glass is broken.
GLASS_OPEN = timedelta(minutes=60)
#: Within which somebody else says whether it was right; after that nobody breaks the glass again (security.md §4.5).
GLASS_REVIEW = timedelta(hours=72)
#: What a review says is to be followed up, whoever supervises the file takes up within this.
GLASS_FOLLOW_UP = timedelta(days=7)
#: Of the justification, in characters.
LEAST_WORDS = 40


class GlassReason(TextChoices):
    """Why it could not wait for whoever holds the file."""

    DANGER = "DANGER", _("Somebody is in danger now")
    UNREACHABLE = "UNREACHABLE", _("Nobody who holds the file can be reached")
    DISAPPEARED = "DISAPPEARED", _("The person has disappeared")
    LOOP_LOST = "LOOP_LOST", _("The care of the person has broken off")


class Verdict(TextChoices):
    JUSTIFIED = "JUSTIFIED", _("Justified")
    NOT_JUSTIFIED = "NOT_JUSTIFIED", _("Not justified")
    FOLLOW_UP = "FOLLOW_UP", _("To be followed up")


class SuspendedWhy(TextChoices):
    UNREVIEWED = "UNREVIEWED", _("Not reviewed within 72 hours")
    NOT_JUSTIFIED = "NOT_JUSTIFIED", _("Judged not justified")


#: For so long national coordination does the work of a case owner who is gone (design §2).
IN_HAND = timedelta(hours=72)
