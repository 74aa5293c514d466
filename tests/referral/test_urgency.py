"""Emergency: the desk is telephoned first; after half an hour of silence the next organisation is asked."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.urls import reverse

from audit import clock
from audit.models import Event
from audit.rows import write
from partners.models import Membership
from referral.enums import State, TaskKind
from referral.models import Notice, Referral, ReferralGrant, Task
from referral.services import withdrawing
from tests import canary
from tests import cast as c
from tests.referral.pages import act, act_url, later, page_of, press, sign_in
from tests.referral.passing import go_round, rounds
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


@pytest.fixture
def emergency(cast: c.Cast) -> Referral:
    with c.acting(), c.transaction.atomic():
        for organisation, number in ((cast.centre, "+221338001010"), (cast.other_centre, "+221338002020")):
            organisation.telephone = number
            write(organisation, fields=["telephone"])
    return c.sent(cast, urgency="emergency")


def task_of(referral: Referral, kind: TaskKind = TaskKind.CALL_DESK) -> Task:
    return Task.objects.get(referral=referral, kind=kind)


def url_of(task: Task) -> str:
    return reverse("task_done", args=[task.pk])


def opens(user: Any, task: Task) -> Any:
    return sign_in(user).get(url_of(task))


def told(task: Task) -> list[str]:
    notices = Notice.objects.filter(object_id=task.pk, rung=None)
    return sorted(notices.values_list("user__name", flat=True))


def still_open(referral: Referral) -> set[str]:
    tasks = Task.objects.filter(referral=referral, done_at=None)
    return set(tasks.values_list("kind", flat=True)) & {TaskKind.CALL_DESK, TaskKind.NEXT_CANDIDATE}


def sent_on(cast: c.Cast, referral: Referral) -> Referral:
    """Refers to the other centre as well, by the link of the task."""
    page = opens(cast.aissatou, task_of(referral, TaskKind.NEXT_CANDIDATE))
    [found] = page.context["found"]
    client = sign_in(cast.aissatou)
    chosen = client.get(found["url"]).context["form"].initial["organisation"]
    assert chosen == str(cast.other_centre.pk)
    answer = press(client, found["url"], organisation=chosen)
    child = Referral.objects.get(parent=referral)
    c.agree(cast, referral.case, cast.other_centre)
    press(client, answer.url)
    assert press(client, act_url(child, "send")).status_code == 302
    child.refresh_from_db()
    return child


# --- Telephone first -------------------------------------------------------------------------------------------
def test_an_emergency_makes_a_task_to_telephone_the_desk_within_half_an_hour(
    cast: c.Cast, emergency: Referral
) -> None:
    task = task_of(emergency)
    assert (task.owner, task.due_at) == (cast.aissatou, emergency.sent_at + timedelta(minutes=30))
    assert told(task) == []  # who has sent it sees it on the page at once
    assert [line["url"] for line in page_of(cast.aissatou, emergency).context["tasks"]] == [url_of(task)]
    page = opens(cast.aissatou, task).content.decode()
    assert "33 800 10 10" in page.replace("\xa0", " ").replace("\u202f", " ")
    answer = reverse("referral_act", args=[emergency.pk, "record_telephone_answer"])
    assert f"{answer}?yes=yes" in page
    assert f"{answer}?yes=no" in page
    assert canary.found(c.SECRETS.values(), page.encode()) == []


@pytest.mark.parametrize("urgency", ["urgent", "standard"])
def test_what_can_wait_makes_none(cast: c.Cast, urgency: str) -> None:
    referral = c.sent(cast, urgency=urgency)
    rounds(1)
    assert still_open(referral) == set()


def test_the_buttons_lead_to_the_telephone_answer_with_what_was_said(
    cast: c.Cast, emergency: Referral
) -> None:
    said = opens(cast.aissatou, task_of(emergency)).context["said"]
    for (url, _words), value in zip(said, ("yes", "no"), strict=True):
        form = sign_in(cast.aissatou).get(url).context["form"]
        assert form["yes"].value() == value
    page = sign_in(cast.aissatou).get(act_url(emergency, "record_telephone_answer"))
    assert page.context["form"]["yes"].value() is None


@pytest.mark.parametrize("who", ["codou", "daouda", "fatou", "ibrahima", "mareme", "habib", "ousmane"])
def test_the_call_is_its_owners_and_her_supervisors(cast: c.Cast, emergency: Referral, who: str) -> None:
    rounds(0.6)
    for kind in (TaskKind.CALL_DESK, TaskKind.NEXT_CANDIDATE):
        assert opens(cast.people[who], task_of(emergency, kind)).status_code == 404
        assert opens(cast.bineta, task_of(emergency, kind)).status_code == 200
    url = url_of(task_of(emergency))
    assert sign_in(cast.people[who]).post(url, {"typed": "x"}).status_code == 404
    assert still_open(emergency) == {TaskKind.CALL_DESK, TaskKind.NEXT_CANDIDATE}


def test_nobody_answers_leads_at_once_to_the_next(cast: c.Cast, emergency: Referral) -> None:
    task = task_of(emergency)
    answer = press(sign_in(cast.aissatou), url_of(task))
    following = task_of(emergency, TaskKind.NEXT_CANDIDATE)
    assert answer.url == url_of(following)
    task.refresh_from_db()
    assert (task.done_by, task.result) == (cast.aissatou, "no_reply")
    assert Event.objects.filter(object_id=task.pk, reason_code="NO_REPLY").exists()
    assert told(following) == []
    rounds(1)
    assert Task.objects.filter(kind=TaskKind.NEXT_CANDIDATE).count() == 1


def test_a_supervisor_who_finds_nobody_has_the_owner_told(cast: c.Cast, emergency: Referral) -> None:
    assert press(sign_in(cast.bineta), url_of(task_of(emergency))).status_code == 302
    assert told(task_of(emergency, TaskKind.NEXT_CANDIDATE)) == ["Aissatou"]


def test_a_silence_is_written_down_once(cast: c.Cast, emergency: Referral) -> None:
    client, url = sign_in(cast.aissatou), url_of(task_of(emergency))
    form = client.get(url).context["form"]
    typed = {"key": str(form["key"].value()), "version": form["version"].value()}
    assert [client.post(url, typed).status_code for _time in range(2)] == [302, 302]
    assert Task.objects.filter(kind=TaskKind.NEXT_CANDIDATE).count() == 1
    other = typed | {"key": "00000000-0000-4000-8000-000000000001"}
    assert client.post(url, other).context["form"].stale
    assert opens(cast.aissatou, task_of(emergency)).context["over"]


# --- Half an hour ----------------------------------------------------------------------------------------------
def test_after_half_an_hour_of_silence_the_owner_is_asked_for_the_next(
    cast: c.Cast, emergency: Referral
) -> None:
    rounds(0.49, every=0.25)
    assert still_open(emergency) == {TaskKind.CALL_DESK}
    later(minutes=30)
    assert (go_round()["next_candidates"], go_round()["next_candidates"]) == (1, 0)
    task = task_of(emergency, TaskKind.NEXT_CANDIDATE)
    assert (task.owner, task.due_at) == (cast.aissatou, clock.now() + timedelta(minutes=30))
    assert told(task) == ["Aissatou"]
    # Nobody has said that the desk was telephoned: the head hears of it as well.
    heads = Notice.objects.filter(rung__object_id=task_of(emergency).pk, rung__number=2)
    assert set(heads.values_list("user__name", flat=True)) == {"Aissatou", "Bineta"}
    emergency.refresh_from_db()
    assert emergency.state == State.SENT


def test_the_next_are_shown_with_their_telephone_and_without_who_is_silent_or_said_no(
    cast: c.Cast, emergency: Referral
) -> None:
    rounds(0.6)
    task = task_of(emergency, TaskKind.NEXT_CANDIDATE)
    page = opens(cast.aissatou, task)
    [found] = page.context["found"]
    assert found["organisation"] == cast.other_centre
    assert "33 800 20 20" in page.content.decode().replace("\xa0", " ").replace("\u202f", " ")
    need = parse_qs(urlsplit(found["url"]).query)
    assert need["parent"] == [str(emergency.pk)]
    assert (need["service"], need["urgency"]) == (["SHELTER_EMERG"], ["emergency"])
    # A supervisor reads the numbers; to refer is the caseworker's.
    assert [each["url"] for each in opens(cast.bineta, task).context["found"]] == [""]


def test_whom_nobody_can_write_to_is_telephoned(cast: c.Cast, emergency: Referral) -> None:
    with c.acting(), c.transaction.atomic():
        for seat in Membership.objects.filter(user=cast.ousmane):
            seat.until = clock.now()
            write(seat, fields=["until"])
    rounds(0.6)
    [found] = opens(cast.aissatou, task_of(emergency, TaskKind.NEXT_CANDIDATE)).context["found"]
    assert (found["organisation"], found["url"]) == (cast.other_centre, "")


def test_where_nobody_is_left_the_owner_says_what_was_done(cast: c.Cast, emergency: Referral) -> None:
    rounds(0.6)
    sent_on(cast, emergency)
    child = Referral.objects.get(parent=emergency)
    rounds(1.3, since=0.6)
    task = task_of(child, TaskKind.NEXT_CANDIDATE)
    assert opens(cast.aissatou, task).context["found"] == []
    answer = press(sign_in(cast.aissatou), url_of(task), note="Appelé la coordination")
    assert (answer.status_code, still_open(child)) == (302, {TaskKind.CALL_DESK})


# --- It ends by itself -----------------------------------------------------------------------------------------
ENDS = {
    "acknowledge": lambda cast, row: act(cast.codou, row, "acknowledge"),
    "accept": lambda cast, row: act(cast.codou, row, "accept", conflict="no"),
    "decline": lambda cast, row: act(cast.codou, row, "decline", reason_code="NO_CAPACITY"),
    "withdraw": lambda cast, row: act(cast.aissatou, row, "withdraw", reason_code="OTHER_SOLUTION"),
    "telephone": lambda cast, row: act(
        cast.aissatou, row, "record_telephone_answer", yes="yes", said_by="Mme Sarr"
    ),
}


@pytest.mark.parametrize("hours", [0.1, 0.6])
@pytest.mark.parametrize("how", ENDS)
def test_the_calls_end_when_the_desk_has_moved(
    cast: c.Cast, emergency: Referral, how: str, hours: float
) -> None:
    rounds(hours)
    assert TaskKind.CALL_DESK in still_open(emergency)
    assert ENDS[how](cast, emergency).status_code == 302
    assert still_open(emergency) == set()
    rounds(hours + 1, since=hours)
    assert still_open(emergency) == set()


def test_the_calls_end_when_nobody_ever_answers(cast: c.Cast, emergency: Referral) -> None:
    rounds(5)
    emergency.refresh_from_db()
    assert (emergency.state, still_open(emergency)) == (State.EXPIRED, set())
    assert Task.objects.filter(referral=emergency, kind=TaskKind.REDIRECT, done_at=None).exists()


def test_a_no_by_telephone_asks_the_next_without_waiting(cast: c.Cast, emergency: Referral) -> None:
    answer = act(cast.aissatou, emergency, "record_telephone_answer", yes="no", said_by="Mme Sarr")
    assert answer.status_code == 302
    assert still_open(emergency) == {TaskKind.NEXT_CANDIDATE}
    rounds(1)
    assert Task.objects.filter(kind=TaskKind.NEXT_CANDIDATE).count() == 1


# --- Two desks at once -----------------------------------------------------------------------------------------
def test_the_silent_one_stays_open_and_is_withdrawn_by_the_sender_once_somebody_accepts(
    cast: c.Cast, emergency: Referral
) -> None:
    rounds(0.6)
    child = sent_on(cast, emergency)
    emergency.refresh_from_db()
    assert (emergency.state, child.parent, child.urgency) == (State.SENT, emergency, "emergency")
    assert still_open(emergency) == set()
    assert still_open(child) == {TaskKind.CALL_DESK}
    assert page_of(cast.aissatou, emergency).context["elsewhere"] == []
    assert act(cast.ousmane, child, "accept", conflict="no").status_code == 302
    withdraw = act_url(emergency, "withdraw")
    for row in (emergency, child):
        page = page_of(cast.aissatou, row)
        assert [each["withdraw_url"] for each in page.context["elsewhere"]] == [withdraw]
        assert withdraw in page.content.decode()
    # No receiver learns of the other one, nor does coordination.
    for who, row in ((cast.codou, emergency), (cast.ousmane, child)):
        assert page_of(who, row).context["elsewhere"] == []
    assert act(cast.aissatou, emergency, "withdraw", reason_code="OTHER_SOLUTION").status_code == 302
    assert page_of(cast.aissatou, child).context["elsewhere"] == []


def test_both_may_accept_and_the_sender_withdraws_either(cast: c.Cast, emergency: Referral) -> None:
    rounds(0.6)
    child = sent_on(cast, emergency)
    act(cast.ousmane, child, "accept", conflict="no")
    act(cast.codou, emergency, "accept", conflict="no")
    for row, other in ((emergency, child), (child, emergency)):
        [offered] = page_of(cast.aissatou, row).context["elsewhere"]
        assert offered["withdraw_url"] == act_url(other, "withdraw")


def test_the_silent_one_expires_without_a_second_search(cast: c.Cast, emergency: Referral) -> None:
    rounds(0.6)
    sent_on(cast, emergency)
    rounds(5, since=0.6)
    emergency.refresh_from_db()
    assert emergency.state == State.EXPIRED
    left = Task.objects.filter(referral=emergency, done_at=None).exclude(kind=TaskKind.DUTY_CALL)
    assert not left.exists()
    held = ReferralGrant.objects.filter(content_object=emergency, side="coordinating")
    assert not held.exists()


def test_a_draft_for_the_next_ends_nothing_until_it_is_sent(cast: c.Cast, emergency: Referral) -> None:
    rounds(0.6)
    task = task_of(emergency, TaskKind.NEXT_CANDIDATE)
    [found] = opens(cast.aissatou, task).context["found"]
    press(sign_in(cast.aissatou), found["url"], organisation=str(cast.other_centre.pk))
    assert Referral.objects.get(parent=emergency).state == State.DRAFT
    assert TaskKind.NEXT_CANDIDATE in still_open(emergency)


def test_an_emergency_withdrawn_by_the_system_is_telephoned_by_nobody(
    cast: c.Cast, emergency: Referral
) -> None:
    with c.acting(cast.aissatou) as actor:
        row = Referral.objects.select_for_update(of=("self",)).select_related("case").get(pk=emergency.pk)
        withdrawing.end(
            row, by=actor, at=clock.now(), reason_code="RISK", reason="motif canari", person_is_safe=True
        )
    rounds(1)
    assert still_open(emergency) == set()


def test_nothing_of_the_person_leaves_with_the_notices(cast: c.Cast, emergency: Referral) -> None:
    rounds(1.2)
    work("referral.deliver")
    assert mail.outbox
    left = "\n".join(f"{message.subject}\n{message.body}" for message in mail.outbox).encode()
    assert canary.found([*c.SECRETS.values(), "Maison Keur", "Maison Teranga"], left) == []
    assert canary.found(c.SECRETS.values(), canary.database()) == []
