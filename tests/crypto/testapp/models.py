"""Models as the packages above `crypto` declare them."""

from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords

from crypto.fields import (
    CodeField,
    SealedBooleanField,
    SealedDateField,
    SealedIntegerField,
    SealedJSONField,
    SealedTextField,
    as_stored,
)
from crypto.scopes import Scope, ScopeKind


class StoredHistory(HistoricalRecords):
    def create_historical_record(self, *args: Any, **kwargs: Any) -> None:
        with as_stored():
            super().create_historical_record(*args, **kwargs)


class File(models.Model):
    """One field of each kind, sealed and secret."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    case_id = models.UUIDField(default=uuid4)
    reference = CodeField(max_length=8, default="")
    alias = SealedTextField(null=True, blank=True, max_length=200)
    note = SealedTextField(default="", padding="long")
    payload = SealedJSONField(null=True)
    seen_on = SealedDateField(null=True)
    age = SealedIntegerField(null=True)
    alone = SealedBooleanField(null=True)
    name = SealedTextField(null=True, secret=True)
    story = SealedTextField(null=True, secret=True, padding="long")
    born_on = SealedDateField(null=True, secret=True)
    pregnant = SealedBooleanField(null=True, secret=True)

    history = StoredHistory(history_user_id_field=models.UUIDField(null=True))

    def __str__(self) -> str:
        return self.reference

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.case_id)


class Letter(models.Model):
    """A field name and a scope of File's, a secret that must be there, and a scope that depends on a column."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    case_id = models.UUIDField(default=uuid4)
    alias = SealedTextField(null=True)
    sign = SealedTextField(secret=True)
    kind = CodeField(max_length=16, default=ScopeKind.CASE)

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind(self.kind), self.case_id, self.case_id)


class Careless(models.Model):
    """Everything that the system checks must find; never part of the product's own apps."""

    CLEAR_FIELDS = frozenset({"password"})

    char = models.CharField(max_length=8)
    text = models.TextField()
    email = models.EmailField()
    json = models.JSONField()
    binary = models.BinaryField()
    upload = models.FileField()
    slug = models.SlugField()
    several = ArrayField(models.TextField())
    codes = ArrayField(CodeField(max_length=8))
    numbers = ArrayField(models.IntegerField())
    password = models.CharField(max_length=8)
    code = CodeField(max_length=8)
    number = models.IntegerField()
    sealed = SealedTextField()

    def __str__(self) -> str:
        return "careless"
