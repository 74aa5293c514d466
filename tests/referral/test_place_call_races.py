"""Two act at once on one place call, through HTTP: one comes first, and never is a place held that nobody wants."""

import os
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from audit.rows import write
from partners.models import Places, User
from referral.models import PlaceCall, Placement, Referral
from tests import cast as c
from tests.referral.calling import centre, held, offer_of, offered, opened
from tests.referral.test_races import client_of, together

ROUNDS = 40 if os.environ.get("FULL") == "1" else 3
pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "audit"]),
    pytest.mark.no_cover,  # long under FULL=1; each act is measured where it is tested
]


def posts(client: Client, name: str, row: Any, version: int, **typed: Any) -> Callable[[], Any]:
    form = {"key": str(uuid4()), "version": str(version), **typed}
    return lambda: client.post(reverse(name, args=[row.pk]), form).status_code


def offers(client: Client, call: PlaceCall, user: User) -> Callable[[], Any]:
    version = offer_of(call, user.organisation).version
    return posts(client, "place_call_answer", call, version, answer="offer")


def test_an_offer_against_the_closing_leaves_no_place_held(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    codou, aissatou = client_of(cast.codou), client_of(cast.aissatou)
    for _round in range(ROUNDS):
        call = opened(cast)
        closing = posts(aissatou, "place_call_close", call, call.version)
        answer, closed = together(offers(codou, call, cast.codou), closing)
        assert (answer in (302, 404), closed) == (True, 302)
        assert (PlaceCall.objects.get(pk=call.pk).state, held(cast.girls)) == ("closed", [0])


def test_of_two_choices_one_wins_and_of_three_held_places_one_is_left(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    (diarra, beds), (eva, more) = centre(cast, "diarra"), centre(cast, "eva")
    one, other = client_of(cast.aissatou), client_of(cast.aissatou)
    houses = (cast.centre, diarra.organisation, eva.organisation)
    for _round in range(ROUNDS):
        call = opened(cast, *houses)
        for user in (cast.codou, diarra, eva):
            offered(call, user)
        assert held(cast.girls, beds, more) == [1, 1, 1]
        picks = [
            posts(client, "place_call_choose", offer_of(call, house), call.version)
            for client, house in zip((one, other), houses, strict=False)
        ]
        assert sorted(together(*picks)) == [200, 302]
        draft = Referral.objects.get(case=call.case)
        assert sum(held(cast.girls, beds, more)) == 1
        placement = Placement.objects.get(referral=draft)
        assert placement.places.site.organisation == draft.receiving_organisation
        clear(cast, beds, more)


def test_the_last_place_is_offered_to_one_of_two_calls(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    diarra, beds = centre(cast, "diarra")
    clients = [client_of(diarra), client_of(diarra)]
    for _round in range(ROUNDS):
        calls = [opened(cast, diarra.organisation) for _two in clients]
        answers = together(*(offers(each, call, diarra) for each, call in zip(clients, calls, strict=True)))
        assert sorted(answers) == [200, 302]
        assert held(beds) == [1]
        clear(cast, beds)


def test_an_offer_against_the_choice_of_another_vanishes_or_is_released(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    diarra, beds = centre(cast, "diarra")
    desk, aissatou = client_of(diarra), client_of(cast.aissatou)
    for _round in range(ROUNDS):
        call = opened(cast, cast.centre, diarra.organisation)
        mine = offered(call, cast.codou)
        choice = posts(aissatou, "place_call_choose", mine, call.version)
        answer, chosen = together(offers(desk, call, diarra), choice)
        assert (answer in (302, 404), chosen) == (True, 302)
        assert held(cast.girls, beds) == [1, 0]
        clear(cast, beds)


def test_a_choice_against_the_next_call_holds_one_place(transactional_cast: c.Cast) -> None:
    """Two tabs of one sender: one chooses, the other asks anew. Never a place held and a call open at once."""
    cast = transactional_cast
    diarra, beds = centre(cast, "diarra")
    one, other = client_of(cast.aissatou), client_of(cast.aissatou)
    for _round in range(ROUNDS):
        call = opened(cast)
        offer = offered(call, cast.codou)
        new = reverse("place_call_new", args=[call.case_id]) + "?service=SHELTER_EMERG&urgency=urgent&days=10"
        typed = {"agreed": "yes", "agreed_how": "oral_with_witness", "centres": [str(diarra.organisation_id)]}
        form = {"key": str(uuid4()), **typed}
        chosen, asked = together(
            posts(one, "place_call_choose", offer, call.version),
            partial(lambda address, form: other.post(address, form).status_code, new, form),
        )
        assert (chosen, asked) == (302, 200)
        assert PlaceCall.objects.filter(case=call.case_id, state="open").count() == 0
        clear(cast, beds)


def clear(cast: c.Cast, *more: Places) -> None:
    """The places as they were, for the next round."""
    with c.acting(), transaction.atomic():
        for places in Places.objects.filter(pk__in=[cast.girls.pk, *(each.pk for each in more)]):
            if places.held:
                places.held = 0
                write(places, fields=["held"])
