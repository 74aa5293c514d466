"""A file from screening to its end and back: who moves it, what stands against it, what follows."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit import clock
from audit.models import Event
from referral.course import FUTURE_DAY
from referral.models import (
    Case,
    CustodyTitle,
    FollowUp,
    Notice,
    RiskAssessment,
    StatusDecision,
    Task,
    Transition,
)
from referral.services import course, custody, withdrawing
from tests import cast as c
from tests.referral import life
from tests.referral.pages import later, leaked, offered, press, same_as_unknown, sign_in, values_of
from tests.referral.story import fr, said

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def url(name: str, case: Case) -> str:
    return reverse(name, args=[case.pk])


def day(at: Any) -> dict[str, str]:
    local = timezone.localtime(at)
    return {"decided_on_day": local.day, "decided_on_month": local.month, "decided_on_year": local.year}


def decides(cast: c.Cast, who: str, case: Case, status: str, decider: str = "NGO", **more: Any) -> Any:
    typed = {"status": status, "decider": decider, "basis": "fondement canari", **day(clock.now())}
    return press(sign_in(cast.people[who]), url("case_status", case), **(typed | more))


# --- status


def test_decisions_are_added_and_never_replaced_and_deciders_may_differ(cast: c.Cast) -> None:
    case = c.open_case(cast)
    page = sign_in(cast.aissatou).get(url("case", case)).content.decode()
    assert fr("Presumed victim: nobody has decided yet") in page
    assert decides(cast, "aissatou", case, "PossibleVictimOfTrafficking").status_code == 302
    assert decides(cast, "bineta", case, "ActualVictimOfTrafficking", "CourtOrProsecution").status_code == 302
    assert decides(cast, "aissatou", case, "NotAVictimOfTrafficking", "Police").status_code == 302
    assert StatusDecision.objects.filter(case=case, version=1).count() == 3
    shown = sign_in(cast.bineta).get(url("case", case)).context["course"]["status"]
    assert [word in shown for word in ("présumée", "identifiée", "Non victime")] == [True] * 3
    page = sign_in(cast.bineta).get(url("case_status", case)).content.decode()
    assert page.count("fondement canari") == 3
    look = Event.objects.using("audit").filter(verb="reveal", fields=["basis"], case_id=case.pk)
    assert look.exists()


def test_a_decision_of_tomorrow_or_without_basis_is_refused(cast: c.Cast) -> None:
    case = c.open_case(cast)
    tomorrow = day(clock.now() + timedelta(days=1))
    answer = decides(cast, "aissatou", case, "ActualVictimOfTrafficking", **tomorrow)
    assert answer.context["form"].errors["decided_on"] == [fr(str(FUTURE_DAY))]
    assert (
        "basis"
        in decides(cast, "aissatou", case, "ActualVictimOfTrafficking", basis="").context["form"].errors
    )
    assert not StatusDecision.objects.exists()


def test_not_a_victim_takes_two_persons_and_another_help(cast: c.Cast) -> None:
    case = c.open_case(cast, **c.WOMAN)
    out = {"other_need": "centre social canari"}
    bineta = sign_in(cast.bineta)
    decides(cast, "aissatou", case, "NotAVictimOfTrafficking")
    assert bineta.get(url("case_redirect_out", case)).context["unmet"]
    assert press(bineta, url("case_redirect_out", case), **out).context["form"].non_field_errors()
    later(minutes=1)
    decides(cast, "bineta", case, "NotAVictimOfTrafficking")
    later(minutes=2)
    # Somebody says the contrary since: the doubt is for the person.
    decides(cast, "aissatou", case, "PossibleVictimOfTrafficking")
    assert press(bineta, url("case_redirect_out", case), **out).status_code == 200
    later(minutes=3)
    decides(cast, "aissatou", case, "NotAVictimOfTrafficking")
    decides(cast, "bineta", case, "NotAVictimOfTrafficking")
    assert sign_in(cast.aissatou).get(url("case_redirect_out", case)).status_code == 403
    assert press(bineta, url("case_redirect_out", case)).context["form"].errors.keys() == {"other_need"}
    assert press(bineta, url("case_redirect_out", case), **out).status_code == 302
    assert life.state_of(case) == "closed"
    move = Transition.objects.get(case=case, action="redirect_out")
    with c.acting(cast.bineta):
        assert (move.reason_code, move.reason) == ("NOT_TRAFFICKING", "centre social canari")


# --- risk


def test_each_assessment_is_kept_and_a_return_leaves_the_level_of_today(cast: c.Cast) -> None:
    case, client = c.open_case(cast), sign_in(cast.aissatou)
    assert fr("Last assessed") not in dict(client.get(url("case_risk", case)).context["rows"]), (
        "nobody has yet"
    )
    typed = {"risk": "critical", "dimensions": ["trafficker", "no_guardian"], "note": "raison canari"}
    assert press(client, url("case_risk", case), **typed).status_code == 302
    assert press(client, url("case_risk", case), risk="low", about="family").status_code == 302
    today, family = RiskAssessment.objects.order_by("about").reverse()
    with c.acting(cast.aissatou):
        assert (today.level, today.dimensions, today.reasons) == (
            "critical",
            ["no_guardian", "trafficker"],
            "raison canari",
        )
    assert today.next_review - today.assessed_at == timedelta(days=3)
    assert (family.level, family.next_review) == ("low", None)
    assert life.fresh(case).risk == "critical"
    page = client.get(url("case_risk", case))
    assert fr("Last assessed") in dict(page.context["rows"])
    assert "raison canari" in page.content.decode()
    # The level of the opening is the oldest line, though nobody has weighed it.
    levels = [each["level"] for each in page.context["assessments"]]
    assert (sorted(levels[:2]), levels[2:]) == (["critical", "low"], ["high"])
    assert fr("At the opening of the file") in page.content.decode()
    story = [str(each["title"]) for each in client.get(url("case", case)).context["timeline"]]
    assert story.count(fr("Risk assessed")) == 2
    assert sign_in(cast.bineta).get(url("case_risk", case)).status_code == 403


# --- from the plan to the follow-up


def test_a_durable_solution_needs_what_the_person_says_and_its_own_risk(cast: c.Cast) -> None:
    case = life.assisted(cast)
    client, address = sign_in(cast.aissatou), url("case_solution", case)
    typed = {"solution": "family", "views": "elle veut rentrer canari"}
    assert "views" in press(client, address, solution="family").context["form"].errors
    assert press(client, address, **typed).context["form"].non_field_errors()
    life.weighed(case, "country")
    assert press(client, address, **typed).context["form"].non_field_errors()
    life.weighed(case, "family")
    assert press(client, address, **typed).status_code == 302
    assert life.state_of(case) == "solution"
    move = Transition.objects.get(case=case, action="prepare")
    with c.acting(cast.aissatou):
        assert (move.reason_code, move.reason) == ("FAMILY", "elle veut rentrer canari")
    assert sign_in(cast.bineta).get(address).status_code == 403


def test_the_follow_up_asks_four_times_and_a_new_need_takes_assistance_up_again(cast: c.Cast) -> None:
    case = life.assisted(cast)
    client = sign_in(cast.aissatou)
    assert "stable" in press(client, url("case_follow_up", case)).context["form"].errors
    assert press(client, url("case_follow_up", case), stable="on").status_code == 302
    asked = Task.objects.filter(case=case, kind="follow_up", done_at=None).order_by("due_at")
    assert [round((task.due_at - task.made_at).days / 30.4) for task in asked] == [1, 3, 6, 12]
    first = asked[0]
    answer = press(client, reverse("task_done", args=[first.pk]), result="needs_help", note="mot canari")
    assert answer.url == url("case", case), "where one does something about it"
    assert "La personne a besoin d’aide" in client.get(answer.url).content.decode()
    heard = FollowUp.objects.get(case=case)
    with c.acting(cast.aissatou):
        assert (heard.answer, heard.note, heard.task) == ("needs_help", "mot canari", first)
    assert 'name="reason"' in client.get(url("case_reactivate", case)).content.decode()
    assert "why" in press(client, url("case_reactivate", case)).context["form"].errors
    assert press(client, url("case_reactivate", case), why="re_exploited").status_code == 302
    assert life.state_of(case) == "assisted"
    assert not Task.objects.filter(case=case, kind="follow_up", done_at=None).exists()
    assert Task.objects.filter(case=case, kind="reassess_risk", done_at=None).count() == 1


def test_somebody_who_wants_no_contact_is_not_asked_after(cast: c.Cast) -> None:
    case = life.assisted(cast, life.agreed(cast, safe_contact={"channels": {"phone": False}}))
    press(sign_in(cast.aissatou), url("case_follow_up", case), stable="on")
    tasks = Task.objects.filter(case=case, kind="follow_up")
    assert {(task.result, task.done_at is None) for task in tasks} == {("no_contact", False)}


def test_missing_is_an_alert_to_the_supervisors_and_no_end(cast: c.Cast) -> None:
    case = c.open_case(cast)
    before = Notice.objects.filter(user=cast.bineta).count()
    answer = press(sign_in(cast.aissatou), url("case_follow", case), answer="missing", note="canari")
    assert answer.status_code == 302
    assert Notice.objects.filter(user=cast.bineta).count() == before + 1
    assert life.state_of(case) == "screening"
    later(minutes=2)
    well = press(sign_in(cast.aissatou), url("case_follow", case), answer="well")
    assert (well.status_code, Notice.objects.filter(user=cast.bineta).count()) == (302, before + 1)
    assert FollowUp.objects.filter(case=case).count() == 2
    page = sign_in(cast.bineta).get(url("case", case))
    assert (fr("Reached, and well") in page.context["course"]["heard"], leaked(page)) == (True, [])


# --- the end


CLOSING = {"reason_code": "PERSON_REQUEST", "informed": "on"}


def test_the_page_of_closing_names_what_stands_in_the_way_with_its_page(cast: c.Cast) -> None:
    case = c.open_case(cast)
    referral = c.sent(cast, case)
    with c.acting(cast.aissatou) as actor:
        title = custody.enter_title(
            case.pk,
            by=actor,
            at=clock.now(),
            action="requisition",
            court=cast.court,
            number="N° 1",
            name_on_order="Nom Canari",
            issued_on=clock.now().date(),
            ends_at=clock.now() + timedelta(days=3),
        )
    page = sign_in(cast.bineta).get(url("case_close", case))
    ways = [way["url"] for way in page.context["ways_out"]]
    assert ways == [reverse("referral", args=[referral.pk]), url("title", case)]
    assert len(page.context["unmet"]) == 2
    with c.acting(cast.aissatou) as actor:
        withdrawing.withdraw_referral(referral.pk, by=actor, at=clock.now(), reason_code="ERROR")
    typed = {"reason": "PERSON_REQUEST", "informed": "on"}
    assert press(sign_in(cast.bineta), url("case_close", case), **typed).status_code == 200
    later(days=4)  # a requisition holds nobody after its end
    assert press(sign_in(cast.bineta), url("case_close", case), **typed).status_code == 302
    assert CustodyTitle.objects.get(pk=title.pk).state == "requisition"


@pytest.mark.parametrize("reason", ["PLAN_COMPLETED", "FAMILY_REUNIFIED"])
def test_no_plan_has_no_success(cast: c.Cast, reason: str) -> None:
    case = c.open_case(cast)
    typed = {"reason": reason, "informed": "on"}
    assert press(sign_in(cast.bineta), url("case_close", case), **typed).context["form"].non_field_errors()
    assert life.state_of(case) == "screening"
    assisted, bineta = life.assisted(cast), sign_in(cast.bineta)
    # A goal is pursued still: it ends first, or its words say why not; other reasons need none.
    refused = press(bineta, url("case_close", assisted), **typed)
    pursued = (
        "Goals of the plan are still pursued: end each of them, or write why the case ends all the same."
    )
    assert fr(pursued) in said(refused)
    assert press(bineta, url("case_close", assisted), **typed, why_open="mot canari").status_code == 302
    with c.acting(cast.bineta):
        assert Transition.objects.get(case=assisted, action="close").reason == "mot canari"
    left = life.assisted(cast)
    leaves = typed | {"reason": "CONTACT_LOST"}
    assert press(bineta, url("case_close", left), **leaves).status_code == 302


def test_who_asks_for_an_end_and_who_decides_on_it_see_what_is_still_open(cast: c.Cast) -> None:
    case = life.assisted(cast, life.agreed(cast, age_status="adult"))
    goal = case.plangoals.get()
    with c.acting(cast.aissatou), c.transaction.atomic():
        at = clock.now()
        late = Task(
            kind="hand_over", case=case, organisation=cast.unit, owner=cast.aissatou, made_at=at, due_at=at
        )
        c.write(late, case_id=case.pk)
    client, bineta = sign_in(cast.aissatou), sign_in(cast.bineta)
    asking = client.get(url("case_close_ask", case))
    lines = {line["what"]: line for line in asking.context["still_open"]}
    assert set(lines) == {fr("Goal still pursued"), fr("Status not decided"), fr("Overdue task")}
    assert lines[fr("Goal still pursued")]["url"] == url("plan", case)
    done = {"reason_code": "PLAN_COMPLETED", "informed": "on"}
    refused = press(client, url("case_close_ask", case), **done)
    assert fr(
        "Goals of the plan are still pursued: end each of them, or write why the case ends all the same."
    ) in said(refused)
    assert press(client, url("case_close_ask", case), **done, why_open="mot canari").status_code == 302
    acts = {act["url"]: act["label"] for act in offered(client.get(url("case", case)))}
    assert acts[url("case_close_ask", case)] == fr("See the request for closing, which waits")
    task = Task.objects.get(case=case, kind="approve_close")
    page = bineta.get(reverse("task_decide", args=[task.pk]))
    shown = dict(page.context["rows"])
    assert "Formation professionnelle" in shown[fr("Goal still pursued")]
    assert fr("Overdue task") in shown
    assert (leaked(page), "mot canari" in page.content.decode()) == ([], True)
    press(client, reverse("goal_end", args=[goal.pk]), result="reached")
    assert fr("Goal still pursued") not in dict(
        bineta.get(reverse("task_decide", args=[task.pk])).context["rows"]
    )
    assert press(client, reverse("task_withdraw", args=[task.pk])).status_code == 302
    # Nothing is pursued any more: no words are asked for.
    assert "why_open" not in client.get(url("case_close_ask", case)).context["form"].fields
    assert press(client, url("case_close_ask", case), **done).status_code == 302


def test_a_supervisor_alone_in_her_house_is_helped_out_by_the_national_unit(cast: c.Cast) -> None:
    """Fatou owns the case and is the only supervisor: Bineta of the national unit reads codes and the reason only."""
    case = c.open_case(cast, by=cast.fatou)
    fatou, bineta = sign_in(cast.fatou), sign_in(cast.bineta)
    assert fatou.get(url("case_close", case)).status_code == 403
    asked = press(
        fatou, url("case_close_ask", case), reason_code="OTHER", reason="motif canari", informed="on"
    )
    assert asked.status_code == 302
    assert press(fatou, url("case_close_ask", case), **CLOSING).context["form"].non_field_errors()
    task = Task.objects.get(case=case, kind="approve_close")
    assert task.organisation == cast.unit
    notice = Notice.objects.get(user=cast.bineta)
    assert notice.reference != case.reference
    page = bineta.get(reverse("task_decide", args=[task.pk]))
    assert ("motif canari" in page.content.decode(), leaked(page)) == (True, [])
    assert case.reference not in page.content.decode().replace(" ", "")
    assert bineta.get(url("case", case)).status_code == 404
    assert fatou.get(reverse("task_decide", args=[task.pk])).status_code == 404
    decided = press(bineta, reverse("task_decide", args=[task.pk]), approve="yes")
    assert decided.status_code == 302
    assert life.state_of(case) == "closed"
    move = Transition.objects.get(case=case, action="close")
    with c.acting(cast.fatou):
        assert (move.actor, move.reason_code, move.reason) == (cast.bineta, "OTHER", "motif canari")


def test_a_no_is_given_with_its_reason_and_the_case_goes_on(cast: c.Cast) -> None:
    case = c.open_case(cast)
    press(sign_in(cast.aissatou), url("case_close_ask", case), **CLOSING)
    task = Task.objects.get(case=case, kind="approve_close")
    address = reverse("task_decide", args=[task.pk])
    assert "note" in press(sign_in(cast.bineta), address, approve="no").context["form"].errors
    assert press(sign_in(cast.bineta), address, approve="no", note="pas encore canari").status_code == 302
    assert life.state_of(case) == "screening"
    assert Notice.objects.filter(user=cast.aissatou, object_id=case.pk, action_needed=True).count() == 1
    # The owner reads why not, until she asks again.
    answer, client = reverse("task_answer", args=[task.pk]), sign_in(cast.aissatou)
    assert answer in client.get(url("case", case)).content.decode()
    assert "pas encore canari" in client.get(answer).content.decode()
    assert Event.objects.using("audit").filter(object_id=task.pk, verb="reveal", fields=["note"]).exists()
    assert same_as_unknown(sign_in(cast.daouda), "task_answer", task.pk)
    assert press(client, url("case_close_ask", case), **CLOSING).status_code == 302
    assert answer not in client.get(url("case", case)).content.decode()
    assert Task.objects.filter(case=case, kind="approve_close", done_at=None).count() == 1


def test_who_asked_for_the_end_takes_it_back_until_somebody_has_decided(cast: c.Cast) -> None:
    case = c.open_case(cast, by=cast.fatou)
    fatou, bineta = sign_in(cast.fatou), sign_in(cast.bineta)
    press(fatou, url("case_close_ask", case), **CLOSING)
    task = Task.objects.get(case=case, kind="approve_close")
    decide, back = (reverse(name, args=[task.pk]) for name in ("task_decide", "task_withdraw"))
    # The unit, which holds no file of that house, is led to its decision by the notice.
    notice = Notice.objects.get(user=cast.bineta)
    assert bineta.get(reverse("notice", args=[notice.pk])).url == decide
    for page in ("case", "case_close_ask"):
        assert back in fatou.get(url(page, case)).content.decode()
    assert same_as_unknown(bineta, "task_withdraw", task.pk)
    assert press(fatou, back).url == url("case", case)
    task.refresh_from_db()
    assert (task.result, task.done_by, life.state_of(case)) == ("withdrawn", cast.fatou, "screening")
    told = Notice.objects.filter(user=cast.bineta, action_needed=False)
    assert [each.reference == case.reference for each in told] == [False]
    assert Event.objects.get(object_id=task.pk, reason_code="WITHDRAWN").actor_id == cast.fatou.pk
    assert press(bineta, decide, approve="yes").context["form"].stale
    assert press(fatou, back).context["form"].stale
    assert press(fatou, url("case_close_ask", case), **CLOSING).status_code == 302


def test_a_supervisor_who_owns_the_case_does_not_decide_what_she_asked(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        c.person("sokhna", cast.unit, "supervisor", at=cast.at)
        c.write(c.Membership(user=cast.bineta, role="caseworker", since=cast.at))
    case = c.open_case(cast, by=cast.bineta)
    press(sign_in(cast.bineta), url("case_close_ask", case), **CLOSING)
    task = Task.objects.get(case=case, kind="approve_close")
    assert sign_in(cast.bineta).get(reverse("task_decide", args=[task.pk])).status_code == 403
    denied = Event.objects.using("audit").filter(reason_code="NOT_ALLOWED_SECOND_PERSON")
    assert denied.count() == 1


# --- a new beginning


def test_a_supervisor_opens_a_closed_case_again_under_its_reference(cast: c.Cast) -> None:
    case = c.open_case(cast)
    press(sign_in(cast.bineta), url("case_close", case), reason="CONTACT_LOST", informed="on")
    assert sign_in(cast.aissatou).get(url("case_reopen", case)).status_code == 403
    bineta = sign_in(cast.bineta)
    assert 'name="reason"' in bineta.get(url("case_reopen", case)).content.decode()
    assert "reason" in press(bineta, url("case_reopen", case)).context["form"].errors
    assert press(bineta, url("case_reopen", case), reason="elle a rappelé canari").status_code == 302
    again = life.fresh(case)
    assert (again.state, again.closed_at, again.reference) == ("assisted", None, case.reference)
    assert Task.objects.filter(case=case, kind="reassess_risk", done_at=None, owner=cast.aissatou).exists()
    assert press(sign_in(cast.aissatou), url("case_follow", case), answer="well").status_code == 302
    assert press(bineta, url("case_reopen", case), reason="encore").context["form"].non_field_errors()


def test_a_stale_form_and_a_second_post_change_nothing_twice(cast: c.Cast) -> None:
    case = life.followed(cast)
    with c.acting(cast.aissatou) as actor, pytest.raises(course.steps.StaleForm):
        course.reactivate(case.pk, by=actor, at=clock.now(), version=case.version - 1, why="new_need")
    client = sign_in(cast.aissatou)
    typed = values_of(client.get(url("case_reactivate", case)).context["form"]) | {"why": "new_need"}
    assert [client.post(url("case_reactivate", case), typed).status_code for _n in range(2)] == [302, 302]
    assert Transition.objects.filter(case=case, action="reactivate").count() == 1


def test_what_was_typed_halfway_is_kept(cast: c.Cast) -> None:
    case, client = c.open_case(cast), sign_in(cast.aissatou)
    kept = client.post(reverse("draft_save", args=["status", case.pk]), {"basis": "à moitié canari"})
    assert kept.status_code == 200
    assert "à moitié canari" in client.get(url("case_status", case)).content.decode()


def test_the_page_of_all_services_shows_every_answer_and_next_step(cast: c.Cast) -> None:
    case = life.assisted(cast)
    waiting = c.sent(cast, case)
    declined = c.declined(cast, c.sent(cast, case, service="SHELTER_TRANSIT"))
    page = sign_in(cast.bineta).get(url("case_services", case))
    running, ended = page.context["open"], page.context["ended"]
    assert [row["url"] for row in running] == [reverse("referral", args=[waiting.pk])]
    assert (running[0]["due"], bool(running[0]["next"]), bool(running[0]["holder"])) == (
        waiting.due_at,
        True,
        True,
    )
    assert [row["url"] for row in ended] == [reverse("referral", args=[declined.pk])]
    assert ended[0]["answer"] == "Pas de place"
    assert len(page.context["goals"]) == 1
    assert leaked(page) == []
    assert "but canari" not in page.content.decode()
