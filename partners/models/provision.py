"""What an organisation offers, where, and how many places are left."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField, SealedTextField
from crypto.scopes import Scope, ScopeKind
from partners.enums import CountedBy, OverflowReason, PersonGroup, Sex, Weekday


class Site(Recorded):
    """A house of an organisation. Its address is sealed and shown only by an audited reveal (domain §7.5)."""

    organisation = models.ForeignKey(
        "partners.Organisation",
        on_delete=models.PROTECT,
        related_name="sites",
        verbose_name=_("organisation"),
    )
    name = CodeField(_("name"), max_length=80)
    region = models.ForeignKey(
        "partners.Region", on_delete=models.PROTECT, related_name="+", verbose_name=_("region")
    )
    department = models.ForeignKey(
        "partners.Department",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department"),
    )
    confidential = models.BooleanField(_("confidential address"), default=True)
    #: Of a house that may be found by anybody. A confidential one has none, here or anywhere else in clear.
    public_address = CodeField(_("public address"), max_length=200, blank=True)
    address = SealedTextField(_("address"), secret=True, padding="long", blank=True, null=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("site")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="site_named_once"),
            models.CheckConstraint(
                condition=Q(confidential=False) | Q(public_address=""),
                name="confidential_has_no_public_address",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.ORGANISATION, self.organisation_id)


class Service(Recorded):
    """A service of the taxonomy (domain §4.5) that an organisation gives, and to whom."""

    organisation = models.ForeignKey(
        "partners.Organisation",
        on_delete=models.PROTECT,
        related_name="services",
        verbose_name=_("organisation"),
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="services", verbose_name=_("site")
    )
    code = CodeField(_("service"), max_length=60)
    sexes = ArrayField(
        CodeField(max_length=8, choices=Sex), verbose_name=_("received"), default=list, blank=True
    )
    takes_children = models.BooleanField(_("children (under 18)"), default=True)
    takes_adults = models.BooleanField(_("adults"), default=True)
    takes_children_with_parent = models.BooleanField(_("children with the person"), default=True)
    languages = ArrayField(CodeField(max_length=8), verbose_name=_("languages"), default=list, blank=True)
    #: In completed years, both included; None: no bound.
    minimum_age = models.PositiveSmallIntegerField(_("from age"), null=True, blank=True)
    maximum_age = models.PositiveSmallIntegerField(_("to age"), null=True, blank=True)
    disability_access = models.BooleanField(_("accessible with a disability"), default=False)
    #: Codes of the regions from which it takes people; none: from all.
    regions = ArrayField(CodeField(max_length=8), verbose_name=_("regions served"), default=list, blank=True)
    title_needed = models.BooleanField(_("a child needs a custody title first"), default=False)
    #: Of `Weekday`; none: every day.
    days = ArrayField(
        CodeField(max_length=2, choices=Weekday), verbose_name=_("days open"), default=list, blank=True
    )
    #: Both or none; none: round the clock.
    opens_at = models.TimeField(_("opens at"), null=True, blank=True)
    closes_at = models.TimeField(_("closes at"), null=True, blank=True)
    night_telephone = CodeField(_("night telephone"), max_length=20, blank=True)
    description = CodeField(_("description"), max_length=400, blank=True)
    #: When a person of the organisation last said that this entry is right.
    assured_at = models.DateTimeField(_("last checked"), null=True, blank=True)
    active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("service")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="service_once_per_organisation"),
            models.CheckConstraint(
                condition=Q(minimum_age=None) | Q(maximum_age=None) | Q(maximum_age__gte=F("minimum_age")),
                name="service_ages_in_order",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True, closes_at__isnull=True)
                | Q(opens_at__isnull=False, closes_at__isnull=False),
                name="service_opens_and_closes",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Places(Recorded):
    """Places of a site for one group of persons. No *offered* place is held twice: the row is locked and CHECKed.

    In every version `free + held + occupied = capacity + over`, and nobody is above capacity while a place is free.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="places", verbose_name=_("site"))
    group = CodeField(_("group"), max_length=12, choices=PersonGroup)
    capacity = models.PositiveSmallIntegerField(_("capacity"))
    held = models.PositiveSmallIntegerField(_("held"), default=0)
    occupied = models.PositiveSmallIntegerField(_("occupied"), default=0)
    #: Places above capacity that a named person took on as an explicit act; counted, never silent.
    over = models.PositiveSmallIntegerField(_("overflow"), default=0)
    confirmed_at = models.DateTimeField(_("last confirmed"))
    confirmed_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_how = CodeField(_("how"), max_length=8, choices=CountedBy, default=CountedBy.SCREEN)
    #: When the house last counted heads: whoever had left before is in that number no more.
    counted_at = models.DateTimeField(_("heads counted"), null=True, blank=True)
    #: "Complet ce soir": hidden from senders until then; not a decline.
    full_until = models.DateTimeField(_("full until"), null=True, blank=True)

    class Meta:
        ordering = ["site", "group"]
        verbose_name = _("places")
        constraints = [
            models.UniqueConstraint(fields=["site", "group"], name="places_once_per_group"),
            models.CheckConstraint(
                condition=Q(held__gte=0, occupied__gte=0)
                & (
                    Q(over=0, capacity__gte=F("held") + F("occupied"))
                    | Q(over__gt=0, capacity=F("held") + F("occupied") - F("over"))
                ),
                name="no_place_twice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} ({self.get_group_display()})"

    @property
    def free(self) -> int:
        """Never below zero: the CHECK says so."""
        return self.capacity + self.over - self.held - self.occupied


class Overflow(Recorded):
    """Persons taken above capacity in one act of a named person, and why. Never changed afterwards."""

    places = models.ForeignKey(Places, on_delete=models.PROTECT, related_name="overflows")
    persons = models.PositiveSmallIntegerField(_("persons"))
    reason = CodeField(_("reason"), max_length=10, choices=OverflowReason)
    words = SealedTextField(_("in a few words"), null=True, blank=True)
    said_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ["-said_at"]
        verbose_name = _("overflow")
        constraints = [
            models.CheckConstraint(condition=Q(persons__gt=0), name="overflow_is_of_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.places} +{self.persons}"

    def key_scope(self) -> Scope:
        return Scope(ScopeKind.ORGANISATION, self.places.site.organisation_id)
