"""What went wrong with data or the system, who was told of it, and that a second person has found it settled."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from referral.enums import Group
from referral.oversight import Affected, AuthorityTold, IncidentKind


class Incident(Recorded):
    reference = CodeField(_("reference"), max_length=9, unique=True)
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    kind = CodeField(_("what happened"), max_length=12, choices=IncidentKind)
    happened_at = models.DateTimeField(_("happened"), null=True, blank=True)
    noticed_at = models.DateTimeField(_("noticed"))
    affected = ArrayField(
        CodeField(max_length=10, choices=Affected), default=list, verbose_name=_("whose data")
    )
    groups = ArrayField(CodeField(max_length=10, choices=Group), default=list, verbose_name=_("which data"))
    #: About how many; empty while nobody knows.
    persons = models.PositiveIntegerField(_("about how many persons"), null=True, blank=True)
    story = SealedTextField(_("what happened, in words"), padding="long")
    measures = SealedTextField(_("what was done"), padding="long", null=True, blank=True)
    #: Until when the authority should hear of it.
    due_at = models.DateTimeField(_("tell the authority by"))
    authority = CodeField(_("authority"), max_length=10, choices=AuthorityTold, blank=True)
    authority_told_on = models.DateField(_("authority told on"), null=True, blank=True)
    persons_told_on = models.DateField(_("persons told on"), null=True, blank=True)
    recorded_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        ordering = ["-noticed_at"]
        verbose_name = _("incident")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_by=None) | ~Q(closed_by=F("recorded_by")),
                name="incident_closed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(authority="")),
                name="incident_closed_when_answered",
            ),
            models.CheckConstraint(
                condition=Q(authority="told", authority_told_on__isnull=False)
                | (~Q(authority="told") & Q(authority_told_on=None)),
                name="authority_told_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.SYSTEM, self.id)
