"""Which elements of trafficking do the answers hold? Act, means, purpose, as loi 2005-06 art. 1 has them. Pure.

Words for a human being who decides, never a decision: nothing in the software depends on what is found here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from partners.enums import CodeList
from referral.disclosure import is_child
from referral.enums import AgeStatus, PlaceFlag


class TraffickingAct(TextChoices):
    RECRUITED = "recruited", _("Recruited")
    TRANSPORTED = "transported", _("Transported")
    TRANSFERRED = "transferred", _("Handed over to somebody else")
    HARBOURED = "harboured", _("Lodged or hidden")
    RECEIVED = "received", _("Received")


class Means(TextChoices):
    """The means of the law; those of the list of HTCDS are mapped to them by `LEGAL_MEANS`."""

    FORCE = "force", _("Force, or the threat of it")
    COERCION = "coercion", _("Other coercion")
    ABDUCTION = "abduction", _("Abduction")
    DECEPTION = "deception", _("Fraud or deception")
    POWER = "power", _("Abuse of authority")
    VULNERABILITY = "vulnerability", _("Abuse of a situation of vulnerability")
    PAYMENT = "payment", _("Money or advantages to whoever has authority over the person")


class PlaceType(TextChoices):
    """Where it happened; what happened there is a code of its own: not every daara exploits."""

    DAARA = "daara", _("Daara")
    HOUSE = "house", _("Private house")
    STREET = "street", _("Street, market, bus station")
    GOLD_SITE = "gold_site", _("Gold-panning site")
    FIELD = "field", _("Field or farm")
    BOAT = "boat", _("Boat or fishing site")
    WORKSHOP = "workshop", _("Workshop, shop or building site")
    BAR = "bar", _("Bar, hotel or restaurant")
    OTHER = "other", _("Another place")


class Aggravation(TextChoices):
    """Loi 2005-06 art. 2, and the graver cases of art. 1."""

    GROUP = "group", _("Several offenders together")
    AUTHORITY = "authority", _("A parent, or somebody with authority over the person")
    VULNERABLE = "vulnerable", _("The person was particularly vulnerable: pregnancy, old age, health")
    MEDIA = "media", _("The internet or the mass media were used")
    MINOR = "minor", _("The person is a child")
    TORTURE = "torture", _("Torture or acts of barbarity")
    DEATH_RISK = "death_risk", _("Immediate risk of death or of lasting injury")
    ORGANS = "organs", _("Removal of organs")


#: Answers in codes of the ministry, which name those of HTCDS; all others are the law's.
LISTS: Mapping[str, CodeList] = {
    "recruitment": CodeList.RECRUITMENT,
    "control": CodeList.CONTROL,
    "exploitation": CodeList.EXPLOITATION,
}
#: These follow from other answers, and are not asked.
FOUND_OUT = frozenset({Aggravation.MINOR, Aggravation.ORGANS})
#: Means of control as HTCDS lists them -> means of the law (domain §4.4). Others wait for a human being to weigh them.
LEGAL_MEANS: Mapping[str, Means] = {
    "PhysicalThreats": Means.FORCE,
    "PhysicalAbuse": Means.FORCE,
    "SexualAbuse": Means.FORCE,
    "ThreatsLawEnforcement": Means.COERCION,
    "ThreatensChildrenFamily": Means.COERCION,
    "UsesChildren": Means.COERCION,
    "PsychologicalAbuse": Means.COERCION,
    "RestrictsMovement": Means.COERCION,
    "RestrictsMedicalCare": Means.COERCION,
    "WithholdsNecessities": Means.COERCION,
    "WithholdsDocuments": Means.COERCION,
    "TakesEarnings": Means.COERCION,
    "RestrictsFinancialAccess": Means.COERCION,
    "PsychoactiveSubstance": Means.COERCION,
    "ExcessiveWorkingHours": Means.VULNERABILITY,
    "DebtBondage": Means.VULNERABILITY,
    "FalsePromises": Means.DECEPTION,
}
ONLINE = frozenset(
    {
        "ThroughOnlineSocialNetworks",
        "ThroughAnOnlineAdvertisement",
        "ThroughATelevisionAdvert",
        "ThroughANewspaperAdvert",
    }
)
#: Exploiting the begging of others is an offence of its own (art. 3), counted apart.
BEGGING = frozenset({"ForcedBegging", "SN_DAARA_BEGGING"})
ORGAN_REMOVAL = "OrganRemoval"


@dataclass(frozen=True)
class Elements:
    """What the answers hold, before anybody has decided anything."""

    acts: bool
    means: tuple[Means, ...]
    purpose: bool
    #: Of a child, or where the age is not known, no means is needed (art. 1; Palermo art. 3 c).
    means_needed: bool
    age_known: bool
    aggravations: tuple[Aggravation, ...]
    begging: bool

    @property
    def complete(self) -> bool:
        return self.acts and self.purpose and (bool(self.means) or not self.means_needed)


def elements(
    answers: Mapping[str, Sequence[str]], *, age_status: str, flags: Collection[str] = ()
) -> Elements:
    """
    Args:
        answers: lists of codes: acts, recruitment, control, means, exploitation, aggravations.
        flags: what a place depends on; a late pregnancy makes particularly vulnerable.
    """

    def said(name: str) -> Sequence[Any]:
        return answers.get(name) or []

    legal = {*said("means"), *(LEGAL_MEANS[code] for code in said("control") if code in LEGAL_MEANS)}
    child = is_child(age_status)
    graver = set(said("aggravations"))
    if age_status == AgeStatus.CHILD:
        graver.add(Aggravation.MINOR)
    if PlaceFlag.LATE_PREGNANCY in flags:
        graver.add(Aggravation.VULNERABLE)
    if ONLINE & set(said("recruitment")):
        graver.add(Aggravation.MEDIA)
    if ORGAN_REMOVAL in said("exploitation"):
        graver.add(Aggravation.ORGANS)
    return Elements(
        acts=bool(said("acts") or said("recruitment")),
        means=tuple(means for means in Means if means in legal),
        purpose=bool(said("exploitation")),
        means_needed=not child,
        age_known=age_status != AgeStatus.UNKNOWN,
        aggravations=tuple(each for each in Aggravation if each in graver),
        begging=bool(BEGGING & set(said("exploitation"))),
    )
