"""Regions and departments (ISO 3166-2:SN, OCHA COD-AB), and the coded words of every list."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.history import Recorded
from crypto.fields import CodeField
from partners.enums import CodeList


class Region(Recorded):
    LOADED_BY_MIGRATION = True

    code = CodeField(_("code"), max_length=8, unique=True)
    name = CodeField(_("name"), max_length=60)
    #: Where a reporter's report from this region goes: the rule differs per region (domain §1).
    reports_to = models.ForeignKey(
        "partners.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reports go to"),
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("region")

    def __str__(self) -> str:
        return self.name


class Department(Recorded):
    LOADED_BY_MIGRATION = True

    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="departments", verbose_name=_("region")
    )
    code = CodeField(_("code"), max_length=8, blank=True)
    name = CodeField(_("name"), max_length=60)

    class Meta:
        ordering = ["name"]
        verbose_name = _("department")
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="department_once_per_region")]

    def __str__(self) -> str:
        return self.name


class Code(Recorded):
    """One word of a coded list, in both languages, with its name in HTCDS 2.0 and IC-TIP where one exists."""

    LOADED_BY_MIGRATION = True

    list = CodeField(_("list"), max_length=24, choices=CodeList)
    code = CodeField(_("code"), max_length=60)
    fr = CodeField(_("French"), max_length=120)
    en = CodeField(_("English"), max_length=120)
    htcds = CodeField(_("HTCDS name"), max_length=60, blank=True)
    ictip = CodeField(_("IC-TIP code"), max_length=40, blank=True)
    rank = models.PositiveSmallIntegerField(_("order"), default=0)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["list", "rank", "fr"]
        verbose_name = _("code")
        constraints = [
            models.UniqueConstraint(fields=["list", "code"], name="code_once_per_list"),
            models.CheckConstraint(condition=~Q(fr="") & ~Q(en=""), name="code_has_both_languages"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.en if (get_language() or "fr").startswith("en") else self.fr
