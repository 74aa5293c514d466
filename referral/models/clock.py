"""What the clock has done: the rungs it climbed, the notices it handed over, and when it last went round."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crypto.fields import CodeField
from referral.enums import Channel, DeliveryState, Watched


class Rung(models.Model):
    """One rung of the ladder that a deadline climbed, once. A new deadline of the same row begins a new ladder."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    watched = CodeField(max_length=10, choices=Watched)
    object_id = models.UUIDField()
    case = models.ForeignKey("referral.Case", on_delete=models.PROTECT, related_name="rungs")
    referral = models.ForeignKey(
        "referral.Referral", on_delete=models.PROTECT, null=True, related_name="rungs"
    )
    #: The deadline that it is about, as it stood.
    due_at = models.DateTimeField()
    number = models.PositiveSmallIntegerField()
    reached_at = models.DateTimeField()
    #: How many people it told: with nobody there, the next rung is climbed at once.
    told = models.PositiveSmallIntegerField(default=0)
    #: Until when somebody has to confirm the reading, else the next person up is told; None where nobody has to.
    confirm_by = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, null=True, related_name="+")

    #: What it is about has moved: nobody is asked for a confirmation any more.
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["reached_at", "number"]
        verbose_name = _("rung")
        constraints = [
            models.UniqueConstraint(fields=["object_id", "due_at", "number"], name="rung_climbed_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="rung_confirmed_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["confirm_by"],
                condition=Q(confirmed_at=None, confirm_by__isnull=False),
                name="rung_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.watched} {self.number}"


class Delivery(models.Model):
    """A notice on its way by one channel. At least once: a channel that lost our receipt may carry it twice."""

    notice = models.ForeignKey("referral.Notice", on_delete=models.CASCADE, related_name="deliveries")
    channel = CodeField(max_length=8, choices=Channel)
    state = CodeField(max_length=8, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("delivery")
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="notice_once_per_channel"),
            models.CheckConstraint(
                condition=Q(state="waiting") ^ Q(ended_at__isnull=False), name="delivery_ended_iff_stamped"
            ),
        ]
        indexes = [models.Index(fields=["made_at"], condition=Q(state="waiting"), name="delivery_waiting")]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class ClockRound(models.Model):
    """When a rule of the clock last ran to its end. Old rows here mean that deadlines do not run."""

    rule = CodeField(primary_key=True, max_length=30)
    at = models.DateTimeField()
    #: How many rows it acted on, on how many it could not, and how long that took.
    acted = models.PositiveIntegerField()
    failed = models.PositiveIntegerField(default=0)
    milliseconds = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("round of the clock")

    def __str__(self) -> str:
        return self.rule
