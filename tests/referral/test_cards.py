"""The neutral card: offered and never imposed; with code and word one is found, and guessing finds nothing."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from crypto import keyring
from crypto.errors import RevealRequired
from referral.models import Case, ContactCard, Notice, Task
from referral.services import cards
from referral.services.wrong_codes import MOST
from tests import cast as c
from tests.referral.pages import later, leaked, offered, press, sign_in
from tests.referral.story import fr

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

WORD = "Thiéboudiène"


def with_card(cast: c.Cast, **person: Any) -> ContactCard:
    case = c.open_case(cast, **person)
    with c.acting(cast.aissatou) as actor:
        said = {"outcome": "accepted", "answer": WORD}
        return cards.offer_card(case.pk, by=actor, at=c.clock.now(), version=None, **said)


def show(cast: c.Cast, who: str, code: str | None, word: str = WORD) -> Any:
    return press(sign_in(cast.people[who]), reverse("cards"), code=code, answer=word)


def other_than(card: ContactCard) -> str:
    return str((int(card.code or "0") + 1) % 1_000_000).zfill(6)


def page(case: Case) -> str:
    return reverse("case_card", args=[case.pk])


def test_the_offer_is_written_down_whatever_the_person_says(cast: c.Cast) -> None:
    case, client = c.open_case(cast), sign_in(cast.aissatou)
    for outcome in ("offered", "refused"):
        assert press(client, page(case), card=outcome, card_answer="oublié").status_code == 302
    assert list(ContactCard.objects.values_list("code", flat=True)) == [None, None]
    assert press(client, page(case), card="accepted").status_code == 200
    assert press(client, page(case), card="accepted", card_answer=WORD).status_code == 302
    first = ContactCard.objects.get(outcome="accepted")
    labels = [act["label"] for act in offered(client.get(reverse("case", args=[case.pk])))]
    assert fr("See the neutral card, which was accepted") in labels
    assert re.fullmatch(r"\d{6}", first.code or "")
    press(client, page(case), card="accepted", card_answer="mafé")
    first.refresh_from_db()
    assert first.withdrawn_at is not None
    assert show(cast, "bineta", first.code).status_code == 200
    assert not Task.objects.filter(kind="call_person").exists()


def test_the_card_looks_like_that_of_a_shop(cast: c.Cast) -> None:
    card = with_card(cast)
    with c.acting(), c.transaction.atomic():
        cast.unit.telephone = "+221338001122"
        c.write(cast.unit, fields=["telephone"])
    answer = sign_in(cast.aissatou).get(reverse("card_print", args=[card.case_id]))
    body = answer.content.decode()
    [printed] = re.findall(r'<div class="app-shop-card">(.*?)</div>', body, re.S)
    words = re.sub(r"<[^>]+>|\s", "", printed).replace("&amp;", "&")
    assert words == re.sub(r"\s", "", f"{settings.RELAIS_CARD_TITLE}+221338001122{card.code}")
    assert not leaked(answer)
    assert WORD not in body
    assert Event.objects.using("audit").filter(verb="print", object_id=card.pk).count() == 1


@pytest.mark.parametrize("who", ["bineta", "ibrahima"])
def test_code_and_word_ask_the_owner_to_call_and_show_nothing_of_the_person(cast: c.Cast, who: str) -> None:
    card = with_card(cast)
    told = Notice.objects.filter(user=cast.aissatou, object_type="task").count()
    answer = show(cast, who, f"{(card.code or '')[:3]} {(card.code or '')[3:]}", " thieboudiene ")
    assert answer.status_code == 200
    assert not leaked(answer)
    task = Task.objects.get(kind="call_person")
    assert (task.case, task.owner) == (card.case, cast.aissatou)
    assert Notice.objects.filter(user=cast.aissatou, object_type="task").count() == told + 1
    look = Event.objects.using("audit").get(verb="search", object_id=card.pk)
    assert look.actor_id == cast.people[who].pk
    show(cast, who, card.code)
    assert Task.objects.filter(kind="call_person").count() == 1
    # The owner says what came of the call.
    done = press(sign_in(cast.aissatou), reverse("task_done", args=[task.pk]), result="well")
    assert done.status_code == 302


def test_a_wrong_code_and_a_wrong_word_are_the_same(cast: c.Cast) -> None:
    card, client = with_card(cast), sign_in(cast.bineta)
    url = reverse("cards")
    client.get(url)
    key = "5d0c1f0e-1f7e-4b60-a2a5-0f2a3f6f5b11"
    told = []
    for code, word in ((card.code, "mafé"), (other_than(card), WORD)):
        with CaptureQueriesContext(connections["default"]) as queries:
            answer = client.post(url, {"key": key, "code": code, "answer": word})
        body = answer.content.decode().replace(str(code), "").replace(word, "")
        told.append((answer.status_code, re.sub(r'value="\w{64}"', "", body), len(queries)))
    assert told[0] == told[1]
    assert Event.objects.using("audit").filter(outcome="denied", reason_code="WRONG_CARD").count() == 2
    assert not Task.objects.filter(kind="call_person").exists()


def test_another_house_finds_nothing(cast: c.Cast) -> None:
    card = with_card(cast)
    assert show(cast, "codou", card.code).context["form"].non_field_errors()
    assert not Task.objects.filter(kind="call_person").exists()


@pytest.mark.parametrize("guessed", ["word", "code"])
def test_whoever_guesses_is_not_listened_to_for_an_hour(cast: c.Cast, guessed: str) -> None:
    card = with_card(cast)
    for number in range(MOST):
        if guessed == "word":  # of one card, by several people
            show(cast, ("bineta", "ibrahima")[number % 2], card.code, f"mot {number}")
        else:  # by one person, of several cards
            show(cast, "bineta", str(number).zfill(6))
    assert show(cast, "bineta", card.code).context["form"].non_field_errors()
    assert Event.objects.using("audit").filter(reason_code="TOO_MANY_CARDS").count() == 1
    later(hours=1, minutes=1)
    show(cast, "bineta", card.code)
    assert Task.objects.filter(kind="call_person").count() == 1


def test_a_withdrawn_card_finds_nothing_and_cannot_be_printed(cast: c.Cast) -> None:
    card, client = with_card(cast), sign_in(cast.aissatou)
    assert client.post(page(card.case), {"withdraw": "1"}).status_code == 302
    assert show(cast, "bineta", card.code).context["form"].non_field_errors()
    assert client.get(reverse("card_print", args=[card.case_id])).status_code == 404


def test_the_word_is_sealed(cast: c.Cast) -> None:
    card = with_card(cast)
    with keyring.opened(), keyring.current().revealing(card):
        assert card.answer == WORD
    with keyring.opened(), pytest.raises(RevealRequired):
        assert ContactCard.objects.get().answer


def test_a_code_is_six_digits(cast: c.Cast) -> None:
    for typed in ("12345", "1234567", "abcdef", "nul\0"):
        assert "code" in show(cast, "bineta", typed).context["form"].errors
