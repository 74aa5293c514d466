"""To whom a person is not sent, and who comes first: one list for each file, and rules for each region."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, CodeTextField, SealedJSONField
from partners.enums import OrganisationKind
from referral.models.rights import OfCase
from referral.routing_rules import Profile


class NoGoList(OfCase):
    """Of one case: who is told nothing of the person, and where the person does not go.

    Sealed as a whole. A column that named an organisation would tell whoever reads the database who is suspected.
    """

    case = models.OneToOneField(
        "referral.Case", on_delete=models.PROTECT, related_name="no_go", verbose_name=_("case")
    )
    #: As `referral.avoiding.stored` makes it.
    entries = SealedJSONField(_("to be kept away from"))

    class Meta:
        verbose_name = _("list of those to keep away from")


class RoutingRule(Recorded):
    """For these people in this region: what is read first, and who is asked first (domain §1)."""

    LOADED_BY_MIGRATION = True

    region = models.ForeignKey(
        "partners.Region",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("region"),
    )
    profile = CodeField(_("for whom"), max_length=16, choices=Profile, blank=True)
    #: Empty: whatever is needed.
    service = CodeField(_("service"), max_length=60, blank=True)
    #: Asked before all kinds of organisation.
    organisation = models.ForeignKey(
        "partners.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
    )
    #: In this order.
    kinds = ArrayField(
        CodeField(max_length=24, choices=OrganisationKind),
        verbose_name=_("kinds of organisation"),
        default=list,
        blank=True,
    )
    sentence_fr = CodeTextField(_("to be read first, in French"), max_length=400, blank=True)
    sentence_en = CodeTextField(_("to be read first, in English"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("rule for a region")
        constraints = [
            models.UniqueConstraint(
                fields=["region", "profile", "service"],
                nulls_distinct=False,
                name="one_rule_per_region_and_need",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(kinds__len__gt=0) | ~Q(sentence_fr=""),
                name="rule_says_something",
            ),
            models.CheckConstraint(
                condition=Q(sentence_fr="", sentence_en="") | (~Q(sentence_fr="") & ~Q(sentence_en="")),
                name="rule_in_both_languages",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def sentence(self) -> str:
        return self.sentence_en if (get_language() or "fr").startswith("en") else self.sentence_fr
