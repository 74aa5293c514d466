"""Each night counts where the person was: in which group, and whether on leave, whatever was written down when."""

import os
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from audit import clock
from partners.models import Places
from referral.models import Placement, Referral
from referral.services import care, stays, walk_ins
from tests import cast as c
from tests.referral.pages import later
from tests.reporting.pages import report, row, tables_of

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

ROUNDS = 100 if os.environ.get("FULL") == "1" else 2
IN_HOUSE, ON_LEAVE = "Nuits par groupe de personnes", "Nuits en permission"
BY_AGE = "Nuits par âge et sexe"
LABELS = {"girls": "Filles", "women": "Femmes"}


def day_of(cast: c.Cast, referral: Referral, what: str, goal: Places) -> None:
    with c.acting(cast.codou) as actor:
        at, version = clock.now(), Placement.objects.get(referral=referral).version
        said = {"by": actor, "at": at, "version": version}
        if what in ("kept", "given"):
            until = at + timedelta(days=3)
            stays.begin_leave(referral.pk, **said, until=until, kept=what == "kept")
        elif what == "back":
            stays.end_leave(referral.pk, **said)
        elif what == "move":
            stays.move_stay(referral.pk, **said, places_id=goal.pk)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_each_night_is_counted_once_where_the_person_was(cast: c.Cast, seed: int) -> None:
    chance = Random(seed)
    houses = {"girls": cast.girls, "women": Places.objects.get(site=cast.girls.site, group="women")}
    first = timezone.localdate(clock.now())
    referral = c.started(cast)
    where, away, days = "girls", False, 0
    slept: Counter[tuple[str, bool]] = Counter()
    # One of each at least, then as it comes.
    for what in ["move", "kept", "back", *chance.choices(["move", "leave", "nothing"], k=4)]:
        if what == "leave":
            what = "back" if away else chance.choice(["kept", "given"])
        if what == "move" and away:
            what = "nothing"
        nights = chance.randint(0, 3)
        slept[where, away] += nights
        days += nights
        later(days=days)
        other = "women" if where == "girls" else "girls"
        day_of(cast, referral, what, houses[other])
        where = other if what == "move" else where
        away = what in ("kept", "given") or (away and what != "back")
    slept[where, away] += 2
    later(days=days + 2)
    found = tables_of(report(cast.codou, first, first + timedelta(days=days + 10)))
    for heading, on_leave in ((IN_HOUSE, False), (ON_LEAVE, True)):
        expected = {LABELS[group]: slept[group, on_leave] for group in houses if slept[group, on_leave]}
        shown = {line[0]: int(line[2].removesuffix(" *")) for line in found.get(heading, [])[1:-1]}
        assert shown == expected, heading
    inside = sum(number for (_group, on_leave), number in slept.items() if not on_leave)
    if inside:
        assert row(found, BY_AGE, "Total")[-1] == str(inside)
    else:  # On leave every night: a table without a figure is not shown.
        assert BY_AGE not in found


def test_a_walk_in_that_moves_and_is_referred_is_one_stay_with_all_its_nights(cast: c.Cast) -> None:
    women = Places.objects.get(site=cast.girls.site, group="women")
    first = timezone.localdate(clock.now())
    with c.acting(cast.codou) as actor:
        who = {"sex": "female", "age_band": "9-13"}
        there = walk_ins.enter_walk_in(actor, women.pk, **who, at=clock.now())
    later(days=2)
    with c.acting(cast.codou) as actor:
        there = walk_ins.move_walk_in(actor, there.pk, there.version, places_id=cast.girls.pk)
    later(days=3)
    referral = c.accepted(cast)
    with c.acting(cast.codou) as actor:
        at = clock.now()
        said = {"version": referral.version, "occurred_at": at, "code": referral.arrival_code or ""}
        care.start_service(referral.pk, by=actor, at=at, **said, walk_in_id=there.pk)
    later(days=5)
    found = tables_of(report(cast.codou, first, first + timedelta(days=10)))
    assert row(found, IN_HOUSE, "Femmes") == ["1", "2"]
    assert row(found, IN_HOUSE, "Filles") == ["1", "3"]
    assert row(found, BY_AGE, "Total") == ["5", "0", "0", "5"]
