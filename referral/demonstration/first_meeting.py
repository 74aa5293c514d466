"""What is heard at the first meeting beside the person: elements of trafficking in codes, and who takes a card."""

from typing import Any

from referral.demonstration.stage import Stage
from referral.models import Case
from referral.services.cards import offer_card
from referral.services.screening import record_screening
from referral.topics import CardOutcome

ELEMENTS: dict[str, dict[str, list[str]]] = {
    "daara": {
        "acts": ["transferred", "received"],
        "recruitment": ["SN_CONFIAGE"],
        "exploitation": ["SN_DAARA_BEGGING"],
        "places": ["daara", "street"],
    },
    "domestic": {
        "acts": ["transferred"],
        "recruitment": ["ThroughFamilyOrFamilyEvents"],
        "control": ["TakesEarnings", "ExcessiveWorkingHours"],
        "exploitation": ["SN_DOMESTIC"],
        "places": ["house"],
    },
    "gold_site": {
        "acts": ["recruited", "transported"],
        "control": ["FalsePromises", "WithholdsDocuments", "DebtBondage"],
        "exploitation": ["SexualExploitation"],
        "places": ["gold_site"],
    },
    "fishing": {"acts": ["recruited"], "exploitation": ["ChildLabour"], "places": ["boat"]},
    "sport": {
        "acts": ["recruited", "transported"],
        "recruitment": ["ThroughOnlineSocialNetworks"],
        "control": ["FalsePromises"],
        "exploitation": ["SN_SPORT"],
    },
    "abroad": {
        "acts": ["recruited", "transported"],
        "recruitment": ["ThroughAnOnlineAdvertisement"],
        "control": ["WithholdsDocuments", "RestrictsMovement"],
        "exploitation": ["SN_ABROAD_DOMESTIC"],
        "places": ["house"],
    },
}
#: In whose situation a card is taken, thought about, refused.
CARDS = {
    "women": CardOutcome.ACCEPTED,
    "mother": CardOutcome.OFFERED,
    "worker": CardOutcome.REFUSED,
}


def hear(stage: Stage, owner: str, profile: str, case: Case) -> None:
    """The owner writes down what was told, and what became of the offer of a card."""
    with stage.acting(owner) as by:
        said: dict[str, Any] = {"by": by, "at": stage.at}
        if profile in ELEMENTS:
            answers = ELEMENTS[profile]
            record_screening(case.pk, **said, version=0, answers=answers, non_punishment=None)
        if profile in CARDS:
            offer_card(case.pk, **said, version=None, outcome=CARDS[profile], answer="bissap")
