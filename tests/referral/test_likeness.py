"""What is indexed of a person, and how finely; what of two persons is alike. No database."""

from datetime import date
from typing import Any

import pytest

from referral.enums import AgeBand
from referral.likeness import Likeness
from referral.matching import (
    BITS,
    COINCIDENCES,
    MOST_OF_A_ROW,
    Identity,
    Index,
    bits_of,
    document,
    entries,
    likenesses,
    lookups,
    may_be_one,
    telephone,
)

TODAY = date(2026, 11, 29)
AWA = Identity("Ndiaye", "Awa", date(2012, 5, 3), AgeBand.B14_17, "77 123 45 67", "1 234 1990 00012")


@pytest.mark.parametrize("population", [4, 50, 1000, 20_000, 10**6])
def test_no_bucket_is_the_fingerprint_of_one_person(population: int) -> None:
    bits = {index: bits_of(index, population) for index in Index}
    assert sum(bits.values()) <= MOST_OF_A_ROW
    assert all(population / 2**each >= COINCIDENCES for each in bits.values())


def test_the_bits_are_those_of_the_security_page() -> None:
    assert sum(BITS.values()) == MOST_OF_A_ROW == 13


def test_nothing_that_many_share_is_indexed_alone() -> None:
    shared = Identity("Ndiaye", None, date(2012, 5, 3), AgeBand.B9_13, None, None, "female", "SN")
    assert entries(shared) == {}
    assert lookups(shared, TODAY) == {}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("77 123 45 67", "+221771234567"),
        ("+221 77-123-45-67", "+221771234567"),
        ("00221771234567", "+221771234567"),
        ("+220 301 2345", "+2203012345"),
        ("appeler la tante", ""),
        ("12", ""),
        (None, ""),
    ],
)
def test_a_number_is_one_however_it_is_typed(typed: str | None, number: str) -> None:
    assert telephone(typed) == number


@pytest.mark.parametrize(
    ("typed", "number"), [("A-778 12", "a77812"), ("a 77812", "a77812"), ("n° 1", ""), (None, "")]
)
def test_a_paper_is_one_however_it_is_typed(typed: str | None, number: str) -> None:
    assert document(typed) == number


@pytest.mark.parametrize(
    ("other", "met"),
    [
        ({}, True),
        ({"family_name": "N'Diaye", "birth_date": date(2013, 1, 1)}, True),
        ({"birth_date": date(2015, 1, 1)}, False),
        ({"birth_date": None, "age_band": AgeBand.B14_17}, True),
        ({"birth_date": None, "age_band": AgeBand.B9_13}, True),  # written two years ago
        ({"birth_date": None, "age_band": AgeBand.UNKNOWN}, True),
        ({"birth_date": None, "age_band": AgeBand.B30_47}, False),
        ({"given_names": "Astou"}, False),
        ({"family_name": "Awa", "given_names": "Ndiaye"}, True),
    ],
)
def test_a_name_meets_with_a_year_more_or_less_or_an_age_band(other: dict[str, Any], met: bool) -> None:
    known = {"phone": None, "document_number": None}
    asked = Identity(**{**AWA.__dict__, **known})
    there = Identity(**{**AWA.__dict__, **known, **other})
    assert may_be_one(asked, there, TODAY) == may_be_one(there, asked, TODAY) == met
    for a, b in ((asked, there), (there, asked)):
        found = entries(b)[Index.NAME] in lookups(a, TODAY)[Index.NAME]
        assert found or not met, "what compares as one person is not looked up"


@pytest.mark.parametrize("band", AgeBand)
def test_every_age_band_meets_every_year_in_it(band: AgeBand) -> None:
    banded = Identity("Ndiaye", "Awa", None, band)
    for age in range(0, 90):
        dated = Identity("Ndiaye", "Awa", date(TODAY.year - age, 1, 1))
        if may_be_one(banded, dated, TODAY) and (band != AgeBand.UNKNOWN or age < 30):
            assert entries(dated)[Index.NAME] in lookups(banded, TODAY)[Index.NAME], age
            assert entries(banded)[Index.NAME] in lookups(dated, TODAY)[Index.NAME], age


def test_a_comparison_says_no_value() -> None:
    other = Identity("N'Diaye", "Fatou", date(2013, 1, 1), AgeBand.B9_13, "771234567", None, "female", "SN")
    found = likenesses(AWA, other, TODAY)
    assert found == {
        "family_name": Likeness.NEAR,
        "given_names": Likeness.DIFFERENT,
        "birth_date": Likeness.NEAR,
        "phone": Likeness.SAME,
        "document_number": Likeness.UNKNOWN,
        "sex": Likeness.UNKNOWN,
        "nationality": Likeness.UNKNOWN,
    }
