"""Registers that come in, and files that go out, in the words of HTCDS 2.0."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedJSONField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from referral.htcds.profiles import ExportProfile


class ImportBatch(Recorded):
    """One register of an organisation: read without a fault, then written file by file, or thrown away.

    While it waits, its rows are sealed under a key of its own, which ends with the waiting.
    """

    organisation = models.ForeignKey("partners.Organisation", on_delete=models.PROTECT, related_name="+")
    #: Who gets the files.
    owner = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("case owner")
    )
    #: Where a row names none.
    region = models.ForeignKey(
        "partners.Region", on_delete=models.PROTECT, related_name="+", verbose_name=_("region")
    )
    count = models.PositiveIntegerField(_("rows"))
    #: Of them: whose case is over, and whose age nobody knows.
    closed = models.PositiveIntegerField(default=0)
    ageless = models.PositiveIntegerField(default=0)
    read_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()
    #: Who said that the files are to be opened: they are opened in this person's name.
    ordered_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ordered_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    #: Given up before it was written, or to be undone; and when that was done.
    ended_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-read_at"]
        verbose_name = _("import")
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(ordered_at__isnull=False, ordered_by__isnull=False),
                name="import_written_was_ordered",
            ),
            models.CheckConstraint(
                condition=Q(cleared_at=None) | Q(ended_at__isnull=False), name="import_cleared_was_ended"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.DRAFT, self.id)


class ImportedRow(models.Model):
    """A row as it came, in the standard's words: what a file of ours has no place for is not lost.

    Written once, so without a history of its own. Under the key of the import until its file is there, from then on
    under the key of that file.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="rows")
    #: Of the file that was read.
    number = models.PositiveIntegerField()
    values = SealedJSONField(secret=True)
    case = models.OneToOneField(
        "referral.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="imported"
    )
    #: What the register says of the status, and who is said to have decided: codes of their lists. No decision of ours:
    #: it names neither its day nor on what it rests, and no two people of ours have taken it.
    status = CodeField(_("status"), max_length=40, blank=True, default="")
    decider = CodeField(_("who decided"), max_length=40, blank=True, default="")
    #: Events of the file when it had just been written: one more, and somebody has touched it.
    events = models.PositiveIntegerField(default=0)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        verbose_name = _("imported row")
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="row_once_per_import"),
            models.CheckConstraint(
                condition=Q(undone_at=None) | Q(case__isnull=False), name="row_undone_was_written"
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    def key_scope(self) -> Scope:
        if self.case_id is not None:
            return Scope(ScopeKind.CASE, self.case_id, self.case_id)
        return Scope(ScopeKind.DRAFT, self.batch_id)


class ExportRequest(Recorded):
    """Somebody asks for a file of what they may read; with identities, a second person decides."""

    organisation = models.ForeignKey("partners.Organisation", on_delete=models.PROTECT, related_name="+")
    profile = CodeField(_("what it holds"), max_length=14, choices=ExportProfile)
    purpose = SealedTextField(_("purpose"), padding="long")
    requested_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    #: By nobody but who asked, where `decided_by` is empty: taken back before a decision.
    refused = models.BooleanField(default=False)
    made_at = models.DateTimeField(null=True, blank=True)
    #: From then on the file is not there.
    until = models.DateTimeField(null=True, blank=True)
    #: Its key is destroyed.
    destroyed_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveIntegerField(null=True, blank=True)
    #: Rows without what somebody could be recognised by.
    shortened = models.PositiveIntegerField(null=True, blank=True)
    #: Random: in the file, in its name, and here.
    mark = CodeField(max_length=12, unique=True)

    class Meta:
        ordering = ["-requested_at"]
        verbose_name = _("export")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
                name="export_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(made_at=None)
                | Q(profile="deidentified")
                | Q(decided_at__isnull=False, refused=False),
                name="export_with_identities_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(made_at=None, until=None) | Q(until__gt=F("made_at")), name="export_file_expires"
            ),
        ]

    def __str__(self) -> str:
        return self.mark

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.ORGANISATION, self.organisation_id)


class ExportPart(models.Model):
    """A piece of an exported file, under a key of that file alone: destroyed with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    export = models.ForeignKey(ExportRequest, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveIntegerField()
    content = SealedTextField(padding="long")

    class Meta:
        ordering = ["number"]
        verbose_name = _("part of an export")
        constraints = [
            models.UniqueConstraint(fields=["export", "number"], name="part_once_per_export"),
        ]

    def __str__(self) -> str:
        return str(self.number)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.DRAFT, self.export_id)
