"""Which rows? Reads of the referral package; nothing here writes."""

from referral.queries.facts import basis_for, basis_live, facts_for, places_for
from referral.queries.lists import cases_of, inbox, needing, notices_of, reports_of, sent_by, tasks_of, unread_count
from referral.queries.visible import case_of, case_tie, referral_of, tie, visible_cases, visible_to

__all__ = [
    "basis_for",
    "basis_live",
    "case_of",
    "case_tie",
    "cases_of",
    "facts_for",
    "inbox",
    "needing",
    "notices_of",
    "places_for",
    "referral_of",
    "reports_of",
    "sent_by",
    "tasks_of",
    "tie",
    "unread_count",
    "visible_cases",
    "visible_to",
]
