"""Who may do it: the whole matrix, cell by cell, against the table of design §2 written out a second time."""

from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest

from partners.actor import Actor
from partners.enums import OrganisationKind, Role
from referral import policy
from referral.enums import Action, CaseAct, Side, TaskKind
from referral.policy import NotAllowed, Tie

SENDER, RECEIVER, ELSEWHERE = uuid4(), uuid4(), uuid4()
REFERRAL = SimpleNamespace(referring_organisation_id=SENDER, receiving_organisation_id=RECEIVER)

ROLES = [
    Role.CASEWORKER,
    Role.FOCAL_POINT,
    Role.SUPERVISOR,
    Role.JUSTICE,
    Role.REPORTER,
    Role.AUDITOR,
    Role.STATISTICIAN,
    Role.ADMINISTRATOR,
    Role.COORDINATOR,
]

# (side, role, tie): who may, per action. "grant" = a CaseGrant, "worker" = named at accept.
DESK = {("receiving", Role.FOCAL_POINT, ""), ("receiving", Role.SUPERVISOR, "")}
WORKERS = {("receiving", role, "worker") for role in ROLES} | {("receiving", Role.FOCAL_POINT, "")}
OWNER = {("referring", Role.CASEWORKER, "grant")}
OWN_SUPERVISOR = {("referring", Role.SUPERVISOR, "")}
COORDINATION = {("elsewhere", Role.COORDINATOR, "")}
EXPECTED: dict[str, set[tuple[str, str, str]]] = {
    Action.SEND: OWNER,
    Action.ANSWER: OWNER,
    Action.WITHDRAW: OWNER | OWN_SUPERVISOR,
    Action.REDIRECT: OWNER | COORDINATION,
    Action.ACKNOWLEDGE: DESK,
    Action.REQUEST_INFO: DESK,
    Action.ACCEPT: DESK,
    Action.DECLINE: DESK,
    Action.PUT_ON_LIST: DESK,
    Action.STEP_BACK: DESK,
    Action.START: WORKERS,
    Action.NO_SHOW: WORKERS,
    Action.RESUME: WORKERS,
    Action.REVIEW: WORKERS,
    Action.COMPLETE: WORKERS,
    Action.PROPOSE_ONWARD: WORKERS,
    Action.RECORD_TELEPHONE_ANSWER: OWNER | OWN_SUPERVISOR | COORDINATION,
    Action.WRITE: OWNER | DESK | WORKERS,
    Action.EXPIRE: set(),
}
ORGANISATIONS = {"referring": SENDER, "receiving": RECEIVER, "elsewhere": ELSEWHERE}
TIES = {"": Tie(), "grant": Tie(case_granted=True), "worker": Tie(named_worker=True)}


def actor(organisation: str, *roles: str, national_unit: bool = False) -> Actor:
    return Actor(
        id=uuid4(),
        organisation_id=ORGANISATIONS[organisation],
        kind=OrganisationKind.NGO,
        roles=frozenset(roles),
        national_unit=national_unit,
    )


@pytest.mark.parametrize("action", Action)
def test_the_matrix(action: Action) -> None:
    allowed = set()
    for side in ORGANISATIONS:
        for role in ROLES:
            for name, tie in TIES.items():
                if policy.may(actor(side, role), action, REFERRAL, tie):
                    allowed.add((side, role, name))
    # A tie never takes away what the role alone gives.
    expected = {(s, r, t) for s, r, tie in EXPECTED[action] for t in TIES if tie in ("", t)}
    if action in (Action.REDIRECT, Action.RECORD_TELEPHONE_ANSWER):  # coordination acts wherever it sits
        expected |= {(s, Role.COORDINATOR, t) for s in ORGANISATIONS for t in TIES}
    assert allowed == expected


def test_every_action_has_a_row() -> None:
    assert set(policy.MATRIX) == set(Action)
    assert set(policy.CASE_MATRIX) == set(CaseAct)


def test_an_organisation_that_refers_to_itself_stands_on_both_sides() -> None:
    own = SimpleNamespace(referring_organisation_id=SENDER, receiving_organisation_id=SENDER)
    somebody = actor("referring", Role.CASEWORKER, Role.FOCAL_POINT)
    assert policy.sides(somebody, own) == {Side.REFERRING, Side.RECEIVING}
    assert policy.require(somebody, Action.ACCEPT, own, Tie()) == Side.RECEIVING
    assert policy.require(somebody, Action.SEND, own, Tie(case_granted=True)) == Side.REFERRING


def test_require_raises() -> None:
    with pytest.raises(NotAllowed):
        policy.require(actor("elsewhere", Role.FOCAL_POINT), Action.ACCEPT, REFERRAL, Tie())


#: role, tie -> the acts on a case that they may do.
READER = {
    CaseAct.RECORD_ORDER,
    CaseAct.DECIDE_DUPLICATE,
    CaseAct.READ,
    CaseAct.REVEAL,
    CaseAct.WITHDRAW_CONSENT,
    CaseAct.DECIDE_AGE,
    CaseAct.READ_LOOKS,
    CaseAct.PRINT,
    CaseAct.REVIEW_GROUND,
    CaseAct.OPEN_ATTACHMENT,
    CaseAct.RECORD_STATUS,
    CaseAct.WITHDRAW_TRANSFER,
    CaseAct.RECORD_REQUEST,
    CaseAct.ASK_ERASURE,
    CaseAct.KEEP_AWAY,
}
OWNER_ACTS = READER | {
    CaseAct.SEARCH,
    CaseAct.OPEN,
    CaseAct.EDIT,
    CaseAct.RECORD_CONSENT,
    CaseAct.RECORD_GROUND,
    CaseAct.ENTER_TITLE,
    CaseAct.REFER,
    CaseAct.CALL_PLACES,
    CaseAct.ASSESS_RISK,
    CaseAct.REFLECT,
    CaseAct.ADD_ATTACHMENT,
    CaseAct.REMOVE_ATTACHMENT,
    CaseAct.ENTER_STEP,
    CaseAct.CONFER,
    CaseAct.RECORD_SCREENING,
    CaseAct.OFFER_CARD,
    CaseAct.RECORD_GUARDIAN,
    CaseAct.ASK_CLOSE,
    CaseAct.PLAN,
    CaseAct.FOLLOW,
    CaseAct.TRANSFER,
    CaseAct.EXPORT,
}
#: Whoever may be asked at night by somebody with a card.
FINDER = {CaseAct.FIND_BY_CARD}
COORDINATION = FINDER | {CaseAct.TAKE_IN_HAND}
SUPERVISOR_ACTS = READER | {
    CaseAct.SEARCH,
    CaseAct.CLOSE,
    CaseAct.APPROVE_GROUND,
    CaseAct.TAKE_IN,
    CaseAct.ASSIGN,
    CaseAct.DECIDE_OBJECTION,
    CaseAct.DECIDE_GUARDIAN,
    CaseAct.APPROVE,
    CaseAct.REDIRECT_OUT,
    CaseAct.REOPEN,
    CaseAct.IMPORT,
    CaseAct.EXPORT,
    CaseAct.APPROVE_EXPORT,
    CaseAct.HOLD,
    CaseAct.DECIDE_ERASURE,
    CaseAct.CHECK_ORDER,
}


@pytest.mark.parametrize(
    ("role", "tie", "acts"),
    [
        (Role.CASEWORKER, Tie(case_granted=True, own_case=True), OWNER_ACTS | FINDER | {CaseAct.TAKE_IN}),
        (
            Role.CASEWORKER,
            Tie(own_case=True),
            FINDER | {CaseAct.OPEN, CaseAct.SEARCH, CaseAct.TAKE_IN, CaseAct.EXPORT},
        ),
        (Role.CASEWORKER, Tie(), FINDER | {CaseAct.OPEN, CaseAct.SEARCH, CaseAct.EXPORT}),
        (Role.SUPERVISOR, Tie(own_case=True), SUPERVISOR_ACTS | FINDER),
        (Role.SUPERVISOR, Tie(), FINDER | {CaseAct.SEARCH, CaseAct.IMPORT, CaseAct.EXPORT}),
        (Role.FOCAL_POINT, Tie(own_case=True), FINDER),
        (Role.JUSTICE, Tie(), {CaseAct.CONFIRM_TITLE, CaseAct.CONFIRM_STEP, CaseAct.HOLD}),
        (Role.REPORTER, Tie(), {CaseAct.REPORT}),
        (Role.COORDINATOR, Tie(own_case=True), COORDINATION),
        (Role.COORDINATOR, Tie(case_granted=True), COORDINATION),
        (Role.COORDINATOR, Tie(reading="BREAK_GLASS"), COORDINATION | {CaseAct.READ, CaseAct.REVEAL}),
        (
            Role.COORDINATOR,
            Tie(case_granted=True, in_hand=True),
            COORDINATION | {CaseAct.ASSIGN} | (OWNER_ACTS - {CaseAct.SEARCH, CaseAct.OPEN, CaseAct.EXPORT}),
        ),
        (Role.FOCAL_POINT, Tie(case_granted=True, in_hand=True), FINDER),
        (Role.AUDITOR, Tie(own_case=True), set()),
        (Role.STATISTICIAN, Tie(own_case=True), set()),
        (Role.ADMINISTRATOR, Tie(own_case=True), set()),
    ],
)
def test_the_matrix_of_the_file(role: Role, tie: Tie, acts: set[CaseAct]) -> None:
    assert {act for act in CaseAct if policy.may_case(actor("referring", role), act, tie)} == acts


def test_a_supervisor_of_the_national_unit_may_be_the_second_person() -> None:
    assert policy.may_case(
        actor("elsewhere", Role.SUPERVISOR, national_unit=True), CaseAct.APPROVE_GROUND, Tie()
    )
    with pytest.raises(NotAllowed):
        policy.require_case(actor("elsewhere", Role.SUPERVISOR), CaseAct.APPROVE_GROUND, Tie())


def test_nobody_approves_their_own_request() -> None:
    one, other = actor("referring", Role.SUPERVISOR), actor("referring", Role.SUPERVISOR)
    assert not policy.is_second_person(one, one.id)
    assert policy.is_second_person(one, other.id)


ABSENT = uuid4()


@pytest.mark.parametrize(
    ("kind", "takers"),
    [
        (TaskKind.REDIRECT, {Role.CASEWORKER, Role.FOCAL_POINT, Role.SUPERVISOR}),
        (TaskKind.CONFIRM_TITLE, {Role.JUSTICE, Role.SUPERVISOR}),
        (TaskKind.DUTY_CALL, {Role.COORDINATOR, Role.SUPERVISOR}),
        (TaskKind.COUNTERSIGN, {Role.SUPERVISOR}),
    ],
)
def test_standing_in_or_owning_gives_no_task_that_the_own_role_does_not_take(
    kind: TaskKind, takers: set[Role]
) -> None:
    for role in ROLES:
        cover = replace(actor("referring", role), covers=frozenset({ABSENT}))
        for owner in (ABSENT, cover.id):
            task = SimpleNamespace(organisation_id=SENDER, owner_id=owner, kind=kind)
            assert policy.may_finish(cover, task) == (role in takers), role
