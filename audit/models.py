"""Who did or saw what, and when? Rows that are written once."""

import secrets
import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit import facts
from audit.enums import IpClass, Outcome, Verb
from audit.fields import CurrentTransaction, IdentityField, RelaisNow, Xid8Field
from crypto.fields import CodeField, CodeTextField, SealedJSONField
from crypto.scopes import SYSTEM, Scope


def new_salt() -> bytes:
    """So that a leaf of the tree tells nothing to somebody who guesses the event."""
    return secrets.token_bytes(16)


class Event(models.Model):
    """Pseudonymous: ids and codes only, so that it may outlive the case that it is about.

    The migrations let nobody change or remove a row. There is no foreign key: an event outlives its
    object, and is written on another connection than the object.
    """

    CLEAR_FIELDS: ClassVar[frozenset[str]] = frozenset({"row_digest", "salt"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seq = IdentityField(unique=True, editable=False)
    xid = Xid8Field(db_default=CurrentTransaction(), editable=False)
    at = models.DateTimeField(_("time"), db_default=RelaisNow(), editable=False)

    actor_id = models.UUIDField(_("person"), null=True)
    organisation_id = models.UUIDField(_("organisation"), null=True)
    session_hash = CodeField(max_length=64, blank=True)
    ip_class = CodeField(max_length=10, choices=IpClass, blank=True)

    verb = CodeField(_("act"), max_length=60)
    object_type = CodeField(max_length=81)
    object_id = models.UUIDField(null=True)
    version = models.PositiveIntegerField(null=True)
    row_digest = models.BinaryField(max_length=32, null=True)
    fields = ArrayField(CodeTextField(), default=list)
    scope = CodeField(max_length=120, blank=True)
    outcome = CodeField(_("outcome"), max_length=6, choices=Outcome, default=Outcome.OK)
    reason_code = CodeField(_("reason"), max_length=40, blank=True)
    detail = SealedJSONField(null=True)

    case_id = models.UUIDField(null=True)
    referral_id = models.UUIDField(null=True)

    stream_id = models.UUIDField(null=True)
    stream_n = models.BigIntegerField(null=True)
    kek_unwraps = models.PositiveIntegerField(default=0)
    salt = models.BinaryField(max_length=16, default=new_salt)

    class Meta:
        ordering = ("seq",)
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = (
            models.Index("case_id", "seq", name="event_of_case", condition=Q(case_id__isnull=False)),
            models.Index(
                "referral_id", "seq", name="event_of_referral", condition=Q(referral_id__isnull=False)
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("stream_id", "stream_n"),
                name="one_event_per_stream_number",
                condition=Q(stream_id__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(stream_id__isnull=True, stream_n__isnull=True)
                | Q(stream_n__gte=1, stream_id__isnull=False),
                name="stream_number_with_its_stream",
            ),
            # The closed list of verbs stays in Python: a new one must not need a migration.
            models.CheckConstraint(condition=Q(verb__regex=r"^[a-z_]+(\.[a-z_]+)?$"), name="verb_is_a_code"),
            models.CheckConstraint(
                condition=Q(object_type__regex=facts.OBJECT_TYPE), name="object_type_is_a_code"
            ),
            models.CheckConstraint(
                condition=Q(reason_code__regex=facts.REASON_CODE), name="reason_is_a_code"
            ),
            models.CheckConstraint(condition=Q(scope__regex=facts.SCOPE), name="scope_is_a_code"),
        )

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"

    @property
    def label(self) -> str:
        """The verb in words; of a family's verb, its last word."""
        return str(Verb(self.verb).label) if self.verb in Verb else self.verb.rpartition(".")[2]

    def key_scope(self) -> Scope:
        return SYSTEM
