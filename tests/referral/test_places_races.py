"""Two hands on one place, on real PostgreSQL: one wins, and the books balance afterwards."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from audit import clock
from partners.models import Places
from partners.services import guard
from partners.services.ledger import NoPlaceFree
from referral.lifecycle import NotPossible
from referral.models import Placement, Referral, WalkIn
from referral.services import care, receiving, stays, walk_ins
from referral.services import clock as rounds
from referral.services.receiving import WrongPlace
from referral.services.steps import StaleForm
from tests import cast as c
from tests.referral.pages import later
from tests.referral.test_races import ROUNDS, one_place, together

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "audit"]),
    pytest.mark.no_cover,  # long under FULL=1; each act is measured where it is tested
]


def won(act: Callable[[Any], object], user: Any) -> bool:
    try:
        with c.acting(user) as actor:
            act(actor)
    except (NoPlaceFree, WrongPlace, NotPossible, StaleForm, guard.StaleForm):
        return False
    return True


def books(cast: c.Cast) -> tuple[int, int, int]:
    girls = Places.objects.get(pk=cast.girls.pk)
    assert girls.free + girls.held + girls.occupied == girls.capacity + girls.over
    return girls.held, girls.occupied, girls.free


def walk_in(cast: c.Cast) -> Callable[[Any], object]:
    who = {"sex": "female", "age_band": "14-17"}
    return lambda actor: walk_ins.enter_walk_in(actor, cast.girls.pk, **who, at=clock.now())


def test_of_twenty_who_walk_in_for_one_place_one_sleeps_there(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    one_place(cast)
    answers = together(*(lambda: won(walk_in(cast), cast.codou) for _ in range(20)))
    assert answers.count(True) == WalkIn.objects.count() == 1
    assert books(cast) == (0, 1, 0)


def test_hold_against_leave_never_offers_a_place_twice(transactional_cast: c.Cast) -> None:
    """The last bed is left while two want it: at most one gets it, and only after it is free."""
    cast = transactional_cast
    one_place(cast)
    for _round in range(max(1, ROUNDS // 4)):
        assert won(walk_in(cast), cast.codou)
        there = WalkIn.objects.get(left_at=None)

        def left(actor: Any, there: WalkIn = there) -> object:
            return walk_ins.end_walk_in(actor, there.pk, there.version, at=clock.now())

        gone, *came = together(
            lambda: won(left, cast.codou),  # of this round, which ends before the next
            lambda: won(walk_in(cast), cast.codou),
            lambda: won(walk_in(cast), cast.elisabeth),
        )
        assert gone
        assert came.count(True) <= 1
        assert books(cast) == (0, came.count(True), 1 - came.count(True))
        for row in WalkIn.objects.filter(left_at=None):
            with c.acting(cast.codou) as actor:
                walk_ins.end_walk_in(actor, row.pk, row.version, at=clock.now())


def test_of_two_moves_of_one_person_one_is_made(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    referral = c.started(cast)
    stay = Placement.objects.get(referral=referral)
    women = Places.objects.get(site=cast.girls.site, group="women")

    def move(actor: Any) -> object:
        said = {"at": clock.now(), "version": stay.version, "places_id": women.pk}
        return stays.move_stay(referral.pk, by=actor, **said)

    answers = together(lambda: won(move, cast.codou), lambda: won(move, cast.elisabeth))
    assert sorted(answers) == [False, True]
    assert books(cast) == (0, 0, 2)
    women.refresh_from_db()
    assert (women.held, women.occupied) == (0, 1)


def test_expiry_of_a_hold_against_the_arrival(transactional_cast: c.Cast) -> None:
    """Either the place is kept and taken, or it went back to all and is taken anew: the person has exactly one."""
    cast = transactional_cast
    for _round in range(max(1, ROUNDS // 4)):
        referral = c.accepted(cast, expected_arrival_at=clock.now())
        with c.acting(cast.codou):
            code = referral.arrival_code or ""

        def arrive(actor: Any, referral: Referral = referral, code: str = code) -> object:
            at = clock.now()
            said = {"at": at, "version": referral.version, "occurred_at": at}
            return care.start_service(referral.pk, by=actor, **said, code=code, places_id=cast.girls.pk)

        def lapse() -> int:
            with c.acting(), transaction.atomic():
                later(hours=25)
                return rounds.run("holds", clock.now())

        together(lapse, lambda: won(arrive, cast.codou))
        stay = Placement.objects.filter(referral=referral, state="occupied")
        assert stay.count() == 1
        assert books(cast) == (0, 1, 1)
        referral.refresh_from_db()
        with c.acting(cast.codou) as actor:
            at = clock.now()
            done = {"at": at, "version": referral.version, "occurred_at": at}
            care.complete_service(referral.pk, by=actor, **done, outcome="NEED_MET")


def test_of_two_referrals_that_claim_one_walk_in_one_has_it(transactional_cast: c.Cast) -> None:
    """Two desks of one house say yes at once, each to somebody who is said to sleep there already; or she leaves."""
    cast = transactional_cast
    for _round in range(max(1, ROUNDS // 4)):
        assert won(walk_in(cast), cast.codou)
        there = WalkIn.objects.get(left_at=None)
        one, other = c.sent(cast), c.sent(cast)

        def claim(actor: Any, referral: Referral, there: WalkIn = there) -> object:
            said = {"version": referral.version, "worker_id": cast.daouda.pk, "walk_in_id": there.pk}
            at = clock.now()
            return receiving.accept_referral(referral.pk, by=actor, at=at, expected_arrival_at=at, **said)

        def left(actor: Any, there: WalkIn = there) -> object:
            return walk_ins.end_walk_in(actor, there.pk, there.version, at=clock.now())

        answers = together(
            partial(won, partial(claim, referral=one), cast.codou),
            partial(won, partial(claim, referral=other), cast.elisabeth),
            partial(won, left, cast.codou),
        )
        assert answers.count(True) == 1
        there.refresh_from_db()
        stays_now = Placement.objects.filter(state="occupied")
        assert list(stays_now) == ([] if there.placement is None else [there.placement])
        assert books(cast) == (0, len(stays_now), 2 - len(stays_now))
        for stay in stays_now:
            with c.acting(cast.codou), transaction.atomic():
                care.leave(stay.referral, at=clock.now())
