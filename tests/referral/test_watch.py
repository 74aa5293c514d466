"""What else has a time becomes somebody's task: at its time and not before, once, and until it is done."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit import clock as now
from audit.models import Event
from audit.rows import write
from referral.enums import TaskKind, TitleAction
from referral.models import (
    Case,
    CustodyTitle,
    Notice,
    Referral,
    Rung,
    Task,
    Transfer,
)
from referral.services import care, cases, custody
from tests import cast as c
from tests.referral import life
from tests.referral.pages import act, later, press, same_as_unknown, sign_in
from tests.referral.watching import none_open, ran, the_task, told, url

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

# --- custody titles


def titled(cast: c.Cast, case: Case, action: str = TitleAction.REQUISITION, **paper: Any) -> CustodyTitle:
    values = {
        "court": None,
        "number": "12",
        "name_on_order": None,
        "issued_on": None,
        "ends_at": None,
    } | paper
    with c.acting(cast.aissatou) as actor:
        return custody.enter_title(case.pk, by=actor, at=now.now(), action=action, **values)


def test_a_requisition_is_heard_a_day_and_six_hours_before_its_end_and_at_the_end(cast: c.Cast) -> None:
    title = titled(cast, c.open_case(cast))
    assert title.ends_at == title.state_since + timedelta(hours=72)
    later(hours=47, minutes=50)
    assert ran("titles") == 0
    later(hours=48, minutes=10)
    assert ran("titles") == 1
    task = the_task(TaskKind.TITLE_ENDS)
    assert (task.owner, task.due_at, told(task)) == (cast.aissatou, title.ends_at, ["Aissatou"])
    heard = []
    for hours in (65.8, 66.2, 71.8, 72.2):
        later(hours=hours)
        ran("tasks")
        heard.append(
            sorted(Notice.objects.filter(rung__object_id=task.pk).values_list("user__name", flat=True))
        )
    assert heard == [[], ["Aissatou"], ["Aissatou"], ["Aissatou", "Aissatou", "Bineta"]]


def test_what_is_entered_in_the_last_hours_is_told_once(cast: c.Cast) -> None:
    title = titled(cast, c.open_case(cast), ends_at=now.now() + timedelta(hours=3))
    assert ran("titles") == 1
    ran("tasks")
    task = the_task(TaskKind.TITLE_ENDS)
    assert (told(task), Rung.objects.get().due_at) == (["Aissatou"], title.ends_at)


def test_an_order_that_is_only_asked_for_lets_the_requisition_run_and_an_order_ends_it(cast: c.Cast) -> None:
    case = c.open_case(cast)
    ends_at = titled(cast, case).ends_at
    later(hours=49)
    ran("titles")
    assert titled(cast, case, TitleAction.REQUEST_OGP).ends_at == ends_at
    assert the_task(TaskKind.TITLE_ENDS).due_at == ends_at
    assert ran("titles") == 0
    page = sign_in(cast.aissatou).get(reverse("task_done", args=[the_task(TaskKind.TITLE_ENDS).pk]))
    assert page.url == url("title", case)
    titled(cast, case, TitleAction.ORDER)
    assert none_open(TaskKind.TITLE_ENDS)


def test_a_child_in_a_centre_always_has_a_title_or_a_task_to_obtain_one(cast: c.Cast) -> None:
    referral = c.started(cast)
    assert ran("missing_titles") == 0  # asked for when the place was promised
    titled(cast, referral.case)
    assert none_open(TaskKind.TITLE_MISSING)
    assert ran("missing_titles") == 0
    later(hours=80)
    titled(cast, referral.case, TitleAction.LIFT)
    assert ran("missing_titles") == 1
    task = the_task(TaskKind.TITLE_MISSING)
    assert (task.owner, task.due_at) == (cast.aissatou, now.now() + timedelta(hours=24))


def test_an_adult_needs_no_title(cast: c.Cast) -> None:
    lodged_woman(cast)
    assert ran("missing_titles") == 0


# --- stays


def lodged_woman(cast: c.Cast, **person: Any) -> Referral:
    women = cast.girls.site.places.get(group="women")
    case = c.open_case(cast, **{**c.WOMAN, "children": [], **person})
    return c.started(cast, c.accepted(cast, c.sent(cast, case), places=women))


def test_a_stay_in_first_reception_is_heard_on_days_60_75_and_85(cast: c.Cast) -> None:
    referral = lodged_woman(cast)
    later(days=59, hours=23)
    assert ran("stays") == 0
    later(days=60, hours=1)
    assert ran("stays") == 1
    task = the_task(TaskKind.STAY_ENDS)
    assert (task.owner, task.due_at) == (cast.aissatou, referral.started_at + timedelta(days=90))
    assert told(task) == ["Aissatou"]
    assert Notice.objects.filter(object_id=referral.pk, user=cast.daouda, due_at=task.due_at).count() == 1
    heard = []
    for day in (74, 76, 84, 86):
        later(days=day)
        ran("tasks")
        heard.append(Rung.objects.filter(object_id=task.pk).count())
    assert heard == [0, 1, 1, 2]
    assert {n.user for n in Notice.objects.filter(rung__object_id=task.pk)} == {cast.aissatou}


def test_a_stay_is_asked_about_once_whatever_was_held_on_the_telephone_before(cast: c.Cast) -> None:
    """A yes, a no, then a bed: one alarm. Where the centre stopped counting beds meanwhile, it is not lost either."""
    women = cast.girls.site.places.get(group="women")
    lodged = []
    for counts in (True, False):
        referral = c.sent(cast, c.open_case(cast, **c.WOMAN | {"children": [], **life.SAFE}))
        for yes in ("yes", "no"):
            answer = act(cast.aissatou, referral, "record_telephone_answer", yes=yes, said_by="Mme Sarr")
            assert answer.status_code == 302
        referral.refresh_from_db()
        if not counts:
            with c.acting(cast.codou), c.transaction.atomic():
                women.refresh_from_db()
                women.group = "men"
                write(women, fields=["group"])
        lodged.append(c.started(cast, c.accepted(cast, referral, places=women if counts else None)))
    counted, uncounted = lodged
    assert sorted(counted.placements.values_list("state", flat=True)) == ["occupied", "released"]
    assert list(uncounted.placements.values_list("state", flat=True)) == ["released"]
    new = life.taken(cast, life.proposed(cast, uncounted.case))
    later(days=61)
    assert ran("stays") == 2
    asked = Task.objects.filter(kind=TaskKind.STAY_ENDS, done_at=None)
    assert {task.case for task in asked} == {counted.case, new}
    assert asked.count() == 2
    assert (
        Notice.objects.filter(
            object_id__in=[counted.pk, uncounted.pk], user=cast.daouda, due_at__gt=now.now()
        ).count()
        == 2
    )


def test_the_stay_ends_when_the_person_leaves_and_is_not_asked_about_again(cast: c.Cast) -> None:
    referral = lodged_woman(cast)
    later(days=61)
    ran("stays")
    with c.acting(cast.codou) as actor:
        at = now.now()
        said = {"by": actor, "at": at, "version": referral.version, "occurred_at": at}
        care.complete_service(referral.pk, **said, outcome="NEED_MET")
    assert none_open(TaskKind.STAY_ENDS)
    assert ran("stays") == 0


def test_the_alarms_of_a_stay_follow_whoever_is_responsible(cast: c.Cast) -> None:
    """Handed over on day 70, and again on day 80, while the centre lodges her all the time."""
    referral = lodged_woman(cast)
    end = referral.started_at + timedelta(days=90)
    later(days=61)
    assert ran("stays") == 1
    later(days=70)
    new = life.taken(cast, life.proposed(cast, referral.case))
    assert none_open(TaskKind.STAY_ENDS)
    assert (ran("stays"), ran("stays")) == (1, 0)
    task = the_task(TaskKind.STAY_ENDS)
    assert (task.case, task.owner, task.due_at, task.referral) == (new, cast.daouda, end, None)
    assert told(task) == ["Daouda"]
    page = sign_in(cast.daouda).get(url("case", new)).content.decode()
    assert reverse("task_done", args=[task.pk]) in page
    heard = []
    for day in (74, 76):
        later(days=day)
        ran("tasks")
        heard.append([n.user for n in Notice.objects.filter(rung__object_id=task.pk)])
    assert heard == [[], [cast.daouda]]
    later(days=80)
    c.agree(cast, new, cast.ngo)
    last = life.taken(cast, handed_on(cast, new), by=cast.fatou)
    assert ran("stays") == 1
    assert (the_task(TaskKind.STAY_ENDS).case, the_task(TaskKind.STAY_ENDS).owner) == (last, cast.fatou)
    with c.acting(cast.codou):
        care.leave(referral, at=now.now())
    assert none_open(TaskKind.STAY_ENDS)
    assert ran("stays") == 0


def handed_on(cast: c.Cast, case: Case) -> Transfer:
    transfer = life.asked(cast, case, cast.ngo)
    life.decide(case, cast.elisabeth)
    transfer.refresh_from_db()
    return transfer


# --- risk


@pytest.mark.parametrize(
    ("level", "days", "within"),
    [("critical", 3, 1), ("high", 7, 1), ("medium", 30, 2), ("low", 90, 2), ("unknown", 7, 2)],
)
def test_a_risk_is_assessed_again_by_its_level(cast: c.Cast, level: str, days: int, within: int) -> None:
    case = c.open_case(cast)
    with c.acting(cast.aissatou) as actor:
        cases.reassess(case.pk, by=actor, at=now.now(), version=1, risk=level, urgency="standard")
    later(days=days, minutes=-5)
    assert ran("risks") == 0
    later(days=days, minutes=5)
    assert ran("risks") == 1
    task = the_task(TaskKind.REASSESS_RISK)
    assert (task.owner, task.due_at - task.made_at) == (cast.aissatou, timedelta(days=within))
    assert told(task) == ["Aissatou"]


def test_an_arrival_asks_for_the_risk_at_once_and_the_assessment_ends_it(cast: c.Cast) -> None:
    case = c.open_case(cast)
    referral = c.accepted(cast, c.sent(cast, case))
    assert ran("risks") == 0
    later(hours=1)
    c.started(cast, referral)
    assert ran("risks") == 1
    later(hours=2)
    client, task = sign_in(cast.aissatou), the_task(TaskKind.REASSESS_RISK)
    assert url("case_risk", case) in client.get(url("case", case)).content.decode()
    assert client.get(reverse("task_done", args=[task.pk])).url == url("case_risk", case)
    answer = press(client, url("case_risk", case), risk="low", note="calme canari")
    assert answer.url == url("case", case)
    task.refresh_from_db()
    case.refresh_from_db()
    with c.acting(cast.aissatou):
        assert (task.done_by, task.result, task.note) == (cast.aissatou, "low", "calme canari")
    assert case.risk == "low"
    assert Event.objects.filter(case_id=case.pk, reason_code="RISK", actor_id=cast.aissatou.pk).count() == 1
    assert ran("risks") == 0


def test_an_assessment_nobody_asked_for_counts_and_one_of_the_future_does_not(cast: c.Cast) -> None:
    case, client = c.open_case(cast), sign_in(cast.aissatou)
    tomorrow = timezone.localtime(now.now() + timedelta(days=1))
    refused = press(client, url("case_risk", case), risk="low", occurred_at=f"{tomorrow:%Y-%m-%dT%H:%M}")
    assert refused.context["form"].errors.keys() == {"occurred_at"}
    assert press(client, url("case_risk", case), risk="medium").status_code == 302
    assert Task.objects.get(kind=TaskKind.REASSESS_RISK).result == "medium"
    later(days=8)
    assert ran("risks") == 0


def test_only_who_holds_the_file_assesses_and_a_supervisor_who_was_told_reads_the_file(cast: c.Cast) -> None:
    case = c.open_case(cast)
    later(days=8)
    ran("risks")
    assert sign_in(cast.bineta).get(url("case_risk", case)).status_code == 403
    for stranger in (cast.daouda, cast.ibrahima, cast.fatou):
        assert same_as_unknown(sign_in(stranger), "case_risk", case.pk)
    task = the_task(TaskKind.REASSESS_RISK)
    assert sign_in(cast.bineta).get(reverse("task_done", args=[task.pk])).url == url("case", case)


def test_a_closed_file_is_asked_about_no_more(cast: c.Cast) -> None:
    case = c.open_case(cast)
    later(days=8)
    ran("risks")
    with c.acting(cast.bineta) as actor:
        cases.close_case(case.pk, by=actor, at=now.now(), version=case.version, reason_code="SAFE")
    assert none_open(TaskKind.REASSESS_RISK)
    later(days=30)
    assert ran("risks") == 0
