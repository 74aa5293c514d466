"""Which rows? Reads of the referral package; nothing here writes."""

from referral.queries.actions import Possible, actions_for, unmet_of
from referral.queries.basis import basis_for, basis_live
from referral.queries.candidates import Candidate, candidates, staffed_desks
from referral.queries.facts import facts_for, needs_place, places_for
from referral.queries.lists import (
    cases_of,
    clock_runs,
    frame_facts,
    inbox,
    needing,
    reports_of,
    sent_by,
    tasks_of,
)
from referral.queries.visible import (
    case_of,
    case_tie,
    case_to_read,
    referral_of,
    tie,
    visible_cases,
    visible_to,
)

__all__ = [
    "Candidate",
    "Possible",
    "actions_for",
    "basis_for",
    "basis_live",
    "candidates",
    "case_of",
    "case_tie",
    "case_to_read",
    "cases_of",
    "clock_runs",
    "facts_for",
    "frame_facts",
    "inbox",
    "needing",
    "needs_place",
    "places_for",
    "referral_of",
    "reports_of",
    "sent_by",
    "staffed_desks",
    "tasks_of",
    "tie",
    "unmet_of",
    "visible_cases",
    "visible_to",
]
