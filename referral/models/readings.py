"""Who reads one file for a time, without holding it. Doors are opened and shut by `referral.grants` alone."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField
from referral.readings import LONGEST_READING, ReadingWhy


class TimedReading(Recorded):
    """One person may read one file until then. Whether that is over, the database's clock says at each request."""

    case = models.ForeignKey("referral.Case", on_delete=models.PROTECT, related_name="readings")
    user = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    why = CodeField(_("reason"), max_length=16, choices=ReadingWhy)
    opened_at = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))
    #: Before its time, or by the clock once it had passed.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("reading for a time")
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["user", "case"], condition=Q(ended_at=None), name="reading_of_user"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ended_at=None, why=ReadingWhy.BREAK_GLASS),
                name="one_broken_glass_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("opened_at"), until__lte=F("opened_at") + LONGEST_READING),
                name="reading_ends",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
