"""Told back: one coded sentence at the arrival and on days 3 and 14, where the person agrees; else one telephones."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse

from audit import clock
from audit.rows import write
from partners.models import Membership
from referral.enums import MessageKind, State, TaskKind, ToldBack
from referral.lifecycle import NotPossible
from referral.models import Message, Notice, Placement, Referral, Task
from referral.services import care, messages
from tests import canary
from tests import cast as c
from tests.referral.pages import act, act_url, later, page_of, press, sign_in
from tests.referral.passing import go_round
from tests.referral.story import fr
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])
ARRIVED, GOES_ON = ToldBack.ARRIVED_WELL, ToldBack.CARE_GOES_ON


def arrives(cast: c.Cast, referral: Referral | None = None, **typed: Any) -> Referral:
    referral = referral or c.accepted(cast)
    code = page_of(cast.aissatou, referral).context["arrival_code"]
    assert act(cast.codou, referral, "start", code=code, **typed).status_code == 302
    referral.refresh_from_db()
    return referral


def said(referral: Referral) -> list[str]:
    rows = Message.objects.filter(referral=referral, kind=MessageKind.TOLD_BACK).order_by("written_at")
    return list(rows.values_list("code", flat=True))


def told(referral: Referral) -> int:
    """Notices of the clock's own sentences."""
    heard = Notice.objects.filter(user__name="Aissatou", object_id=referral.pk, rung=None)
    return heard.filter(made_at__gt=referral.state_since, action_needed=False).count()


def on_day(day: float) -> dict[str, int]:
    later(days=day, minutes=1)
    return go_round()


def titles(user: Any, referral: Referral) -> list[str]:
    page = page_of(user, referral)
    return [str(entry["title"]) for entry in page.context["entries"]]


# --- Where the person agrees -----------------------------------------------------------------------------------
def test_nothing_is_chosen_for_the_person(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    form = sign_in(cast.codou).get(act_url(referral, "start")).context["form"]
    assert form["tell_back"].value() is None
    assert not form.fields["tell_back"].required


@pytest.mark.parametrize(("answer", "kept"), [({}, None), ({"tell_back": "no"}, False)])
def test_without_agreement_nothing_is_said(cast: c.Cast, answer: dict[str, str], kept: bool | None) -> None:
    referral = arrives(cast, **answer)
    assert referral.tell_back is kept
    for day in (3, 14):
        assert on_day(day)["told_back"] == 0
    assert (said(referral), told(referral)) == ([], 0)


def test_three_sentences_each_once(cast: c.Cast) -> None:
    referral = arrives(cast, tell_back="yes")
    assert said(referral) == [ARRIVED]
    assert on_day(2.9)["told_back"] == 0
    assert (on_day(3)["told_back"], go_round()["told_back"]) == (1, 0)
    assert (said(referral), told(referral)) == ([ARRIVED, GOES_ON], 1)
    assert on_day(13.9)["told_back"] == 0
    assert (on_day(14)["told_back"], go_round()["told_back"], on_day(20)["told_back"]) == (1, 0, 0)
    assert (said(referral), told(referral)) == ([ARRIVED, GOES_ON, GOES_ON], 2)


def test_the_sender_reads_them_in_plain_words_and_the_receiver_does_not(cast: c.Cast) -> None:
    referral = arrives(cast, tell_back="yes")
    on_day(3)
    words = [str(sentence.label) for sentence in (GOES_ON, ARRIVED)]
    for who in (cast.aissatou, cast.bineta):
        assert [title for title in titles(who, referral) if title in words] == words
        assert page_of(who, referral).context["messages_list"] == []
    for who in (cast.codou, cast.daouda):
        assert not set(words) & set(titles(who, referral))
        assert page_of(who, referral).context["messages_list"] == []


def test_the_sender_keeps_them_after_the_end_and_nothing_is_added(cast: c.Cast) -> None:
    referral = arrives(cast, tell_back="yes")
    on_day(1)
    assert act(cast.codou, referral, "complete", reason_code="NEED_MET", left="yes").status_code == 302
    assert on_day(3)["told_back"] == on_day(14)["told_back"] == 0
    assert said(referral) == [ARRIVED]
    assert str(ARRIVED.label) in titles(cast.aissatou, referral)


def test_who_has_withdrawn_is_told_no_more(cast: c.Cast) -> None:
    referral = arrives(cast, tell_back="yes")
    answer = act(
        cast.aissatou, referral, "withdraw", reason_code="OTHER_SOLUTION", hand_over="nous", safe="yes"
    )
    assert answer.status_code == 302
    assert on_day(3)["told_back"] == 0
    assert said(referral) == [ARRIVED]


def test_a_late_arrival_is_asked_too(cast: c.Cast) -> None:
    referral = c.accepted(cast, expected_arrival_at=clock.now())
    assert act(cast.codou, referral, "no_show", reason_code="NOT_ARRIVED", called="yes").status_code == 302
    code = page_of(cast.aissatou, referral).context["arrival_code"]
    place = str(cast.girls.pk)
    assert act(cast.codou, referral, "resume", code=code, tell_back="yes", place=place).status_code == 302
    assert said(referral) == [ARRIVED]


def test_after_a_fortnight_without_the_system_one_sentence_makes_up_for_two(cast: c.Cast) -> None:
    referral = arrives(cast, tell_back="yes")
    assert (on_day(15)["told_back"], go_round()["told_back"]) == (1, 0)
    assert (said(referral), told(referral)) == ([ARRIVED, GOES_ON], 1)


def test_an_arrival_written_up_on_day_four_says_so_once(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    later(days=4)
    with c.acting(cast.codou) as actor:
        care.start_service(
            referral.pk,
            by=actor,
            at=clock.now(),
            version=referral.version,
            occurred_at=clock.now() - timedelta(days=3, hours=20),
            identified_otherwise="connue",
            tell_back=True,
        )
    assert go_round()["told_back"] == 0
    assert said(referral) == [ARRIVED]


def test_nobody_writes_such_a_sentence_by_hand(cast: c.Cast) -> None:
    referral = arrives(cast)
    for name in ("codou", "aissatou"):
        user = cast.people[name]
        with pytest.raises(NotPossible), c.acting(user) as actor, transaction.atomic():
            messages.write_message(
                referral.pk, by=actor, at=clock.now(), kind=MessageKind.TOLD_BACK, code=GOES_ON
            )
        answer = act(user, referral, "write", kind="told_back", code=GOES_ON, body="message canari")
        assert answer.status_code == 302  # words, as the form says, whatever else was sent along
    assert said(referral) == []


def test_nothing_of_the_person_leaves_with_it(cast: c.Cast) -> None:
    referral = arrives(cast, tell_back="yes")
    work("referral.deliver")
    mail.outbox.clear()
    on_day(3)
    work("referral.deliver")
    [message] = [each for each in mail.outbox if fr("For your information") in each.body]
    assert message.to == [cast.aissatou.email]
    assert referral.reference in message.body
    left = f"{message.subject}\n{message.body}"
    assert "suivi en cours" not in left.lower()
    assert canary.found([*c.SECRETS.values(), "Maison Teranga"], left.encode()) == []
    assert canary.found(c.SECRETS.values(), canary.database()) == []


# --- A receiver without an account -----------------------------------------------------------------------------
def leaves_the_desk(cast: c.Cast) -> None:
    with c.acting(), transaction.atomic():
        for seat in Membership.objects.filter(user__in=[cast.codou, cast.elisabeth]):
            seat.until = clock.now()
            write(seat, fields=["until"])


def promised(cast: c.Cast, yes: str = "yes") -> Referral:
    """A yes by telephone, of a desk at which nobody sits."""
    referral = c.sent(cast, urgency="standard")
    leaves_the_desk(cast)
    answer = act(cast.aissatou, referral, "record_telephone_answer", yes=yes, said_by="Mme Canari")
    assert answer.status_code == 302
    return referral


def calls(referral: Referral) -> list[Task]:
    return list(Task.objects.filter(referral=referral, kind=TaskKind.OUTCOME_CALL).order_by("made_at"))


def hears(user: Any, task: Task, code: str) -> Any:
    return press(sign_in(user), reverse("task_done", args=[task.pk]), code=code)


def test_the_sender_asks_on_days_three_and_fourteen(cast: c.Cast) -> None:
    referral = promised(cast)
    assert on_day(2.9)["outcome_calls"] == 0
    assert (on_day(3)["outcome_calls"], go_round()["outcome_calls"]) == (1, 0)
    [task] = calls(referral)
    assert (task.owner, task.due_at) == (cast.aissatou, clock.now() + timedelta(hours=24))
    assert Notice.objects.filter(object_id=task.pk, user=cast.aissatou, rung=None).count() == 1
    assert hears(cast.aissatou, task, "CARE_GOES_ON").url == reverse("referral", args=[referral.pk])
    [task] = calls(referral)
    assert (task.result, task.done_by) == ("CARE_GOES_ON", cast.aissatou)
    assert on_day(13.9)["outcome_calls"] == 0
    assert (on_day(14)["outcome_calls"], go_round()["outcome_calls"]) == (1, 0)
    assert hears(cast.aissatou, calls(referral)[1], "NEED_MET").status_code == 302
    assert on_day(30)["outcome_calls"] == 0
    # By then it has expired, and its sender still reads what was heard.
    referral.refresh_from_db()
    assert referral.state == State.EXPIRED
    shown = page_of(cast.aissatou, referral).context["entries"]
    texts = [str(entry.get("text", "")) for entry in shown]
    assert "Besoin couvert" in texts
    assert sum(str(entry["title"]) == fr("Outcome asked by telephone") for entry in shown) == 2


@pytest.mark.parametrize(("code", "again"), [("NO_REPLY", 1), ("NOT_ARRIVED", 0), ("LEFT_BY_CHOICE", 0)])
def test_only_what_is_not_over_is_asked_again(cast: c.Cast, code: str, again: int) -> None:
    referral = promised(cast)
    on_day(3)
    assert hears(cast.aissatou, calls(referral)[0], code).status_code == 302
    assert on_day(14)["outcome_calls"] == again


def test_a_call_that_nobody_made_is_not_asked_for_twice(cast: c.Cast) -> None:
    referral = promised(cast)
    on_day(3)
    assert on_day(14)["outcome_calls"] == 0
    assert len(calls(referral)) == 1


def test_an_outcome_is_one_of_the_codes(cast: c.Cast) -> None:
    referral = promised(cast)
    on_day(3)
    [task] = calls(referral)
    for code in ("", "WHATEVER"):
        assert hears(cast.aissatou, task, code).status_code == 200
    assert calls(referral)[0].done_at is None


@pytest.mark.parametrize("who", ["daouda", "ibrahima", "fatou", "ousmane", "mareme"])
def test_the_call_is_the_senders(cast: c.Cast, who: str) -> None:
    referral = promised(cast)
    on_day(3)
    url = reverse("task_done", args=[calls(referral)[0].pk])
    assert sign_in(cast.people[who]).get(url).status_code == 404
    assert sign_in(cast.people[who]).post(url, {"code": "NEED_MET"}).status_code == 404
    assert sign_in(cast.bineta).get(url).status_code == 200
    assert calls(referral)[0].done_at is None


def test_a_desk_with_somebody_is_not_called(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="standard")
    act(cast.aissatou, referral, "record_telephone_answer", yes="yes", said_by="Mme Canari")
    assert on_day(3)["outcome_calls"] == 0


def test_a_no_or_a_later_no_is_not_asked_after(cast: c.Cast) -> None:
    referral = promised(cast)
    later(hours=1)
    answer = act(cast.aissatou, referral, "record_telephone_answer", yes="no", said_by="Mme Canari")
    assert answer.status_code == 302
    assert on_day(3)["outcome_calls"] == 0
    assert calls(referral) == []


def test_the_call_ends_when_the_sender_withdraws(cast: c.Cast) -> None:
    referral = promised(cast)
    on_day(3)
    assert act(cast.aissatou, referral, "withdraw", reason_code="OTHER_SOLUTION").status_code == 302
    assert calls(referral)[0].done_at is not None
    assert Placement.objects.get(referral=referral).state == "released"
    assert on_day(14)["outcome_calls"] == 0
    assert fr("Outcome asked by telephone") not in titles(cast.aissatou, referral)


def test_the_call_ends_when_somebody_at_the_desk_confirms(cast: c.Cast) -> None:
    referral = promised(cast)
    on_day(3)
    with c.acting(), transaction.atomic():
        for seat in Membership.objects.filter(user=cast.codou):
            seat.until = None
            write(seat, fields=["until"])
    assert act(cast.codou, referral, "accept", conflict="no").status_code == 302
    assert calls(referral)[0].done_at is not None
