"""What keeps the work going: the log of moves, tasks, notices, half-typed forms, and answers already given."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedJSONField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from referral.enums import Machine, Side, TaskKind


class Transition(models.Model):
    """One move of one machine, insert-only. `occurred_at` is declared, `recorded_at` the database's (design §4)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    machine = CodeField(max_length=10, choices=Machine)
    case = models.ForeignKey("referral.Case", on_delete=models.PROTECT, related_name="transitions")
    referral = models.ForeignKey(
        "referral.Referral", on_delete=models.PROTECT, null=True, related_name="transitions"
    )
    action = CodeField(max_length=24)
    source = CodeField(max_length=20)
    target = CodeField(max_length=20)
    side = CodeField(max_length=12, choices=Side)
    actor = models.ForeignKey("partners.User", on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reason_code = CodeField(max_length=30, blank=True)
    reason = SealedTextField(padding="long", null=True, blank=True)
    #: The side that may read the reason: a withdrawal's reason never leaves the sender's (design §6, Reasons).
    reason_for = CodeField(
        max_length=12,
        choices=[("sender", _("the sender's side")), ("both", _("both sides"))],
        default="sender",
    )

    class Meta:
        ordering = ["-recorded_at"]
        verbose_name = _("transition")
        indexes = [models.Index(fields=["referral", "-recorded_at"], name="transition_of_referral")]

    def __str__(self) -> str:
        return f"{self.machine}.{self.action}"

    def key_scope(self) -> Scope:
        if self.reason_for == "both" and self.referral_id is not None:
            return Scope(ScopeKind.EXCHANGE, self.referral_id, self.case_id)
        return Scope(ScopeKind.CASE, self.case_id, self.case_id)


class Task(Recorded):
    """Something that a person must do by a time. Without an owner it is the whole desk's."""

    kind = CodeField(max_length=20, choices=TaskKind)
    case = models.ForeignKey("referral.Case", on_delete=models.PROTECT, related_name="tasks")
    referral = models.ForeignKey(
        "referral.Referral", on_delete=models.PROTECT, null=True, related_name="tasks"
    )
    organisation = models.ForeignKey("partners.Organisation", on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey("partners.User", on_delete=models.PROTECT, null=True, related_name="tasks")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(_("due"))
    #: What the maker of the task proposes, in codes, e.g. {"service": "MHPSS", "urgency": "standard"}.
    proposal = SealedJSONField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, null=True, related_name="+")
    result = CodeField(max_length=30, blank=True)
    #: "Not yet possible because": a code, and until when; the ladder rests until then.
    delay_reason = CodeField(_("not yet possible because"), max_length=60, blank=True)
    delayed_until = models.DateTimeField(_("possible again from"), null=True, blank=True)
    note = SealedTextField(padding="long", null=True, blank=True)

    class Meta:
        ordering = ["due_at"]
        verbose_name = _("task")
        indexes = [
            models.Index(fields=["organisation", "due_at"], condition=Q(done_at=None), name="task_open")
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.case_id, self.case_id)


class Notice(models.Model):
    """A reference, "action requise" and a deadline, for one person: nothing else (design §7.9)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="notices")
    reference = CodeField(max_length=9)
    #: Where the link leads, after sign-in; the permission is asked again there.
    object_type = CodeField(
        max_length=16,
        choices=[
            (kind, kind)
            for kind in ("case", "referral", "task", "arrival", "groupreferral", "placecall", "filereview")
        ],
    )
    object_id = models.UUIDField()
    action_needed = models.BooleanField(default=True)
    due_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    #: The rung of the ladder that wrote it, if the clock did.
    rung = models.ForeignKey(
        "referral.Rung", on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )

    class Meta:
        ordering = ["-made_at"]
        verbose_name = _("notice")
        indexes = [models.Index(fields=["user", "-made_at"], condition=Q(read_at=None), name="notice_unread")]
        constraints = [
            models.UniqueConstraint(fields=["rung", "user"], name="one_notice_per_rung_and_person")
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def asks_confirmation(self) -> bool:
        """Is the next person up told unless somebody says here to have read it?"""
        rung = self.rung
        return rung is not None and rung.confirm_by is not None and not (rung.confirmed_at or rung.settled_at)


class Draft(models.Model):
    """A half-typed form or the steps of check-answers: sealed, for its author alone, for 7 days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey("partners.User", on_delete=models.CASCADE, related_name="drafts")
    form = CodeField(max_length=40)
    #: The row the form is about, e.g. a case; the nil UUID when it makes a new one.
    about = models.UUIDField()
    payload = SealedJSONField()
    saved_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        constraints = [models.UniqueConstraint(fields=["user", "form", "about"], name="one_draft_per_form")]

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.DRAFT, self.id)


class Submission(models.Model):
    """The answer already given to an idempotency key: a second post of the same form repeats nothing."""

    user = models.ForeignKey("partners.User", on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField()
    at = models.DateTimeField()
    #: Where the first post led.
    location = CodeField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("submission")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_result_per_key")]

    def __str__(self) -> str:
        return str(self.key)
