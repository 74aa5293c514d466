"""What is disclosed: levels by side and state, and what of the file goes to whom."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from partners.actor import Actor
from partners.enums import OrganisationKind, Role
from referral import disclosure
from referral.enums import AgeBand, AgeStatus, Group, Level, Purpose, State
from referral.models import Person

SENDER, RECEIVER, ELSEWHERE, WORKER = uuid4(), uuid4(), uuid4(), uuid4()
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def actor(organisation: object, *roles: str, id: object = None) -> Actor:
    return Actor(
        id=id or uuid4(), organisation_id=organisation, kind=OrganisationKind.NGO, roles=frozenset(roles)
    )  # type: ignore[arg-type]


def referral(state: str) -> SimpleNamespace:
    return SimpleNamespace(
        referring_organisation_id=SENDER, receiving_organisation_id=RECEIVER, state=state, worker_id=WORKER
    )


def level(who: Actor, state: str, *, case_granted: bool = False, basis_live: bool = True) -> Level:
    return disclosure.level(who, referral(state), case_granted=case_granted, basis_live=basis_live)


RECEIVING_DESK = {
    State.DRAFT: Level.NONE,
    State.SENT: Level.PREVIEW,
    State.ACKNOWLEDGED: Level.PREVIEW,
    State.INFO_REQUESTED: Level.PREVIEW,
    State.NO_SHOW: Level.PREVIEW,
    State.ACCEPTED: Level.SNAPSHOT,
    State.IN_SERVICE: Level.SNAPSHOT,
    State.COMPLETED: Level.CODES,
    State.DECLINED: Level.CODES,
    State.WITHDRAWN: Level.CODES,
    State.EXPIRED: Level.CODES,
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.SUPERVISOR])
def test_the_receiving_desk(state: State, role: Role) -> None:
    assert level(actor(RECEIVER, role), state) == RECEIVING_DESK[state]


@pytest.mark.parametrize("state", State)
def test_a_colleague_who_is_not_named_reads_codes_only(state: State) -> None:
    assert level(actor(RECEIVER, Role.CASEWORKER), state) == (
        Level.NONE if state == State.DRAFT else Level.CODES
    )


@pytest.mark.parametrize("state", State)
def test_the_named_worker_reads_what_was_shared_while_it_lasts(state: State) -> None:
    shared = state in (State.ACCEPTED, State.IN_SERVICE)
    assert (level(actor(RECEIVER, Role.CASEWORKER, id=WORKER), state) == Level.SNAPSHOT) == shared


@pytest.mark.parametrize("state", [State.ACCEPTED, State.IN_SERVICE])
def test_a_dead_basis_closes_what_was_shared(state: State) -> None:
    assert level(actor(RECEIVER, Role.FOCAL_POINT), state, basis_live=False) == Level.CODES


@pytest.mark.parametrize("state", State)
def test_the_sender_side(state: State) -> None:
    assert level(actor(SENDER, Role.CASEWORKER), state, case_granted=True) == Level.CASE
    assert level(actor(SENDER, Role.SUPERVISOR), state) == Level.CASE
    assert level(actor(SENDER, Role.CASEWORKER), state) == Level.CODES
    assert level(actor(SENDER, Role.FOCAL_POINT), state, case_granted=True) == Level.CODES


@pytest.mark.parametrize("state", State)
def test_others(state: State) -> None:
    assert level(actor(ELSEWHERE, Role.SUPERVISOR), state, case_granted=True) == Level.NONE
    assert level(actor(ELSEWHERE, Role.COORDINATOR), state) == Level.CODES


def test_the_safety_extract_closes_with_departure_or_time() -> None:
    def opens(
        who: Actor, *, until: datetime | None = AT + timedelta(hours=1), departed: bool = False
    ) -> bool:
        return disclosure.extract_open(who, referral("withdrawn"), until=until, departed=departed, at=AT)

    focal = actor(RECEIVER, Role.FOCAL_POINT)
    assert opens(focal)
    assert opens(actor(RECEIVER, Role.CASEWORKER, id=WORKER))
    assert not opens(actor(RECEIVER, Role.CASEWORKER))
    assert not opens(actor(ELSEWHERE, Role.FOCAL_POINT))
    assert not opens(focal, departed=True)
    assert not opens(focal, until=AT)
    assert not opens(focal, until=None)


@pytest.mark.parametrize(
    ("service", "groups"),
    [
        ("SHELTER_EMERG", {"identity", "contact", "needs", "health", "children"}),
        ("MHPSS", {"identity", "contact", "needs", "health"}),
        ("LEGAL", {"identity", "contact", "legal", "narrative"}),
        ("EDU", {"identity", "contact", "needs"}),
        ("REUNIF", {"identity", "contact", "needs", "children", "legal"}),
        ("TRANSPORT", {"contact"}),
        ("A_MINISTRY_S_OWN", {"contact"}),
    ],
)
def test_a_service_gets_what_it_needs_of_what_was_agreed(service: str, groups: set[str]) -> None:
    assert disclosure.releasable(service, list(Group)) == groups
    assert disclosure.releasable(service, ["contact", "documents"]) == {"contact"}
    assert disclosure.releasable(service, []) == set()


def test_no_ground_and_no_service_ever_releases_documents() -> None:
    assert all(Group.DOCUMENTS not in groups for groups in disclosure.NEEDED.values())
    assert disclosure.GROUND_GROUPS.isdisjoint({Group.LEGAL, Group.NARRATIVE, Group.DOCUMENTS})


@pytest.mark.parametrize(
    ("kind", "service", "purpose"),
    [
        (OrganisationKind.POLICE, "SECURITY", Purpose.JUSTICE),
        (OrganisationKind.COURT, "REUNIF", Purpose.JUSTICE),
        (OrganisationKind.NGO, "REUNIF", Purpose.RETURN),
        (OrganisationKind.EMBASSY, "DOC_CIVIL", Purpose.RETURN),
        (OrganisationKind.NGO, "MHPSS", Purpose.SERVICES),
    ],
)
def test_the_purpose_follows_from_who_receives_what(kind: str, service: str, purpose: Purpose) -> None:
    assert disclosure.purpose_of(kind, service) == purpose


def test_every_field_of_a_group_is_a_sealed_field_of_the_person() -> None:
    fields = [name for names in disclosure.FIELDS.values() for name in names]
    assert set(disclosure.FIELDS) == set(Group)
    assert len(fields) == len(set(fields))
    assert {Person._meta.get_field(name).level for name in fields} <= {"sealed", "secret"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(2026, 1, 1), AgeBand.B0_5),
        (date(2020, 11, 21), AgeBand.B0_5),
        (date(2020, 11, 20), AgeBand.B6_8),
        (date(2008, 11, 21), AgeBand.B14_17),
        (date(2008, 11, 20), AgeBand.B18_20),
        (date(1970, 1, 1), AgeBand.B48),
    ],
)
def test_the_band_of_a_birth_date(born: date, band: AgeBand) -> None:
    assert disclosure.band_of(born, date(2026, 11, 20)) == band


def test_unknown_age_is_a_child() -> None:
    assert disclosure.is_child(AgeStatus.UNKNOWN)
    assert disclosure.is_child(AgeStatus.CHILD)
    assert not disclosure.is_child(AgeStatus.ADULT)


@pytest.mark.parametrize(
    ("status", "band", "fits"),
    [
        (AgeStatus.UNKNOWN, AgeBand.UNKNOWN, True),
        (AgeStatus.UNKNOWN, AgeBand.B9_13, False),
        (AgeStatus.CHILD, AgeBand.UNKNOWN, True),
        (AgeStatus.ADULT, AgeBand.UNKNOWN, False),
        (AgeStatus.CHILD, AgeBand.B18_20, False),
        (AgeStatus.ADULT, AgeBand.B48, True),
    ],
)
def test_band_and_status_agree(status: str, band: str, fits: bool) -> None:
    assert disclosure.band_fits(status, band) == fits
