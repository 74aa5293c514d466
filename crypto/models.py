"""The wrapped data keys, and the table behind the blind indexes."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models.functions import Now

from crypto.scopes import Scope, ScopeKind


class DataKey(models.Model):
    """One data key, wrapped for one recipient. Deleting the row destroys all that the key sealed."""

    CLEAR_FIELDS: ClassVar = frozenset({"scope_kind", "recipient_kind", "recipient_id", "kek_id", "wrapped"})

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    scope_kind = models.CharField(max_length=16, choices=ScopeKind.choices)
    scope_id = models.UUIDField()
    case_id = models.UUIDField(null=True, db_index=True)
    version = models.PositiveSmallIntegerField(default=1)
    # An organisation may become a second recipient of the same key without touching any sealed field.
    recipient_kind = models.CharField(max_length=16, default="kek")
    recipient_id = models.CharField(max_length=64, default="", blank=True)
    kek_id = models.CharField(max_length=64)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scope_kind", "scope_id", "version", "recipient_kind", "recipient_id"],
                name="one_active_key_per_scope",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope_kind} {self.scope_id} v{self.version}"

    @property
    def scope(self) -> Scope:
        return Scope(ScopeKind(self.scope_kind), self.scope_id, self.case_id)


class Match(models.Model):
    """One entry of a blind index. Nothing here says which case it is, or which entries are one person."""

    CLEAR_FIELDS: ClassVar = frozenset({"index_name", "sealed_ref"})

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    index_name = models.CharField(max_length=32)
    bucket = models.PositiveIntegerField()
    sealed_ref = models.BinaryField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["index_name", "bucket"], name="match_by_bucket")]

    def __str__(self) -> str:
        return f"{self.index_name} {self.id}"
