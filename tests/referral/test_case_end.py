"""How a file ends: what stands in the way, who asks, who decides."""

from datetime import timedelta

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from referral.models import (
    CustodyTitle,
    Notice,
    Task,
    Transition,
)
from referral.services import custody, withdrawing
from tests import cast as c
from tests.referral import life
from tests.referral.pages import later, leaked, offered, press, same_as_unknown, sign_in
from tests.referral.story import fr, said
from tests.referral.test_case_life import url

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


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


def test_coordination_looks_for_nobody_any_more_once_the_file_is_closed(cast: c.Cast) -> None:
    case = c.open_case(cast)
    referral = c.declined(cast, c.sent(cast, case))
    page = reverse("referral", args=[referral.pk])
    assert page in sign_in(cast.ibrahima).get(reverse("routing")).content.decode()
    typed = {"reason": "PERSON_REQUEST", "informed": "on"}
    assert press(sign_in(cast.bineta), url("case_close", case), **typed).status_code == 302
    for name in ("routing", "home"):
        assert page not in sign_in(cast.ibrahima).get(reverse(name)).content.decode()


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
