"""What is heard at the first meeting beside the person: elements of trafficking, and a card to come back with."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedBooleanField, SealedJSONField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from referral.topics import CardOutcome


class Screening(Recorded):
    """Of one case; corrected by a new version, never by a new row. Police reads none of it, its own answers neither."""

    case = models.OneToOneField("referral.Case", on_delete=models.PROTECT, related_name="screening")
    #: {"acts": [...], "control": [...], ...}: lists of codes, the keys of `forms.screening.ANSWERS`.
    answers = SealedJSONField(_("elements of trafficking"), secret=True)
    #: Loi 2005-06 art. 12: a victim is not prosecuted for what she or he was made to do.
    non_punishment = SealedBooleanField(_("not to be punished"), secret=True, null=True, blank=True)
    recorded_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("screening")

    def __str__(self) -> str:
        return str(self.case_id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.case_id, self.case_id)


class ContactCard(Recorded):
    """A card that looks like a shop's: offered, never imposed. With its code and a spoken answer one is found again."""

    case = models.ForeignKey("referral.Case", on_delete=models.PROTECT, related_name="cards")
    outcome = CodeField(_("neutral card"), max_length=8, choices=CardOutcome)
    #: Random, and nobody's twice; empty unless the card was taken.
    code = CodeField(_("code of the card"), max_length=6, null=True, unique=True)
    answer = SealedTextField(_("spoken answer"), secret=True, null=True, blank=True)
    offered_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("neutral card")
        ordering = ["-offered_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="accepted", code__isnull=False) | (~Q(outcome="accepted") & Q(code=None)),
                name="card_taken_iff_coded",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(outcome="accepted", withdrawn_at=None),
                name="one_live_card_per_case",
            ),
        ]

    def __str__(self) -> str:
        return str(self.case_id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.case_id, self.case_id)
