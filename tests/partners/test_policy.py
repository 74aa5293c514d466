"""The table of who may, printed as a matrix; and which roles go together."""

from uuid import uuid4

import pytest

from partners import policy
from partners.actor import Actor
from partners.enums import Act, OrganisationKind, Role

HOUSE, OTHER_HOUSE = uuid4(), uuid4()
DESK = {Role.FOCAL_POINT, Role.SUPERVISOR}
MATRIX = {
    Act.READ_DIRECTORY: set(Role),
    Act.KEEP_PLACES: DESK,
    Act.KEEP_PROVISION: DESK | {Role.COORDINATOR},
    Act.ASSURE_PROVISION: DESK,
    Act.KEEP_AGREEMENTS: {Role.COORDINATOR, Role.ADMINISTRATOR},
    Act.READ_ENTRY_HISTORY: DESK | {Role.CASEWORKER, Role.COORDINATOR},
    Act.REVEAL_ADDRESS: DESK,
    Act.TAKE_DUTY: DESK,
    Act.KEEP_ROSTER: {Role.SUPERVISOR},
    Act.KEEP_COVER: {Role.SUPERVISOR},
    Act.MANAGE_ORGANISATIONS: {Role.ADMINISTRATOR},
    Act.MANAGE_PEOPLE: {Role.ADMINISTRATOR},
    Act.MANAGE_CODES: {Role.ADMINISTRATOR},
    Act.MANAGE_REGIONS: {Role.ADMINISTRATOR},
    Act.WATCH_WORKER: {Role.ADMINISTRATOR},
    Act.READ_NATIONAL_PLACES: {Role.COORDINATOR},
    Act.MANAGE_TOKENS: {Role.ADMINISTRATOR, Role.COORDINATOR},
}


def actor(*roles):
    return Actor(id=uuid4(), organisation_id=HOUSE, kind=OrganisationKind.NGO, roles=frozenset(roles))


def test_every_act_has_its_row():
    assert set(policy.RULES) == set(MATRIX) == set(Act)


@pytest.mark.parametrize("act", sorted(Act))
@pytest.mark.parametrize("role", sorted(Role))
def test_the_matrix(act, role):
    assert policy.may(actor(role), Act(act), HOUSE) == (role in MATRIX[act])


@pytest.mark.parametrize(
    "act", [Act.KEEP_PLACES, Act.KEEP_PROVISION, Act.ASSURE_PROVISION, Act.REVEAL_ADDRESS]
)
def test_the_desk_keeps_its_own_house_only(act):
    assert policy.may(actor(*DESK), act, HOUSE)
    assert not policy.may(actor(*DESK), act, OTHER_HOUSE)
    assert not policy.may(actor(*DESK), act, None)


def test_who_holds_nothing_may_read_the_directory_alone():
    assert [act for act in Act if policy.may(actor(), act, HOUSE)] == [Act.READ_DIRECTORY]


@pytest.mark.parametrize(
    ("roles", "excluded"),
    [
        ([], set()),
        ([Role.CASEWORKER, Role.FOCAL_POINT, Role.SUPERVISOR], set()),
        ([Role.ADMINISTRATOR, Role.REPORTER], {Role.ADMINISTRATOR, Role.REPORTER}),
        ([Role.COORDINATOR, Role.AUDITOR], {Role.COORDINATOR, Role.AUDITOR}),
        ([Role.COORDINATOR, Role.CASEWORKER], set()),
        ([Role.STATISTICIAN, Role.JUSTICE], {Role.STATISTICIAN, Role.JUSTICE}),
    ],
)
def test_roles_that_exclude_each_other(roles, excluded):
    assert policy.excluded_together(roles) == excluded


@pytest.mark.parametrize(
    ("role", "kind", "fits"),
    [
        (Role.COORDINATOR, OrganisationKind.NATIONAL_UNIT, True),
        (Role.COORDINATOR, OrganisationKind.NGO, False),
        (Role.ADMINISTRATOR, OrganisationKind.OPERATOR, True),
        (Role.ADMINISTRATOR, OrganisationKind.POLICE, False),
        (Role.AUDITOR, OrganisationKind.HUMAN_RIGHTS, True),
        (Role.JUSTICE, OrganisationKind.AEMO, True),
        (Role.JUSTICE, OrganisationKind.RECEPTION_CENTRE, False),
        (Role.FOCAL_POINT, OrganisationKind.EMBASSY, True),
    ],
)
def test_where_a_role_is_held(role, kind, fits):
    assert (policy.misplaced([role], kind) is None) == fits


def test_who_does_the_work_of_whom_while_that_one_is_absent():
    """Written out a second time; a supervisor for the desk, else like for like, and nobody for those who never act."""
    assert {role: set(policy.who_stand_in([role])) for role in Role} == {
        Role.REPORTER: set(),
        Role.CASEWORKER: {Role.CASEWORKER, Role.SUPERVISOR},
        Role.FOCAL_POINT: {Role.FOCAL_POINT, Role.SUPERVISOR},
        Role.SUPERVISOR: {Role.SUPERVISOR},
        Role.JUSTICE: {Role.JUSTICE},
        Role.COORDINATOR: {Role.COORDINATOR},
        Role.AUDITOR: set(),
        Role.STATISTICIAN: set(),
        Role.ADMINISTRATOR: set(),
    }
