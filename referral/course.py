"""The words of the life of a case that carry logic: states, moves, plan, follow-up, transfer (domain §5.3, §5.4)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CaseState(TextChoices):
    SIGNALED = "signaled", pgettext_lazy("case", "Reported")
    SCREENING = "screening", pgettext_lazy("case", "Screening")
    PROTECTED = "protected", pgettext_lazy("case", "Immediate protection")
    PLANNING = "planning", pgettext_lazy("case", "Plan in preparation")
    ASSISTED = "assisted", pgettext_lazy("case", "In assistance")
    SOLUTION = "solution", pgettext_lazy("case", "Durable solution")
    FOLLOWUP = "followup", pgettext_lazy("case", "Follow-up")
    CLOSED = "closed", pgettext_lazy("case", "Closed")
    CLOSED_TRANSFERRED = "closed_transferred", pgettext_lazy("case", "Closed, transferred")
    ARCHIVED = "archived", pgettext_lazy("case", "Archived, erased")


#: Nothing is added to such a file, and no clock runs in it.
ENDED_CASE = frozenset({CaseState.CLOSED, CaseState.CLOSED_TRANSFERRED, CaseState.ARCHIVED})
#: Somebody is responsible for the person.
IN_HAND = frozenset(CaseState) - ENDED_CASE - {CaseState.SIGNALED}
#: A plan was agreed to; before it, no ending that a plan leads to can be claimed.
WITH_PLAN = frozenset({CaseState.ASSISTED, CaseState.SOLUTION, CaseState.FOLLOWUP})


FUTURE_DAY = _("This day lies in the future: give the day on which it was decided.")


class CaseAction(TextChoices):
    SCREEN = "screen", _("Begin the screening")
    PROTECT = "protect", _("Put under immediate protection")
    REDIRECT_OUT = "redirect_out", _("Refer to general services: not a victim")
    PLAN = "plan", _("Begin the support plan")
    APPROVE = "approve", _("Approve the plan")
    PREPARE = "prepare", _("Prepare the durable solution")
    FOLLOW_UP = "follow_up", _("Begin the follow-up")
    REACTIVATE = "reactivate", _("Take up assistance again")
    CLOSE = "close", _("Close the case")
    TRANSFER = "transfer", _("Hand the responsibility over")
    REOPEN = "reopen", _("Open the case again")
    ARCHIVE = "archive", _("Archive, and erase")


class TransferState(TextChoices):
    ASKED = "asked", pgettext_lazy("transfer", "Waits for a second person")
    PROPOSED = "proposed", pgettext_lazy("transfer", "Proposed")
    ACCEPTED = "accepted", pgettext_lazy("transfer", "Accepted")
    DECLINED = "declined", pgettext_lazy("transfer", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("transfer", "Withdrawn")


OPEN_TRANSFER = frozenset({TransferState.ASKED, TransferState.PROPOSED})


class TransferAction(TextChoices):
    PROPOSE = "propose", _("Propose the transfer")
    ACCEPT = "accept", _("Take the responsibility over")
    DECLINE = "decline", _("We cannot take this case over")
    WITHDRAW = "withdraw", _("Withdraw the transfer")


class RiskAbout(TextChoices):
    PERSON = "person", _("The person, today")
    FAMILY = "family", _("A return to the family")
    COUNTRY = "country", _("A return to the country")


class RiskDimension(TextChoices):
    """Where the danger comes from (domain §4.8)."""

    TRAFFICKER = "trafficker", _("The trafficker is near")
    FAMILY_THREATENED = "family_threatened", _("The family is threatened")
    SELF_HARM = "self_harm", _("The person could harm herself or himself")
    HEALTH = "health", _("Health in danger")
    NO_GUARDIAN = "no_guardian", _("A child without a guardian")
    DETENTION = "detention", _("Detention or expulsion")
    RE_EXPLOITATION = "re_exploitation", _("Exploited again")


class Solution(TextChoices):
    INCLUSION = "inclusion", _("Life in Senegal")
    FAMILY = "family", _("Return to the family")
    RETURN = "return", _("Voluntary return abroad")


#: Whose risk is weighed before it.
WEIGHED = {
    Solution.INCLUSION: RiskAbout.PERSON,
    Solution.FAMILY: RiskAbout.FAMILY,
    Solution.RETURN: RiskAbout.COUNTRY,
}


class Reactivation(TextChoices):
    NEW_NEED = "new_need", _("A new need")
    RE_EXPLOITED = "re_exploited", _("Exploited again")


class GoalResult(TextChoices):
    REACHED = "reached", _("Reached")
    GIVEN_UP = "given_up", _("Given up")


class HowItGoes(TextChoices):
    """How the person is, as she or he says it. Missing is an alert, not an end (domain §4.7)."""

    WELL = "well", _("Reached, and well")
    NEEDS_HELP = "needs_help", _("Reached, and needs help")
    IN_DANGER = "in_danger", _("In danger, or exploited again")
    NOT_REACHABLE = "not_reachable", _("Not reachable")
    MISSING = "missing", _("Missing: nobody knows where the person is")


#: Then others hear of it at once.
ALARMING = frozenset({HowItGoes.IN_DANGER, HowItGoes.MISSING})

# Codes of `partners.Code` lists that the rules of a case know by name.
PRESUMED = "PossibleVictimOfTrafficking"
IDENTIFIED = "ActualVictimOfTrafficking"
NOT_VICTIM = "NotAVictimOfTrafficking"
NOT_TRAFFICKING = "NOT_TRAFFICKING"
TRANSFERRED = "TRANSFERRED"
#: Reasons that claim what only a plan leads to.
REASONS_OF_PLAN = frozenset({"PLAN_COMPLETED", "SOCIAL_INCLUSION", "FAMILY_REUNIFIED", "RETURNED_ABROAD"})
#: These belong to acts of their own.
REASONS_APART = frozenset({NOT_TRAFFICKING, TRANSFERRED})
#: What is asked of an organisation that would be responsible for the person: it needs to know everything agreed to.
#: No service of the taxonomy, so that nobody offers it in the directory.
CASE_TRANSFER = "CASE_TRANSFER"
