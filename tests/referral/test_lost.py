"""Nothing is lost unseen: each of the ten defects is planted, found alone, and gone after the act that repairs it."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from audit import clock as time
from audit.models import Event
from audit.rows import write
from audit.work import at_work
from partners.enums import OrganisationStatus, Role
from partners.models import Membership, User
from partners.templatetags.interface import telephone
from referral import jobs
from referral.enums import LossKind, TaskKind
from referral.models import Case, ClockRound, Consent, CustodyTitle, LegalGround, Referral, Task
from referral.queries.lost import lost
from referral.references import spoken
from referral.services import basis, custody
from referral.services import clock as rounds
from referral.services.tasks import finish_task
from tests import cast as c
from tests import world
from tests.referral.pages import later, leaked, press, sign_in
from tests.referral.story import fr

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

URL = "/reports/lost/"


def beat() -> None:
    """The worker went round just now, and found nothing to do: what is planted must be found without its help."""
    ClockRound.objects.update_or_create(
        rule="test", defaults={"at": time.now(), "acted": 0, "milliseconds": 0}
    )


def go_round() -> None:
    with at_work() as at:
        rounds.go_round(at)
    assert not ClockRound.objects.filter(failed__gt=0).exists()


def kinds(**scope: Any) -> list[str]:
    return [loss.kind.value for loss in lost(time.now(), **scope)]


def changed(row: Any, **values: Any) -> None:
    row.refresh_from_db()
    with c.acting(), transaction.atomic():
        for name, value in values.items():
            setattr(row, name, value)
        write(row, fields=list(values))


def moved(row: Any, state: str, **values: Any) -> None:
    """A state that no act of the product leads to."""
    row.refresh_from_db()
    row.__dict__["state"] = state
    with c.acting(), transaction.atomic():
        for name, value in values.items():
            setattr(row, name, value)
        write(row, fields=["state", *values])


def without_owner(cast: c.Cast) -> None:
    c.drafted(cast, c.open_case(cast))
    changed(cast.aissatou, is_active=False)


def report_left_lying(cast: c.Cast) -> None:
    world.report(cast)
    later(hours=24, minutes=1)
    go_round()


def without_next_step(cast: c.Cast) -> None:
    c.protect(c.open_case(cast))
    later(hours=24, minutes=1)


def deadline_unheard(cast: c.Cast) -> None:
    c.sent(cast, urgency="urgent")
    later(hours=37)


def task_unheard(cast: c.Cast) -> None:
    c.declined(cast, c.sent(cast, urgency="urgent"))
    later(hours=37)


def last_instance_silent(cast: c.Cast) -> None:
    with c.acting(), transaction.atomic():
        at = time.now()
        case = c.open_case(cast)
        write(
            Task(
                kind=TaskKind.DUTY_CALL,
                case=case,
                organisation=cast.unit,
                made_at=at,
                due_at=at + timedelta(hours=4),
            )
        )
    for hours in range(1, 9):
        later(hours=hours)
        go_round()


def closed_too_soon(cast: c.Cast) -> None:
    referral = c.sent(cast)
    moved(referral.case, "closed", closed_at=time.now())


def receiver_suspended(cast: c.Cast) -> None:
    c.sent(cast)
    changed(cast.centre, status=OrganisationStatus.SUSPENDED)


def desk_empty(cast: c.Cast) -> None:
    c.sent(cast)
    for user in (cast.codou, cast.elisabeth):
        for seat in Membership.objects.filter(user=user):
            changed(seat, until=time.now())


def consent_over(cast: c.Cast) -> None:
    c.sent(cast)
    for cell in Consent.objects.filter(group="identity"):
        changed(cell, expires_at=cell.given_at + timedelta(minutes=1))
    later(minutes=2)


def ground_refused(cast: c.Cast) -> None:
    ground(cast)
    case = Case.objects.get()
    draft = c.drafted(cast, case)
    with c.acting(cast.aissatou) as actor:
        c.sending.send_referral(draft.pk, by=actor, at=time.now(), version=draft.version)
    changed(LegalGround.objects.get(), refused_at=time.now())


def worker_gone(cast: c.Cast) -> None:
    c.accepted(cast)
    for seat in Membership.objects.filter(user=cast.daouda):
        changed(seat, until=time.now())


def question_unanswered(cast: c.Cast) -> None:
    world.asked(cast, world.acknowledged(cast))
    later(hours=49)


def put_off(cast: c.Cast) -> None:
    c.declined(cast)
    task = Task.objects.get(kind=TaskKind.REDIRECT)
    changed(task, delay_reason="OTHER", delayed_until=task.due_at + timedelta(days=15))


def quiet_for_ever(cast: c.Cast) -> None:
    changed(c.sent(cast), quiet_until=time.now() + timedelta(days=3))


def lodged_without_title(cast: c.Cast) -> None:
    c.started(cast)
    later(hours=72, minutes=1)
    go_round()


def title_over(cast: c.Cast) -> None:
    referral = c.started(cast)
    title(cast, referral.case, ends_at=time.now() + timedelta(hours=80))
    later(hours=80, minutes=1)
    go_round()


def ground(cast: c.Cast) -> LegalGround:
    case = c.open_case(cast)
    with c.acting(cast.aissatou) as actor:
        return basis.record_ground(
            case.pk,
            by=actor,
            at=time.now(),
            code="child_protection",
            recipient=cast.centre,
            purpose="services",
            groups=["identity", "contact", "needs", "health", "children"],
            reason="motif canari",
            best_interest={"safety": "sûre", "view": "d’accord", "guardian": "inconnu"},
        )


def ground_uncountersigned(cast: c.Cast) -> None:
    ground(cast)
    later(hours=24, minutes=1)
    go_round()


def review_forgotten(cast: c.Cast) -> None:
    decided(cast, ground(cast))
    later(days=33, minutes=1)
    go_round()
    later(days=33, minutes=2)
    go_round()


def decided(cast: c.Cast, ground: LegalGround) -> None:
    with c.acting(cast.bineta) as actor:
        basis.decide_ground(ground.pk, by=actor, at=time.now(), version=ground.version, approve=True)


def title(cast: c.Cast, case: Case, ends_at: Any) -> CustodyTitle:
    with c.acting(cast.aissatou) as actor:
        return custody.enter_title(
            case.pk,
            by=actor,
            at=time.now(),
            action="requisition",
            court=cast.court,
            number="N° 12",
            name_on_order="Nom Canari",
            issued_on=time.now().date(),
            ends_at=ends_at,
        )


#: Each defect, and the page that repairs it.
DEFECTS: list[tuple[Callable[[c.Cast], Any], LossKind, str]] = [
    (without_owner, LossKind.NO_OWNER, "case_assign"),
    (report_left_lying, LossKind.NO_OWNER, "case_take_in"),
    (without_next_step, LossKind.NO_NEXT_STEP, "case"),
    (deadline_unheard, LossKind.NO_DEADLINE, "referral"),
    (task_unheard, LossKind.NO_DEADLINE, "task_done"),
    (last_instance_silent, LossKind.NO_DEADLINE, "task_done"),
    (closed_too_soon, LossKind.CASE_CLOSED, "referral"),
    (receiver_suspended, LossKind.RECEIVER_AWAY, "referral"),
    (desk_empty, LossKind.RECEIVER_AWAY, "referral"),
    (consent_over, LossKind.BASIS_GONE, "referral"),
    (ground_refused, LossKind.BASIS_GONE, "referral"),
    (worker_gone, LossKind.WORKER_AWAY, "referral"),
    (question_unanswered, LossKind.CLOCK_PAUSED, "referral"),
    (put_off, LossKind.CLOCK_PAUSED, "task_done"),
    (quiet_for_ever, LossKind.CLOCK_PAUSED, "referral"),
    (lodged_without_title, LossKind.NO_TITLE, "case"),
    (title_over, LossKind.NO_TITLE, "case"),
    (ground_uncountersigned, LossKind.GROUND_UNREVIEWED, "ground_decide"),
    (review_forgotten, LossKind.GROUND_UNREVIEWED, "case_grounds"),
]


@pytest.mark.parametrize(
    ("plant", "kind", "page"), DEFECTS, ids=lambda value: getattr(value, "__name__", None)
)
def test_each_planted_defect_is_found_and_nothing_else(
    cast: c.Cast, plant: Callable[[c.Cast], Any], kind: LossKind, page: str
) -> None:
    plant(cast)
    beat()
    [found] = lost(time.now())
    assert (found.kind, found.page, found.case_reference) == (kind, page, "")
    assert found.organisation
    assert found.since is not None
    assert found.since <= time.now()
    assert reverse(found.page, args=[found.pk])


def test_the_ten_defects_and_the_system_are_all_there_is() -> None:
    assert {kind for _plant, kind, _page in DEFECTS} | {LossKind.SYSTEM, LossKind.CLOCK_FAILED} == set(
        LossKind
    )


def test_a_silent_worker_is_a_line_of_its_own(cast: c.Cast) -> None:
    assert kinds() == ["system"]
    go_round()
    assert kinds() == []
    later(minutes=3)
    assert kinds() == ["system"]
    page = sign_in(cast.ibrahima).get(URL).content.decode()
    assert "app-list" not in page


# --- what is healthy


def test_nothing_is_lost_among_people_who_have_just_begun(cast: c.Cast) -> None:
    go_round()
    assert kinds() == []


@pytest.mark.parametrize("hours", [0, 24.2, 30])
def test_nothing_is_lost_in_any_open_state_while_the_clock_goes_round(cast: c.Cast, hours: float) -> None:
    world.more_places(cast, 9)
    c.drafted(cast, c.open_case(cast))
    world.referrals(cast)
    passed = 0.0
    while passed < hours:
        passed = min(passed + 3, hours)
        later(hours=passed)
        go_round()
    go_round()
    assert {*Referral.objects.values_list("state", flat=True)} >= {"draft", "sent", "accepted", "in_service"}
    assert kinds() == []


def test_after_a_day_without_the_system_the_first_round_makes_the_report_empty(cast: c.Cast) -> None:
    c.sent(cast, urgency="urgent")
    later(hours=40)
    assert kinds() == ["system", "no_deadline"]
    go_round()
    assert kinds() == []


def test_a_case_whose_referral_has_just_ended_has_a_day(cast: c.Cast) -> None:
    declined = c.declined(cast)
    later(hours=30)
    with c.acting(cast.aissatou) as actor:
        task = Task.objects.get(referral=declined)
        finish_task(task.pk, by=actor, at=time.now(), version=task.version)
    beat()
    assert kinds() == []
    later(hours=54, minutes=1)
    beat()
    assert kinds() == ["no_next_step"]


def test_a_renewed_consent_covers_what_was_sent_before(cast: c.Cast) -> None:
    referral = c.sent(cast)
    later(days=366)
    beat()
    assert "basis_gone" in kinds()
    c.agree(cast, referral.case, cast.centre)
    assert "basis_gone" not in kinds()


def test_a_countersigned_ground_waits_for_its_review_in_peace(cast: c.Cast) -> None:
    decided(cast, ground(cast))
    later(hours=25)
    beat()
    assert "ground_unreviewed" not in kinds()


def test_a_child_with_a_title_in_force_is_not_in_the_report(cast: c.Cast) -> None:
    referral = c.started(cast)
    title(cast, referral.case, ends_at=time.now() + timedelta(hours=100))
    later(hours=73)
    go_round()
    assert kinds() == []


# --- whose eyes


@pytest.fixture
def two_lost(cast: c.Cast) -> list[Case]:
    """A case of the national unit and one of the centre, each without a next step."""
    mine, theirs = c.protect(c.open_case(cast)), c.protect(c.open_case(cast, by=cast.daouda))
    later(hours=25)
    beat()
    return [mine, theirs]


def test_coordination_sees_all_of_it_in_codes(cast: c.Cast, two_lost: list[Case]) -> None:
    changed(cast.unit, telephone="+221338000001")
    answer = sign_in(cast.ibrahima).get(URL)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert {cast.unit.name, cast.centre.name} <= {
        row["organisation"] for row in answer.context["groups"][0]["rows"]
    }
    assert [row["url"] for row in answer.context["groups"][0]["rows"]] == ["", ""]
    assert not any(spoken(case.reference) in page or str(case.pk) in page for case in two_lost)
    assert telephone("+221338000001") in page
    assert leaked(answer) == []


def test_a_supervisor_sees_her_own_house_with_its_references_and_links(
    cast: c.Cast, two_lost: list[Case]
) -> None:
    mine, theirs = two_lost
    page = sign_in(cast.bineta).get(URL).content.decode()
    assert spoken(mine.reference) in page
    assert reverse("case", args=[mine.pk]) in page
    assert spoken(theirs.reference) not in page
    assert cast.centre.name not in page


def test_an_overdue_review_is_the_own_supervisor_s_too_and_the_report_says_so(cast: c.Cast) -> None:
    decided(cast, ground(cast))
    for days in (30, 34):
        later(days=days, minutes=1)
        go_round()
    page = sign_in(cast.bineta).get(URL).content.decode()
    who = fr("Another supervisor countersigns; the case owner or a supervisor of the organisation reviews.")
    assert who in page
    url = reverse("case_grounds", args=[Case.objects.get().pk])
    assert url in page
    assert sign_in(cast.bineta).get(url).status_code == 200
    assert sign_in(cast.bineta).get("/").context["team"].reviews == 1


def test_looking_is_written_down_and_others_are_refused_and_written_down_too(
    cast: c.Cast, two_lost: list[Case]
) -> None:
    assert sign_in(cast.ibrahima).get(URL).status_code == 200
    look = Event.objects.using("audit").get(verb="list", scope="lost")
    assert look.actor_id == cast.ibrahima.pk
    for who in ("aissatou", "codou", "gora", "khady", "mareme"):
        assert sign_in(cast.people[who]).get(URL).status_code == 403
    denied = Event.objects.using("audit").filter(outcome="denied", reason_code="NOT_ALLOWED_LOST")
    assert denied.count() == 5


def test_an_empty_report_says_so_and_when_it_was_checked(cast: c.Cast) -> None:
    go_round()
    answer = sign_in(cast.ibrahima).get(URL)
    assert "app-empty" in answer.content.decode()
    assert answer.context["groups"] == []


def test_the_report_costs_the_same_for_one_and_for_many(
    cast: c.Cast, django_assert_max_num_queries: Any
) -> None:
    for _each in range(4):
        c.sent(cast)
    later(hours=40)
    browser = sign_in(cast.bineta)
    browser.get(URL)
    with django_assert_max_num_queries(25):
        assert sum(group["count"] for group in browser.get(URL).context["groups"]) == 1


# --- the act that repairs it


def link(user: User) -> str:
    [group] = sign_in(user).get(URL).context["groups"]
    [row] = group["rows"]
    assert row["url"]
    return str(row["url"])


def test_naming_an_owner_repairs_a_case_without_one(cast: c.Cast) -> None:
    with c.acting(), transaction.atomic():
        new = c.person("khadim", cast.unit, Role.CASEWORKER, at=time.now())
    without_owner(cast)
    beat()
    assert press(sign_in(cast.bineta), link(cast.bineta), owner=str(new.pk)).status_code == 302
    assert kinds() == []


def test_taking_in_repairs_a_report_left_lying(cast: c.Cast) -> None:
    report_left_lying(cast)
    assert press(sign_in(cast.bineta), link(cast.bineta)).status_code == 302
    assert "no_owner" not in kinds()


def test_withdrawing_repairs_a_referral_of_a_closed_case(cast: c.Cast) -> None:
    receiver_suspended(cast)
    beat()
    assert sign_in(cast.bineta).get(link(cast.bineta)).status_code == 200
    answer = press(
        sign_in(cast.bineta),
        reverse("referral_act", args=[Referral.objects.get().pk, "withdraw"]),
        reason_code="OTHER_SOLUTION",
    )
    assert answer.status_code == 302
    assert kinds() == []


def test_a_countersignature_repairs_a_ground_that_nobody_reviewed(cast: c.Cast) -> None:
    ground_uncountersigned(cast)
    assert press(sign_in(cast.bineta), link(cast.bineta), approve="yes").status_code == 302
    assert kinds() == []


def test_coordination_reaches_what_waits_at_an_empty_desk(cast: c.Cast) -> None:
    desk_empty(cast)
    beat()
    assert sign_in(cast.ibrahima).get(link(cast.ibrahima)).status_code == 200


# --- without a screen


def test_every_morning_the_counts_are_written_down_and_coordination_hears_of_them(
    cast: c.Cast, mailoutbox: list[Any], settings: Any
) -> None:
    without_next_step(cast)
    beat()
    assert sign_in(cast.ibrahima).get("/").context["lines"] == []
    jobs.count_lost(timestamp=0)
    event = Event.objects.using("audit").get(verb="list", scope="lost.daily")
    assert event.actor_id is None
    [line] = sign_in(cast.ibrahima).get("/").context["lines"]
    assert (line["url"], line["what"]) == (URL, fr("%(count)d to bring back") % {"count": 1})
    [message] = mailoutbox
    assert message.to == [cast.ibrahima.email]
    assert (settings.RELAIS_ORIGIN + URL) in message.body
    assert [each for each in (*c.SECRETS.values(), cast.unit.name) if each in str(message.message())] == []


def test_a_morning_without_losses_writes_to_nobody(cast: c.Cast, mailoutbox: list[Any]) -> None:
    beat()
    jobs.count_lost(timestamp=0)
    assert mailoutbox == []
    assert sign_in(cast.ibrahima).get("/").context["lines"] == []


def test_the_command_prints_counts_and_no_reference_of_a_case(cast: c.Cast) -> None:
    deadline_unheard(cast)
    c.open_case(cast)
    out = io.StringIO()
    call_command("report", "lost-loops", stdout=out)
    referral = Referral.objects.get()
    assert "no_deadline: 1" in out.getvalue()
    assert spoken(referral.reference) in out.getvalue()
    assert spoken(referral.case.reference) not in out.getvalue()
