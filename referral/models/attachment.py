"""Papers of a case file: what they are, and their content in encrypted segments, never a file on a disk."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedBytesField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from referral.kinds import AttachmentKind, MediaType, RemovalReason


class Attachment(Recorded):
    """One paper. Once removed, these columns are all that is left of it."""

    case = models.ForeignKey(
        "referral.Case", on_delete=models.PROTECT, related_name="attachments", verbose_name=_("case")
    )
    kind = CodeField(_("what it is"), max_length=10, choices=AttachmentKind)
    media_type = CodeField(max_length=4, choices=MediaType)
    #: Of the content, in bytes.
    size = models.PositiveIntegerField()
    #: SHA-256 of the stored segments: through it the audit vouches for them too.
    digest = CodeField(max_length=64)
    title = SealedTextField(_("description"), secret=True, null=True, blank=True)
    original_name = SealedTextField(_("name of the file"), secret=True, null=True, blank=True)
    original_place = SealedTextField(_("where the original lies"), secret=True, null=True, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removal_reason = CodeField(max_length=10, choices=RemovalReason, blank=True)

    class Meta:
        verbose_name = _("attachment")
        indexes = [models.Index(fields=["case", "-added_at"], name="attachment_of_case")]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None, removal_reason="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removal_reason="")),
                name="attachment_removed_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.case_id, self.case_id)


class AttachmentKey(models.Model):
    """The key of one file, under the key of its case; not in `Attachment`, whose history outlives a removal."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="key")
    key = SealedBytesField(secret=True)

    class Meta:
        verbose_name = _("key of an attachment")

    def __str__(self) -> str:
        return str(self.attachment_id)

    def key_scope(self) -> Scope:
        return self.attachment.key_scope()


class AttachmentSegment(models.Model):
    """A piece of a file as `crypto.files` seals it."""

    CLEAR_FIELDS: ClassVar[frozenset[str]] = frozenset({"content"})  # sealed already

    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="segments")
    number = models.PositiveSmallIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = _("segment of an attachment")
        constraints = [
            models.UniqueConstraint(fields=["attachment", "number"], name="one_segment_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.attachment_id} {self.number}"
