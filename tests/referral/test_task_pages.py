"""Tasks on their pages: of the day, of the team, put off, given to somebody else, ended with an answer."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit import clock
from audit.models import Event
from partners.enums import Role
from partners.models import User
from partners.templatetags.interface import dial, moment
from referral.enums import TaskKind
from referral.models import Notice, Rung, Task
from referral.references import spoken
from referral.views import words
from tests import cast as c
from tests.referral.pages import later, press, sign_in
from tests.referral.passing import rounds
from tests.referral.story import fr
from tests.referral.test_duty import box
from tests.referral.test_notices import entered
from tests.world import acknowledged, asked, more_places, not_arrived

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def redirect_task(cast: c.Cast, urgency: str = "urgent") -> Task:
    c.declined(cast, c.sent(cast, urgency=urgency))
    return Task.objects.get(kind=TaskKind.REDIRECT)


def lines(user: User, of: str = "day") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sign_in(user).get(reverse("tasks"), {"of": of}).context["lines"]
    return found


def delay(user: User, task: Task, *, days: float, reason: str = "waiting_court") -> Any:
    until = box(clock.now() + timedelta(days=days))
    return press(sign_in(user), reverse("task_delay", args=[task.pk]), reason=reason, until=until)


# --- the lists


def test_my_day_my_own_and_my_team(cast: c.Cast) -> None:
    task = redirect_task(cast, urgency="standard")  # due in 72 hours
    url = reverse("task_done", args=[task.pk])
    assert lines(cast.aissatou) == []
    assert [line["url"] for line in lines(cast.aissatou, "all")] == [url]
    groups = sign_in(cast.bineta).get(reverse("tasks"), {"of": "team"}).context["groups"]
    assert [(group["name"], [line["url"] for line in group["lines"]]) for group in groups] == [
        ("Aissatou", [url])
    ]
    assert lines(cast.elisabeth, "team") == []
    later(hours=24 * 7)
    assert [line["url"] for line in lines(cast.aissatou)] == [url]


def test_the_team_is_the_supervisors(cast: c.Cast) -> None:
    assert sign_in(cast.aissatou).get(reverse("tasks"), {"of": "team"}).status_code == 403
    assert Event.objects.using("audit").filter(reason_code="NOT_ALLOWED_READ_TEAM").count() == 1
    tabs = sign_in(cast.aissatou).get(reverse("tasks")).context["tabs"]
    assert len(tabs) == 2


def test_the_day_of_a_desk_is_made_of_the_referrals_whose_step_is_its_own(cast: c.Cast) -> None:
    """Not of what the sender must answer, nor of what is due later."""
    more_places(cast, 9)
    today = c.sent(cast, urgency="urgent")
    c.sent(cast, urgency="standard")
    asked(cast, acknowledged(cast))
    arrival = c.accepted(cast, expected_arrival_at=clock.now() - timedelta(hours=1))
    steps = {
        who: {line["reference"]: line["title"] for line in lines(cast.people[who])}
        for who in ("codou", "elisabeth", "daouda", "aissatou")
    }
    acknowledge = {spoken(today.reference): words.NEXT_STEP["sent"]}
    receive = {spoken(arrival.reference): words.NEXT_STEP["accepted"]}
    assert steps["codou"] == acknowledge | receive
    assert steps["elisabeth"] == acknowledge
    assert steps["daouda"] == receive
    assert steps["aissatou"] == {}
    assert len(lines(cast.codou, "all")) == 3
    assert words.NEXT_STEP["info_requested"] in [line["title"] for line in lines(cast.aissatou, "all")]


def test_the_day_of_a_registry_is_made_of_titles_to_confirm(cast: c.Cast) -> None:
    title = entered(cast, c.open_case(cast))
    for of in ("day", "all"):
        assert [line["url"] for line in lines(cast.habib, of)] == [reverse("title_confirm", args=[title.pk])]


def test_an_empty_day_says_where_one_goes_on(cast: c.Cast) -> None:
    for user, of, url in (
        (cast.codou, "day", f"{reverse('tasks')}?of=all"),
        (cast.codou, "all", reverse("inbox")),
        (cast.aissatou, "all", reverse("home")),
    ):
        page = sign_in(user).get(reverse("tasks"), {"of": of})
        assert page.context["empty"]["text"]
        assert f'href="{url}" class="govuk-button"' in page.content.decode()


# --- not yet possible


def test_what_is_not_yet_possible_rests_until_its_day_and_then_goes_on(cast: c.Cast) -> None:
    task = redirect_task(cast)
    assert delay(cast.aissatou, task, days=10).status_code == 302
    task.refresh_from_db()
    assert task.delay_reason == "waiting_court"
    assert Event.objects.filter(object_id=task.pk, reason_code="WAITING_COURT").count() == 1
    assert lines(cast.aissatou) == []
    assert lines(cast.aissatou, "all")[0]["delayed"]
    body = sign_in(cast.aissatou).get(reverse("task_done", args=[task.pk])).content.decode()
    assert timezone.localtime(task.delayed_until).strftime("%Y") in body
    rounds(24 * 9.9, every=24)
    assert not Rung.objects.filter(object_id=task.pk).exists()
    rounds(24 * 10.1, since=24 * 9.9, every=4)
    assert Rung.objects.filter(object_id=task.pk).exists()
    assert Notice.objects.filter(rung__object_id=task.pk, user=cast.aissatou).exists()
    url = reverse("task_done", args=[task.pk])
    assert [line["delayed"] for line in lines(cast.aissatou) if line["url"] == url] == [""]


def test_the_owner_goes_fourteen_days_far_a_supervisor_further(cast: c.Cast) -> None:
    task = redirect_task(cast)
    assert delay(cast.aissatou, task, days=15).context["form"].errors["until"]
    assert delay(cast.bineta, task, days=30).status_code == 302
    later(days=20)
    assert delay(cast.aissatou, task, days=3).context["form"].errors["until"]  # 14 days after its deadline
    assert delay(cast.bineta, task, days=3).status_code == 302
    assert delay(cast.bineta, task, days=100).context["form"].errors["until"]


def test_a_supervisor_does_not_put_a_task_off_for_ever(cast: c.Cast) -> None:
    task = redirect_task(cast)
    assert delay(cast.bineta, task, days=89).status_code == 302
    later(days=88)
    page = delay(cast.bineta, task, days=10)
    assert page.context["form"].errors["until"]
    later(days=100)
    page = sign_in(cast.bineta).get(reverse("task_delay", args=[task.pk]))
    assert "aussi loin que possible" in page.content.decode()


@pytest.mark.parametrize("who", ["codou", "elisabeth", "ibrahima", "khady"])
def test_a_task_of_others_is_not_put_off_or_given_away(cast: c.Cast, who: str) -> None:
    task = redirect_task(cast)
    for name in ("task_delay", "task_assign"):
        assert sign_in(cast.people[who]).get(reverse(name, args=[task.pk])).status_code == 404


def test_a_deadline_of_the_law_is_not_put_off(cast: c.Cast) -> None:
    c.open_case(cast, age_status="unknown", age_band="unknown")
    task = Task.objects.get(kind=TaskKind.AGE_DECISION)
    assert delay(cast.bineta, task, days=2).context["form"].non_field_errors()
    task.refresh_from_db()
    assert task.delayed_until is None


# --- given to somebody else


def test_a_supervisor_reads_in_the_file_what_is_for_its_owner_alone(cast: c.Cast) -> None:
    case = c.protect(c.open_case(cast))
    with c.acting(), c.transaction.atomic():
        other = c.person("jules", cast.unit, Role.CASEWORKER, at=cast.at)
        at = clock.now()
        task = Task(
            kind=TaskKind.REASSESS_RISK,
            case=case,
            organisation=cast.unit,
            owner=cast.aissatou,
            made_at=at,
            due_at=at + timedelta(days=1),
        )
        c.write(task, case_id=case.pk)
    browser = sign_in(cast.bineta)
    [line] = browser.get(reverse("tasks"), {"of": "team"}).context["lines"]
    assert line["url"] == reverse("case", args=[case.pk])
    assert browser.get(line["url"]).status_code == 200
    # Nor is it offered to somebody who cannot open the file.
    page = browser.get(reverse("task_assign", args=[task.pk]))
    assert other not in page.context["form"].fields["owner"].queryset
    [own] = sign_in(cast.aissatou).get(reverse("tasks"), {"of": "all"}).context["lines"]
    assert own["url"] == reverse("case_risk", args=[case.pk])


def test_a_supervisor_gives_a_task_to_another_person_who_is_told(cast: c.Cast) -> None:
    task = redirect_task(cast)
    with c.acting(), c.transaction.atomic():
        other = c.person("jules", cast.unit, Role.CASEWORKER, at=cast.at)
    url = reverse("task_assign", args=[task.pk])
    assert sign_in(cast.aissatou).get(url).status_code == 403
    assert press(sign_in(cast.bineta), url, owner=cast.codou.pk).context["form"].errors["owner"]
    assert press(sign_in(cast.bineta), url, owner=other.pk).status_code == 302
    task.refresh_from_db()
    assert task.owner == other
    assert Notice.objects.filter(user=other, object_id=task.pk).count() == 1
    page = sign_in(other).get(reverse("task_done", args=[task.pk]))
    assert page.status_code == 200
    assert reverse("case", args=[task.case_id]) not in page.content.decode()  # the task, not the file


# --- calls end with an answer


def missing(cast: c.Cast) -> Task:
    not_arrived(cast, c.accepted(cast, expected_arrival_at=clock.now()))
    return Task.objects.get(kind=TaskKind.CALL_BACK)


def test_a_safety_call_back_ends_with_what_was_found(cast: c.Cast) -> None:
    task = missing(cast)
    url = reverse("task_done", args=[task.pk])
    browser = sign_in(cast.aissatou)
    assert press(browser, url, note="appelée").context["form"].errors["result"]
    assert press(browser, url, result="reached").context["form"].errors["result"]
    assert press(browser, url, result="found_in_danger", note="note canari").status_code == 302
    task.refresh_from_db()
    assert (task.result, task.done_by) == ("found_in_danger", cast.aissatou)
    assert Notice.objects.filter(user=cast.bineta, object_id=task.case_id, action_needed=True).count() == 1
    assert Event.objects.filter(object_id=task.pk, reason_code="FOUND_IN_DANGER").count() == 1


def duty_call(cast: c.Cast) -> Task:
    with c.acting(), c.transaction.atomic():
        for house, number in ((cast.centre, "+221 33 800 11 22"), (cast.unit, "+221 33 800 33 44")):
            house.telephone = number
            c.write(house, fields=["telephone"])
    c.sent(cast, urgency="urgent")
    rounds(36, every=4)
    return Task.objects.get(kind=TaskKind.DUTY_CALL)


def test_the_duty_call_shows_codes_organisations_and_numbers_alone(cast: c.Cast) -> None:
    task = duty_call(cast)
    page = sign_in(cast.ibrahima).get(reverse("task_done", args=[task.pk]))
    body = page.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    for shown in ("+221 33 800 11 22", "+221 33 800 33 44", cast.centre.name):
        assert shown in body
    assert "Canari" not in body
    assert task.case.reference not in body.replace(" ", "") or task.organisation == task.case.organisation
    assert "note" not in page.context["form"].fields


def test_a_duty_call_names_the_house_what_is_silent_and_since_when(cast: c.Cast) -> None:
    task = duty_call(cast)
    [line] = lines(cast.ibrahima)
    home = sign_in(cast.ibrahima).get("/").context["lines"]
    assert line["house"] == cast.centre.name
    assert cast.centre.name in next(row["who"] for row in home if row["url"] == line["url"])
    body = sign_in(cast.ibrahima).get(reverse("task_done", args=[task.pk])).content.decode()
    rung = Rung.objects.filter(object_id=task.referral_id).latest("reached_at")
    for shown in (
        moment(rung.due_at),
        str(task.referral.get_state_display()),
        spoken(task.referral.reference),
        dial(cast.centre.telephone),
        fr("whoever is on duty at national coordination"),
    ):
        assert shown in body
    assert fr("the supervisors") not in body
    assert fr("Telephone another organisation involved.") not in body


def test_a_duty_call_about_a_task_names_the_task_and_what_to_do_without_a_number(cast: c.Cast) -> None:
    """The registry keeps silent, and has no telephone: the organisation that entered the title has one."""
    with c.acting(), c.transaction.atomic():
        cast.ngo.telephone = "+221 33 800 55 66"
        c.write(cast.ngo, fields=["telephone"])
    case = c.protect(c.open_case(cast, by=cast.fatou))
    entered(cast, case, by=cast.fatou)
    rounds(24 * 6, every=4, rules=["tasks"])
    call = Task.objects.filter(kind=TaskKind.DUTY_CALL, case=case).earliest("made_at")
    body = sign_in(cast.ibrahima).get(reverse("task_done", args=[call.pk])).content.decode()
    for shown in (
        cast.court.name,
        str(TaskKind.CONFIRM_TITLE.label),
        fr("No telephone number is known"),
        fr("Telephone another organisation involved."),
        dial(cast.ngo.telephone),
    ):
        assert shown in body
    assert spoken(case.reference) not in body
    assert "Canari" not in body


def test_a_duty_call_that_is_made_again_still_knows_what_it_is_about(cast: c.Cast) -> None:
    task = duty_call(cast)
    assert press(sign_in(cast.ibrahima), reverse("task_done", args=[task.pk]), result="not_reached").url
    [line] = lines(cast.ibrahima)
    assert line["house"] == cast.centre.name


def test_a_duty_call_that_reached_nobody_is_made_again(cast: c.Cast) -> None:
    task = duty_call(cast)
    url = reverse("task_done", args=[task.pk])
    assert press(sign_in(cast.ibrahima), url).context["form"].errors["result"]
    assert press(sign_in(cast.ibrahima), url, result="not_reached").status_code == 302
    again = Task.objects.get(kind=TaskKind.DUTY_CALL, done_at=None)
    assert again.due_at > clock.now()
    url = reverse("task_done", args=[again.pk])
    assert press(sign_in(cast.ibrahima), url, result="reached").status_code == 302
    assert not Task.objects.filter(kind=TaskKind.DUTY_CALL, done_at=None).exists()
