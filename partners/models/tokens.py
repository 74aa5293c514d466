"""The programs of partners that read the directory: what they show, and how often they ask."""

import hashlib
from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField
from partners.enums import TokenScope

#: A token that nobody renews ends by itself.
LONGEST_TOKEN = timedelta(days=366)


class ApiToken(Recorded):
    """With it a program of a partner reads more than the public. Only its digest is kept, as of an invitation."""

    organisation = models.ForeignKey(
        "partners.Organisation",
        on_delete=models.PROTECT,
        related_name="tokens",
        verbose_name=_("organisation"),
    )
    #: Of the program, never of a person.
    name = CodeField(_("program"), max_length=80)
    digest = CodeField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(CodeField(max_length=16, choices=TokenScope), verbose_name=_("may read"))
    created_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("works until"))
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["expires_at"]
        verbose_name = _("token")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=Q(revoked_at=None), name="token_named_once"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at"))
                & Q(expires_at__lte=F("created_at") + LONGEST_TOKEN),
                name="token_of_one_year_at_most",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def labels(self) -> list[str]:
        return [str(TokenScope(scope).label) for scope in self.scopes]

    def is_live(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at

    @staticmethod
    def digest_of(token: str) -> str:
        # No salt and no stretching: the token is 256 random bits.
        return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class RequestCount(models.Model):
    """How often a token, or a network address by its keyed digest, has asked in one minute."""

    caller = CodeField(max_length=64, primary_key=True)
    minute = models.DateTimeField(db_index=True)
    counted = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("requests of a minute")

    def __str__(self) -> str:
        return str(self.counted)
