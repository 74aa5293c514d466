"""Whoever accepts a transfer is responsible from that moment on: one transaction, two files (peers A8)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import services as audit
from audit.rows import write
from crypto import keyring
from partners.actor import Actor
from partners.models import User
from referral import grants, notices
from referral.course import TRANSFERRED
from referral.deadlines import REASSESS_WITHIN, TITLE_MISSING
from referral.disclosure import FIELDS, is_child
from referral.enums import Action, CaseAction, CaseState, Machine, Side, State, TaskKind
from referral.guardians import Standing
from referral.models import Case, Guardian, Person, PlanGoal, Referral, Task, Transfer
from referral.queries.facts import title_live
from referral.references import new_reference
from referral.services import cases, matching, steps
from referral.services.guardians import ask_to_decide
from referral.services.no_go import copy_list
from referral.services.receiving import close_snapshot
from referral.services.tasks import end_task
from referral.services.transfers import end_accepted, end_answer, locked_for_answer, require_acceptable

#: What still has to be done in the new file; all else was about the former one, and ends with it.
GO_ALONG = frozenset(
    {
        TaskKind.AGE_DECISION,
        TaskKind.TITLE_MISSING,
        TaskKind.TITLE_ENDS,
        TaskKind.REASSESS_RISK,
        TaskKind.REFLECTION_ENDS,
        TaskKind.FOLLOW_UP,
    }
)
#: Decided by a second person, so of the desk and not of the new owner.
OF_THE_DESK = frozenset({TaskKind.AGE_DECISION})
#: What a place depends on is told to every desk before its answer; so are these.
CODES = ("sex", "age_status", "age_band", "flags")


def accept(pk: UUID, *, by: Actor, at: datetime, version: int) -> Case:
    """Opens the file here, owned by who accepts, and ends the former one. Gives the new file.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        transfer = locked_for_answer(pk, by=by, version=version)
        require_acceptable(transfer, by=by, at=at)
        old, owner = transfer.case, User.objects.get(pk=by.id)
        title = title_live(old, at)
        new = _open(old, owner, by=by, at=at)
        _copy_person(old, new, transfer)
        _copy_goals(old, new, by=by, at=at)
        _copy_guardians(old, new, by=by, at=at)
        copy_list(old, new)
        _complete_own_service(transfer, at)
        end_answer(transfer, by=by, at=at, result="accepted")
        _hand_tasks_over(old, new, by=by, at=at, title=title)
        end_accepted(transfer, new, by=by, at=at)
        cases.end_case(
            old,
            CaseAction.TRANSFER,
            by=by,
            at=at,
            reason_code=TRANSFERRED,
            open_referrals=0,  # asked above: a service that goes on here has just been completed
        )
        others = [user for user in notices.supervisors_of(old.organisation_id) if user != old.owner]
        notices.tell(others, old, at=at, due_at=None, action_needed=False)
    return new


def _open(old: Case, owner: User, *, by: Actor, at: datetime) -> Case:
    """A reference and a key of its own; nothing in it leads back but the transfer."""
    new = Case(
        reference=new_reference(),
        organisation_id=by.organisation_id,
        owner=owner,
        region_id=old.region_id,
        risk=old.risk,
        urgency=old.urgency,
        risk_assessed_at=old.risk_assessed_at,
        reflection_until=old.reflection_until,
        opened_at=at,
        opened_by=owner,
        state_since=at,
    )
    new.screen(at=at)
    write(new, case_id=new.pk, reason_code="TAKEN_OVER")
    new.refresh_from_db(fields=["seq"])
    grants.open_case(new, owner, at=at)
    steps.log(
        Machine.CASE,
        new.pk,
        action=CaseAction.SCREEN,
        source=CaseState.SIGNALED,
        target=new.state,
        by=by,
        side=Side.REFERRING,
        at=at,
        reason_code="TAKEN_OVER",
    )
    return new


def _copy_person(old: Case, new: Case, transfer: Transfer) -> None:
    """Codes, and of the rest what the person agreed to: sealed anew, under the key of the new file."""
    person = Person.objects.get(case=old)
    names = [name for group in transfer.released_groups for name in FIELDS[group]]
    copied = Person(case=new, **{name: getattr(person, name) for name in CODES})
    with keyring.current().revealing(person):
        for name in names:
            setattr(copied, name, getattr(person, name))
    audit.look("reveal", person, case_id=old.pk, fields=names, scope="transfer")
    write(copied, case_id=new.pk, fields=None)
    matching.index(copied)


def _copy_goals(old: Case, new: Case, *, by: Actor, at: datetime) -> None:
    """What was being done, and by when, in codes: its words stay with the former organisation."""
    for goal in old.plangoals.filter(result=""):
        copied = PlanGoal(
            case=new,
            recorded_by_id=by.id,
            recorded_at=at,
            service=goal.service,
            owner_id=by.id,
            target_on=goal.target_on,
        )
        write(copied, case_id=new.pk)


def _copy_guardians(old: Case, new: Case, *, by: Actor, at: datetime) -> None:
    """Who stands beside a child, in codes: a suspicion holds here at once, trust is decided on anew by the own side.

    What the former organisation had found is what a second person here is asked to decide; nobody there is named.
    """
    if not is_child(new.person.age_status):
        return
    for guardian in old.guardians.all():
        assessed = guardian.standing != Standing.NOT_ASSESSED
        suspected = guardian.standing == Standing.SUSPECTED
        copied = Guardian(
            case=new,
            relation=guardian.relation,
            court_id=guardian.court_id,
            appointed_on=guardian.appointed_on,
            standing=Standing.SUSPECTED if suspected else Standing.NOT_ASSESSED,
            proposed=guardian.standing if assessed else "",
            added_at=at,
        )
        write(copied, case_id=new.pk, reason_code=copied.standing.upper())
        if assessed:
            ask_to_decide(copied, by=by, at=at)


def _complete_own_service(transfer: Transfer, at: datetime) -> None:
    """A service that the new organisation gives goes on as its own: the referral for it is over. The place is kept."""
    running = (
        Referral.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case")
        .filter(
            case=transfer.case,
            state=State.IN_SERVICE,
            receiving_organisation=transfer.receiving_organisation,
        )
        .order_by("seq")
    )
    for referral in running:
        step = steps.begin(referral, Action.COMPLETE, by=None, at=at)
        referral.outcome = TRANSFERRED
        steps.finish(step, reason_code=TRANSFERRED)
        close_snapshot(referral)


def _hand_tasks_over(old: Case, new: Case, *, by: Actor, at: datetime, title: bool) -> None:
    """The open tasks of the file, with their deadlines. A child's paper is entered anew, from the paper.

    The danger may be another one in other hands: the first step of the new file is to assess it.
    """
    open_tasks = Task.objects.select_for_update(of=("self",)).filter(case=old, done_at=None)
    kinds = set()
    for task in open_tasks.order_by("due_at"):
        if task.kind in GO_ALONG:
            kinds.add(task.kind)
            _task(new, TaskKind(task.kind), by=by, at=at, due_at=task.due_at)
        end_task(task, by=by, at=at, result="transferred")
    if title and is_child(new.person.age_status) and TaskKind.TITLE_MISSING not in kinds:
        _task(new, TaskKind.TITLE_MISSING, by=by, at=at, due_at=at + TITLE_MISSING)
    if TaskKind.REASSESS_RISK not in kinds:
        _task(new, TaskKind.REASSESS_RISK, by=by, at=at, due_at=at + REASSESS_WITHIN)


def _task(new: Case, kind: TaskKind, *, by: Actor, at: datetime, due_at: datetime) -> None:
    task = Task(
        kind=kind,
        case=new,
        organisation_id=new.organisation_id,
        owner_id=None if kind in OF_THE_DESK else by.id,
        made_at=at,
        due_at=due_at,
    )
    write(task, case_id=new.pk)
