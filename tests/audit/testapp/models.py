"""A recorded row and a plain one, as the packages above `audit` declare them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from audit.history import Recorded
from crypto.fields import CodeField, SealedTextField
from crypto.scopes import SYSTEM, Scope


class Note(Recorded):
    reference = CodeField(max_length=8)
    story = SealedTextField(null=True)
    about = models.ForeignKey("self", models.PROTECT, null=True)

    def __str__(self) -> str:
        return self.reference

    def key_scope(self) -> Scope:
        return SYSTEM


class Sample(models.Model):
    """Every kind of column that a digest knows."""

    CLEAR_FIELDS = frozenset({"data"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.IntegerField(null=True)
    amount = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    flag = models.BooleanField(null=True)
    text = CodeField(max_length=20, null=True)
    data = models.BinaryField(null=True)
    moment = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    numbers = ArrayField(models.IntegerField(null=True), null=True)
    duration = models.DurationField(null=True)

    def __str__(self) -> str:
        return str(self.id)
