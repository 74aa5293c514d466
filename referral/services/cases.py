"""A case file from the first report on: opening, taking in, correcting, who owns it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from audit.rows import write
from crypto import keyring
from partners.actor import Actor
from partners.enums import Role
from partners.models import Organisation, Region, User
from partners.queries import active_people
from partners.services.organisations import hold_destination
from referral import grants, notices, policy
from referral.enums import (
    AgeBand,
    AgeStatus,
    CaseAct,
    CaseAction,
    CaseState,
    Clock,
    Machine,
    RiskLevel,
    Side,
    TaskKind,
    Urgency,
)
from referral.models import Case, Person, Task
from referral.policy import Tie
from referral.queries.terms import terms_for
from referral.references import new_reference
from referral.services import duplicates, matching, steps
from referral.services.assessing import keep_assessment
from referral.services.hands import end_in_hand
from referral.services.paper import take_case_code
from referral.services.place_calls import end_call_of
from referral.services.tasks import ask_first_step, end_task, finish_tasks

#: A report must be taken in within a day, at once when somebody's life is in danger (domain §5.3).
TAKE_IN = {
    Urgency.EMERGENCY: timedelta(hours=2),
    Urgency.URGENT: timedelta(hours=12),
    Urgency.STANDARD: timedelta(hours=24),
}


#: What is asked about a child alone.
_OF_A_CHILD = (TaskKind.TITLE_MISSING, TaskKind.TITLE_ENDS, TaskKind.ASSESS_GUARDIAN)


class NoDestination(Exception):
    """Neither an organisation for this region nor the national unit takes in its reports."""


def _new_case(
    organisation: Organisation, region: Region, *, by: Actor, at: datetime, fields: Mapping[str, Any]
) -> Case:
    return Case(
        reference=new_reference(),
        organisation=organisation,
        region=region,
        risk=fields.get("risk", "unknown"),
        urgency=fields.get("urgency", Urgency.STANDARD),
        opened_at=at,
        opened_by_id=by.id,
        state_since=at,
    )


PERSON_FIELDS = (
    "sex",
    "age_status",
    "age_band",
    "family_name",
    "given_names",
    "birth_date",
    "nationality",
    "alias",
    "phone",
    "safe_contact",
    "languages",
    "interpreter_needed",
    "needs",
    "health",
    "legal_situation",
    "narrative",
    "children",
    "documents",
    "document_number",
    "flags",
    "first_needs",
    "declined",
)


def open_case(
    *,
    by: Actor,
    at: datetime,
    region: Region | None,
    person: Mapping[str, Any],
    case: Mapping[str, Any],
    paper_code: str = "",
    occurred_at: datetime | None = None,
    owner: User | None = None,
) -> Case:
    """A caseworker opens a file of the own organisation, and owns it unless `owner` is named.

    Args:
        region: where the person is; that of the organisation when nobody says.
        person: values for `PERSON_FIELDS`. case: `risk` and `urgency`.
        paper_code: of the sheet on which it was first written by hand.
        occurred_at: when that was.

    Raises:
        NotAllowed, NotPossible.
    """
    if not policy.may_case(by, CaseAct.OPEN, Tie()):
        raise steps.refuse_anybody(CaseAct.OPEN)
    with transaction.atomic():
        owner = owner or User.objects.get(pk=by.id)
        house = Organisation.objects.select_related("region").get(pk=by.organisation_id)
        new = _new_case(house, region or house.region, by=by, at=at, fields=case)
        new.owner = owner
        if paper_code:
            new.reference = take_case_code(paper_code, by=by, at=at).reference
        new.screen(at=at)
        write(new, case_id=new.pk)
        new.refresh_from_db(fields=["seq"])
        grants.open_case(new, owner, at=at)
        duplicates.look_within(_write_person(new, person, at=at), by=by, at=at)
        steps.log(
            Machine.CASE,
            new.pk,
            action=CaseAction.SCREEN,
            source=CaseState.SIGNALED,
            target=new.state,
            by=by,
            side=Side.REFERRING,
            at=at,
            occurred_at=occurred_at,
        )
        ask_first_step(new, at=at)
    return new


def _write_person(case: Case, values: Mapping[str, Any], *, at: datetime) -> Person:
    person = Person(case=case, **{name: values[name] for name in PERSON_FIELDS if name in values})
    write(person, case_id=case.pk)
    matching.index(person)
    if person.age_status == AgeStatus.UNKNOWN:
        ask_age(case, at=at)
    return person


def ask_age(case: Case, *, at: datetime) -> None:
    """A second person decides within 7 days (design §5)."""
    task = Task(
        kind=TaskKind.AGE_DECISION,
        case=case,
        organisation=case.organisation,
        owner=None,
        made_at=at,
        due_at=terms_for(organisation_id=case.organisation_id).after(Clock.AGE_DECISION, at, case.urgency),
    )
    write(task, case_id=case.pk)


def report(
    *, by: Actor, at: datetime, region: Region, person: Mapping[str, Any], case: Mapping[str, Any]
) -> Case:
    """A reporter's short report becomes a case of the house that the region's rule names, else of the national unit.

    Raises:
        NotAllowed, NoDestination.
    """
    if not policy.may_case(by, CaseAct.REPORT, Tie()):
        raise steps.refuse_anybody(CaseAct.REPORT)
    with transaction.atomic():
        destination = hold_destination(region)
        if destination is None:
            raise NoDestination
        new = _new_case(destination, region, by=by, at=at, fields=case)
        new.reported_by_id = by.id
        new.reported_organisation_id = by.organisation_id
        write(new, case_id=new.pk)
        _write_person(new, person, at=at)
        due = at + TAKE_IN[Urgency(new.urgency)]
        task = Task(kind=TaskKind.TAKE_IN_REPORT, case=new, organisation=destination, made_at=at, due_at=due)
        write(task, case_id=new.pk)
        workers = active_people(destination.pk, [Role.CASEWORKER, Role.SUPERVISOR])
        notices.tell(workers, new, at=at, due_at=due)
    return new


def take_in(pk: UUID, *, by: Actor, at: datetime, version: int) -> Case:
    """Who takes a report in owns its case. Raises NotVisible, StaleForm, NotAllowed, NotPossible."""
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_case(by, CaseAct.TAKE_IN, case)
        owner = User.objects.get(pk=by.id)
        case.owner = owner
        steps.advance(case, CaseAction.SCREEN, by=by, at=at)
        grants.open_case(case, owner, at=at)
        finish_tasks(case, TaskKind.TAKE_IN_REPORT, by=by, at=at)
        ask_first_step(case, at=at)
    return case


def protect(pk: UUID, *, by: Actor, at: datetime, version: int) -> Case:
    """The case owner records that the person is being put under immediate protection."""
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_change(by, CaseAct.EDIT, case)
        steps.advance(case, CaseAction.PROTECT, by=by, at=at)
        finish_tasks(case, TaskKind.FIRST_STEP, by=by, at=at)
    return case


def correct_person(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    values: Mapping[str, Any],
) -> Case:
    """Corrects what is known of the person; `version` is the Person's.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_change(by, CaseAct.EDIT, case)
        person = Person.objects.select_for_update(of=("self",)).get(case=case)
        if person.version != version:
            raise steps.StaleForm
        with keyring.current().revealing(person):
            changed = [
                name for name in PERSON_FIELDS if name in values and getattr(person, name) != values[name]
            ]
        if changed:
            with matching.reindexed(person):
                for name in changed:
                    setattr(person, name, values[name])
                write(person, fields=changed, case_id=case.pk)
            if matching.IDENTIFYING & {*changed}:
                duplicates.look_within(person, by=by, at=at)
    return case


def reassess(pk: UUID, *, by: Actor, at: datetime, version: int, risk: str, urgency: str) -> Case:
    """Danger and risk as they are seen now. Raises NotVisible, StaleForm, NotAllowed, NotPossible."""
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_change(by, CaseAct.EDIT, case)
        now_seen = {"risk": risk, "urgency": urgency}
        changed = [name for name, value in now_seen.items() if getattr(case, name) != value]
        if changed:
            for name in changed:
                setattr(case, name, now_seen[name])
            if "risk" in changed:
                case.risk_assessed_at = at
                changed.append("risk_assessed_at")
                finish_tasks(case, TaskKind.REASSESS_RISK, by=by, at=at, result=risk)
            write(case, fields=changed, case_id=case.pk)
            if "risk" in changed and risk != RiskLevel.UNKNOWN:
                keep_assessment(case, by=by, at=at, level=risk, assessed_at=at)
    return case


def close_case(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    reason_code: str,
    reason: str | None = None,
    informed: bool = True,
) -> Case:
    """A supervisor closes a file; from then on only the owner and the supervisors hold it (domain §5.3).

    Args:
        reason: in words; needed where the reason is what a plan leads to and goals are pursued.
        informed: the person has been told, or telling would be dangerous.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_case(by, CaseAct.CLOSE, case)
        steps.require_second(by, case, CaseAct.CLOSE, case.opened_by_id)
        end_case(
            case,
            CaseAction.CLOSE,
            by=by,
            at=at,
            reason_code=reason_code,
            reason=reason,
            informed=informed,
            explained=bool(reason),
        )
    return case


def end_case(
    case: Case,
    action: CaseAction,
    *,
    by: Actor,
    at: datetime,
    reason_code: str,
    reason: str | None = None,
    **given: Any,
) -> None:
    """What follows from every end of a file: its tasks and place call end, its grants are the owner's alone."""
    steps.advance(case, action, by=by, at=at, reason_code=reason_code, reason=reason, **given)
    end_in_hand(case, by=by, at=at)
    grants.keep_owner(case)
    end_call_of(case, at=at)
    result = "transferred" if action == CaseAction.TRANSFER else "closed"
    for task in Task.objects.select_for_update(of=("self",)).filter(case=case, done_at=None):
        end_task(task, by=by, at=at, result=result)
    notices.tell([case.owner], case, at=at, due_at=None, action_needed=False)


def decide_age(pk: UUID, *, by: Actor, at: datetime, version: int, age_status: str, age_band: str) -> Person:
    """A second person decides an unknown age, within 7 days (design §5). `version` is the Person's."""
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_change(by, CaseAct.DECIDE_AGE, case)
        steps.require_second(by, case, CaseAct.DECIDE_AGE, case.opened_by_id)
        person = Person.objects.select_for_update(of=("self",)).get(case=case)
        if person.version != version:
            raise steps.StaleForm
        with matching.reindexed(person):
            person.age_status, person.age_band = AgeStatus(age_status), AgeBand(age_band)
            write(person, fields=["age_status", "age_band"], case_id=case.pk)
        finish_tasks(case, TaskKind.AGE_DECISION, by=by, at=at, result=age_status)
        # An adult's own consent is needed from now on: what only a child's ground covered is closed to its receiver.
        adult = person.age_status == AgeStatus.ADULT
        for kind in _OF_A_CHILD if adult else ():
            finish_tasks(case, kind, by=by, at=at, result=age_status)
        due_at = terms_for(organisation_id=case.organisation_id).after(Clock.CALL_BACK, at, case.urgency)
        notices.tell([case.owner], case, at=at, due_at=due_at, action_needed=adult)
    return person


def assign_owner(pk: UUID, *, by: Actor, at: datetime, version: int, owner_id: UUID) -> Case:
    """A supervisor names another caseworker of the organisation; the file opens to them and closes to the former."""
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_change(by, CaseAct.ASSIGN, case)
        owner = active_people(case.organisation_id, [Role.CASEWORKER]).get(pk=owner_id)
        give_case(case, owner, by=by, at=at, reason_code="OWNER")
        notices.tell([owner], case, at=at, due_at=None)
    return case


def give_case(case: Case, owner: User, *, by: Actor, at: datetime, reason_code: str) -> None:
    """Opens the file to its new owner, with the tasks of the former one; whoever calls it has locked and permitted."""
    former = case.owner
    taken_in = case.state == CaseState.SIGNALED
    case.owner = owner
    if taken_in:
        case.screen(at=at)
    write(case, fields=["owner", "state", "state_since"], case_id=case.pk, reason_code=reason_code)
    if former is not None and former != owner:
        grants.close_case(case, former)
        end_in_hand(case, by=by, at=at)
    grants.open_case(case, owner, at=at)
    former_tasks = Task.objects.select_for_update().filter(case=case, done_at=None, owner=former)
    for task in former_tasks.exclude(owner=None):
        task.owner = owner
        write(task, fields=["owner"], case_id=case.pk)
    if taken_in:
        finish_tasks(case, TaskKind.TAKE_IN_REPORT, by=by, at=at)
        ask_first_step(case, at=at)
        steps.log(
            Machine.CASE,
            case.pk,
            action=CaseAction.SCREEN,
            source=CaseState.SIGNALED,
            target=case.state,
            by=by,
            side=Side.REFERRING,
            at=at,
        )
