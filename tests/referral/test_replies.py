"""A desk is told by text message and answers by one: provisional, once, and nothing is disclosed for it."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

from audit import clock
from audit.models import Event
from audit.work import at_work
from partners.enums import MailPace, SmsPace
from referral.models import Delivery, Notice, Placement, Referral, SmsReply, Task, TelephoneAnswer
from referral.services.deliveries import deliver_digests
from tests import canary
from tests import cast as c
from tests.referral.pages import later, page_of, press, sign_in
from tests.referral.test_gateway import Operator, operator
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

NUMBER = "+221 77 000 00 00"
SHOWN = "retour"


@pytest.fixture
def gate(settings: Any) -> Iterator[Operator]:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
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
    found = re.search(r"1 (\d{6})", gate.received[-1]["text"])
    assert found is not None
    return referral, found[1]


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


def test_codes_are_not_guessed(cast: c.Cast, gate: Operator) -> None:
    _referral, code = asked(cast, gate)
    for guess in range(5):
        answers(f"1 {(int(code) + 1 + guess) % 10**6:06}")
    answers(f"1 {code}")
    assert not TelephoneAnswer.objects.exists()
    assert Event.objects.using("audit").filter(reason_code="TOO_MANY_CODES").exists()


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


def test_times_are_the_databases(cast: c.Cast, gate: Operator) -> None:
    asked(cast, gate)
    assert clock.now() - Delivery.objects.get(channel="sms").ended_at < timedelta(minutes=1)
