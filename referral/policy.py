"""Who may do it? A matrix of action x side x role, deny by default (design §2). Pure: no request, no query."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from partners.actor import Actor
from partners.enums import DESK_ROLES, OrganisationKind, Role
from referral.enums import Action, CaseAct, Side, TaskKind
from referral.readings import ReadingWhy
from referral.trips import TripAction


class NotAllowed(Exception):
    """The actor may see the row but not do this: 403, and an event is left."""


@dataclass(frozen=True)
class Tie:
    """How the actor stands to the row beyond the role: what the caller has read of grants."""

    case_granted: bool = False
    named_worker: bool = False
    own_case: bool = False
    #: Named as escort of the trip that it is about.
    escort: bool = False
    #: Why (a ReadingWhy) the actor may read this file for a time without holding it.
    reading: str | None = None
    #: National coordination has taken the case in hand, and it is this person.
    in_hand: bool = False

    def because(self, reason: str = "") -> str:
        """The scope of a look: for what something is opened, and under which reading for a time."""
        return ":".join(part for part in (self.reading, reason) if part)


Rule = Callable[[Actor, Tie], bool]


def case_caseworker(actor: Actor, tie: Tie) -> bool:
    return tie.case_granted and (actor.has(Role.CASEWORKER) or holds_in_hand(actor, tie))


def holds_in_hand(actor: Actor, tie: Tie) -> bool:
    """The ordinary owner of an orphaned case, for some days (design §2)."""
    return tie.in_hand and actor.has(Role.COORDINATOR)


def supervisor(actor: Actor, tie: Tie) -> bool:
    return actor.has(Role.SUPERVISOR)


def desk(actor: Actor, tie: Tie) -> bool:
    return actor.has(Role.FOCAL_POINT, Role.SUPERVISOR)


def worker_or_focal_point(actor: Actor, tie: Tie) -> bool:
    return tie.named_worker or actor.has(Role.FOCAL_POINT)


def worker_or_desk(actor: Actor, tie: Tie) -> bool:
    return tie.named_worker or desk(actor, tie)


def coordinator(actor: Actor, tie: Tie) -> bool:
    return actor.has(Role.COORDINATOR)


def case_caseworker_or_supervisor(actor: Actor, tie: Tie) -> bool:
    return case_caseworker(actor, tie) or supervisor(actor, tie)


MATRIX: Mapping[str, Mapping[Side, Rule]] = {
    Action.SEND: {Side.REFERRING: case_caseworker},
    Action.ANSWER: {Side.REFERRING: case_caseworker},
    Action.WITHDRAW: {Side.REFERRING: case_caseworker_or_supervisor},
    Action.REDIRECT: {Side.REFERRING: case_caseworker, Side.COORDINATING: coordinator},
    Action.ACKNOWLEDGE: {Side.RECEIVING: desk},
    Action.REQUEST_INFO: {Side.RECEIVING: desk},
    Action.ACCEPT: {Side.RECEIVING: desk},
    Action.DECLINE: {Side.RECEIVING: desk},
    Action.PUT_ON_LIST: {Side.RECEIVING: desk},
    Action.STEP_BACK: {Side.RECEIVING: desk},
    Action.START: {Side.RECEIVING: worker_or_focal_point},
    Action.NO_SHOW: {Side.RECEIVING: worker_or_focal_point},
    Action.RESUME: {Side.RECEIVING: worker_or_focal_point},
    Action.REVIEW: {Side.RECEIVING: worker_or_focal_point},
    Action.COMPLETE: {Side.RECEIVING: worker_or_focal_point},
    Action.PROPOSE_ONWARD: {Side.RECEIVING: worker_or_focal_point},
    Action.RECORD_TELEPHONE_ANSWER: {
        Side.REFERRING: case_caseworker_or_supervisor,
        Side.COORDINATING: coordinator,
    },
    Action.WRITE: {Side.REFERRING: case_caseworker, Side.RECEIVING: worker_or_desk},
    Action.EXPIRE: {},  # the system's alone
}


def escort_or_caseworker(actor: Actor, tie: Tie) -> bool:
    return tie.escort or case_caseworker(actor, tie)


#: To read what the two sides have agreed about a trip; no act of the machine.
READ_TRIP = "read_trip"
#: Who may do what about a trip; the arrival is written with the start of the referral.
TRIP_MATRIX: Mapping[str, Mapping[Side, Rule]] = {
    READ_TRIP: {
        Side.REFERRING: lambda actor, tie: escort_or_caseworker(actor, tie) or supervisor(actor, tie),
        Side.RECEIVING: worker_or_desk,
    },
    TripAction.PLAN: {Side.REFERRING: case_caseworker, Side.RECEIVING: worker_or_desk},
    TripAction.DEPART: {Side.REFERRING: escort_or_caseworker, Side.RECEIVING: worker_or_desk},
    TripAction.STAY: {Side.REFERRING: escort_or_caseworker, Side.RECEIVING: worker_or_desk},
    TripAction.BREAK_OFF: {Side.REFERRING: escort_or_caseworker, Side.RECEIVING: worker_or_desk},
    TripAction.ARRIVE: {Side.RECEIVING: worker_or_focal_point},
    TripAction.RELEASE: {Side.RECEIVING: desk},
    TripAction.TAKE_BACK: {Side.RECEIVING: desk},
}


def sides(actor: Actor, referral: Any) -> frozenset[Side]:
    """Every side on which the actor stands; an organisation that refers to itself stands on both."""
    found = set()
    if actor.organisation_id == referral.referring_organisation_id:
        found.add(Side.REFERRING)
    if actor.organisation_id == referral.receiving_organisation_id:
        found.add(Side.RECEIVING)
    if actor.has(Role.COORDINATOR):
        found.add(Side.COORDINATING)
    return frozenset(found)


def acting_side(
    actor: Actor,
    action: str,
    referral: Any,
    tie: Tie,
    matrix: Mapping[str, Mapping[Side, Rule]] = MATRIX,
) -> Side | None:
    """The side on which the actor may perform `action`; None when on none."""
    standing = sides(actor, referral) | ({Side.REFERRING} if holds_in_hand(actor, tie) else set())
    for side, rule in matrix[action].items():
        if side in standing and rule(actor, tie):
            return side
    return None


def may(actor: Actor, action: str, referral: Any, tie: Tie) -> bool:
    return acting_side(actor, action, referral, tie) is not None


def require(actor: Actor, action: str, referral: Any, tie: Tie) -> Side:
    """The side on which the actor acts. Raises `NotAllowed`."""
    side = acting_side(actor, action, referral, tie)
    if side is None:
        raise NotAllowed(action)
    return side


def own_supervisor(actor: Actor, tie: Tie) -> bool:
    return tie.own_case and actor.has(Role.SUPERVISOR)


def names_owner(actor: Actor, tie: Tie) -> bool:
    return own_supervisor(actor, tie) or holds_in_hand(actor, tie)


def own_or_national_supervisor(actor: Actor, tie: Tie) -> bool:
    """A second person: of the organisation, else of the national unit, who sees codes and the reason only."""
    return own_supervisor(actor, tie) or (actor.national_unit and actor.has(Role.SUPERVISOR))


def file_reader(actor: Actor, tie: Tie) -> bool:
    return case_caseworker(actor, tie) or own_supervisor(actor, tie)


def reader(actor: Actor, tie: Tie) -> bool:
    """For a time, too: to read, never to write, print, take along or open an attachment (design §6, Break-glass)."""
    return file_reader(actor, tie) or tie.reading is not None


def reads_only(actor: Actor, tie: Tie) -> bool:
    """There is no other way in than the reading for a time."""
    return tie.reading is not None and not file_reader(actor, tie)


def anyone_of_the_desk(actor: Actor, tie: Tie) -> bool:
    return tie.own_case and actor.has(Role.CASEWORKER, Role.SUPERVISOR)


def supervisor_or_registry(actor: Actor, tie: Tie) -> bool:
    """Which court a registry may speak for, `queries.rights.held_case` asks."""
    return own_supervisor(actor, tie) or actor.has(Role.JUSTICE)


def own_supervisor_or_national(actor: Actor, tie: Tie) -> bool:
    """Two people decide: one of the organisation, and another one of it or of the national unit, in codes."""
    national = actor.national_unit and actor.has(Role.SUPERVISOR, Role.COORDINATOR)
    return own_supervisor(actor, tie) or national


CASE_MATRIX: Mapping[str, Rule] = {
    CaseAct.OPEN: lambda actor, tie: actor.has(Role.CASEWORKER),
    CaseAct.REPORT: lambda actor, tie: actor.has(Role.REPORTER),
    CaseAct.READ: reader,
    CaseAct.REVEAL: reader,
    CaseAct.EDIT: case_caseworker,
    CaseAct.RECORD_CONSENT: case_caseworker,
    CaseAct.WITHDRAW_CONSENT: file_reader,
    CaseAct.RECORD_GROUND: case_caseworker,
    CaseAct.APPROVE_GROUND: own_or_national_supervisor,
    CaseAct.ENTER_TITLE: case_caseworker,
    CaseAct.CONFIRM_TITLE: lambda actor, tie: actor.has(Role.JUSTICE),
    CaseAct.REFER: case_caseworker,
    CaseAct.CALL_PLACES: case_caseworker,
    CaseAct.KEEP_AWAY: file_reader,
    CaseAct.TAKE_IN: anyone_of_the_desk,
    CaseAct.ASSIGN: names_owner,
    CaseAct.TAKE_IN_HAND: coordinator,
    CaseAct.DECIDE_AGE: file_reader,
    CaseAct.DECIDE_OBJECTION: own_or_national_supervisor,
    CaseAct.READ_LOOKS: file_reader,
    CaseAct.PRINT: file_reader,
    CaseAct.CLOSE: own_supervisor,
    CaseAct.ASK_CLOSE: case_caseworker,
    CaseAct.APPROVE: own_or_national_supervisor,
    CaseAct.REDIRECT_OUT: own_supervisor,
    CaseAct.REOPEN: own_supervisor,
    CaseAct.RECORD_STATUS: file_reader,
    CaseAct.PLAN: case_caseworker,
    CaseAct.FOLLOW: case_caseworker,
    CaseAct.TRANSFER: case_caseworker,
    CaseAct.WITHDRAW_TRANSFER: file_reader,
    CaseAct.ASSESS_RISK: case_caseworker,
    CaseAct.REFLECT: case_caseworker,
    CaseAct.REVIEW_GROUND: file_reader,
    CaseAct.ENTER_STEP: case_caseworker,
    CaseAct.CONFIRM_STEP: lambda actor, tie: actor.has(Role.JUSTICE),
    CaseAct.CONFER: case_caseworker,
    CaseAct.ADD_ATTACHMENT: case_caseworker,
    CaseAct.OPEN_ATTACHMENT: file_reader,
    CaseAct.REMOVE_ATTACHMENT: case_caseworker,
    CaseAct.RECORD_SCREENING: case_caseworker,
    CaseAct.OFFER_CARD: case_caseworker,
    CaseAct.FIND_BY_CARD: lambda actor, tie: actor.has(*DESK_ROLES, Role.COORDINATOR),
    CaseAct.RECORD_GUARDIAN: case_caseworker,
    CaseAct.DECIDE_GUARDIAN: own_or_national_supervisor,
    CaseAct.SEARCH: lambda actor, tie: actor.has(Role.CASEWORKER, Role.SUPERVISOR),
    CaseAct.DECIDE_DUPLICATE: file_reader,
    CaseAct.IMPORT: lambda actor, tie: actor.has(Role.SUPERVISOR),
    CaseAct.EXPORT: lambda actor, tie: actor.has(Role.CASEWORKER, Role.SUPERVISOR),
    CaseAct.APPROVE_EXPORT: own_or_national_supervisor,
    CaseAct.HOLD: supervisor_or_registry,
    CaseAct.RECORD_REQUEST: file_reader,
    CaseAct.ASK_ERASURE: file_reader,
    CaseAct.DECIDE_ERASURE: own_supervisor_or_national,
    CaseAct.RECORD_ORDER: file_reader,
    CaseAct.CHECK_ORDER: own_or_national_supervisor,
}


#: Whoever has lost the role has lost the reading with it.
READERS_FOR_A_TIME: Mapping[str, tuple[Role, ...]] = {
    ReadingWhy.BREAK_GLASS: (Role.COORDINATOR,),
    ReadingWhy.REVIEW: (Role.SUPERVISOR,),
}


def readings_open_to(actor: Actor) -> list[str]:
    """The reasons for which this person may still read a file for a time."""
    return [why for why, roles in READERS_FOR_A_TIME.items() if actor.has(*roles)]


def may_case(actor: Actor, act: str, tie: Tie) -> bool:
    return CASE_MATRIX[act](actor, tie)


def require_case(actor: Actor, act: str, tie: Tie) -> None:
    """Raises `NotAllowed`."""
    if not may_case(actor, act, tie):
        raise NotAllowed(act)


def watches(actor: Actor) -> bool:
    """Who reads who did and saw what: supervisors of their house's files, auditors of all or of their region's."""
    return actor.has(Role.SUPERVISOR) or controls(actor)


def monitors(actor: Actor) -> bool:
    """Who supervises human rights sees figures and samples that name nobody, in a view apart (domain §5.5)."""
    return actor.has(Role.AUDITOR) and actor.kind == OrganisationKind.HUMAN_RIGHTS


def controls(actor: Actor) -> bool:
    """An auditor who reads who did what by name, in metadata."""
    return actor.has(Role.AUDITOR) and not monitors(actor)


def keeps_arrival(actor: Actor, arrival: Any) -> bool:
    """Who opened it, or covers them, and the supervisors of its organisation see all of it, in codes."""
    return actor.organisation_id == arrival.organisation_id and (
        actor.has(Role.SUPERVISOR) or fills_arrival(actor, arrival)
    )


def fills_arrival(actor: Actor, arrival: Any) -> bool:
    """Writes down its persons: whoever opens cases, and opened it or covers them."""
    return (
        actor.organisation_id == arrival.organisation_id
        and actor.has(Role.CASEWORKER)
        and actor.stands_for(arrival.opened_by_id)
    )


def is_second_person(actor: Actor, requested_by: UUID | None) -> bool:
    """Nobody approves their own request, whatever roles they hold (design §2), nor that of whom they stand in for."""
    return not actor.stands_for(requested_by)


def may_take_back(actor: Actor, owner_id: UUID | None, asked_by: UUID) -> bool:
    """A request that nobody has decided yet: who asked, and whoever owns the file by now."""
    return actor.stands_for(asked_by) or actor.stands_for(owner_id)


#: Who becomes responsible for a person, by taking a case over.
TRANSFER_TAKERS = (Role.CASEWORKER, Role.SUPERVISOR)


def may_answer_transfer(actor: Actor, transfer: Any) -> bool:
    """Only people of the organisation that would be responsible answer (design §7.3)."""
    return actor.organisation_id == transfer.receiving_organisation_id and actor.has(*TRANSFER_TAKERS)


def may_answer_call(actor: Actor, offer: Any) -> bool:
    """Only the desk of a centre that was asked offers a place, or says that it has none (design §7.3)."""
    return actor.organisation_id == offer.organisation_id and actor.has(Role.FOCAL_POINT, Role.SUPERVISOR)


def may_break_glass(actor: Actor) -> bool:
    """The second factor is asked for where it exists; the password is, every time (`services.glass`)."""
    return actor.has(Role.COORDINATOR)


def may_review_glass(actor: Actor, glass: Any) -> bool:
    """Somebody else: a supervisor of the organisation that was asked, or an auditor (design §6, Break-glass)."""
    asked = actor.has(Role.SUPERVISOR) and actor.organisation_id == glass.task.organisation_id
    return (asked or controls(actor)) and is_second_person(actor, glass.opened_by_id)


def may_lift_suspension(actor: Actor, glass: Any) -> bool:
    """Of the right to break the glass: never the own one."""
    national = actor.national_unit and actor.has(Role.SUPERVISOR)
    return (national or controls(actor)) and is_second_person(actor, glass.opened_by_id)


#: Roles that a kind of task asks for; any seat at the desk for all others.
TAKERS: Mapping[TaskKind, tuple[Role, ...]] = {
    TaskKind.TAKE_IN_REPORT: (Role.CASEWORKER, Role.SUPERVISOR),
    TaskKind.COUNTERSIGN: (Role.SUPERVISOR,),
    TaskKind.AGE_DECISION: (Role.SUPERVISOR,),
    TaskKind.OBJECTION: (Role.SUPERVISOR,),
    TaskKind.ASSESS_GUARDIAN: (Role.SUPERVISOR,),
    TaskKind.APPROVE_PLAN: (Role.SUPERVISOR,),
    TaskKind.APPROVE_CLOSE: (Role.SUPERVISOR,),
    TaskKind.APPROVE_TRANSFER: (Role.SUPERVISOR,),
    TaskKind.ANSWER_TRANSFER: TRANSFER_TAKERS,
    TaskKind.CONFIRM_TITLE: (Role.JUSTICE,),
    TaskKind.DUTY_CALL: (Role.COORDINATOR,),
    TaskKind.DECIDE_ERASURE: (Role.SUPERVISOR, Role.COORDINATOR),
    TaskKind.REVIEW_GLASS: (Role.SUPERVISOR,),
    TaskKind.CHECK_ORDER: (Role.SUPERVISOR,),
}


#: Tasks without an owner that a coordinator of the organisation may take beside its supervisors.
COORDINATORS_OWN = frozenset({TaskKind.DUTY_CALL, TaskKind.DECIDE_ERASURE})


def taken_with(kind: str) -> Iterable[Role]:
    """The roles of which one is needed to take a task of this kind."""
    return TAKERS.get(TaskKind(kind), DESK_ROLES)


def may_finish(actor: Actor, task: Any) -> bool:
    """Its owner, or the cover while the owner is absent, with a role that takes it; the supervisors of its house."""
    own = task.organisation_id == actor.organisation_id
    if not own:
        # Of another house: what came with a case in hand, as long as that lasts.
        return actor.has(Role.COORDINATOR) and task.owner_id == actor.id
    return (
        (actor.stands_for(task.owner_id) and actor.has(*taken_with(task.kind)))
        or actor.has(Role.SUPERVISOR)
        or (task.kind in COORDINATORS_OWN and actor.has(Role.COORDINATOR))
    )


def may_assign(actor: Actor, task: Any) -> bool:
    """A supervisor says who of the organisation does what."""
    return task.organisation_id == actor.organisation_id and actor.has(Role.SUPERVISOR)
