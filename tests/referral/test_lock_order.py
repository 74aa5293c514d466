"""Rows are locked in one order, so that nobody waits for whoever waits: organisation, file, referral, places by ids.

Each test is the other hand of a deadlock: it holds what comes first, lets an act run until it waits for that, and takes
what comes later. Where the act held that already, PostgreSQL ends one of the two.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from audit import clock
from audit.rows import write
from partners.enums import PersonGroup
from partners.models import Organisation, Places, Site, User
from partners.services import accounts, guard
from referral.lifecycle import NotPossible
from referral.models import Case, PlaceCall, PlaceOffer, Referral, Task, Transfer
from referral.services import already_here, cases, place_calls, receiving, sending, steps, walk_ins
from referral.services.headcount import count_house
from referral.services.suspension import suspend_organisation
from tests import cast as c
from tests.partners.conftest import PASSWORD
from tests.referral import life
from tests.referral.calling import offer_of, offered, opened

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "audit"]),
    pytest.mark.no_cover,  # each act is measured where it is tested
]


def row(model: Any, pk: Any) -> None:
    model.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def against(first: Callable[[], object], later: Callable[[], object], act: Callable[[], object]) -> bool:
    """Holds `first`, runs `act` until it waits or is done, then takes `later`. Gives whether the act had to wait."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:
            failed.append(error)
        finally:
            for alias in ("default", "audit"):
                connections[alias].close()

    thread = threading.Thread(target=run)
    with c.acting(), transaction.atomic():
        first()
        thread.start()
        while thread.is_alive() and not (waited := waits_for_me()):
            time.sleep(0.02)
        waited = thread.is_alive()
        later()
    thread.join()
    assert failed == []
    return waited


def waits_for_me() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)) LIMIT 1"
        )
        return cursor.fetchone() is not None


def two_groups(cast: c.Cast) -> tuple[Places, Places]:
    """Places for girls in two houses of the centre, by their ids."""
    with c.acting(), transaction.atomic():
        site = Site(organisation=cast.centre, name="Annexe", region=cast.region, address="3 rue Canari")
        write(site)
        more = Places(site=site, group=PersonGroup.GIRLS, capacity=2, confirmed_at=clock.now())
        write(more)
    one, other = sorted([cast.girls, more], key=lambda places: places.pk)
    return one, other


def test_a_yes_for_another_place_than_the_one_held(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    low, high = two_groups(cast)
    referral = c.sent(cast)
    with c.acting(), transaction.atomic():
        receiving.hold(referral, at=clock.now(), places_id=high.pk, label=None, by_telephone=True)
    assert against(
        lambda: row(Places, low.pk),
        lambda: row(Places, high.pk),
        lambda: c.accepted(cast, referral, places=low),
    )


def test_the_evening_count_whatever_the_order_of_its_numbers(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    low, high = two_groups(cast)

    def count() -> None:
        with c.acting(cast.codou) as actor:
            counts = {each.pk: (1, Places.objects.get(pk=each.pk).version) for each in (high, low)}
            count_house(actor, counts, at=clock.now())

    assert against(lambda: row(Places, low.pk), lambda: row(Places, high.pk), count)


def test_a_suspension_that_gives_places_back(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    low, high = two_groups(cast)
    for places in (high, low):  # the referral that was sent first holds the later one
        c.accepted(cast, places=places)
    assert against(
        lambda: row(Places, low.pk), lambda: row(Places, high.pk), lambda: suspend(cast, cast.centre)
    )


def suspend(cast: c.Cast, organisation: Any) -> None:
    with c.acting(cast.mareme) as actor:
        organisation.refresh_from_db()
        suspend_organisation(actor, organisation.pk, organisation.version)


def test_a_suspension_against_an_act_on_a_file(transactional_cast: c.Cast) -> None:
    """Its referral ends, and so does the place call that lies before the same centre."""
    cast = transactional_cast
    case = c.open_case(cast)
    opened(cast, case=case)
    referral = c.sent(cast, case)
    assert against(
        lambda: row(Case, case.pk), lambda: row(Referral, referral.pk), lambda: suspend(cast, cast.centre)
    )
    referral.refresh_from_db()
    assert referral.state == "withdrawn"


def test_the_suspension_of_a_sender_against_an_act_on_a_file(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    case = c.open_case(cast)
    referral = c.sent(cast, case, to=cast.other_centre)
    opened(cast, case=case)
    assert against(
        lambda: row(Case, case.pk), lambda: row(Referral, referral.pk), lambda: suspend(cast, cast.unit)
    )


@pytest.mark.parametrize("asked", ["referral", "place call"])
def test_nothing_is_sent_to_a_house_while_it_is_suspended(transactional_cast: c.Cast, asked: str) -> None:
    """What was asked of it before is found by the suspension; whoever begins now waits for its end, and is refused."""
    cast = transactional_cast
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre)
    refused = []

    def send() -> None:
        draft = c.drafted(cast, case)
        with c.acting(cast.aissatou) as actor, pytest.raises(NotPossible) as refusal:
            sending.send_referral(draft.pk, by=actor, at=clock.now(), version=draft.version)
        refused.append(refusal)

    def call() -> None:
        with pytest.raises(NotPossible) as refusal:
            opened(cast, case=case)
        refused.append(refusal)

    act = send if asked == "referral" else call
    assert against(lambda: suspend(cast, cast.centre), lambda: None, act)
    assert len(refused) == 1
    assert not Referral.objects.filter(state="sent").exists()
    assert not PlaceCall.objects.exists()


def test_no_case_is_handed_to_a_house_while_it_is_suspended(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    case = life.agreed(cast)
    refused = []

    def ask() -> None:
        with pytest.raises(NotPossible) as refusal:
            life.asked(cast, case)
        refused.append(refusal)

    assert against(lambda: suspend(cast, cast.centre), lambda: None, ask)
    assert len(refused) == 1
    assert not Transfer.objects.exists()


def test_a_second_person_agrees_to_no_house_while_it_is_suspended(transactional_cast: c.Cast) -> None:
    """It begins with the house, so that is what it meets first; then its request is over."""
    cast = transactional_cast
    transfer = life.asked(cast)
    refused = []

    def agree() -> None:
        with pytest.raises(steps.StaleForm) as refusal:
            life.decide(transfer.case, cast.bineta)
        refused.append(refusal)

    assert against(lambda: row(Organisation, cast.centre.pk), lambda: suspend(cast, cast.centre), agree)
    assert len(refused) == 1
    transfer.refresh_from_db()
    assert (transfer.state, transfer.approved_by) == ("withdrawn", None)
    assert Task.objects.filter(done_at=None, kind="transfer_again").count() == 1
    assert not Task.objects.filter(done_at=None, kind__in=["approve_transfer", "answer_transfer"]).exists()


def test_no_offer_of_a_house_is_chosen_while_it_is_suspended(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    call = opened(cast)
    offered(call, cast.codou)
    refused = []

    def choose() -> None:
        offer, version = offer_of(call, cast.centre), PlaceCall.objects.get(pk=call.pk).version
        with c.acting(cast.aissatou) as actor, pytest.raises((NotPossible, steps.StaleForm)) as refusal:
            place_calls.choose_offer(offer.pk, by=actor, at=clock.now(), version=version)
        refused.append(refusal)

    assert against(lambda: row(Organisation, cast.centre.pk), lambda: suspend(cast, cast.centre), choose)
    assert len(refused) == 1
    assert not Referral.objects.exists()
    assert PlaceOffer.objects.get().state == "gone"


def test_nobody_who_walked_in_becomes_a_referral_that_a_suspension_ends(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    referral = c.accepted(cast)
    with c.acting(cast.codou) as actor:
        here = walk_ins.enter_walk_in(actor, cast.girls.pk, sex="female", age_band="14-17", at=clock.now())
    refused = []

    def say() -> None:
        with c.acting(cast.codou) as actor, pytest.raises((NotPossible, steps.NotVisible)) as refusal:
            already_here.say_referred(actor, here.pk, referral.pk, at=clock.now())
        refused.append(refusal)

    assert against(lambda: suspend(cast, cast.centre), lambda: None, say)
    assert len(refused) == 1
    here.refresh_from_db()
    assert (here.placement, here.left_at) == (None, None)
    girls = Places.objects.get(pk=cast.girls.pk)
    assert (girls.held, girls.occupied) == (0, 1)


def test_no_report_comes_to_a_house_while_it_is_suspended(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    with c.acting(), transaction.atomic():
        cast.region.reports_to = cast.ngo
        write(cast.region, fields=["reports_to"])

    def report() -> None:
        with c.acting(cast.gora) as actor:
            said = {"person": c.WOMAN, "case": {"urgency": "urgent"}}
            cases.report(by=actor, at=clock.now(), region=cast.region, **said)

    assert against(lambda: suspend(cast, cast.ngo), lambda: None, report)
    assert Case.objects.get().organisation == cast.unit


def test_nobody_is_seated_in_a_house_while_it_is_suspended(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    with c.acting():
        _invitation, token = accounts.offer_seat(
            cast.centre, email="nouvelle@example.org", name="Nouvelle", roles=["focal_point"], at=clock.now()
        )
    refused = []

    def accept() -> None:
        with c.acting(), pytest.raises(guard.Refusal) as refusal:
            accounts.accept_invitation(token, password=PASSWORD, language="fr", at=clock.now())
        refused.append(refusal)

    assert against(lambda: suspend(cast, cast.centre), lambda: None, accept)
    assert len(refused) == 1
    assert not User.objects.filter(email="nouvelle@example.org").exists()


def test_whoever_answers_waits_for_nobody_who_holds_the_file_or_a_house(transactional_cast: c.Cast) -> None:
    """What is written for the answer points to both: such a line may be written while another holds the row."""
    cast = transactional_cast
    referral = c.sent(cast)

    def hold_both() -> None:
        with c.acting(cast.aissatou) as actor:
            steps.locked_case(actor, referral.case_id)
        guard.locked(Organisation, cast.centre.pk)

    assert not against(hold_both, lambda: row(Referral, referral.pk), lambda: c.accepted(cast, referral))
    referral.refresh_from_db()
    assert referral.state == "accepted"
