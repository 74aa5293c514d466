"""Who reads one file for a time, without holding it. Doors are opened and shut by `referral.grants` alone."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedTextField
from referral.models.rights import OfCase
from referral.readings import IN_HAND, LONGEST_READING, GlassReason, ReadingWhy, SuspendedWhy, Verdict


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


class BreakGlass(OfCase):
    """National coordination has opened one file in an emergency: why, and what somebody else says of it afterwards."""

    case = models.ForeignKey("referral.Case", on_delete=models.PROTECT, related_name="broken_glasses")
    reading = models.OneToOneField(TimedReading, on_delete=models.PROTECT, related_name="glass")
    opened_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    reason = CodeField(_("reason"), max_length=16, choices=GlassReason)
    justification = SealedTextField(_("justification"), padding="long")
    #: Of an organisation that is not the one of who broke the glass.
    task = models.OneToOneField("referral.Task", on_delete=models.PROTECT, related_name="glass")
    review_due = models.DateTimeField(_("to be reviewed by"))
    reviewed_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    verdict = CodeField(_("review"), max_length=16, choices=Verdict, blank=True)
    note = SealedTextField(_("note of the review"), padding="long", null=True)
    #: From then on who broke it breaks none any more, until somebody else gives a reason.
    suspended_at = models.DateTimeField(null=True)
    suspended_why = CodeField(_("suspended because"), max_length=16, choices=SuspendedWhy, blank=True)
    lifted_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lift_reason = SealedTextField(_("reason of the lifting"), padding="long", null=True)

    class Meta:
        verbose_name = _("emergency access")
        ordering = ["-review_due"]
        indexes = [
            models.Index(fields=["review_due"], condition=Q(reviewed_at=None), name="glass_unreviewed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", reviewed_by=None, reviewed_at=None)
                | (~Q(verdict="") & Q(reviewed_by__isnull=False, reviewed_at__isnull=False)),
                name="glass_reviewed_by_somebody",
            ),
            models.CheckConstraint(
                condition=(Q(reviewed_by=None) | ~Q(reviewed_by=F("opened_by")))
                & (Q(lifted_by=None) | ~Q(lifted_by=F("opened_by"))),
                name="glass_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=(Q(suspended_at=None, suspended_why="", lifted_at=None))
                | (Q(suspended_at__isnull=False) & ~Q(suspended_why="")),
                name="glass_suspended_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="glass_lifted_by_somebody",
            ),
        ]


class CaseInHand(Recorded):
    """National coordination owns a case for some days because nobody else does; every act is an ordinary one."""

    case = models.ForeignKey("referral.Case", on_delete=models.PROTECT, related_name="in_hand")
    taken_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("case taken in hand")
        ordering = ["-taken_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at=None), name="in_one_hand_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("taken_at"), until__lte=F("taken_at") + IN_HAND),
                name="in_hand_for_some_days",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
