"""Emergencies: which desk stayed silent on the telephone too, and who else could receive the person?"""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from partners.actor import Actor
from referral.enums import OPEN, UNANSWERED, State, TaskKind, Urgency
from referral.escalation import CALL_FIRST
from referral.models import Case, Referral, TelephoneAnswer
from referral.queries.arrivals import granted_cases
from referral.queries.candidates import Candidate, candidates
from referral.queries.due import Statement, same
from referral.queries.refusals import said_no
from referral.queries.visible import visible_to

UNDER_WAY = frozenset(OPEN - {State.DRAFT})
#: It lies at the desk as an emergency, nobody was asked elsewhere for the same need, nothing was heard by telephone.
_WAITS = """{row}.state = %(sent)s AND {row}.urgency = %(emergency)s
    AND ({row}.quiet_until IS NULL OR {row}.quiet_until <= %(at)s)
    AND NOT EXISTS (SELECT FROM referral_telephoneanswer WHERE referral_id = {row}.id)
    AND NOT EXISTS (
        SELECT FROM referral_referral child WHERE child.parent_id = {row}.id AND child.service = {row}.service
            AND child.state <> ALL(%(unsent)s))"""
_ASKED = "SELECT FROM referral_task task WHERE task.referral_id = {row}.id AND task.kind = ANY(%(kinds)s)"
#: Who waits and about whom nobody was asked, once each. Of a group one stands for the others of the same caseworker,
#: as it is one desk and one call: the one about whom that caseworker is asked now, or the first to be asked about. Who
#: has been heard of, or whose task ended with nothing done, stands for nobody.
ALONE = """
SELECT w.id FROM referral_referral w JOIN referral_case file ON file.id = w.case_id
WHERE {waits} AND {when} AND NOT EXISTS ({asked})
    AND NOT EXISTS (
        SELECT FROM referral_referral other JOIN referral_case its ON its.id = other.case_id
        WHERE other.group_referral_id = w.group_referral_id AND other.id <> w.id AND {other_waits}
            AND (
                EXISTS ({other_asked} AND task.done_at IS NULL
                    AND task.owner_id IS NOT DISTINCT FROM file.owner_id)
                OR (other.seq < w.seq AND its.owner_id IS NOT DISTINCT FROM file.owner_id
                    AND NOT EXISTS ({other_asked}))
            )
    ) {{among}}
ORDER BY w.sent_at, w.seq
"""


def _alone(when: str, *kinds: TaskKind) -> Statement[UUID]:
    values = {
        "sent": State.SENT,
        "emergency": Urgency.EMERGENCY,
        "unsent": [State.DRAFT, State.WITHDRAWN],
        "wait": CALL_FIRST,
        "kinds": list(kinds),
    }
    sql = ALONE.format(
        when=when,
        waits=_WAITS.format(row="w"),
        asked=_ASKED.format(row="w"),
        other_waits=_WAITS.format(row="other"),
        other_asked=_ASKED.format(row="other"),
    )
    return Statement(sql, values, same)


#: Nobody has acknowledged it for as long as one waits.
silent_emergencies = _alone("w.sent_at + %(wait)s <= %(at)s", TaskKind.NEXT_CANDIDATE)
#: Of a group: whoever had the call of all has left it, and the desk may still answer for the others.
uncalled_emergencies = _alone(
    "w.group_referral_id IS NOT NULL AND w.sent_at + %(wait)s > %(at)s",
    TaskKind.CALL_DESK,
    TaskKind.NEXT_CANDIDATE,
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
    waiting = _waiting_with(referral).filter(state=State.SENT, case__in=granted_cases(actor))
    answers = TelephoneAnswer.objects.filter(referral=OuterRef("pk")).order_by("-recorded_at")
    # For whom the desk said yes a place is kept; a no leads elsewhere.
    unheld = waiting.annotate(said=Subquery(answers.values("yes")[:1])).filter(Q(said=None) | Q(said=False))
    return list(unheld.values_list("case__slip__number", flat=True))


def unheard_together(actor: Actor, referral: Referral) -> list[Referral]:
    """Those of its group, of the same caseworker, for whom the desk has said nothing yet, by slip."""
    waiting = _waiting_with(referral).filter(
        pk__in=visible_to(actor), state__in=sorted(UNANSWERED), case__owner=referral.case.owner_id
    )
    answered = TelephoneAnswer.objects.filter(referral=OuterRef("pk"))
    return list(waiting.filter(~Exists(answered)).select_related("case__slip", "preview"))


def _waiting_with(referral: Referral) -> QuerySet[Referral]:
    """Emergencies of its group, by slip, without those who were sent on for the same need."""
    sent_on = Referral.objects.filter(parent=OuterRef("pk"), service=OuterRef("service")).exclude(
        state__in=[State.DRAFT, State.WITHDRAWN]
    )
    group = Referral.objects.filter(group_referral=referral.group_referral_id, urgency=Urgency.EMERGENCY)
    return group.filter(~Exists(sent_on)).order_by("case__slip__number")


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
