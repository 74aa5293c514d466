"""What the steps of a prosecution mean for the person (loi 2005-06). Pure: no request, no query.

Source: domain §2.1 (articles 12, 14 to 17), §5.4. Dates only; help never depends on a step having been taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class JusticeStepKind(TextChoices):
    """What happens at police and courts, by its date (domain §5.4); the order in which it is offered."""

    COMPLAINT = "complaint", _("Complaint filed")
    INQUIRY = "inquiry", _("Police inquiry opened")
    STATEMENT = "statement", _("Statement to the police planned")
    LAWYER = "lawyer", _("Lawyer named")
    PROSECUTION = "prosecution", _("Prosecution begun")
    INSTRUCTION = "instruction", _("Judicial investigation opened")
    CIVIL_PARTY = "civil_party", _("Joined as civil party")
    HEARING = "hearing", _("Hearing")
    JUDGMENT = "judgment", _("Judgment")
    APPEAL = "appeal", _("Appeal")
    FINAL = "final", _("Final decision")
    COMPENSATION = "compensation", _("Compensation claimed")


#: Art. 15 counts from the beginning of the prosecution, whoever began it.
PROSECUTED = frozenset(
    {
        JusticeStepKind.PROSECUTION,
        JusticeStepKind.INSTRUCTION,
        JusticeStepKind.HEARING,
        JusticeStepKind.JUDGMENT,
        JusticeStepKind.APPEAL,
    }
)
#: Art. 16: at the inquiry and at the trial a minor or particularly vulnerable person has a lawyer.
NEEDS_LAWYER = PROSECUTED | {JusticeStepKind.INQUIRY, JusticeStepKind.STATEMENT}
#: Somebody goes with the person.
ACCOMPANIED = frozenset({JusticeStepKind.HEARING, JusticeStepKind.STATEMENT})


class Step(Protocol):
    kind: str
    on: date


@dataclass(frozen=True)
class RemovalBar:
    """While it lasts the person may not be removed from the territory (art. 15). `until` None: no final decision.

    `since` may lie ahead, where only a hearing is known.
    """

    since: date
    until: date | None

    def lasts(self, day: date) -> bool:
        """A hearing that lies ahead says that the prosecution has begun, and not when."""
        return self.until is None or day < self.until


def removal_bar(steps: Iterable[Step]) -> RemovalBar | None:
    """From the first step of a prosecution to the final decision; None when nothing was prosecuted."""
    known = list(steps)
    begun = [step.on for step in known if step.kind in PROSECUTED]
    if not begun:
        return None
    ends = [step.on for step in known if step.kind == JusticeStepKind.FINAL]
    return RemovalBar(min(begun), max(ends) if ends else None)


def lawyer_missing(steps: Iterable[Step], *, protected: bool) -> bool:
    """Does art. 16 ask for a lawyer whom nobody has named?

    Args:
        protected: the person is a minor, or particularly vulnerable.
    """
    kinds = {step.kind for step in steps}
    return protected and bool(kinds & NEEDS_LAWYER) and JusticeStepKind.LAWYER not in kinds
