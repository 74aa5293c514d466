"""Organisations and the people who act for them."""

import hashlib
import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeEmailField, CodeField
from partners.enums import MailPace, OrganisationKind, OrganisationStatus, Role, SmsPace


class Organisation(Recorded):
    name = CodeField(_("name"), max_length=120)
    kind = CodeField(_("kind"), max_length=24, choices=OrganisationKind)
    region = models.ForeignKey(
        "partners.Region", on_delete=models.PROTECT, related_name="organisations", verbose_name=_("region")
    )
    status = CodeField(
        _("status"), max_length=12, choices=OrganisationStatus, default=OrganisationStatus.ACTIVE
    )
    #: The name of the national unit changes by decree: which organisation it is, is data (design §2).
    is_national_unit = models.BooleanField(_("national unit"), default=False)
    telephone = CodeField(_("desk telephone"), max_length=20, blank=True)
    night_telephone = CodeField(_("night telephone"), max_length=20, blank=True)
    #: What it says of itself in the directory.
    description = CodeField(_("description"), max_length=600, blank=True)
    #: Shown to whoever asks, without signing in; the others only to partners.
    is_public = models.BooleanField(_("shown to the public"), default=False)
    #: Last day of the agreement with the national unit; nothing is sent to it afterwards. None: no end.
    agreement_until = models.DateField(_("agreement until"), null=True, blank=True)
    #: Holds the active caseworkers, focal points and supervisors; referrals are granted to it (design §5).
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="organisation", editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("organisation")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="organisation_named_once"),
            models.UniqueConstraint(
                fields=["is_national_unit"], condition=Q(is_national_unit=True), name="one_national_unit"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.status == OrganisationStatus.ACTIVE


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin, Recorded):
    """A person of staff. Belongs to one organisation and holds one or more roles in it."""

    #: Written by Django's own password machinery, never free text.
    CLEAR_FIELDS = frozenset({"password"})

    email = CodeEmailField(_("e-mail"), max_length=254, unique=True)
    name = CodeField(_("name"), max_length=120)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="people", verbose_name=_("organisation")
    )
    language = CodeField(
        _("language"), max_length=2, choices=[("fr", "Français"), ("en", "English")], default="fr"
    )
    #: For text messages, which carry a reference and a deadline only.
    telephone = CodeField(_("telephone"), max_length=20, blank=True)
    mail_pace = CodeField(_("notices by mail"), max_length=8, choices=MailPace, default=MailPace.AT_ONCE)
    sms_pace = CodeField(_("notices by text message"), max_length=8, choices=SmsPace, default=SmsPace.NEVER)
    is_active = models.BooleanField(_("active"), default=True)
    #: Undertaking of confidentiality: asked before the first page.
    undertaking_accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: Sign-ins are events of the audit; a column would make a version of the row at each.
    last_login = None

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ["name"]
        verbose_name = _("user")
        # In small letters only, so that unique means one account per address.
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="address_in_small_letters")
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def check_password(self, raw_password: str | None) -> bool:
        """As Django's; a digest made with older parameters is renewed, which is a change of the row."""
        with transaction.atomic():
            return super().check_password(raw_password)


class Membership(Recorded):
    """A role held in the user's organisation, from its creation until `until`."""

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    role = CodeField(_("role"), max_length=16, choices=Role)
    deputy_for = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deputies",
        verbose_name=_("deputy for"),
    )
    #: Whoever audits may be bound to one region in all that they read under /supervision/. None: every region.
    region = models.ForeignKey(
        "partners.Region",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("region"),
    )
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        constraints = [
            models.CheckConstraint(
                condition=Q(region=None) | Q(role=Role.AUDITOR), name="region_of_an_auditor_alone"
            ),
            models.UniqueConstraint(fields=["user", "role"], condition=Q(until=None), name="role_held_once"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="membership_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}"


class Invitation(Recorded):
    """A seat offered by mail. Only the token's digest is kept: the database cannot be used to sign in."""

    email = CodeEmailField(_("e-mail"), max_length=254)
    name = CodeField(_("name"), max_length=120)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="invitations", verbose_name=_("organisation")
    )
    roles = ArrayField(CodeField(max_length=16, choices=Role), verbose_name=_("roles"))
    token_digest = CodeField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-invited_at"]
        verbose_name = _("invitation")

    def __str__(self) -> str:
        return str(self.id)

    @staticmethod
    def digest(token: str) -> str:
        # No salt and no stretching: the token is 256 random bits.
        return hashlib.sha256(token.encode()).hexdigest()


def group_name(organisation_id: uuid.UUID) -> str:
    return f"organisation:{organisation_id}"


#: The Group of national coordination: declined, expired, escalated and orphaned referrals (design §5).
COORDINATION_GROUP = "coordination"
