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
            models.Index("xid", "seq", name="event_in_tree_order"),
            models.Index(
                "scope", "seq", name="event_of_verification", condition=Q(verb=Verb.AUDIT_VERIFY.value)
            ),
            models.Index("actor_id", "at", name="event_of_person", condition=Q(actor_id__isnull=False)),
            models.Index("object_id", name="event_refused", condition=Q(outcome=Outcome.DENIED.value)),
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


class Leaf(models.Model):
    """An event in its place in the tree, for good (`audit.sequencing` writes it, `audit.leaf` says what is hashed)."""

    CLEAR_FIELDS: ClassVar[frozenset[str]] = frozenset({"commitment", "hash"})

    index = models.BigIntegerField(_("place"), primary_key=True)
    event_id = models.UUIDField(unique=True)
    commitment = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ("index",)
        verbose_name = _("leaf")
        verbose_name_plural = _("leaves")
        constraints = (models.CheckConstraint(condition=Q(index__gte=0), name="leaf_has_its_place"),)

    def __str__(self) -> str:
        return f"{self.index}"


class Node(models.Model):
    """The hash over 256 leaves, 256 * 256 and so on: a proof reads a few of them, not a million leaves.

    For speed only: whoever verifies makes them anew from the leaves.
    """

    CLEAR_FIELDS: ClassVar[frozenset[str]] = frozenset({"hash"})

    #: As https://c2sp.org/tlog-tiles counts: on level n a hash stands for 256**n leaves. Level 0 are the leaves.
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("node")
        verbose_name_plural = _("nodes")
        constraints = (models.UniqueConstraint(fields=("level", "index"), name="one_node_in_its_place"),)

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Checkpoint(models.Model):
    """What the signer vouched for: so many leaves, with this root (`note` is a C2SP signed note)."""

    CLEAR_FIELDS: ClassVar[frozenset[str]] = frozenset({"root"})

    size = models.BigIntegerField(_("number of events"), unique=True)
    root = models.BinaryField(max_length=32)
    note = CodeTextField()
    at = models.DateTimeField(_("time"), db_default=RelaisNow(), editable=False)

    class Meta:
        ordering = ("size",)
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")

    def __str__(self) -> str:
        return f"{self.size}"


class Cosignature(models.Model):
    """A witness has seen this checkpoint, and none that contradicts it."""

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="cosignatures")
    witness = CodeField(max_length=200)
    #: As it stands below the note.
    line = CodeTextField()
    at = models.DateTimeField(_("time"), db_default=RelaisNow(), editable=False)

    class Meta:
        verbose_name = _("cosignature")
        verbose_name_plural = _("cosignatures")
        constraints = (
            models.UniqueConstraint(fields=("checkpoint", "witness"), name="one_cosignature_per_witness"),
        )

    def __str__(self) -> str:
        return f"{self.checkpoint_id} {self.witness}"
