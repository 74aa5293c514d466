"""What national coordination sets: how long each deadline is, where it differs from the built-in; the holidays."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField
from referral.deadlines import LONGEST, Span, WorkingDays
from referral.enums import Clock, Urgency

MOST = LONGEST // timedelta(hours=1)


class Term(Recorded):
    """One value that differs: everywhere, in a region, or for one organisation."""

    clock = CodeField(_("deadline"), max_length=24, choices=Clock)
    #: Empty: for every urgency.
    urgency = CodeField(_("urgency"), max_length=10, choices=Urgency, blank=True)
    region = models.ForeignKey(
        "partners.Region", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: Hours of wall time, or working days.
    amount = models.PositiveIntegerField(_("how long"))
    working_days = models.BooleanField(_("counted in working days"), default=False)

    class Meta:
        verbose_name = _("deadline value")
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "urgency", "region", "organisation"],
                nulls_distinct=False,
                name="one_value_per_deadline_and_place",
            ),
            models.CheckConstraint(condition=Q(amount__range=(1, MOST)), name="value_is_a_time"),
            models.CheckConstraint(
                condition=Q(region=None) | Q(organisation=None), name="value_of_one_place"
            ),
            models.CheckConstraint(
                condition=~Q(urgency="emergency", working_days=True), name="emergency_on_wall_time"
            ),
        ]

    def __str__(self) -> str:
        return self.get_clock_display()

    @property
    def span(self) -> Span:
        return WorkingDays(self.amount) if self.working_days else timedelta(hours=self.amount)


class Holiday(Recorded):
    """A day on which working days do not count."""

    day = models.DateField(_("day"), unique=True)
    name_fr = CodeField(_("name in French"), max_length=120)
    name_en = CodeField(_("name in English"), max_length=120)
    #: A lunar feast: its day is announced shortly before, and until then an estimate.
    announced = models.BooleanField(_("announced"), default=False)

    class Meta:
        ordering = ["day"]
        verbose_name = _("holiday")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "fr").startswith("en") else self.name_fr
