"""The course of a case: what was decided, planned, heard; which moves are possible now; who is responsible."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise

from partners.actor import Actor
from partners.alphabet import Alphabetical
from partners.models import Organisation, User
from partners.queries import live_memberships, may_be_sent_to
from referral import lifecycle, policy
from referral.course import OPEN_TRANSFER, PRESUMED, TransferState
from referral.enums import CaseAct, CaseAction, Machine, TaskKind
from referral.models import Case, FollowUp, PlanGoal, RiskAssessment, StatusDecision, Task, Transfer
from referral.policy import TRANSFER_TAKERS, Tie
from referral.queries.facts import case_facts
from referral.queries.visible import visible_cases

_BY = "recorded_by__organisation"
#: How a task ends of which a second person says no.
REFUSED = "refused"


def statuses_of(case: Case) -> list[StatusDecision]:
    """The newest first."""
    return list(case.statusdecisions.select_related(_BY))


def undecided(case: Case) -> bool:
    """Is the person a presumed victim still, whoever has spoken?"""
    return not case.statusdecisions.exclude(status=PRESUMED).exists()


def overdue_tasks(case: Case, at: datetime) -> list[Task]:
    """But for what a second person is asked: that is being decided."""
    late = Task.objects.filter(case=case, done_at=None, due_at__lte=at)
    return list(late.exclude(kind__in=sorted(TAKEN_BACK)).order_by("due_at"))


def assessments_of(case: Case, *, limit: int = 20) -> list[RiskAssessment]:
    return list(case.riskassessments.select_related(_BY)[:limit])


def risk_at_opening(case: Case) -> str:
    """The level with which the file began. It is no assessment: a reporter, a register or a former house may have said
    it, and no solution is weighed by it. The time to the first assessment counts from the opening in any case."""
    level: str = case.history.order_by("version").values_list("risk", flat=True)[0]
    return level


def goals_of(case: Case) -> list[PlanGoal]:
    """Those pursued, by their day, then those that have ended."""
    return sorted(
        case.plangoals.select_related("owner"), key=lambda goal: (goal.result != "", goal.target_on)
    )


def follow_ups_of(case: Case) -> list[FollowUp]:
    return list(case.followups.select_related(_BY))


def transfers_of(case: Case) -> list[Transfer]:
    return list(case.transfers.select_related("receiving_organisation"))


#: What is asked of a second person and has no row of its own, beside its task.
TAKEN_BACK = frozenset({TaskKind.APPROVE_PLAN, TaskKind.APPROVE_CLOSE})


def waiting_requests(case: Case) -> list[Task]:
    """What a second person was asked and has not decided; of a transfer its own row tells."""
    waiting = Task.objects.filter(case=case, kind__in=sorted(TAKEN_BACK), done_at=None)
    return list(waiting.select_related("organisation").order_by("made_at"))


def refused_requests(case: Case) -> list[Task]:
    """What a second person has answered with a no, and nobody has asked for again since."""
    kinds = sorted(TAKEN_BACK | {TaskKind.APPROVE_TRANSFER})
    newest: dict[str, Task] = {}
    asked = Task.objects.filter(case=case, kind__in=kinds)
    for task in asked.order_by(F("done_at").desc(nulls_first=True)):
        newest.setdefault(task.kind, task)
    return [task for task in newest.values() if task.result == REFUSED]


def open_transfer_of(case: Case) -> Transfer | None:
    return (
        case.transfers.filter(state__in=sorted(OPEN_TRANSFER))
        .select_related("receiving_organisation")
        .first()
    )


def asked_about(transfer: Transfer) -> Task | None:
    """The task of the second person, as long as nobody has decided whether the transfer is proposed."""
    if transfer.state != TransferState.ASKED:
        return None
    waiting = Task.objects.filter(case=transfer.case_id, kind=TaskKind.APPROVE_TRANSFER, done_at=None)
    return waiting.select_related("organisation").first()


def takers_for(case: Case) -> QuerySet[Organisation]:
    """The organisations that may be sent to in which somebody could take the case over."""
    seats = live_memberships().filter(role__in=TRANSFER_TAKERS, user__is_active=True)
    return (
        Organisation.objects.filter(may_be_sent_to(), pk__in=seats.values("user__organisation"))
        .exclude(pk=case.organisation_id)
        .select_related("region")
        .order_by(Alphabetical("name"))
    )


@dataclass(frozen=True)
class Responsible:
    """Who answers for the person of a file today. The file in which that stands may be another one."""

    case: Case
    owner: User | None

    @property
    def organisation_id(self) -> UUID:
        return self.case.organisation_id


def responsible_for(case: Case) -> Responsible:
    """Follows the accepted transfers: exactly one file is in hand, however often the person was handed over."""
    taken = (
        case.transfers.filter(state=TransferState.ACCEPTED)
        .exclude(ended_at__lt=case.state_since)  # opened again since: it was handed back
        .select_related("new_case__owner")
        .order_by("-ended_at")
        .first()
    )
    if taken is None or taken.new_case is None:
        return Responsible(case, case.owner)
    return responsible_for(taken.new_case)


def transfer_of(actor: Actor, pk: UUID) -> Transfer | None:
    """For the own side, whoever holds the file; for the other, who may answer, while it waits and after a yes."""
    transfer = (
        Transfer.objects.select_related(
            "case__organisation",
            "case__person",
            "case__region",
            "case__owner",
            "receiving_organisation",
            "new_case",
            "recorded_by__organisation",
            "approved_by__organisation",
            "decided_by__organisation",
        )
        .filter(pk=pk)
        .filter(
            Q(case__in=visible_cases(actor))
            | Q(receiving_organisation_id=actor.organisation_id, state=TransferState.PROPOSED)
            | Q(new_case__in=visible_cases(actor))
        )
        .first()
    )
    if transfer is None or (transfer.state == TransferState.PROPOSED and not _sides(actor, transfer)):
        return None
    return transfer


def _sides(actor: Actor, transfer: Transfer) -> bool:
    return transfer.case.organisation_id == actor.organisation_id or policy.may_answer_transfer(
        actor, transfer
    )


#: Moves of the file, whose they are, and what the form declares: said in favour, so that the page shows the rest.
_OFFERED: dict[CaseAction, tuple[CaseAct, dict[str, Any]]] = {
    CaseAction.PLAN: (CaseAct.PLAN, {}),
    CaseAction.PREPARE: (CaseAct.PLAN, {"views_recorded": True, "solution_weighed": True}),
    CaseAction.FOLLOW_UP: (CaseAct.PLAN, {"stable": True}),
    CaseAction.REACTIVATE: (CaseAct.PLAN, {"need_named": True}),
    CaseAction.REDIRECT_OUT: (CaseAct.REDIRECT_OUT, {"other_need": True}),
    CaseAction.REOPEN: (CaseAct.REOPEN, {}),
}


def moves_offered(
    actor: Actor, case: Case, tie: Tie, at: datetime
) -> list[tuple[CaseAction, list[str | Promise]]]:
    """The moves that this state knows and the actor may make, each with what stands against it."""
    legal = lifecycle.legal_actions(case.state, Machine.CASE)
    found: list[tuple[CaseAction, list[str | Promise]]] = []
    for action, (act, declared) in _OFFERED.items():
        if action in legal and case.owner_id is not None and policy.may_case(actor, act, tie):
            unmet = lifecycle.unmet(case, action, case_facts(case, action, at, **declared), Machine.CASE)
            found.append((action, unmet))
    return found
