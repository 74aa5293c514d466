"""One organisation hands the responsibility for a person to another; never two, never none (peers A8).

The file does not move. Until the other organisation accepts, the former owner stays responsible; then, in one
transaction, a file is opened there with what the person agreed to, and the former one ends.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from partners.models import Organisation
from partners.queries import active_people
from partners.services.ledger import lock_receivers
from referral import lifecycle, notices, policy
from referral.course import CASE_TRANSFER, OPEN_TRANSFER, TransferAction, TransferState
from referral.disclosure import purpose_of
from referral.enums import ORGANISATION_SUSPENDED, CaseAct, CaseAction, Clock, Machine, Side, TaskKind
from referral.lifecycle import NotPossible
from referral.models import Case, Task, Transfer
from referral.policy import TRANSFER_TAKERS, NotAllowed
from referral.queries.basis import agreed_groups, basis_for
from referral.queries.facts import second_people, transfer_facts
from referral.queries.terms import terms_for
from referral.services import steps
from referral.services.asking import ask_second
from referral.services.tasks import end_task, finish_tasks


def prepared(case: Case, taker: Organisation) -> Transfer:
    """A transfer that is not saved: what could be handed over to `taker`, with everything ticked that was agreed to."""
    return Transfer(
        case=case,
        receiving_organisation=taker,
        purpose=purpose_of(taker.kind, CASE_TRANSFER),
        released_groups=[],
    )


def ask_transfer(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    taker: Organisation,
    groups: Sequence[str],
    reason_code: str,
    reason: str | None = None,
    message: str | None = None,
) -> Transfer:
    """The owner proposes; a second person decides whether it goes out.

    Args:
        groups: of what the person agreed to for this organisation; the owner may untick, never add.
        message: for whoever takes over, who reads it then.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        lock_receivers(taker.pk)
        case = steps.locked_case(by, pk, version=version)
        steps.permit_change(by, CaseAct.TRANSFER, case)
        new = prepared(case, taker)
        reasons = _against(new, case, groups, at)
        if reasons:
            steps.refuse(case, "NOT_POSSIBLE_TRANSFER")
            raise NotPossible(reasons)
        found = basis_for(new, at)
        new.basis = found.basis if found else ""
        new.recorded_by_id, new.recorded_at, new.state_since = by.id, at, at
        new.reason_code, new.reason, new.message = reason_code, reason or None, message or None
        deciding = second_people(case, by)
        new.due_at = terms_for(organisation_id=deciding.pk).after(Clock.PLAN, at, case.urgency)
        write(new, case_id=case.pk, reason_code="TRANSFER")
        ask_second(case, TaskKind.APPROVE_TRANSFER, by=by, at=at, proposal={"transfer": str(new.pk)})
    return new


def _against(new: Transfer, case: Case, groups: Sequence[str], at: datetime) -> list[str | Promise]:
    if new.receiving_organisation_id == case.organisation_id:
        return [_("This is your own organisation: name another owner instead.")]
    if case.transfers.filter(state__in=sorted(OPEN_TRANSFER)).exists():
        return [_("A transfer of this case waits for an answer already.")]
    if not set(groups) <= agreed_groups(new, at):
        return [_("This group was not agreed to for this organisation.")]
    new.released_groups = sorted(groups)
    case_state = lifecycle.unmet(case, CaseAction.TRANSFER, transfer_facts(new, at), Machine.CASE)
    proposal = lifecycle.unmet(new, TransferAction.PROPOSE, transfer_facts(new, at), Machine.TRANSFER)
    return list(dict.fromkeys([*case_state, *proposal]))


def lock_taker(task_pk: UUID) -> None:
    """Before the file of that task is locked: whoever would take it over is not suspended until this is decided."""
    asked = Transfer.objects.filter(case__tasks=task_pk, state=TransferState.ASKED)
    lock_receivers(*asked.values_list("receiving_organisation_id", flat=True))


def propose(pk: UUID, *, by: Actor, at: datetime) -> Transfer:
    """The second person has agreed: the other organisation is asked.

    The caller holds the taker (`lock_taker`), then the file.
    """
    transfer = _locked(pk)
    source = _move(transfer, TransferAction.PROPOSE, at=at)
    terms = terms_for(organisation_id=transfer.receiving_organisation_id)
    transfer.due_at = terms.after(Clock.TRANSFER, at, transfer.case.urgency)
    transfer.approved_by_id, transfer.approved_at = by.id, at
    _save(transfer, TransferAction.PROPOSE, source, by=by, at=at)
    task = Task(
        kind=TaskKind.ANSWER_TRANSFER,
        case=transfer.case,
        organisation_id=transfer.receiving_organisation_id,
        made_at=at,
        due_at=transfer.due_at,
        proposal={"transfer": str(transfer.pk)},
    )
    write(task, case_id=transfer.case_id)
    takers = active_people(transfer.receiving_organisation_id, TRANSFER_TAKERS)
    notices.tell(takers, task, at=at, due_at=task.due_at)
    return transfer


def end_unproposed(pk: UUID, *, by: Actor, at: datetime) -> Transfer:
    """The second person has refused. The caller holds the file locked, and tells the owner."""
    transfer = _locked(pk)
    _end(transfer, TransferAction.WITHDRAW, by=by, at=at, reason_code="REFUSED")
    return transfer


def decline(pk: UUID, *, by: Actor, at: datetime, version: int, reason_code: str) -> Transfer:
    """The other organisation cannot: the owner stays responsible, and looks further.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        transfer = locked_for_answer(pk, by=by, version=version)
        transfer.decline_reason = reason_code
        _end(transfer, TransferAction.DECLINE, by=by, at=at, reason_code=reason_code)
        end_answer(transfer, by=by, at=at, result="declined")
        _look_further(transfer.case, at=at)
    return transfer


def _look_further(case: Case, *, at: datetime) -> None:
    """The owner is responsible as before, and has a task that says so."""
    task = Task(
        kind=TaskKind.TRANSFER_AGAIN,
        case=case,
        organisation_id=case.organisation_id,
        owner_id=case.owner_id,
        made_at=at,
        due_at=terms_for(organisation_id=case.organisation_id).after(Clock.TRANSFER, at, case.urgency),
    )
    write(task, case_id=case.pk)
    notices.tell([case.owner], task, at=at, due_at=task.due_at)


def end_transfers_to(organisation_id: UUID, *, at: datetime) -> None:
    """A suspended organisation takes nobody over any more. The caller holds it and the files."""
    to_it = Transfer.objects.filter(receiving_organisation=organisation_id, state__in=sorted(OPEN_TRANSFER))
    for transfer in to_it.select_for_update(of=("self",)).select_related("case__owner").order_by("case_id"):
        _end(transfer, TransferAction.WITHDRAW, by=None, at=at, reason_code=ORGANISATION_SUSPENDED)
        finish_tasks(transfer.case, TaskKind.APPROVE_TRANSFER, by=None, at=at, result="withdrawn")
        end_answer(transfer, by=None, at=at, result="withdrawn")
        _look_further(transfer.case, at=at)


def withdraw(pk: UUID, *, by: Actor, at: datetime, version: int) -> Transfer:
    """The owner, or the own supervisor, takes the proposal back. Raises as `decline`."""
    with transaction.atomic():
        transfer = _of_own_file(pk, by=by, version=version)
        proposed = transfer.state == TransferState.PROPOSED
        _end(transfer, TransferAction.WITHDRAW, by=by, at=at)
        finish_tasks(transfer.case, TaskKind.APPROVE_TRANSFER, by=by, at=at, result="withdrawn")
        end_answer(transfer, by=by, at=at, result="withdrawn")
        if proposed:
            # Closed to them by now: a reference, nothing else.
            takers = active_people(transfer.receiving_organisation_id, TRANSFER_TAKERS)
            notices.tell(takers, transfer.case, at=at, due_at=None, action_needed=False)
    return transfer


def locked_for_answer(pk: UUID, *, by: Actor, version: int) -> Transfer:
    """The file, then the transfer, for who may answer it. Raises NotVisible, NotAllowed, StaleForm."""
    asked = Transfer.objects.filter(pk=pk, receiving_organisation_id=by.organisation_id)
    asked = asked.exclude(state=TransferState.ASKED)
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=asked.values("case")).first()
    )
    if case is None:
        raise steps.NotVisible
    transfer = _locked(pk)
    if not policy.may_answer_transfer(by, transfer):
        steps.refuse(case, "NOT_ALLOWED_ANSWER_TRANSFER")
        raise NotAllowed(CaseAct.TRANSFER)
    if transfer.version != version:
        raise steps.StaleForm
    transfer.case = case
    return transfer


def _of_own_file(pk: UUID, *, by: Actor, version: int) -> Transfer:
    case_id = Transfer.objects.values_list("case_id", flat=True).filter(pk=pk).first()
    if case_id is None:
        raise steps.NotVisible
    case = steps.locked_case(by, case_id)
    steps.permit_case(by, CaseAct.WITHDRAW_TRANSFER, case)
    transfer = _locked(pk)
    if transfer.version != version:
        raise steps.StaleForm
    transfer.case = case
    return transfer


def _locked(pk: UUID) -> Transfer:
    return Transfer.objects.select_for_update(of=("self",)).select_related("case").get(pk=pk)


def _move(transfer: Transfer, action: TransferAction, *, at: datetime) -> str:
    """Asks, then moves in memory; gives the state before. Raises NotPossible, and leaves an event."""
    source: str = transfer.state
    reasons = lifecycle.unmet(transfer, action, transfer_facts(transfer, at), Machine.TRANSFER)
    if reasons:
        steps.refuse(transfer.case, f"NOT_POSSIBLE_{action.upper()}_TRANSFER")
        raise NotPossible(reasons)
    lifecycle.follow(transfer, action, at=at)
    return source


def _save(
    transfer: Transfer,
    action: TransferAction,
    source: str,
    *,
    by: Actor | None,
    at: datetime,
    reason_code: str = "",
) -> None:
    write(
        transfer,
        f"transition.{action}",
        case_id=transfer.case_id,
        scope=f"{source}:{transfer.state}",
        reason_code=reason_code,
    )
    steps.log(
        Machine.TRANSFER,
        transfer.case_id,
        action=action,
        source=source,
        target=transfer.state,
        by=by,
        side=_side_of(transfer, by),
        at=at,
        reason_code=reason_code,
    )


def _side_of(transfer: Transfer, by: Actor | None) -> Side:
    if by is None:
        return Side.SYSTEM
    taker = by.organisation_id == transfer.receiving_organisation_id
    return Side.RECEIVING if taker else Side.REFERRING


def _end(
    transfer: Transfer, action: TransferAction, *, by: Actor | None, at: datetime, reason_code: str = ""
) -> None:
    source = _move(transfer, action, at=at)
    _stamp_end(transfer, by=by, at=at)
    _save(transfer, action, source, by=by, at=at, reason_code=reason_code)


def _stamp_end(transfer: Transfer, *, by: Actor | None, at: datetime) -> None:
    transfer.due_at, transfer.ended_at, transfer.decided_by_id = None, at, by.id if by else None


def require_acceptable(transfer: Transfer, *, by: Actor, at: datetime) -> None:
    """May it be accepted now, both by itself and by its file? Raises NotPossible, and leaves an event."""
    facts = transfer_facts(transfer, at)
    reasons = lifecycle.unmet(transfer, TransferAction.ACCEPT, facts, Machine.TRANSFER)
    reasons = reasons or lifecycle.unmet(transfer.case, CaseAction.TRANSFER, facts, Machine.CASE)
    if reasons:
        steps.refuse(transfer.case, "NOT_POSSIBLE_ACCEPT_TRANSFER")
        raise NotPossible(reasons)


def end_accepted(transfer: Transfer, new: Case, *, by: Actor, at: datetime) -> None:
    """The file there is open. The caller has asked `require_acceptable`, and what stood open here goes along."""
    source = transfer.state
    lifecycle.follow(transfer, TransferAction.ACCEPT, at=at)
    transfer.new_case = new
    _stamp_end(transfer, by=by, at=at)
    _save(transfer, TransferAction.ACCEPT, source, by=by, at=at)


def end_answer(transfer: Transfer, *, by: Actor | None, at: datetime, result: str) -> None:
    """Nobody of the other organisation has to answer any more."""
    asked = Task.objects.select_for_update(of=("self",)).filter(
        case=transfer.case, kind=TaskKind.ANSWER_TRANSFER, done_at=None
    )
    for task in asked:
        end_task(task, by=by, at=at, result=result)
