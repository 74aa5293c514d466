"""A look out of the ordinary that somebody has looked into."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedTextField
from crypto.scopes import SYSTEM, Scope
from referral.unusual import Explained, Rule


class AccessCheck(Recorded):
    """What came of it. The finding itself is reckoned anew from the events each time and is stored nowhere."""

    #: `referral.unusual.Finding.key`.
    finding = models.UUIDField(unique=True)
    rule = CodeField(_("rule"), max_length=12, choices=Rule)
    #: Whose looks they are.
    person = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    day = models.DateField(_("day"))
    result = CodeField(_("result"), max_length=10, choices=Explained)
    note = SealedTextField(_("note"), padding="long", null=True, blank=True)
    checked_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("looked into by")
    )
    checked_at = models.DateTimeField(_("looked into"))

    class Meta:
        verbose_name = _("look out of the ordinary")
        constraints = [
            models.CheckConstraint(condition=~Q(checked_by=F("person")), name="nobody_checks_their_own_looks")
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.day}"

    def key_scope(self) -> Scope:
        return SYSTEM
