"""Who comes first, and who is not proposed: the rules themselves, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from referral.avoiding import Avoided, Ground, What, Why, comes_near, ruled_out
from referral.ranking import (
    ASKABLE,
    Hindrance,
    Need,
    Provider,
    Reason,
    hindrances,
    is_open,
    rank,
    reasons,
)
from referral.routing_rules import Profile, named, profiles_of, that_count

#: A Monday, in the afternoon.
AT = datetime(2026, 11, 30, 15, tzinfo=UTC)
HERE, ELSEWHERE = "here", "elsewhere"
MOTHER = Need(
    sex="female",
    is_child=False,
    ages=(21, 29),
    with_children=True,
    languages=frozenset({"fuc"}),
    flags=frozenset(),
    region=HERE,
    region_code="SN-DK",
    urgency="urgent",
)
CHILD = replace(MOTHER, is_child=True, ages=(9, 13), with_children=False)
UNKNOWN_AGE = replace(CHILD, ages=(0, 30))
FREE, STALE = (SimpleNamespace(free=True, full_tonight=False, stale=old) for old in (False, True))
FULL, TONIGHT = (SimpleNamespace(free=False, full_tonight=said, stale=False) for said in (False, True))
GOOD = Provider(kind="ngo", regions=frozenset({HERE}), languages=["fuc"], places=[FREE])


def provider(**known: Any) -> Provider:
    return GOOD._replace(**known)


#: From the best to the last: each is worse than the one before in one thing, which weighs more than all that follow.
ORDER: list[tuple[str, Need, Provider]] = [
    ("nothing against it", MOTHER, GOOD),
    ("it may be beyond its ages", MOTHER, provider(maximum_age=25)),
    ("another region", MOTHER, provider(regions=frozenset({ELSEWHERE}))),
    ("no language of hers", MOTHER, provider(languages=["wol"])),
    ("no access", replace(MOTHER, flags=frozenset({"mobility"})), GOOD),
    ("closed, in an emergency", replace(MOTHER, urgency="emergency"), provider(days=["SU"])),
    ("counted long ago", MOTHER, provider(places=[STALE])),
    ("full", MOTHER, provider(places=[FULL])),
    ("nobody at the desk", MOTHER, provider(staffed=False)),
]


def test_what_differs_first_decides_whatever_follows() -> None:
    ranks = [rank(need, each, AT) for _what, need, each in ORDER]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ORDER)
    # The last of all, but that somebody answers and has a place, comes before the best of whoever has none.
    worst = provider(regions=frozenset({ELSEWHERE}), languages=[], maximum_age=25)
    assert rank(MOTHER, worst, AT) < rank(MOTHER, provider(places=[FULL]), AT)


def test_a_rule_decides_among_those_who_can_take_the_person_now() -> None:
    first, second = provider(rule=0, regions=frozenset({ELSEWHERE})), provider(rule=1)
    unnamed, full = GOOD, provider(rule=0, places=[FULL])
    shuffled = [full, unnamed, second, first]
    Random(1).shuffle(shuffled)
    assert sorted(shuffled, key=lambda each: rank(MOTHER, each, AT)) == [first, second, unnamed, full]


@pytest.mark.parametrize(
    ("need", "known", "expected"),
    [
        (MOTHER, {}, []),
        (MOTHER, {"kept_away": Why.CONFLICT}, [Hindrance.CONFLICT]),
        (MOTHER, {"kept_away": Why.REFUSED}, [Hindrance.REFUSED]),
        (MOTHER, {"status": "suspended"}, [Hindrance.SUSPENDED]),
        (MOTHER, {"agreement_until": AT.date()}, []),
        (MOTHER, {"agreement_until": AT.date() - timedelta(days=1)}, [Hindrance.AGREEMENT_OVER]),
        (MOTHER, {"takes_adults": False}, [Hindrance.NO_ADULTS]),
        (CHILD, {"takes_children": False}, [Hindrance.NO_CHILDREN]),
        (UNKNOWN_AGE, {"takes_children": False}, [Hindrance.NO_CHILDREN]),
        (UNKNOWN_AGE, {"minimum_age": 18}, [Hindrance.TOO_YOUNG]),
        (UNKNOWN_AGE, {"minimum_age": 14}, []),
        (MOTHER, {"sexes": ["male"]}, [Hindrance.SEX]),
        (replace(MOTHER, sex="unknown"), {"sexes": ["male"]}, []),
        (MOTHER, {"takes_children_with_parent": False}, [Hindrance.NOT_WITH_CHILDREN]),
        (CHILD, {"minimum_age": 14}, [Hindrance.TOO_YOUNG]),
        (CHILD, {"minimum_age": 13}, []),
        (CHILD, {"maximum_age": 8}, [Hindrance.TOO_OLD]),
        (MOTHER, {"said": ["CONFLICT_OF_INTEREST"]}, [Hindrance.SAID_CONFLICT]),
        (MOTHER, {"said": ["OUT_OF_MANDATE"]}, [Hindrance.SAID_NO]),
        (MOTHER, {"said": ["EXPIRED"]}, [Hindrance.SILENT]),
        (MOTHER, {"said": ["ASKED"]}, [Hindrance.BEING_ASKED]),
        (MOTHER, {"said": ["NO_CAPACITY"]}, [Hindrance.NO_PLACE_TODAY]),
        (MOTHER, {"serves": ["SN-KD"]}, [Hindrance.OTHER_REGIONS]),
        (MOTHER, {"serves": ["SN-KD", "SN-DK"]}, []),
        (MOTHER, {"places": [FULL, FREE]}, []),
        (MOTHER, {"places": [FULL, TONIGHT]}, [Hindrance.FULL]),
        (MOTHER, {"places": [TONIGHT]}, [Hindrance.FULL_TONIGHT]),
        (CHILD, {"title_needed": True}, []),
    ],
)
def test_who_is_not_proposed_and_why(need: Need, known: dict[str, Any], expected: list[Hindrance]) -> None:
    assert hindrances(need, provider(**known), AT) == expected


def test_the_gravest_is_said_first_and_nothing_grave_may_be_asked_all_the_same() -> None:
    against = provider(kept_away=Why.CONFLICT, places=[FULL], serves=["SN-KD"])
    assert hindrances(MOTHER, against, AT)[0] == Hindrance.CONFLICT
    assert {Hindrance.FULL, Hindrance.FULL_TONIGHT, Hindrance.OTHER_REGIONS} == ASKABLE


@pytest.mark.parametrize(
    ("known", "at", "expected"),
    [
        ({}, AT, True),
        ({"days": ["TU"]}, AT, False),
        ({"opens_at": time(8), "closes_at": time(18)}, AT, True),
        ({"opens_at": time(8), "closes_at": time(15)}, AT, False),
        # From Sunday evening to Monday morning, and not the night after.
        ({"opens_at": time(20), "closes_at": time(6), "days": ["SU"]}, AT.replace(hour=3), True),
        ({"opens_at": time(20), "closes_at": time(6), "days": ["SU"]}, AT.replace(hour=21), False),
    ],
)
def test_open_now(known: dict[str, Any], at: datetime, expected: bool) -> None:
    assert is_open(provider(**known), at) is expected


def test_reasons_say_what_speaks_for_it_and_what_has_to_be_known_first() -> None:
    assert reasons(MOTHER, GOOD, AT) == [Reason.SAME_REGION, Reason.WITH_CHILDREN, Reason.LANGUAGE]
    far = provider(
        kind="embassy", regions=frozenset({ELSEWHERE}), languages=[], title_needed=True, maximum_age=10
    )
    assert reasons(replace(CHILD, flags=frozenset({"mobility"})), far, AT) == [
        *(Reason.CHILDREN, Reason.NO_LANGUAGE, Reason.NO_ACCESS, Reason.AGE, Reason.TITLE, Reason.EMBASSY)
    ]


# --- Kept away ---------------------------------------------------------------------------------------------
def avoided(what: What, key: str, why: Why = Why.REFUSED, region: str = "") -> Avoided:
    return Avoided(what, key, why, region)


def test_a_region_rules_out_whoever_works_nowhere_else() -> None:
    entries = [avoided(What.REGION, HERE)]
    assert ruled_out(entries, Ground("o", frozenset({HERE}))) == entries[0]
    both = Ground("o", frozenset({HERE, ELSEWHERE}))
    assert ruled_out(entries, both) is None
    assert comes_near(entries, both)


def test_the_department_of_a_secret_house_is_not_told_by_what_is_proposed() -> None:
    """Else one would find it by writing departments on the list, one after the other."""
    entries = [avoided(What.DEPARTMENT, "d1", region=HERE)]
    known = Ground("o", frozenset({HERE}), departments=frozenset({"d1"}))
    secret = [Ground("o", frozenset({HERE}), departments=frozenset(), hidden=True)]
    assert ruled_out(entries, known) == entries[0]
    for ground in secret:
        assert ruled_out(entries, ground) is None
        assert comes_near(entries, ground)
    assert not comes_near(entries, Ground("o", frozenset({ELSEWHERE}), hidden=True))


def test_a_link_with_an_offender_is_said_before_a_wish() -> None:
    entries = [avoided(What.REGION, HERE), avoided(What.ORGANISATION, "o", Why.CONFLICT)]
    assert ruled_out(entries, Ground("o", frozenset({HERE}))) == entries[1]


# --- Rules of regions --------------------------------------------------------------------------------------
def rule(**known: Any) -> SimpleNamespace:
    base = {"profile": "", "service": "", "region_id": None, "organisation_id": None, "kinds": []}
    return SimpleNamespace(**base | known)


def test_the_rule_of_a_region_replaces_the_one_for_everywhere_and_the_most_specific_comes_first() -> None:
    everywhere, dakar = rule(kinds=["ngo"]), rule(region_id=HERE, kinds=["court"])
    children, other = rule(profile=Profile.CHILD, kinds=["aemo"]), rule(profile=Profile.ADULT)
    rules = [everywhere, dakar, children, other]
    child = profiles_of(is_child=True, nationality="GN")
    assert that_count(rules, profiles=child, service="LEGAL", region=HERE) == [children, dakar]
    assert that_count(rules, profiles=child, service="LEGAL", region=ELSEWHERE) == [children, everywhere]


def test_a_nationality_that_is_not_known_makes_nobody_a_foreigner() -> None:
    assert Profile.FOREIGN_ADULT in profiles_of(is_child=False, nationality="GN")
    for unknown in (None, "", "SN"):
        assert Profile.FOREIGN_ADULT not in profiles_of(is_child=False, nationality=unknown)


def test_how_early_a_rule_names_an_organisation() -> None:
    one = uuid4()
    rules = [rule(organisation_id=one, kinds=["aemo", "ngo"]), rule(kinds=["court"])]
    assert [named(rules, organisation=pk, kind=kind) for pk, kind in ((one, "court"), (uuid4(), "ngo"))] == [
        0,
        2,
    ]
    assert named(rules, organisation=uuid4(), kind="court") == 3
    assert named(rules, organisation=uuid4(), kind="police") is None
    assert named([], organisation=one, kind="ngo") is None
