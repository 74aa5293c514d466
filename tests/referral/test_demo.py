"""The demonstration: whole, believable, and nowhere but in a demonstration."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.core import mail
from django.core.management import CommandError, call_command
from django.db.models import F

from audit import clock
from audit.models import Event
from audit.verification.rows import verify_rows
from crypto import keyring
from partners.enums import CHILD_PROTECTION_KINDS, OrganisationKind, Role
from partners.models import DutyShift, Membership, Organisation, Overflow, Places, Region, User
from partners.queries import absent_now, actor_of, on_duty
from referral.demonstration.plan import FILES, PATHS, WAITING, Loop
from referral.demonstration.registers import ROWS
from referral.demonstration.rescue import LINES
from referral.demonstration.stage import DAYS, address
from referral.demonstration.stories import opening
from referral.demonstration.turned_away import BOYS
from referral.disclosure import is_child
from referral.enums import CaseState, MessageKind, Side, State, TaskKind, ToldBack
from referral.management.commands.demo import PASSWORD, SIGN_INS
from referral.models import (
    BreakGlass,
    Case,
    Holiday,
    LegalGround,
    LegalHold,
    Message,
    Notice,
    Person,
    Placement,
    Referral,
    ReferralGrant,
    RightsRequest,
    SafetyExtract,
    StatusDecision,
    Task,
    TelephoneAnswer,
    Term,
    Transfer,
    WalkIn,
)
from referral.queries import cases_of, inbox
from referral.queries.in_hand import orphans
from referral.queries.looks import lookers, looks
from referral.queries.supervised import files_page
from referral.queries.terms import forget_holidays
from referral.queries.unusual import checks_of, findings
from referral.queries.waiting import waiting_list
from referral.services import in_hand
from referral.unusual import Rule
from reporting.periods import quarters_over
from reporting.services.gap import read_gap
from tests import cast as c

databases = pytest.mark.django_db(databases=["default", "audit"])

#: The state that each path leads to, where its last act does not say so.
ENDS = {
    "draft": "draft",
    "consent_withdrawn": "withdrawn",
    "dropped": "withdrawn",
    "stepped_back": "declined",
}
LAST_ACT = {
    "send": "sent",
    "telephone": "sent",
    "escalate": "sent",
    "acknowledge": "acknowledged",
    "answer": "acknowledged",
    "request_info": "info_requested",
    "accept": "accepted",
    "accept_late": "accepted",
    "no_show": "no_show",
    "start": "in_service",
    "resume": "in_service",
    "review": "in_service",
    "put_off": "in_service",
    "complete": "completed",
    "decline": "declined",
    "withdraw": "withdrawn",
    "expire": "expired",
}


@pytest.fixture(autouse=True)
def fresh_calendar() -> Iterator[None]:
    """The holidays of the demonstration are rolled back; what this process remembers of them is not."""
    yield
    forget_holidays()


def run() -> str:
    printed = StringIO()
    call_command("demo", stdout=printed)
    return printed.getvalue()


def loops() -> Iterator[Loop]:
    for file in FILES:
        for loop in file.loops:
            yield from loop.all()


def state_of(loop: Loop) -> str:
    return ENDS.get(loop.path) or LAST_ACT[PATHS[loop.path][-1]]


@databases
def test_it_refuses_where_no_demonstration_is_meant(settings: Any) -> None:
    settings.RELAIS_DEMONSTRATION = False
    with pytest.raises(CommandError, match="RELAIS_DEMONSTRATION=1 only"):
        run()
    assert not User.objects.exists()


@databases
def test_it_refuses_a_database_with_people_of_its_own(settings: Any, cast: Any) -> None:
    settings.RELAIS_DEMONSTRATION = True
    people = User.objects.count()
    with pytest.raises(CommandError, match="an empty one"):
        run()
    assert User.objects.count() == people


@pytest.mark.parametrize("hour", range(24))
def test_the_plot_is_in_order_whenever_it_is_played(hour: int) -> None:
    now = datetime(2026, 3, 2, hour, 40, tzinfo=UTC)
    for file in FILES:
        assert now - DAYS < opening(file, now) < now
    for loop in loops():
        times = [at for _act, at in loop.schedule(now)]
        assert times == sorted(times)
        assert times[-1] <= now
        if loop.then:
            assert loop.then.schedule(now)[0][1] > times[-1] + timedelta(minutes=15)


def test_the_plot_shows_every_state() -> None:
    assert {state_of(loop) for loop in loops()} == set(State)


@databases
def test_the_demonstration(settings: Any, one_connection: None) -> None:
    settings.RELAIS_DEMONSTRATION = True
    printed = run()
    now = clock.now()

    # The sign-ins are those of design §8; each opens, in its role.
    assert PASSWORD in printed
    for key, role in SIGN_INS:
        assert f"{address(key)} " in printed
        user = User.objects.get(email=address(key))
        assert actor_of(user).roles == {role}
        assert user.undertaking_accepted_at is not None
    assert {role for _key, role in SIGN_INS} == set(Role)
    assert len(PASSWORD) >= 15
    assert check_password(PASSWORD, User.objects.get(email=address("focal")).password)
    assert {
        User.objects.get(email=address(key)).organisation.kind for key in ("caseworker", "supervisor")
    } == {"national_unit"}
    assert User.objects.get(email=address("focal")).organisation.kind == OrganisationKind.RECEPTION_CENTRE

    # Every kind of organisation, every region, every role; one of them is suspended.
    assert set(Organisation.objects.values_list("kind", flat=True)) == set(OrganisationKind)
    assert set(Organisation.objects.values_list("region__code", flat=True)) == set(
        Region.objects.values_list("code", flat=True)
    )
    assert not Region.objects.filter(reports_to=None).exists()
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role)
    assert Organisation.objects.filter(status="suspended").count() == 1

    # Files, mostly of children; referrals where the plot leads them.
    taken_over = Transfer.objects.filter(state="accepted").count()
    assert Case.objects.count() == len(FILES) + len(WAITING) + taken_over + len(ROWS) + len(LINES) + len(BOYS)
    children = [is_child(status) for status in Person.objects.values_list("age_status", flat=True)]
    assert children.count(True) > 2 * children.count(False)
    wanted = sorted("withdrawn" if loop.to == "leer" else state_of(loop) for loop in loops())
    alone = Referral.objects.filter(group_referral=None)
    assert sorted(alone.values_list("state", flat=True)) == wanted
    # Five of the rescued were offered together; the centre has taken the brothers. The boys of a bus found no bed.
    together = Referral.objects.exclude(group_referral=None)
    assert sorted(together.values_list("state", flat=True)) == ["accepted"] * 2 + ["declined"] * (
        3 + len(BOYS)
    )
    assert len(wanted) == 120
    assert Case.objects.filter(state=CaseState.SIGNALED, owner=None).count() == len(WAITING)
    assert set(Case.objects.values_list("state", flat=True)) == set(CaseState)
    assert {each.state for each in Transfer.objects.all()} == {"accepted", "proposed"}
    assert Task.objects.filter(kind=TaskKind.APPROVE_PLAN, done_at=None).exists()
    assert StatusDecision.objects.values("decider").distinct().count() > 1
    _shows_the_rights()

    # The first case that the caseworker sees is a child's; the desk has work; coordination too.
    caseworker, desk = (actor_of(User.objects.get(email=address(key))) for key in ("caseworker", "focal"))
    assert is_child(cases_of(caseworker)[0].person.age_status)
    states = {grant.state for grant in inbox(desk)}
    assert states >= {
        State.SENT,
        State.ACKNOWLEDGED,
        State.INFO_REQUESTED,
        State.ACCEPTED,
        State.NO_SHOW,
        State.IN_SERVICE,
    }
    assert ReferralGrant.objects.filter(side=Side.COORDINATING).exists()
    assert Notice.objects.filter(user_id=desk.id, read_at=None).exists()
    assert Notice.objects.filter(user_id=desk.id).exclude(read_at=None).exists()

    # What a centre meets: places taken, a full house, a telephone answer, a safety extract, titles that are missing.
    assert Places.objects.filter(capacity__lt=F("held") + F("occupied")).count() == 1
    assert [each.persons for each in Overflow.objects.all()] == [1]
    assert [row.left_at is None for row in WalkIn.objects.order_by("arrived_at")] == [False, True, True, True]
    assert Placement.objects.exclude(away_since=None).exists()
    assert len(waiting_list()) == 1
    assert Places.objects.filter(full_until__gt=now).exists()
    assert TelephoneAnswer.objects.filter(confirmed_at=None).exists()
    assert SafetyExtract.objects.filter(until__gt=now).exists()
    assert sorted(BreakGlass.objects.values_list("verdict", flat=True)) == ["", "JUSTIFIED"]
    kinds = set(Task.objects.filter(done_at=None).values_list("kind", flat=True))
    assert kinds >= {
        "title_missing",
        "confirm_title",
        "redirect",
        "onward",
        "safe_once",
        "hand_over",
        "call_back",
        "take_in_report",
    }
    assert not LegalGround.objects.exclude(recipient__kind__in=CHILD_PROTECTION_KINDS).exists()

    _shows_the_clock(now)
    _shows_supervision(now)
    _shows_what_nobody_holds(now)

    # Dates: over three months, history and events with the acts that they tell of, none in the future.
    assert Referral.objects.filter(created_at__lt=now - timedelta(days=60)).exists()
    for row in Referral.objects.all():
        first = row.history.order_by("history_id").first()
        assert abs(first.history_date - row.created_at) < timedelta(seconds=1)
        assert row.transitions.count() == 0 or row.transitions.latest("recorded_at").recorded_at <= now
    assert not Event.objects.filter(at__gt=now + timedelta(minutes=5)).exists()
    sent = Event.objects.filter(verb="transition.send")
    stamps = dict(Referral.objects.values_list("pk", "sent_at"))
    assert all(abs(event.at - stamps[event.referral_id]) < timedelta(seconds=1) for event in sent)
    assert not Event.objects.filter(outcome="denied").exists()

    # Played once: a second run prints the same and writes nothing. Nobody is sent a mail.
    events = Event.objects.count()
    assert run() == printed
    assert Event.objects.count() == events
    assert mail.outbox == []

    # Each version of each row has its history row and its event: no door forgets one.
    with keyring.opened():
        verified = verify_rows()
    assert verified.faults == []
    assert verified.checked["versions"] > 1000


def _shows_the_clock(now: datetime) -> None:
    sign_ins = {key: User.objects.get(email=address(key)) for key, _role in SIGN_INS}
    caseworker = sign_ins["caseworker"]

    # Somebody is on duty, this week and next; one person is away, and somebody stands in.
    for key in ("focal", "coordinator"):
        assert sign_ins[key] in on_duty(sign_ins[key].organisation_id)
    for moment in (now, now + timedelta(days=7)):
        shifts = DutyShift.objects.filter(begins_at__lte=moment, ends_at__gt=moment)
        assert shifts.values("organisation").distinct().count() == 4
    assert [absence.covered_by for absence in absent_now(caseworker.organisation_id)] == [caseworker]

    # A desk to be telephoned now; a silence that the heads have heard of and nobody has confirmed; a late yes.
    call = Task.objects.get(kind=TaskKind.CALL_DESK, done_at=None)
    assert (call.owner, call.due_at > now) == (caseworker, True)
    waiting = Notice.objects.filter(user=caseworker, rung__isnull=False, read_at=None).select_related("rung")
    assert [(each.asks_confirmation, each.rung.number, each.rung.confirm_by > now) for each in waiting] == [
        (True, 2, True)
    ]
    late = Referral.objects.get(answered_late=True)
    assert (late.state, late.receiving_organisation) == (State.ACCEPTED, sign_ins["focal"].organisation)
    put_off = Task.objects.get(delayed_until__gt=now)
    assert (put_off.owner, put_off.delay_reason) == (caseworker, "waiting_person")

    # What time is counted by, and what the sender was told of somebody who is in service.
    assert Term.objects.exclude(region=None).count() == 1
    assert set(Holiday.objects.values_list("day__year", flat=True)) == {now.year, now.year + 1}
    told = Message.objects.filter(kind=MessageKind.TOLD_BACK, referral__state=State.IN_SERVICE)
    assert set(told.values_list("code", flat=True)) == {ToldBack.ARRIVED_WELL, ToldBack.CARE_GOES_ON}


def _shows_supervision(now: datetime) -> None:
    """Both who supervise find something on each page; one finding was looked into already."""
    for key in ("supervisor", "auditor"):
        actor = actor_of(User.objects.get(email=address(key)))
        found = findings(actor, now)
        assert {finding.rule for finding in found} >= {Rule.BURST, Rule.NIGHT}
        checked = checks_of(found)
        assert [check.checked_by.email for check in checked.values()] == [address("supervisor")]
        assert files_page(actor)
        assert lookers(looks(actor))


def _shows_what_nobody_holds(now: datetime) -> None:
    """A report for coordination to take in hand; in the picture of the last quarter a number that is not masked."""
    [orphan] = orphans(now)
    with c.acting(User.objects.get(email=address("coordinator"))) as coordinator:
        assert coordinator is not None
        assert in_hand.find_orphan(coordinator, orphan.pk, now).owner is None
        declined, _expired = read_gap(coordinator, quarters_over(now)[0])
    assert len(BOYS) in [figure.value for row in declined.rows for figure in row.figures if figure.publish]


def _shows_the_rights() -> None:
    """One file erased, one under a legal hold, one request that waits."""
    assert Case.objects.exclude(erased_at=None).count() == 1
    assert LegalHold.objects.filter(lifted_at=None).count() == 1
    assert RightsRequest.objects.filter(answered_at=None).count() == 1
