"""What waits for me, what I was told, and the tasks: the late ones first, never a name."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from audit.models import Event
from referral.models import Notice, Task
from referral.services.tasks import finish_task
from tests import cast as c
from tests.referral.pages import press, sign_in, values_of
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def lines(user: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sign_in(user).get("/").context["lines"]
    return found


def test_the_desk_sees_what_it_must_answer(cast: c.Cast) -> None:
    referral = c.sent(cast)
    for who in (cast.codou, cast.elisabeth):
        assert [line["url"] for line in lines(who)] == [reverse("referral", args=[referral.pk])]
    assert lines(cast.daouda) == []
    assert lines(cast.ousmane) == []
    assert lines(cast.aissatou) == []


def test_the_named_worker_sees_whom_to_expect(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    assert [line["url"] for line in lines(cast.daouda)] == [reverse("referral", args=[referral.pk])]


def test_the_sender_sees_drafts_and_tasks_with_the_late_ones_first(cast: c.Cast) -> None:
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre)
    c.drafted(cast, case)
    c.declined(cast, c.sent(cast, urgency="emergency"))
    task = Task.objects.get(done_at=None)
    with c.acting(), c.transaction.atomic():
        task.due_at = task.made_at - timedelta(days=2)
        task.save(update_fields=["due_at"])
    shown = sign_in(cast.aissatou).get("/")
    assert [line["late"] for line in shown.context["lines"]] == [True, False]
    assert shown.context["late"] == 1
    title = shown.content.decode().split("<title>")[1].split("</title>")[0]
    assert "(2)" in title
    assert "Canari" not in shown.content.decode()


def test_a_report_waits_for_every_caseworker_of_the_desk(cast: c.Cast) -> None:
    with c.acting(cast.gora) as actor:
        case = c.cases.report(by=actor, at=c.clock.now(), region=cast.region, person=c.GIRL, case={})
    for who in (cast.aissatou, cast.bineta):
        assert [line["url"] for line in lines(who)] == [reverse("case_take_in", args=[case.pk])]
    assert lines(cast.daouda) == []


def test_coordination_sees_what_must_go_elsewhere(cast: c.Cast) -> None:
    referral = c.declined(cast)
    assert [line["url"] for line in lines(cast.ibrahima)] == [reverse("referral", args=[referral.pk])]


@pytest.mark.parametrize("who", ["khady", "lamine", "mareme"])
def test_those_who_hold_no_case_are_told_what_they_are_here_for(cast: c.Cast, who: str) -> None:
    c.declined(cast)
    page = sign_in(cast.people[who]).get("/")
    assert page.context["welcome"]
    assert page.context["lines"] == []


# --- notices


def test_a_notice_is_a_reference_and_leads_to_its_object_once_opened(cast: c.Cast) -> None:
    referral = c.sent(cast)
    notice = Notice.objects.get(user=cast.codou)
    client = sign_in(cast.codou)
    body = client.get(reverse("notices")).content.decode()
    assert referral.reference in body.replace(" ", "")
    assert "Canari" not in body
    url = reverse("notice", args=[notice.pk])
    assert client.get(url).url == reverse("referral", args=[referral.pk])
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert sign_in(cast.elisabeth).get(url).status_code == 404


def test_a_notice_of_what_is_gone_says_so(cast: c.Cast) -> None:
    referral = c.sent(cast)
    notice = Notice.objects.get(user=cast.codou)
    c.declined(cast, referral)
    answer = sign_in(cast.codou).get(reverse("notice", args=[notice.pk]))
    assert answer.status_code == 200
    assert answer.templates[0].name == "referral/notice_gone.html"


def test_a_notice_of_a_file_leads_to_it(cast: c.Cast) -> None:
    case = c.open_case(cast)
    with c.acting(cast.aissatou) as actor:
        c.basis.withdraw_consent(
            case.pk,
            by=actor,
            at=c.clock.now(),
            recipient_id=cast.centre.pk,
            purpose="services",
            person_is_safe=True,
        )
    notice = Notice.objects.get(user=cast.bineta)
    assert sign_in(cast.bineta).get(reverse("notice", args=[notice.pk])).url == reverse(
        "case", args=[case.pk]
    )


def test_a_centre_that_still_lodges_her_is_led_to_the_safety_extract(cast: c.Cast) -> None:
    case = c.open_case(cast, age_status="adult", age_band="21-29")
    women = c.Places.objects.get(group="women", site__organisation=cast.centre)
    referral = c.started(cast, c.accepted(cast, c.sent(cast, case), places=women))
    with c.acting(cast.aissatou) as actor:
        c.basis.withdraw_consent(
            case.pk,
            by=actor,
            at=c.clock.now(),
            recipient_id=cast.centre.pk,
            purpose="services",
            person_is_safe=True,
        )
    client = sign_in(cast.codou)
    leads = {client.get(reverse("notice", args=[n.pk])).url for n in Notice.objects.filter(user=cast.codou)}
    assert leads == {reverse("referral_extract", args=[referral.pk])}


def test_all_notices_are_marked_read_at_once(cast: c.Cast) -> None:
    c.sent(cast)
    client = sign_in(cast.codou)
    assert client.post(reverse("notices")).url == reverse("notices")
    assert not Notice.objects.filter(user=cast.codou, read_at=None).exists()
    assert Notice.objects.filter(read_at__isnull=False).exclude(user=cast.codou).count() == 0


@pytest.mark.django_db(transaction=True, databases=["default", "audit"])
def test_mails_carry_nothing_but_the_reference(django_capture_on_commit_callbacks: Any, cast: c.Cast) -> None:
    referral = c.sent(cast)
    work()
    assert [message.to for message in mail.outbox] == [["codou@exemple.sn"]]
    [message] = mail.outbox
    text = f"{message.subject}\n{message.body}"
    assert referral.reference in text.replace(" ", "")
    assert "Canari" not in text
    assert str(referral.pk) not in text


# --- tasks


def test_a_task_is_done_once_by_its_owner(cast: c.Cast) -> None:
    c.declined(cast)
    task = Task.objects.get(kind="redirect")
    url = reverse("task_done", args=[task.pk])
    client = sign_in(cast.aissatou)
    typed = values_of(client.get(url).context["form"]) | {"note": "note canari"}
    assert client.post(url, typed).url == "/"
    assert client.post(url, typed).status_code == 302
    task.refresh_from_db()
    assert (task.done_by, task.version) == (cast.aissatou, 2)
    assert press(client, url).context["form"].stale
    assert lines(cast.aissatou) == []


def test_a_supervisor_stands_in_for_the_owner_of_a_task(cast: c.Cast) -> None:
    c.declined(cast)
    task = Task.objects.get(kind="redirect")
    assert press(sign_in(cast.bineta), reverse("task_done", args=[task.pk])).status_code == 302
    task.refresh_from_db()
    assert task.done_by == cast.bineta


@pytest.mark.parametrize("who", ["codou", "elisabeth", "ibrahima", "khady"])
def test_a_task_of_others_is_not_there(cast: c.Cast, who: str) -> None:
    c.declined(cast)
    task = Task.objects.get(kind="redirect")
    assert sign_in(cast.people[who]).get(reverse("task_done", args=[task.pk])).status_code == 404
    assert sign_in(cast.people[who]).get(reverse("tasks")).context["lines"] == []


def test_a_task_that_an_act_ends_is_not_ticked_off(cast: c.Cast) -> None:
    c.open_case(cast, age_status="unknown", age_band="unknown")
    task = Task.objects.get(kind="age_decision")
    url = reverse("task_done", args=[task.pk])
    client = sign_in(cast.bineta)
    assert client.get(url).url == reverse("case_age", args=[task.case_id])
    assert client.post(url, {"version": "1"}).status_code == 302
    with c.acting(cast.bineta) as actor, pytest.raises(c.cases.steps.NotPossible):
        finish_task(task.pk, by=actor, at=c.clock.now(), version=1)
    task.refresh_from_db()
    assert task.done_at is None
    assert Event.objects.using("audit").filter(reason_code="NOT_POSSIBLE_FINISH_TASK").count() == 1


def test_an_onward_proposal_shows_what_is_proposed(cast: c.Cast) -> None:
    referral = c.started(cast)
    with c.acting(cast.daouda) as actor:
        c.sending.propose_onward(
            referral.pk, by=actor, at=c.clock.now(), version=referral.version, service="MHPSS", urgency="standard",
            organisation_id=cast.ngo.pk,
        )  # fmt: skip
    task = Task.objects.get(kind="onward")
    body = sign_in(cast.aissatou).get(reverse("task_done", args=[task.pk])).content.decode()
    assert cast.ngo.name in body
    assert reverse("case_refer", args=[task.case_id]) in body


def test_a_task_leads_only_those_who_may_do_it(cast: c.Cast) -> None:
    case = c.open_case(cast, age_status="unknown", age_band="unknown")
    shown = {
        who: sign_in(cast.people[who]).get(reverse("case", args=[case.pk])).context["tasks"]
        for who in ("aissatou", "bineta")
    }
    assert shown["aissatou"][0]["url"] == ""
    assert shown["bineta"][0]["url"] == reverse("case_age", args=[case.pk])


def test_what_was_asked_stays_in_front_of_what_was_done(cast: c.Cast) -> None:
    c.declined(cast)
    task = Task.objects.get(kind="redirect")
    with c.acting(), c.transaction.atomic():
        task.note = "consigne canari"
        task.save(update_fields=["note"])
    url = reverse("task_done", args=[task.pk])
    client = sign_in(cast.aissatou)
    assert "consigne canari" in client.get(url).content.decode()
    assert Event.objects.using("audit").filter(verb="view", object_type="referral.task").count() == 1
    press(client, url, note="fait canari")
    with c.acting():
        assert Task.objects.get(pk=task.pk).note == "consigne canari\nfait canari"
