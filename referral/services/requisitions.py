"""An order of justice: written down, checked by somebody else, answered with what was granted and nothing more.

The screening of trafficking, its non-punishment mark and the attachments never stand in an extract: what a person
said against herself is a lawyer's (domain §7.11).
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit import sitting
from audit.rows import write
from crypto import keyring
from crypto.scopes import Scope, ScopeKind
from partners.actor import Actor
from partners.enums import Role
from partners.models import User
from partners.queries import national_unit
from referral import deadlines, notices, policy
from referral.disclosure import FIELDS
from referral.enums import CaseAct, Group, TaskKind
from referral.lifecycle import NotPossible
from referral.models import Case, Person, Requisition, RequisitionExtract, Task, VerbalDemand
from referral.oversight import GUARDED, OrderDecision
from referral.policy import NotAllowed
from referral.queries import case_tie
from referral.queries.requisitions import checkers, open_extracts, order_of, to_be_told
from referral.references import new_reference
from referral.services import pace, steps
from referral.services.secret_orders import SCOPE, about, is_silent, tell_handlers
from referral.services.tasks import end_task


@dataclass(frozen=True)
class Order:
    """What stands on the paper."""

    authority: str
    order_number: str
    ordered_on: date
    asked: Sequence[str]
    due_at: datetime
    note: str = ""
    silent_until: datetime | None = None
    silent_by: str = ""


def record_order(pk: UUID, order: Order, *, by: Actor, at: datetime) -> Requisition:
    """Somebody else is asked to check it. Raises NotVisible, NotAllowed, NotPossible."""
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_case(by, CaseAct.RECORD_ORDER, case)
        if case.erased_at is not None:
            steps.refuse(case, "NOT_POSSIBLE_ERASED")
            raise NotPossible([_("This file is erased: nothing of it is held any more.")])
        found = Requisition(
            case=case,
            reference=new_reference(),
            authority=order.authority,
            order_number=order.order_number,
            ordered_on=order.ordered_on,
            asked=[group for group in Group if group in order.asked],
            due_at=order.due_at,
            note=order.note or None,
            silent_until=order.silent_until,
            silent_by=order.silent_by or None,
            recorded_by_id=by.id,
            recorded_at=at,
        )
        write(found, **about(found, at))
        if is_silent(found, at):
            tell_handlers(found)
        else:
            _ask_what_is_left(found, at)
            _tell_owner(found, by=by, at=at)
    return found


def _who_check(order: Requisition) -> tuple[UUID, list[User]]:
    """The organisation whose supervisors check it, and they."""
    unit, house = national_unit(), order.case.organisation_id
    people = list(checkers(order, unit.pk if unit else None))
    own = all(user.organisation_id == house for user in people)
    return (house if own or unit is None else unit.pk), people


def _ask_what_is_left(order: Requisition, at: datetime) -> None:
    """The check, or the extract that was granted: once it may be told, a task with its ladder asks for it."""
    if not order.decision:
        house, people = _who_check(order)
        kind = TaskKind.CHECK_ORDER
        _ask(order, kind, at=at, organisation_id=house, due_at=order.due_at, tell=people)
    elif order.decision != OrderDecision.REFUSED and order.made_at is None:
        house = order.case.organisation_id
        _ask(order, TaskKind.ORDER_EXTRACT, at=at, organisation_id=house, due_at=order.due_at)


def _refuse(order: Requisition, reason_code: str) -> None:
    """As `steps.refuse`; while nobody may be told, not under the file, whose timeline would say that there is one."""
    kind, at = order._meta.label_lower, sitting.current().at
    audit.deny("denied", kind, order.pk, case_id=about(order, at)["case_id"], reason_code=reason_code)


def _ask(
    order: Requisition,
    kind: TaskKind,
    *,
    at: datetime,
    organisation_id: UUID,
    due_at: datetime,
    tell: Sequence[Any] = (),
) -> None:
    owned = kind != TaskKind.CHECK_ORDER
    task = Task(
        kind=kind,
        case=order.case,
        organisation_id=organisation_id,
        owner=order.case.owner if owned else None,
        made_at=at,
        due_at=due_at,
        proposal={"order": str(order.pk)},
    )
    write(task, case_id=order.case_id)
    notices.tell([order.case.owner] if owned else tell, task, at=at, due_at=due_at)


def _tell_owner(order: Requisition, *, by: Actor | None, at: datetime) -> None:
    """The owner hears of it, and tells the person: what is told is what the order does not forbid."""
    order.told_at = at
    write(order, fields=["told_at"], **about(order, at))
    if by is None or order.case.owner_id != by.id:
        notices.tell([order.case.owner], order.case, at=at, due_at=None, action_needed=False)
    due_at = at + deadlines.TELL_OF_ORDER
    _ask(order, TaskKind.TELL_OF_ORDER, at=at, organisation_id=order.case.organisation_id, due_at=due_at)


def end_silence(at: datetime) -> int:
    """The day is over until which an order forbade telling: owner and person hear. Gives their number.

    Until then no task asked for its check or its extract: whatever is still to be done is asked now.
    """
    due = list(to_be_told(at).select_for_update(of=("self",)).select_related("case__owner"))
    for order in due:
        _tell_owner(order, by=None, at=at)
        _ask_what_is_left(order, at)
    return len(due)


# --- Read --------------------------------------------------------------------------------------------------------
def read_order(by: Actor, pk: UUID, at: datetime) -> Requisition:
    """Raises NotVisible, NotAllowed."""
    order = order_of(by, pk, at)
    if order is None:
        raise steps.NotVisible
    if not (may_check(by, order) or policy.may_case(by, CaseAct.RECORD_ORDER, case_tie(by, order.case))):
        _refuse(order, "NOT_ALLOWED_RECORD_ORDER")
        raise NotAllowed(CaseAct.RECORD_ORDER)
    audit.look("view", order, **about(order, at), fields=["authority", "order_number", "note", "reason"])
    return order


def may_check(by: Actor, order: Requisition) -> bool:
    """A supervisor who is neither who recorded it nor the owner of the file."""
    second = all(policy.is_second_person(by, each) for each in (order.recorded_by_id, order.case.owner_id))
    return second and policy.may_case(by, CaseAct.CHECK_ORDER, case_tie(by, order.case))


def require_checker(by: Actor, order: Requisition) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not may_check(by, order):
        _refuse(order, "NOT_ALLOWED_SECOND_PERSON")
        raise NotAllowed(CaseAct.CHECK_ORDER)


# --- The legal check ---------------------------------------------------------------------------------------------
def decide_order(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    decision: str,
    reason: str,
    granted: Sequence[str] = (),
    group_reasons: Mapping[str, str] | None = None,
) -> Requisition:
    """Raises NotVisible, NotAllowed, StaleForm, NotPossible."""
    with transaction.atomic():
        order = _locked(by, pk, at)
        require_checker(by, order)
        if order.version != version or order.decision:
            raise steps.StaleForm
        groups = [] if decision == OrderDecision.REFUSED else [group for group in Group if group in granted]
        said = {group: words for group, words in (group_reasons or {}).items() if group in groups and words}
        _require_minimum(order, decision, groups, said)
        order.decision, order.granted, order.reason = decision, groups, reason
        order.group_reasons = said or None
        order.decided_by_id, order.decided_at, order.reminded_at = by.id, at, None
        changed = [
            "decision",
            "granted",
            "reason",
            "group_reasons",
            "decided_by",
            "decided_at",
            "reminded_at",
        ]
        write(order, fields=changed, **about(order, at), reason_code=f"ORDER_{decision.upper()}")
        _end_tasks(order, TaskKind.CHECK_ORDER, by=by, at=at, result=decision)
        _go_on(order, at)
    return order


def _require_minimum(
    order: Requisition, decision: str, groups: Sequence[str], said: Mapping[str, str]
) -> None:
    wrong: list[str | Promise] = []
    if decision != OrderDecision.REFUSED and not groups:
        wrong.append(_("Choose what is handed out, or refuse."))
    if set(groups) - set(order.asked):
        wrong.append(_("Nothing is handed out that the order does not ask for."))
    if decision == OrderDecision.ACCEPTED and set(groups) != set(order.asked):
        wrong.append(_("Less than what is asked is handed out: choose “for less than is asked”."))
    if any(group in groups and not said.get(group) for group in GUARDED):
        wrong.append(_("Health, narrative and documents go out only with a reason for each."))
    if wrong:
        _refuse(order, "NOT_POSSIBLE_CHECK_ORDER")
        raise NotPossible(wrong)


def _go_on(order: Requisition, at: datetime) -> None:
    case = order.case
    if is_silent(order, at):
        tell_handlers(order)
    elif order.decision == OrderDecision.REFUSED:
        notices.tell([case.owner, order.recorded_by], case, at=at, due_at=None, action_needed=False)
    else:
        _ask_what_is_left(order, at)


def _end_tasks(order: Requisition, kind: TaskKind, *, by: Actor, at: datetime, result: str) -> None:
    for task in Task.objects.select_for_update(of=("self",)).filter(
        case=order.case_id, kind=kind, done_at=None
    ):
        if task.proposal == {"order": str(order.pk)}:
            end_task(task, by=by, at=at, result=result)


def _locked(by: Actor, pk: UUID, at: datetime) -> Requisition:
    if order_of(by, pk, at) is None:
        raise steps.NotVisible
    rows = Requisition.objects.select_for_update(of=("self",))
    return rows.select_related("case__owner", "case__organisation", "recorded_by").get(pk=pk)


# --- The extract -------------------------------------------------------------------------------------------------
def may_make(by: Actor, order: Requisition) -> bool:
    """Whoever may open what is masked in the file, once somebody else has said yes."""
    granted = order.decision in (OrderDecision.ACCEPTED, OrderDecision.NARROWED) and order.made_at is None
    return granted and policy.may_case(by, CaseAct.REVEAL, case_tie(by, order.case))


def require_maker(by: Actor, order: Requisition) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not may_make(by, order):
        _refuse(order, "NOT_ALLOWED_ORDER_EXTRACT")
        raise NotAllowed(CaseAct.RECORD_ORDER)


def make_extract(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    paper: Callable[[Requisition, Mapping[str, Any]], bytes],
) -> Requisition:
    """Opens the groups that were granted, once, and keeps the paper sealed; it can be opened for two hours.

    Args:
        paper: makes it, of the values by name of the column.

    Raises:
        NotVisible, NotAllowed, StaleForm, TooManyReveals.
    """
    with transaction.atomic():
        order = _locked(by, pk, at)
        if order.version != version or order.made_at is not None:
            raise steps.StaleForm
        require_maker(by, order)
        pace.count_reveal(by, order.case, at=at)
        names = [name for group in order.granted for name in FIELDS[group]]
        person = Person.objects.get(case=order.case_id)
        with keyring.current().revealing(person):
            values = {name: getattr(person, name) for name in names}
        order.made_at, order.made_by_id, order.until = at, by.id, at + deadlines.ORDER_EXTRACT
        content = b64encode(paper(order, values)).decode()
        RequisitionExtract.objects.create(requisition=order, content=content)
        audit.look("export", order, **about(order, at), fields=names)
        write(order, "export", fields=["made_at", "made_by", "until"], **about(order, at))
        _end_tasks(order, TaskKind.ORDER_EXTRACT, by=by, at=at, result="made")
    return order


def can_be_fetched(by: Actor, order: Requisition, at: datetime) -> bool:
    """By who made it, as long as it is there."""
    there = order.until is not None and order.until > at and order.destroyed_at is None
    return there and order.made_by_id == by.id


def fetch_extract(pk: UUID, *, by: Actor, at: datetime) -> tuple[str, bytes]:
    """The name of the file, which says nothing, and the paper; each fetching is an event. Raises NotVisible."""
    order = order_of(by, pk, at)
    if order is None or not can_be_fetched(by, order, at):
        raise steps.NotVisible
    content: str = RequisitionExtract.objects.get(requisition=order).content
    audit.look("file.get", order, **about(order, at))
    return f"extrait-{order.reference}.pdf", b64decode(content)


def destroy_extracts(at: datetime) -> int:
    """Those whose two hours are over: their keys are destroyed. Gives their number."""
    over = list(open_extracts(at).select_for_update(of=("self",)))
    for order in over:
        destroy_extract(order, at=at)
    return len(over)


def destroy_extract(order: Requisition, *, at: datetime) -> None:
    keyring.current().destroy_scope(Scope(ScopeKind.DRAFT, order.pk))
    RequisitionExtract.objects.filter(requisition=order).delete()
    order.destroyed_at = at
    write(order, "key.shred", fields=["destroyed_at"], **about(order, at))


def destroy_extracts_of(case: Case, *, at: datetime) -> None:
    """The file is erased: so is the paper that was taken from it."""
    for order in case.requisitions.select_for_update().filter(made_at__isnull=False, destroyed_at=None):
        destroy_extract(order, at=at)


# --- Without a paper ---------------------------------------------------------------------------------------------
def refuse_demand(
    *, by: Actor, at: datetime, way: str, asked_at: datetime, who: str, what: str = ""
) -> VerbalDemand:
    """Written down and refused: it opens nothing. Whoever is signed in may be asked."""
    with transaction.atomic():
        demand = VerbalDemand(
            reference=new_reference(),
            organisation_id=by.organisation_id,
            way=way,
            asked_at=asked_at,
            who=who,
            what=what or None,
            recorded_by_id=by.id,
            recorded_at=at,
        )
        write(demand, scope=SCOPE, reason_code="REFUSED_VERBAL")
    return demand


def read_demand(by: Actor, pk: UUID) -> VerbalDemand:
    """To whoever recorded it and the supervisors of the house. Raises NotVisible."""
    found = VerbalDemand.objects.select_related("recorded_by").filter(pk=pk).first()
    own = found is not None and found.organisation_id == by.organisation_id
    if found is None or not own or not (found.recorded_by_id == by.id or by.has(Role.SUPERVISOR)):
        raise steps.NotVisible
    audit.look("view", found, scope=SCOPE, fields=["who", "what"])
    return found
