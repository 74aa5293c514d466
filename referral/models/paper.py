"""What comes from outside the screen: codes printed on a pad, answers by text message."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crypto.fields import CodeField
from referral.enums import CodeUse


class ReservedCode(models.Model):
    """A reference that was printed on blank paper, before there was anything that it refers to."""

    reference = CodeField(primary_key=True, max_length=9)
    use = CodeField(max_length=8, choices=CodeUse)
    #: The sheet on which it stands: its case and its referral share it.
    sheet = models.UUIDField()
    pad = models.UUIDField()
    organisation = models.ForeignKey("partners.Organisation", on_delete=models.PROTECT, related_name="+")
    reserved_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    reserved_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("reserved code")
        constraints = [models.UniqueConstraint(fields=["sheet", "use"], name="one_code_per_use_and_sheet")]
        indexes = [
            models.Index(fields=["organisation", "pad"], condition=Q(used_at=None), name="code_unused")
        ]

    def __str__(self) -> str:
        return self.reference


class WrongCodes(models.Model):
    """How often a number answered, or a person or a card was tried, with a wrong code, and until when that counts."""

    #: A keyed hash: nobody reads from here who answers by telephone, or which card is guessed at.
    number = CodeField(primary_key=True, max_length=64)
    counted = models.PositiveIntegerField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("wrong codes of a number")

    def __str__(self) -> str:
        return str(self.counted)


class SmsReply(models.Model):
    """The one answer by text message to one notice: provisional, because numbers can be forged."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    notice = models.OneToOneField("referral.Notice", on_delete=models.PROTECT, related_name="reply")
    answer = CodeField(max_length=4, choices=[("yes", "yes"), ("no", "no"), ("call", "call")])
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer by text message")

    def __str__(self) -> str:
        return self.answer
