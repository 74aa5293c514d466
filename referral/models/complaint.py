"""A complaint about a worker or a centre, which goes past both; and the person who looks into it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from referral.oversight import ComplaintState, ComplaintWay


class ComplaintDesk(Recorded):
    """Who looks into complaints in the whole country, who stands in, and the way for whoever cannot use the form."""

    person = models.ForeignKey(
        "partners.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("independent person"),
    )
    stand_in = models.ForeignKey(
        "partners.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who stands in"),
    )
    telephone = CodeField(_("telephone"), max_length=30, blank=True)
    post = CodeField(_("address for letters"), max_length=200, blank=True)
    #: There is one.
    single = models.BooleanField(default=True, editable=False, unique=True)

    class Meta:
        verbose_name = _("complaints: who looks into them")
        constraints = [
            models.CheckConstraint(condition=Q(single=True), name="one_complaint_desk"),
            models.CheckConstraint(
                condition=Q(stand_in=None) | Q(person__isnull=False) & ~Q(stand_in=F("person")),
                name="stand_in_is_another",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Complaint(Recorded):
    """About whom, by whom and what: all sealed. In clear only who looks into it, how far it is, and a code."""

    #: By which the complainant comes back, with an account or by telephone.
    code = CodeField(_("code"), max_length=9, unique=True)
    way = CodeField(_("how it came"), max_length=6, choices=ComplaintWay)
    #: Of an organisation of the list its name, as it is today: what a complaint is about is read by the handler alone.
    about_organisation = SealedTextField(_("organisation"))
    about_worker = SealedTextField(_("worker"), null=True, blank=True)
    what = SealedTextField(_("what happened"), padding="long")
    complainant = SealedTextField(_("who complains"), null=True, blank=True)
    state = CodeField(_("status"), max_length=12, choices=ComplaintState, default=ComplaintState.RECEIVED)
    handler = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    #: Named with it: neither may be of the organisation that it is about.
    stand_in = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    received_at = models.DateTimeField(_("received"))
    due_at = models.DateTimeField(_("next step by"))
    #: That the next step is overdue; each step begins anew.
    reminded_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at"]
        verbose_name = _("complaint")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at=None)),
                name="complaint_closed_iff_stamped",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.SYSTEM, self.id)


class ComplaintStep(Recorded):
    """What was done about it: a note of the handler's own, and what the complainant is told."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="steps")
    state = CodeField(_("status"), max_length=12, choices=ComplaintState)
    note = SealedTextField(_("note"), padding="long", null=True, blank=True)
    answer = SealedTextField(_("answer"), padding="long", null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        verbose_name = _("step of a complaint")

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.SYSTEM, self.complaint_id)
