"""Emergencies: which desk stayed silent on the telephone too, and who else could receive the person?"""

from datetime import datetime
from uuid import UUID

from partners.actor import Actor
from referral.enums import OPEN, State, TaskKind, Urgency
from referral.escalation import CALL_FIRST
from referral.models import Case, Referral
from referral.queries.arrivals import granted_cases
from referral.queries.candidates import Candidate, candidates
from referral.queries.due import Statement, same
from referral.queries.facts import said_no

UNDER_WAY = frozenset(OPEN - {State.DRAFT})
#: It lies at the desk as an emergency, and nobody else was asked for the same need.
_WAITS = """{row}.state = %(sent)s AND {row}.urgency = %(emergency)s AND NOT EXISTS (
    SELECT FROM referral_referral child WHERE child.parent_id = {row}.id AND child.service = {row}.service
        AND child.state <> ALL(%(unsent)s))"""
#: Nobody has acknowledged it and nothing was heard by telephone, for as long as one waits; asked for once. Of a group
#: the first who still waits stands for all: it is one desk, and one call.
SILENT = """
SELECT w.id FROM referral_referral w
WHERE {waits} AND w.sent_at + %(wait)s <= %(at)s
    AND (w.quiet_until IS NULL OR w.quiet_until <= %(at)s)
    AND NOT EXISTS (SELECT FROM referral_telephoneanswer WHERE referral_id = w.id)
    AND NOT EXISTS (SELECT FROM referral_task WHERE referral_id = w.id AND kind = %(kind)s)
    AND NOT EXISTS (SELECT FROM referral_referral other
        WHERE other.group_referral_id = w.group_referral_id AND other.seq < w.seq
            AND {other_waits}) {{among}}
ORDER BY w.sent_at
"""
silent_emergencies = Statement(
    SILENT.format(waits=_WAITS.format(row="w"), other_waits=_WAITS.format(row="other")),
    {
        "sent": State.SENT,
        "emergency": Urgency.EMERGENCY,
        "unsent": [State.DRAFT, State.WITHDRAWN],
        "wait": CALL_FIRST,
        "kind": TaskKind.NEXT_CANDIDATE,
    },
    same,
)


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
    return candidates(case, service, at, without=said_no([case], service, at) | asked_of(case, service))


def silent_together(actor: Actor, referral: Referral) -> list[int]:
    """The slips of those of its group for whom its desk is still waited for, and whom the actor may refer on."""
    waiting = Referral.objects.filter(
        group_referral=referral.group_referral_id,
        state=State.SENT,
        urgency=Urgency.EMERGENCY,
        case__in=granted_cases(actor),
    )
    slips = waiting.exclude(children__state__in=sorted(set(State) - {State.DRAFT, State.WITHDRAWN}))
    return list(slips.order_by("case__slip__number").values_list("case__slip__number", flat=True))


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
