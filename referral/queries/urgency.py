"""Emergencies: which desk stayed silent on the telephone too, and who else could receive the person?"""

from datetime import datetime
from uuid import UUID

from referral.enums import OPEN, State, TaskKind, Urgency
from referral.escalation import CALL_FIRST
from referral.models import Case, Referral
from referral.queries.candidates import Candidate, candidates
from referral.queries.facts import said_no

UNDER_WAY = frozenset(OPEN - {State.DRAFT})
#: Nobody has acknowledged it and nothing was heard by telephone, for as long as one waits; asked for once.
SILENT = """
SELECT r.* FROM referral_referral r
WHERE r.state = %(sent)s AND r.urgency = %(emergency)s AND r.sent_at + %(wait)s <= %(at)s
    AND (r.quiet_until IS NULL OR r.quiet_until <= %(at)s)
    AND NOT EXISTS (SELECT FROM referral_telephoneanswer WHERE referral_id = r.id)
    AND NOT EXISTS (SELECT FROM referral_task WHERE referral_id = r.id AND kind = %(kind)s)
ORDER BY r.sent_at LIMIT %(limit)s FOR UPDATE OF r SKIP LOCKED
"""


def silent_emergencies(at: datetime, limit: int) -> list[Referral]:
    """Rows are taken locked."""
    values = {
        "sent": State.SENT,
        "emergency": Urgency.EMERGENCY,
        "wait": CALL_FIRST,
        "kind": TaskKind.NEXT_CANDIDATE,
        "at": at,
        "limit": limit,
    }
    return list(Referral.objects.raw(SILENT, values))


def asked_of(case: Case, service: str) -> frozenset[UUID]:
    """The organisations that have this need before them now."""
    return frozenset(
        case.referrals.filter(service=service, state__in=sorted(UNDER_WAY)).values_list(
            "receiving_organisation_id", flat=True
        )
    )


def next_candidates(referral: Referral, at: datetime) -> list[Candidate]:
    """For the same need, without those who said no and those who have been asked and are silent."""
    case, service = referral.case, referral.service
    return candidates(case, service, at, without=said_no(case, service, at) | asked_of(case, service))


def asked_next(referral: Referral) -> bool:
    """Is there a further referral for the same need?"""
    return referral.children.filter(service=referral.service).exclude(state=State.WITHDRAWN).exists()


def open_elsewhere(referral: Referral) -> list[Referral]:
    """What is under way elsewhere for the same need of the same person."""
    if referral.state not in UNDER_WAY:
        return []
    same = Referral.objects.filter(
        case_id=referral.case_id, service=referral.service, state__in=sorted(UNDER_WAY)
    )
    return list(same.exclude(pk=referral.pk).select_related("receiving_organisation").order_by("seq"))
