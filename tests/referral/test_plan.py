"""The support plan: set with the person, agreed to by her or him, approved by a second person, changed in the open."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from audit import clock
from audit.models import Event
from partners.models import Membership
from referral.models import Case, Notice, PlanGoal, Task
from referral.services import care
from tests import cast as c
from tests.contents import nothing_changes
from tests.referral import life
from tests.referral.pages import later, press, same_as_unknown, sign_in
from tests.referral.story import fr, said

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def url(name: str, case: Case) -> str:
    return reverse(name, args=[case.pk])


def on(day: date) -> dict[str, int]:
    return {"target_on_day": day.day, "target_on_month": day.month, "target_on_year": day.year}


def adds(cast: c.Cast, case: Case, **typed: Any) -> Any:
    said = {
        "goal": "but canari",
        "own_words": "paroles canari",
        "service": "VOC",
        "owner": str(cast.aissatou.pk),
        **on(localdate(clock.now()) + timedelta(days=30)),
    }
    return press(sign_in(cast.aissatou), url("goal_new", case), **(said | typed))


def test_a_plan_begins_with_an_agreement_and_a_known_risk(cast: c.Cast) -> None:
    case, client = c.open_case(cast, **c.WOMAN), sign_in(cast.aissatou)
    page = client.get(url("plan_begin", case))
    assert fr("Talk with the person about consent first, or record a legal ground.") in page.content.decode()
    assert press(client, url("plan_begin", case)).context["form"].non_field_errors()
    assert adds(cast, case).context["form"].non_field_errors()
    c.agree(cast, case, cast.centre)
    assert press(client, url("plan_begin", case)).url == url("plan", case)
    assert life.state_of(case) == "planning"
    assert sign_in(cast.bineta).get(url("plan_begin", case)).status_code == 403


def test_from_the_first_goal_to_the_approval(cast: c.Cast) -> None:
    case, client = life.agreed(cast), sign_in(cast.aissatou)
    press(client, url("plan_begin", case))
    assert press(client, url("plan_agree", case)).context["form"].non_field_errors()
    assert adds(cast, case).status_code == 302
    assert press(client, url("plan_agree", case)).url == url("plan", case)
    assert press(client, url("plan_agree", case)).context["form"].non_field_errors()
    task = Task.objects.get(case=case, kind="approve_plan")
    assert (task.organisation, task.owner) == (cast.unit, None)
    assert Notice.objects.filter(user=cast.bineta, action_needed=True).count() == 1
    page = sign_in(cast.bineta).get(reverse("task_decide", args=[task.pk])).content.decode()
    assert ("Formation professionnelle" in page, "but canari" in page) == (True, False)
    assert (
        press(sign_in(cast.bineta), reverse("task_decide", args=[task.pk]), approve="yes").status_code == 302
    )
    assert life.state_of(case) == "assisted"
    again = press(sign_in(cast.bineta), reverse("task_decide", args=[task.pk]), approve="yes")
    assert again.context["form"].stale


def test_the_page_of_the_file_says_what_comes_next_of_the_plan(cast: c.Cast) -> None:
    case, client = c.open_case(cast, **c.WOMAN), sign_in(cast.aissatou)

    def last() -> dict[str, Any]:
        step: dict[str, Any] = client.get(url("case", case)).context["steps"][-1]
        return step

    assert last()["url"] != url("plan_begin", case)  # first somebody is asked to help
    women = cast.girls.site.places.get(group="women")
    referral = c.started(cast, c.accepted(cast, c.sent(cast, case), places=women))
    care_ended(cast, referral)
    assert last()["url"] == url("plan_begin", case)
    press(client, url("plan_begin", case))
    adds(cast, case)
    assert (last()["url"], last()["done"]) == (url("plan", case), False)
    press(client, url("plan_agree", case))
    assert last()["done"]


def care_ended(cast: c.Cast, referral: Any) -> None:
    with c.acting(cast.codou) as actor:
        at = clock.now()
        said = {"by": actor, "at": at, "version": referral.version, "occurred_at": at}
        care.complete_service(referral.pk, **said, outcome="NEED_MET")


def test_a_plan_that_is_changed_is_agreed_to_anew(cast: c.Cast) -> None:
    case = life.planned(cast)
    client = sign_in(cast.aissatou)
    press(client, url("plan_agree", case))
    goal = PlanGoal.objects.get(case=case)
    when = on(localdate(clock.now()) + timedelta(days=9))
    typed = {"goal": "autre but canari", "service": "EDU", **when}
    assert press(client, reverse("goal_change", args=[goal.pk]), **typed).status_code == 302
    assert life.fresh(case).plan_agreed_at is None
    assert Task.objects.get(case=case, kind="approve_plan").result == "changed"
    goal.refresh_from_db()
    assert (goal.service, goal.version, goal.history.count()) == ("EDU", 2, 2)
    press(client, url("plan_agree", case))
    later(minutes=1)
    life.decide(case, cast.bineta, approve=False, note="trop vite canari")
    assert (life.state_of(case), life.fresh(case).plan_agreed_at) == ("planning", None)
    page = client.get(url("case", case))
    told = {str(entry["title"]): entry["text"] for entry in page.context["timeline"]}
    assert fr("Asked of a second person") in told
    assert told[fr("Answer of a second person")] == "Décider d’un plan d’accompagnement · Non"
    assert "trop vite canari" not in page.content.decode()
    heard = client.get(reverse("notices")).context["rows"][0]["what"]
    assert heard == told[fr("Answer of a second person")], "the notice says what was decided"


def test_a_plan_that_waits_for_its_approval_is_taken_back_and_agreed_to_anew(cast: c.Cast) -> None:
    case, client = life.planned(cast), sign_in(cast.aissatou)
    press(client, url("plan_agree", case))
    task = Task.objects.get(case=case, kind="approve_plan")
    back = reverse("task_withdraw", args=[task.pk])
    assert back in client.get(url("plan", case)).content.decode()
    assert sign_in(cast.bineta).get(back).status_code == 403
    assert press(client, back).url == url("plan", case)
    assert (life.state_of(case), life.fresh(case).plan_agreed_at) == ("planning", None)
    told = Notice.objects.filter(user=cast.bineta, object_id=case.pk, action_needed=False)
    assert told.count() == 1
    assert press(client, url("plan_agree", case)).status_code == 302
    life.decide(case, cast.bineta)
    assert life.state_of(case) == "assisted"


def test_a_goal_is_reached_or_given_up_with_a_reason(cast: c.Cast) -> None:
    case = life.assisted(cast)
    other = life.goal(case, service="EDU")
    client, goal = sign_in(cast.aissatou), PlanGoal.objects.get(case=case, service="VOC")
    address = reverse("goal_end", args=[goal.pk])
    assert 'name="reason"' in client.get(address).content.decode()
    assert "reason" in press(client, address, result="given_up").context["form"].errors
    assert press(client, address, result="given_up", reason="renoncé canari").status_code == 302
    assert press(client, address, result="reached").context["form"].stale
    assert press(client, reverse("goal_end", args=[other.pk]), result="reached").status_code == 302
    page = client.get(url("plan", case))
    assert {row["state"] for row in page.context["goals"]} == {"given_up", "reached"}
    assert "renoncé canari" in page.content.decode()
    looks = Event.objects.using("audit").filter(
        verb="reveal", case_id=case.pk, object_type="referral.plangoal"
    )
    assert looks.exists()


def test_a_goal_that_was_ended_by_mistake_is_pursued_again_with_a_reason(cast: c.Cast) -> None:
    case = life.assisted(cast)
    client, goal = sign_in(cast.aissatou), PlanGoal.objects.get(case=case)
    again = reverse("goal_reopen", args=[goal.pk])
    assert press(client, again, reason="rien à rouvrir").context["form"].stale
    press(client, reverse("goal_end", args=[goal.pk]), result="reached")
    assert again in client.get(url("plan", case)).content.decode()
    assert again not in sign_in(cast.bineta).get(url("plan", case)).content.decode()
    assert "reason" in press(client, again).context["form"].errors
    assert press(client, again, reason="coché par erreur canari").status_code == 302
    goal.refresh_from_db()
    assert (goal.result, goal.ended_at, goal.history.filter(result="reached").count()) == ("", None, 1)
    page = client.get(url("plan", case)).content.decode()
    assert ("coché par erreur canari" in page, fr("Why it was given up") in page) == (True, False)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("goal", {"goal": ""}),
        ("service", {"service": "NONE"}),
        ("owner", {"owner": ""}),
        ("target_on", {"target_on_day": "31", "target_on_month": "2"}),
        ("target_on", on(date(2020, 1, 1))),
    ],
)
def test_a_goal_without_one_of_its_four_parts_is_refused_and_kept_on_the_page(
    cast: c.Cast, field: str, typed: dict[str, Any]
) -> None:
    case = life.planned(cast)
    answer = adds(cast, case, **typed)
    assert answer.context["form"].errors.keys() == {field}
    assert "paroles canari" in answer.content.decode()
    assert PlanGoal.objects.filter(case=case).count() == 1


def test_somebody_of_another_house_sees_to_no_goal(cast: c.Cast) -> None:
    case = life.planned(cast)
    assert "owner" in adds(cast, case, owner=str(cast.daouda.pk)).context["form"].errors
    with c.acting(), c.transaction.atomic():
        gone = c.person("partie", cast.unit, "caseworker", at=cast.at)
        gone.is_active = False
        c.write(gone, fields=["is_active"])
    assert "owner" in adds(cast, case, owner=str(gone.pk)).context["form"].errors


def test_the_sheet_holds_codes_and_no_word_of_the_goals(cast: c.Cast) -> None:
    case = life.assisted(cast)
    body = sign_in(cast.bineta).get(url("plan_print", case)).content.decode()
    assert "Formation professionnelle" in body
    assert "canari" not in body.lower()
    assert Event.objects.using("audit").filter(verb="print", case_id=case.pk).count() == 1


def test_the_plan_is_of_who_reads_the_file_and_the_goals_of_its_owner(cast: c.Cast) -> None:
    case = life.planned(cast)
    goal = PlanGoal.objects.get(case=case)
    assert sign_in(cast.bineta).get(url("plan", case)).status_code == 200
    assert sign_in(cast.bineta).get(reverse("goal_change", args=[goal.pk])).status_code == 403
    for stranger in (cast.daouda, cast.fatou, cast.ibrahima):
        assert same_as_unknown(sign_in(stranger), "plan", case.pk)
        assert same_as_unknown(sign_in(stranger), "goal_change", goal.pk)
        assert same_as_unknown(sign_in(stranger), "task_decide", case.pk)


def test_nobody_approves_the_own_plan_and_a_closed_file_takes_no_goal(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        c.write(Membership(user=cast.aissatou, role="supervisor", since=cast.at))
    case = life.planned(cast)
    press(sign_in(cast.aissatou), url("plan_agree", case))
    task = Task.objects.get(case=case, kind="approve_plan")
    with nothing_changes():
        answer = sign_in(cast.aissatou).get(reverse("task_decide", args=[task.pk]))
    assert answer.status_code == 403
    closing = {"reason": "PERSON_REQUEST", "informed": "on"}
    assert press(sign_in(cast.bineta), url("case_close", case), **closing).status_code == 302
    assert fr("The case is closed.") in said(adds(cast, case))
