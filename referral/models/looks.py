"""How much one person opens: counted by the hour, for the limit and for what is usual."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reveals(models.Model):
    """Not the proof of who looked at what, which is the audit's: numbers alone, forgotten after a month."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("partners.User", on_delete=models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    counted = models.PositiveIntegerField(default=0)
    #: Beyond the limit, to reach a person.
    beyond = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("reveals of an hour")
        constraints = [models.UniqueConstraint(fields=["user", "hour"], name="one_count_per_hour")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.counted}"
