"""Two files that may be about one person: what was compared, what somebody decided, and the link that follows."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField
from referral.likeness import MatchDecision, UndoReason


class MatchReview(Recorded):
    """One pair, once. Between two organisations only coordination knows that it exists.

    It goes with its files: a file that could not be removed because of it would tell its owner.
    """

    first = models.ForeignKey("referral.Case", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("referral.Case", on_delete=models.CASCADE, related_name="+")
    found_at = models.DateTimeField(_("found"))
    #: "field:likeness", no value: all that is known without opening either file.
    likenesses = ArrayField(CodeField(max_length=40))
    #: Empty until somebody has looked.
    decision = CodeField(_("decision"), max_length=10, choices=MatchDecision, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("possible duplicate")
        ordering = ["found_at"]
        indexes = [models.Index(fields=["found_at"], condition=Q(decision=""), name="review_waiting")]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_review_per_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="review_in_order"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None) | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="review_decided_iff_stamped",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class PersonLink(Recorded):
    """Two files of one person, which stay two files (design §5)."""

    first = models.ForeignKey("referral.Case", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("referral.Case", on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undo_reason = CodeField(max_length=10, choices=UndoReason, blank=True)

    class Meta:
        verbose_name = _("link between two files")
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"], condition=Q(undone_at=None), name="one_link_per_pair"
            ),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="link_in_order"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None, undo_reason="")
                | (Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undo_reason="")),
                name="link_undone_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SearchCount(models.Model):
    """How often a person has searched on the last day on which she or he did."""

    user = models.OneToOneField("partners.User", on_delete=models.CASCADE, primary_key=True, related_name="+")
    day = models.DateField()
    counted = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("searches of a day")

    def __str__(self) -> str:
        return str(self.counted)
