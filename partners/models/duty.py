"""Who keeps the desk, and who stands in for whom."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded

#: Nobody keeps a desk longer without handing it over.
LONGEST_SHIFT = timedelta(days=7)


class DutyShift(Recorded):
    """A time for which somebody keeps the desk of the organisation. One person keeps one desk at a time."""

    organisation = models.ForeignKey(
        "partners.Organisation",
        on_delete=models.PROTECT,
        related_name="shifts",
        verbose_name=_("organisation"),
    )
    user = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, related_name="shifts", verbose_name=_("person")
    )
    begins_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    #: Taken off the roster before it began; who was meant to be there stays on record.
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["begins_at"]
        verbose_name = _("duty shift")
        indexes = [
            models.Index(
                fields=["organisation", "ends_at"], condition=Q(removed_at=None), name="shift_on_roster"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="shift_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("begins_at") + LONGEST_SHIFT), name="shift_of_seven_days_at_most"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Absence(Recorded):
    """A time for which a colleague hears and does what is for this person."""

    user = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, related_name="absences", verbose_name=_("person")
    )
    begins_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    covered_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, related_name="covering", verbose_name=_("covered by")
    )
    #: As of a shift: called off before it began.
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["begins_at"]
        verbose_name = _("absence")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="absence_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(covered_by=F("user")), name="absent_is_not_the_cover"),
        ]

    def __str__(self) -> str:
        return str(self.id)
