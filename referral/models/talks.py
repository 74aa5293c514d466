"""Who stands beside a child; what was said in a conversation about consent; the text that was read."""

from django.db import models
from django.db.models import F, Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, CodeTextField, SealedJSONField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from referral.guardians import Relation, Standing
from referral.talks import Listener, Tongue


class Guardian(Recorded):
    """A parent, a de facto guardian, a master, a guardian appointed by a court; what is known of their safety."""

    case = models.ForeignKey(
        "referral.Case", on_delete=models.PROTECT, related_name="guardians", verbose_name=_("case")
    )
    relation = CodeField(_("relation to the child"), max_length=10, choices=Relation)
    name = SealedTextField(_("name"), null=True, blank=True)
    phone = SealedTextField(_("telephone"), null=True, blank=True)
    #: Of a guardian whom a court has appointed for this child (loi 2005-06, art. 17).
    court = models.ForeignKey(
        "partners.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("court"),
    )
    appointed_on = models.DateField(_("appointed on"), null=True, blank=True)
    standing = CodeField(_("standing"), max_length=14, choices=Standing, default=Standing.NOT_ASSESSED)
    #: What a second person is asked to decide; empty when nobody is.
    proposed = CodeField(_("proposed standing"), max_length=14, choices=Standing, blank=True)
    #: Of whoever spoke last; the history keeps the others.
    reason = SealedTextField(_("reason"), padding="long", null=True, blank=True)
    said_by = models.ForeignKey(
        "partners.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    decided_by = models.ForeignKey(
        "partners.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("guardian")
        ordering = ["added_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(standing="assessed_safe") | Q(decided_by__isnull=False),
                name="guardian_is_found_safe_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(said_by=None) | ~Q(decided_by=F("said_by")),
                name="guardian_needs_second_person",
            ),
            models.CheckConstraint(
                condition=Q(appointed_on=None, court=None)
                | Q(appointed_on__isnull=False, court__isnull=False),
                name="guardian_appointed_by_a_court",
            ),
            models.CheckConstraint(
                condition=~Q(relation="ad_hoc") | Q(appointed_on__isnull=False),
                name="ad_hoc_guardian_is_appointed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.case_id, self.case_id)


class ConsentText(Recorded):
    """What is read aloud, in one language, to an adult or a child. National coordination edits and validates it."""

    LOADED_BY_MIGRATION = True

    language = CodeField(_("language"), max_length=2, choices=Tongue)
    listener = CodeField(_("read to"), max_length=5, choices=Listener)
    introduction = CodeTextField(_("Introduction"), blank=True)
    agrees = CodeTextField(_("May we talk"), blank=True)
    purpose = CodeTextField(_("Why things are written down"), blank=True)
    uses = CodeTextField(_("Who may use them, and how"), blank=True)
    research = CodeTextField(_("Numbers without names"), blank=True)
    access = CodeTextField(_("Asking for what is written"), blank=True)
    retention = CodeTextField(_("How long it is kept"), blank=True)
    withdrawal = CodeTextField(_("Changing one’s mind"), blank=True)
    identity = CodeTextField(_("Identity"), blank=True)
    contact = CodeTextField(_("Safe contact"), blank=True)
    needs = CodeTextField(_("Needs"), blank=True)
    health = CodeTextField(_("Health"), blank=True)
    legal = CodeTextField(_("Legal situation"), blank=True)
    narrative = CodeTextField(_("What happened"), blank=True)
    children = CodeTextField(_("Children"), blank=True)
    documents = CodeTextField(_("Documents"), blank=True)
    #: Empty: to be validated. Any change empties it.
    validated_by = models.ForeignKey(
        "partners.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("validated by"),
    )
    validated_at = models.DateTimeField(_("validated at"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent text")
        constraints = [
            models.UniqueConstraint(fields=["language", "listener"], name="one_consent_text_each"),
            models.CheckConstraint(
                condition=Q(validated_by=None, validated_at=None)
                | Q(validated_by__isnull=False, validated_at__isnull=False),
                name="consent_text_validated_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return capfirst(f"{self.get_language_display()}, {str(self.get_listener_display()).lower()}")


class ConsentTalk(Recorded):
    """One conversation about consent. What was agreed to share are the `Consent` rows that bear its number."""

    case = models.ForeignKey(
        "referral.Case", on_delete=models.PROTECT, related_name="talks", verbose_name=_("case")
    )
    conversation = models.UUIDField(_("conversation"), unique=True)
    #: Codes of `referral.talks`: {"agrees": "yes", "purpose": "unsaid", ...}; what was not asked is left out.
    answers = SealedJSONField(_("answers"))
    #: What the child wants, as she or he says it.
    assent = SealedTextField(_("in the child’s own words"), padding="long", null=True, blank=True)
    guardian = models.ForeignKey(
        Guardian,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="talks",
        verbose_name=_("guardian who agreed"),
    )
    method = CodeField(_("how consent was given"), max_length=24)
    language = CodeField(_("language"), max_length=8)
    explained_by = models.ForeignKey(
        "partners.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("explained by")
    )
    witness = SealedTextField(_("witness or interpreter"), null=True, blank=True)
    #: Of a signed sheet: the paper itself stays in the office.
    original = SealedTextField(_("where the original lies"), null=True, blank=True)
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    text_version = models.PositiveIntegerField(_("version of the text"), null=True, blank=True)
    held_at = models.DateTimeField(_("held at"))

    class Meta:
        verbose_name = _("conversation about consent")
        ordering = ["-held_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(text=None, text_version=None) | Q(text__isnull=False, text_version__isnull=False),
                name="talk_names_the_version_read",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.CASE, self.case_id, self.case_id)
