"""Two people act at once, through HTTP, on real PostgreSQL: one wins, nothing is done twice, nothing leaks after it."""

import os
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from audit import clock
from audit.models import Event
from partners.models import Places, User
from referral.models import Notice, Placement, Referral
from tests import cast as c

ROUNDS = 200 if os.environ.get("FULL") == "1" else 8
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="partners.backends.Backend")
    return client


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Runs every act in a thread of its own, all released at the same moment."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(index: int, act: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[index] = act()
        finally:
            for alias in ("default", "audit"):
                connections[alias].close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def accept_form(referral: Referral, cast: c.Cast, worker: User, places: Places | None) -> dict[str, str]:
    arrival = timezone.localtime(clock.now() + timedelta(hours=2))
    form = {
        "key": str(uuid4()),
        "version": str(referral.version),
        "conflict": "no",
        "worker": str(worker.pk),
        "expected_arrival_at": arrival.strftime("%Y-%m-%dT%H:%M"),
        "label": "",
    }
    return form | ({"place": str(places.pk)} if places else {})


def counted(referral: Referral, action: str) -> Counter[str]:
    """One move that happened leaves one row of each."""
    return Counter(
        events=Event.objects.filter(referral_id=referral.pk, verb=f"transition.{action}").count(),
        history=Referral.history.filter(
            id=referral.pk, state=Referral.objects.get(pk=referral.pk).state
        ).count(),
        transitions=referral.transitions.filter(action=action).count(),
    )


@pytest.mark.no_cover  # long under FULL=1; each act is measured where it is tested
def test_of_two_accepts_one_wins(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    codou, elisabeth = client_of(cast.codou), client_of(cast.elisabeth)
    for _round in range(ROUNDS):
        referral = c.sent(cast)
        notices = Notice.objects.filter(user=cast.aissatou).count()
        url = f"/referrals/{referral.pk}/accept/"
        forms = [accept_form(referral, cast, cast.daouda, cast.girls) for _ in range(2)]
        answers = together(lambda: codou.post(url, forms[0]), lambda: elisabeth.post(url, forms[1]))
        assert sorted(answer.status_code for answer in answers) == [200, 302]
        referral.refresh_from_db()
        assert referral.state == "accepted"
        assert counted(referral, "accept") == Counter(events=1, history=1, transitions=1)
        assert Placement.objects.filter(referral=referral).count() == 1
        assert Notice.objects.filter(user=cast.aissatou).count() == notices + 1
        clear(cast)


@pytest.mark.no_cover  # long under FULL=1; each act is measured where it is tested
def test_accept_against_withdraw_always_ends_withdrawn(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    codou, aissatou = client_of(cast.codou), client_of(cast.aissatou)
    won: Counter[str] = Counter()
    for _round in range(ROUNDS):
        referral = c.sent(cast)
        page = f"/referrals/{referral.pk}/"
        form = accept_form(referral, cast, cast.daouda, cast.girls)
        takes_back = {"key": str(uuid4()), "reason_code": "OTHER_SOLUTION"}
        accepting, withdrawing = together(
            lambda: codou.post(f"{page}accept/", form), lambda: aissatou.post(f"{page}withdraw/", takes_back)
        )
        assert withdrawing.status_code == 302
        referral.refresh_from_db()
        assert referral.state == "withdrawn"
        accepted_first = referral.accepted_at is not None
        assert (accepting.status_code == 302) == accepted_first
        assert counted(referral, "accept")["events"] == accepted_first
        assert counted(referral, "withdraw") == Counter(events=1, history=1, transitions=1)
        # Whatever the order: nothing of it is read by the receiver afterwards.
        for address in (page, f"{page}shared/", f"{page}accept/", f"{page}safety-extract/"):
            assert codou.get(address).status_code == 404
        assert not Placement.objects.filter(referral=referral, state__in=["held", "occupied"]).exists()
        won["accept first" if accepted_first else "withdraw first"] += 1
        clear(cast)
    print(dict(won))  # noqa: T201  # both orders should be seen over many rounds


@pytest.mark.no_cover  # long under FULL=1; each act is measured where it is tested
def test_of_twenty_accepts_for_one_place_one_wins(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    for _round in range(max(1, ROUNDS // 20)):
        one_place(cast)
        referrals = [c.sent(cast) for _ in range(20)]
        clients = [client_of(cast.codou) for _ in referrals]
        forms = [accept_form(referral, cast, cast.daouda, cast.girls) for referral in referrals]
        answers = together(
            *(
                lambda client=client, referral=referral, form=form: client.post(
                    f"/referrals/{referral.pk}/accept/", form
                )
                for client, referral, form in zip(clients, referrals, forms, strict=True)
            )
        )
        assert Counter(answer.status_code for answer in answers) == Counter({200: 19, 302: 1})
        assert Referral.objects.filter(pk__in=[r.pk for r in referrals], state="accepted").count() == 1
        girls = Places.objects.get(pk=cast.girls.pk)
        assert (girls.held, girls.occupied, girls.capacity) == (1, 0, 1)
        clear(cast)


def one_place(cast: c.Cast) -> None:
    from django.db import transaction

    from audit.rows import write

    with c.acting(), transaction.atomic():
        girls = Places.objects.select_for_update().get(pk=cast.girls.pk)
        if girls.capacity != 1:
            girls.capacity = 1
            write(girls, fields=["capacity"])


def clear(cast: c.Cast) -> None:
    """Ends what this round opened, so that the next finds its places free."""
    from referral.services import withdrawing

    with c.acting(cast.bineta) as actor:
        for referral in Referral.objects.exclude(state__in=["completed", "declined", "withdrawn", "expired"]):
            withdrawing.withdraw_referral(referral.pk, by=actor, at=clock.now(), reason_code="ERROR")
