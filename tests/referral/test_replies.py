"""A desk is told by text message and answers by one: provisional, once, and nothing is disclosed for it."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.db import transaction
from django.test import Client
from django.urls import reverse

from audit import clock
from audit.models import Event
from audit.work import at_work
from partners.enums import MailPace, Role, SmsPace
from referral import notices
from referral.models import Delivery, Notice, Placement, Referral, SmsReply, Task, TelephoneAnswer, WrongCodes
from referral.services.deliveries import ATTEMPTS, deliver_digests
from tests import canary
from tests import cast as c
from tests.referral.pages import later, page_of, press, sign_in
from tests.referral.passing import go_round
from tests.referral.test_gateway import Operator, operator
from tests.referral.test_races import together
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

NUMBER = "+221 77 000 00 00"
SHOWN = "retour"


@pytest.fixture
def gate(settings: Any) -> Iterator[Operator]:
    with operator() as server:
        settings.RELAIS_GATEWAY_URL = server.url
        settings.RELAIS_GATEWAY_TOKEN = "jeton"
        settings.RELAIS_GATEWAY_ANSWER_TOKEN = "retour"
        yield server


def by_sms(user: c.User) -> None:
    with c.acting(user), transaction.atomic():
        row = type(user).objects.get(pk=user.pk)
        row.telephone, row.sms_pace = NUMBER, SmsPace.ACTION
        c.write(row, fields=["telephone", "sms_pace"])


def asked(cast: c.Cast, gate: Operator, **how: Any) -> tuple[Referral, str]:
    """A referral at the desk, and the code that its text message carries."""
    by_sms(cast.codou)
    referral = c.sent(cast, **how)
    work()
    code = code_in(gate.received[-1]["text"])
    assert code is not None
    return referral, code


def code_in(text: str) -> str | None:
    found = re.search(r"1 (\d{6})", text)
    return found and found[1]


def answers(text: str, sender: str = NUMBER, token: str = SHOWN) -> int:
    body = json.dumps({"from": sender, "text": text})
    answer = Client().post(
        reverse("gateway_reply"), body, "application/json", headers={"Authorization": f"Bearer {token}"}
    )
    return int(answer.status_code)


def test_the_message_says_a_reference_a_deadline_and_how_to_answer(cast: c.Cast, gate: Operator) -> None:
    referral, code = asked(cast, gate)
    [message] = gate.received
    assert (message["to"], message["key"]) == ("+221770000000", str(Notice.objects.get().pk))
    left = message["text"].replace("\xa0", " ").replace("\u202f", " ")
    for part in ("Portail de suivi", " ".join(re.findall("...", referral.reference)), code):
        assert part in left
        left = left.replace(part, "")
    assert canary.found([*c.SECRETS.values(), "Maison", "Unité", "Teranga"], message["text"].encode()) == []
    assert {d.channel: d.state for d in Delivery.objects.all()} == {"email": "sent", "sms": "sent"}


def test_a_yes_holds_a_place_and_discloses_nothing_until_the_desk_confirms(
    cast: c.Cast, gate: Operator
) -> None:
    referral, code = asked(cast, gate)
    assert answers(f"1 {code}") == 204
    answer = TelephoneAnswer.objects.get()
    assert (answer.yes, answer.confirmed_at, answer.recorded_by) == (True, None, cast.codou)
    assert Placement.objects.get().by_telephone
    referral.refresh_from_db()
    assert referral.state == "sent"
    assert "Canari" not in page_of(cast.codou, referral).content.decode()
    assert Notice.objects.filter(user=cast.aissatou, object_id=referral.pk).exists()
    move = referral.transitions.get(action="record_telephone_answer")
    assert (move.actor, move.side) == (None, "system")


def test_a_no_is_told_to_the_sender_and_declines_nothing(cast: c.Cast, gate: Operator) -> None:
    referral, code = asked(cast, gate)
    answers(f"2 {code}")
    referral.refresh_from_db()
    assert (TelephoneAnswer.objects.get().yes, referral.state) == (False, "sent")
    assert Notice.objects.filter(user=cast.aissatou).exists()


def test_a_desk_that_wants_to_be_called_is_somebodys_task(cast: c.Cast, gate: Operator) -> None:
    referral, code = asked(cast, gate)
    answers(f"3{code}")
    task = Task.objects.get(kind="call_desk")
    assert (task.owner, task.referral) == (cast.aissatou, referral)


def test_a_code_counts_once(cast: c.Cast, gate: Operator) -> None:
    _referral, code = asked(cast, gate)
    assert (answers(f"2 {code}"), answers(f"1 {code}")) == (204, 204)
    assert SmsReply.objects.get().answer == "no"
    assert not Placement.objects.exists()


@pytest.mark.parametrize("sender", ["+221 77 000 00 01", "", "771234567"])
def test_another_number_does_not_answer_with_it(cast: c.Cast, gate: Operator, sender: str) -> None:
    _referral, code = asked(cast, gate)
    assert answers(f"1 {code}", sender=sender) == 204
    assert not TelephoneAnswer.objects.exists()
    assert Event.objects.using("audit").filter(reason_code="WRONG_CODE").count() == 1


def wrong(code: str, guess: int) -> str:
    return f"1 {(int(code) + 1 + guess) % 10**6:06}"


def refused(reason_code: str) -> int:
    return int(Event.objects.using("audit").filter(reason_code=reason_code).count())


def test_codes_are_not_guessed_for_an_hour(cast: c.Cast, gate: Operator) -> None:
    _referral, code = asked(cast, gate)
    for guess in range(5):
        answers(wrong(code, guess))
    later(minutes=59)
    answers(f"1 {code}")
    assert not TelephoneAnswer.objects.exists()
    assert (refused("WRONG_CODE"), refused("TOO_MANY_CODES")) == (5, 1)
    assert "770000000" not in WrongCodes.objects.get().number
    later(minutes=61)
    answers(f"1 {code}")
    assert TelephoneAnswer.objects.exists()


def test_another_number_is_not_braked_and_a_right_code_counts_for_nothing(
    cast: c.Cast, gate: Operator
) -> None:
    _referral, code = asked(cast, gate)
    for guess in range(6):
        answers(wrong(code, guess), sender="+221 77 000 00 01")
    answers(f"1 {code}")
    assert TelephoneAnswer.objects.exists()
    assert sorted(WrongCodes.objects.values_list("counted", flat=True)) == [0, 6]


def test_what_was_counted_is_cleared_away_once_it_counts_no_more(cast: c.Cast, gate: Operator) -> None:
    answers("1 000000")
    later(minutes=50)
    go_round(["wrong_codes"])
    assert WrongCodes.objects.exists()
    later(minutes=70)
    go_round(["wrong_codes"])
    assert not WrongCodes.objects.exists()


@pytest.mark.django_db(transaction=True, databases=["default", "audit"])
def test_guesses_at_once_are_all_counted(transactional_cast: c.Cast, gate: Operator) -> None:
    by_sms(transactional_cast.codou)
    together(*[lambda guess=guess: answers(f"1 {guess:06}") for guess in range(8)])
    assert WrongCodes.objects.get().counted == 8
    assert (refused("WRONG_CODE"), refused("TOO_MANY_CODES")) == (5, 3)


@pytest.mark.parametrize("how", ["account closed", "role ended", "other role"])
def test_the_telephone_of_who_left_the_desk_answers_nothing(cast: c.Cast, gate: Operator, how: str) -> None:
    _referral, code = asked(cast, gate)
    with c.acting(), transaction.atomic():
        user, seat = type(cast.codou).objects.get(pk=cast.codou.pk), cast.codou.memberships.get()
        if how == "account closed":
            user.is_active = False
            c.write(user, fields=["is_active"])
        elif how == "role ended":
            seat.until = clock.now()
            c.write(seat, fields=["until"])
        else:
            seat.role = Role.CASEWORKER
            c.write(seat, fields=["role"])
    assert answers(f"1 {code}") == 204
    assert not TelephoneAnswer.objects.exists()
    assert not Placement.objects.exists()
    assert refused("WRONG_CODE") == 1


def test_an_answer_by_text_brings_no_new_code_and_holds_no_longer(cast: c.Cast, gate: Operator) -> None:
    """Each yes once brought a new code, with which the next yes held the place twelve hours more."""
    referral, code = asked(cast, gate)
    codou = type(cast.codou).objects.get(pk=cast.codou.pk)
    notices.tell([codou], referral, at=clock.now(), due_at=None)  # as the ladder does
    work()
    second = code_in(gate.received[-1]["text"])
    answers(f"1 {code}")
    work()
    assert [code_in(message["text"]) for message in gate.received] == [code, second, None]
    until = Placement.objects.get().held_until
    later(hours=5)
    answers(f"2 {second}")
    assert (Placement.objects.get().state, Placement.objects.get().held_until) == ("released", until)


def test_an_old_code_and_one_of_an_answered_referral_move_nothing(cast: c.Cast, gate: Operator) -> None:
    referral, code = asked(cast, gate)
    c.declined(cast, referral)
    assert answers(f"1 {code}") == 204
    assert not TelephoneAnswer.objects.exists()
    _other, later_code = asked(cast, gate, case=c.open_case(cast))
    later(hours=49)
    answers(f"1 {later_code}")
    assert not TelephoneAnswer.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'{"from": 1}', b"\xff", b"[" * 3000])
def test_what_is_no_message_is_refused(gate: Operator, body: bytes) -> None:
    answer = Client().post(
        reverse("gateway_reply"), body, "application/json", headers={"Authorization": "Bearer retour"}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("token", ["", "jeton", "Bearer retour", "é"])
def test_who_does_not_show_the_token_finds_nothing(cast: c.Cast, gate: Operator, token: str) -> None:
    _referral, code = asked(cast, gate)
    assert answers(f"1 {code}", token=token) == 404
    assert not TelephoneAnswer.objects.exists()


def test_without_a_token_of_our_own_nothing_is_taken(settings: Any, db: None) -> None:
    settings.RELAIS_GATEWAY_ANSWER_TOKEN = ""
    assert answers("1 123456", token="") == 404


def test_a_gateway_that_is_away_is_tried_again_and_the_mail_leaves(cast: c.Cast, gate: Operator) -> None:
    by_sms(cast.codou)
    gate.answers.append(503)
    c.sent(cast)
    with pytest.raises(OSError, match="503"):
        work()
    assert Delivery.objects.get(channel="sms").state == "waiting"
    assert Delivery.objects.get(channel="email").state == "sent"
    work()
    assert Delivery.objects.get(channel="sms").state == "sent"


def test_one_chooses_how_one_is_told(cast: c.Cast, gate: Operator) -> None:
    browser, url = sign_in(cast.codou), reverse("channels")
    refused = press(browser, url, mail_pace="daily", sms_pace="action", telephone="")
    assert refused.status_code == 200
    assert press(browser, url, mail_pace="daily", sms_pace="action", telephone=NUMBER).status_code == 302
    user = type(cast.codou).objects.get(pk=cast.codou.pk)
    assert (user.telephone, user.mail_pace, user.sms_pace) == (NUMBER, MailPace.DAILY, SmsPace.ACTION)
    assert user.history.count() == 2


def test_what_is_for_information_comes_once_a_day_and_what_asks_for_an_act_at_once(cast: c.Cast) -> None:
    browser = sign_in(cast.aissatou)
    assert press(browser, reverse("channels"), mail_pace="daily").status_code == 302
    referral = c.accepted(cast)  # tells the sender, for information
    work()
    assert [message.to for message in mail.outbox] == [[cast.codou.email]]
    c.declined(cast, c.sent(cast, c.open_case(cast)))  # asks the sender for an act
    work()
    assert [message.to for message in mail.outbox][2:] == [[cast.aissatou.email]]
    mail.outbox.clear()
    for _twice in range(2):
        with at_work() as at:
            deliver_digests(at=at)
    [digest] = mail.outbox
    assert digest.to == [cast.aissatou.email]
    assert referral.reference in digest.body
    assert canary.found([*c.SECRETS.values(), "Maison", "Teranga"], digest.body.encode()) == []


def daily(user: c.User) -> None:
    assert press(sign_in(user), reverse("channels"), mail_pace="daily").status_code == 302


def informed(cast: c.Cast, *users: c.User) -> Referral:
    """Each hears something for information."""
    referral = c.sent(cast)
    people = type(cast.codou).objects.filter(pk__in=[user.pk for user in users])
    notices.tell(people, referral, at=clock.now(), due_at=None, action_needed=False)
    work()
    mail.outbox.clear()
    return referral


def digests() -> None:
    with at_work() as at:
        deliver_digests(at=at)


def test_what_waits_for_the_mail_of_the_day_leaves_also_when_one_wishes_to_be_told_at_once(
    cast: c.Cast,
) -> None:
    daily(cast.daouda)
    informed(cast, cast.daouda)
    assert press(sign_in(cast.daouda), reverse("channels"), mail_pace="at_once").status_code == 302
    digests()
    assert [message.to for message in mail.outbox] == [[cast.daouda.email]]
    assert not Delivery.objects.filter(state="waiting").exists()


class Refusing(locmem.EmailBackend):
    """Knows nobody of this name."""

    def send_messages(self, messages: Any) -> int:
        for message in messages:
            if message.to[0].startswith("codou"):
                raise SMTPRecipientsRefused({message.to[0]: (550, b"no such user")})
        return super().send_messages(messages)


def test_an_address_that_is_refused_keeps_the_mail_of_the_day_from_nobody_else(
    cast: c.Cast, settings: Any
) -> None:
    people = (cast.codou, cast.daouda, cast.elisabeth)
    for user in people:
        daily(user)
    informed(cast, *people)
    settings.EMAIL_BACKEND = "tests.referral.test_replies.Refusing"
    with pytest.raises(OSError, match="1 mails") as caught:
        digests()
    assert cast.codou.email not in str(caught.value)
    assert {message.to[0] for message in mail.outbox} == {cast.daouda.email, cast.elisabeth.email}
    hers = Delivery.objects.get(notice__user=cast.codou, notice__action_needed=False)
    assert (hers.state, hers.attempts) == ("waiting", 1)
    for _again in range(ATTEMPTS - 1):
        with pytest.raises(OSError, match="1 mails"):
            digests()
    hers.refresh_from_db()
    assert (hers.state, hers.attempts) == ("failed", ATTEMPTS)
    digests()
    assert len(mail.outbox) == 2


def test_times_are_the_databases(cast: c.Cast, gate: Operator) -> None:
    asked(cast, gate)
    assert clock.now() - Delivery.objects.get(channel="sms").ended_at < timedelta(minutes=1)
