"""Looks at the course of a case: each is permitted and written down (see also `reading`)."""

from uuid import UUID

from audit import services as audit
from audit import sitting
from partners.actor import Actor
from referral import policy
from referral.course import TransferState
from referral.enums import CaseAct
from referral.models import Case, FollowUp, PlanGoal, RiskAssessment, Task, Transfer
from referral.models import StatusDecision as Decision
from referral.policy import NotAllowed
from referral.queries import case_of, visible_cases
from referral.queries.course import TAKEN_BACK, transfer_of
from referral.services import pace, steps
from referral.services.approvals import permit_taking_back
from referral.services.asking import ASKED, may_decide


def read_plan(actor: Actor, case: Case) -> None:
    """The goals with their words. Raises NotAllowed."""
    steps.permit_case(actor, CaseAct.READ, case)
    audit.look("reveal", PlanGoal, case_id=case.pk, fields=["goal", "own_words", "reason"])


def print_plan(actor: Actor, case: Case) -> None:
    """The plan in codes, for the office. Raises NotAllowed."""
    steps.permit_case(actor, CaseAct.PRINT, case)
    audit.look("print", PlanGoal, case_id=case.pk)


def read_statuses(actor: Actor, case: Case) -> None:
    """Every decision and on what it rests. Raises NotAllowed."""
    steps.permit_case(actor, CaseAct.RECORD_STATUS, case)
    audit.look("reveal", Decision, case_id=case.pk, fields=["basis"])


def read_assessments(actor: Actor, case: Case) -> None:
    """Where the danger came from, and why. Raises NotAllowed."""
    steps.permit_case(actor, CaseAct.ASSESS_RISK, case)
    audit.look("reveal", RiskAssessment, case_id=case.pk, fields=["dimensions", "reasons"])


def read_follow_ups(actor: Actor, case: Case) -> None:
    """How the person was, with what was said. Raises NotAllowed."""
    steps.permit_case(actor, CaseAct.FOLLOW, case)
    audit.look("reveal", FollowUp, case_id=case.pk, fields=["note"])


def read_services(actor: Actor, case: Case) -> None:
    """All services, answers and next steps of one person. Raises NotAllowed."""
    steps.permit_case(actor, CaseAct.READ, case)
    audit.look("view", case, case_id=case.pk, scope="services")


def read_request(actor: Actor, pk: UUID) -> Task:
    """What a second person decides on, in codes; the reason is shown by `look_at_request`.

    Raises:
        NotVisible, NotAllowed.
    """
    task = (
        Task.objects.select_related("case__organisation", "case__person", "case__owner", "case__region")
        .filter(pk=pk)
        .first()
    )
    if task is None or not may_decide(actor, task):
        raise steps.NotVisible
    steps.require_second(actor, task.case, CaseAct.APPROVE, UUID((task.proposal or {})["by"]))
    return task


def look_at_request(actor: Actor, task: Task, *, begun: bool) -> bool:
    """Its reason may be shown. For `begun` see `pace.opens`. Raises TooManyReveals."""
    if not pace.opens(actor, task.case, at=sitting.current().at, begun=begun):
        return False
    audit.look("reveal", task, case_id=task.case_id, fields=["note"])
    return True


def read_answer(actor: Actor, pk: UUID) -> Task:
    """What a second person was asked and answered, for who reads the file. Raises NotVisible, TooManyReveals."""
    asked = Task.objects.filter(kind__in=sorted(ASKED), case__in=visible_cases(actor), case__erased_at=None)
    task = asked.select_related("organisation", "done_by__organisation", "case").filter(pk=pk).first()
    if task is None:
        raise steps.NotVisible
    pace.count_reveal(actor, task.case, at=sitting.current().at)
    audit.look("reveal", task, case_id=task.case_id, fields=["note"])
    return task


def read_own_request(actor: Actor, pk: UUID) -> Task:
    """What was asked of a second person, for who may take it back. Raises NotVisible, NotAllowed."""
    about = ("organisation", "case__organisation", "case__person", "case__owner", "case__region")
    seen = Task.objects.filter(kind__in=sorted(TAKEN_BACK), case__in=visible_cases(actor))
    task = seen.select_related(*about).filter(pk=pk).first()
    if task is None:
        raise steps.NotVisible
    permit_taking_back(actor, task.case, task)
    return task


def read_transfer(actor: Actor, pk: UUID) -> Transfer:
    """A transfer, for either side. Its words only where `may_read_words`. Raises NotVisible."""
    transfer = transfer_of(actor, pk)
    if transfer is None:
        raise steps.NotVisible
    fields = words_for(actor, transfer)
    audit.look("reveal" if fields else "preview", transfer, case_id=transfer.case_id, fields=fields)
    return transfer


def words_for(actor: Actor, transfer: Transfer) -> list[str]:
    """The own side reads reason and message; who took over, the message; nobody anything before."""
    if case_of(actor, transfer.case_id) is not None:
        return ["reason", "message"]
    return ["message"] if transfer.state == TransferState.ACCEPTED else []


def answer_page(actor: Actor, pk: UUID) -> Transfer:
    """A transfer that waits for the actor's answer. Raises NotVisible, NotAllowed."""
    transfer = read_transfer(actor, pk)
    if not policy.may_answer_transfer(actor, transfer):
        steps.refuse(transfer.case, "NOT_ALLOWED_ANSWER_TRANSFER")
        raise NotAllowed(CaseAct.TRANSFER)
    return transfer
