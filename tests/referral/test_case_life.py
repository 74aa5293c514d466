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
    FollowUp,
    Notice,
    RiskAssessment,
    StatusDecision,
    Task,
    Transition,
)
from referral.services import course
from tests import cast as c
from tests.referral import life
from tests.referral.pages import later, leaked, press, sign_in, values_of
from tests.referral.story import fr

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
