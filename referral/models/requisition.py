"""What justice asks of a file: the order, its check by a second person, the extract; what was asked without paper."""

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedJSONField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from referral.enums import Group
from referral.models.rights import OfCase
from referral.oversight import DemandWay, OrderDecision


class Requisition(OfCase):
    """An order on paper to hand out part of a file."""

    case = models.ForeignKey(
        "referral.Case", on_delete=models.PROTECT, related_name="requisitions", verbose_name=_("case")
    )
    #: Ours, random: it stands on the extract and in the journal.
    reference = CodeField(_("reference"), max_length=9, unique=True)
    #: Who ordered it and under which number: never in clear, they lead to a procedure and so to a person.
    authority = SealedTextField(_("authority"))
    order_number = SealedTextField(_("number of the order"))
    ordered_on = models.DateField(_("date of the order"))
    asked = ArrayField(CodeField(max_length=10, choices=Group), verbose_name=_("what is asked for"))
    due_at = models.DateTimeField(_("to be answered by"))
    note = SealedTextField(_("what else the order says"), padding="long", null=True, blank=True)
    recorded_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    #: The order forbids telling owner and person until then; who said so.
    silent_until = models.DateTimeField(_("nobody is told before"), null=True, blank=True)
    silent_by = SealedTextField(_("who forbade telling"), null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    #: The last time while nobody may be told; each step begins anew.
    reminded_at = models.DateTimeField(null=True, blank=True)

    decision = CodeField(_("decision"), max_length=10, choices=OrderDecision, blank=True)
    granted = ArrayField(CodeField(max_length=10, choices=Group), default=list, verbose_name=_("handed out"))
    decided_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    reason = SealedTextField(_("reason of the decision"), padding="long", null=True, blank=True)
    #: Why health, narrative or documents go out: {"health": ...}.
    group_reasons = SealedJSONField(null=True, blank=True)

    made_at = models.DateTimeField(_("extract made at"), null=True, blank=True)
    made_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    until = models.DateTimeField(_("can be opened until"), null=True, blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-recorded_at"]
        verbose_name = _("order of justice")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("recorded_by")),
                name="order_checked_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="order_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(made_at=None, until=None)
                | Q(
                    made_at__isnull=False,
                    until__isnull=False,
                    decision__in=[OrderDecision.ACCEPTED, OrderDecision.NARROWED],
                ),
                name="extract_of_a_granted_order",
            ),
        ]

    @property
    def waits_since(self) -> datetime:
        """The step that is still to be done began then: its check, or the extract that was granted."""
        return self.decided_at or self.recorded_at


class RequisitionExtract(models.Model):
    """The paper as it was handed out, under a key of its own that is destroyed a short time later."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    requisition = models.OneToOneField(Requisition, on_delete=models.PROTECT, related_name="extract")
    content = SealedTextField(padding="long")

    class Meta:
        verbose_name = _("extract for justice")

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.DRAFT, self.requisition_id)


class VerbalDemand(Recorded):
    """Somebody asked without a paper, and was told no. It is about no file: nothing was opened."""

    reference = CodeField(_("reference"), max_length=9, unique=True)
    organisation = models.ForeignKey(
        "partners.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    way = CodeField(_("how"), max_length=10, choices=DemandWay)
    asked_at = models.DateTimeField(_("when"))
    who = SealedTextField(_("who asked"))
    what = SealedTextField(_("what was asked for"), padding="long", null=True, blank=True)
    recorded_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-recorded_at"]
        verbose_name = _("verbal demand")

    def __str__(self) -> str:
        return self.reference

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.ORGANISATION, self.organisation_id)
