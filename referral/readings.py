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
