"""Which files may be about one person, and what of two is alike? Pure (security.md §2.6).

A file is found by a bucket of one of three indexes: the sound of both names with the year of birth, the telephone
number, the number of a document. Never by sex, age, nationality, region or a surname alone.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import phonenumbers

from crypto.blind_index import normalise
from referral.disclosure import OLDEST, age_on, ages_of, band_at
from referral.enums import AgeBand
from referral.likeness import Likeness
from referral.names import sound_of, sound_of_given, sound_of_surname


class Index(StrEnum):
    NAME = "name"
    PHONE = "phone"
    DOCUMENT = "document"


#: Bits of each index: of one person, all that an attacker with the dump and the index key learns.
BITS: Mapping[Index, int] = {Index.NAME: 6, Index.PHONE: 4, Index.DOCUMENT: 3}
#: So many bits of one row, and no more, whatever indexes are added.
MOST_OF_A_ROW = 13
#: A bucket holds at least so many of the population, by chance.
COINCIDENCES = 2

#: A year of birth is often a guess.
YEARS_APART = 1
#: A file may have been written so long ago, with the age of then.
FILE_AGE = 2
SHORTEST_DOCUMENT = 4
HOME = "SN"
#: In a search only, in the place of an age band.
ANY_AGE = "any"


def bits_of(index: Index, population: int) -> int:
    """Fewer where the population is small: a bucket must never be the fingerprint of one person."""
    return max(1, min(BITS[index], int(math.log2(max(population, 4) / COINCIDENCES))))


@dataclass(frozen=True)
class Identity:
    """What a file says of who the person is, opened."""

    family_name: str | None = None
    given_names: str | None = None
    birth_date: date | None = None
    age_band: str = AgeBand.UNKNOWN
    phone: str | None = None
    document_number: str | None = None
    sex: str = ""
    nationality: str | None = None

    @property
    def sound(self) -> str:
        return sound_of(self.family_name, self.given_names)


def telephone(typed: str | None) -> str:
    """In E.164, as read in Senegal; empty for what is no number."""
    try:
        number = phonenumbers.parse(typed or "", HOME)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def document(typed: str | None) -> str:
    """Letters and digits only; empty for what is too short to be the number of a paper."""
    number = re.sub(r"[^a-z0-9]", "", normalise(typed or ""))
    return number if len(number) >= SHORTEST_DOCUMENT else ""


def entries(who: Identity) -> dict[Index, str]:
    """What is indexed of a file: one value an index, none of what is not known."""
    age = str(who.birth_date.year) if who.birth_date else who.age_band
    values = {
        Index.NAME: f"{who.sound}|{age}" if who.sound else "",
        Index.PHONE: telephone(who.phone),
        Index.DOCUMENT: document(who.document_number),
    }
    return {index: value for index, value in values.items() if value}


def lookups(who: Identity, today: date) -> dict[Index, set[str]]:
    """Where another file of the same person may stand: a year earlier or later, an age band where no year was known."""
    found = {index: {value} for index, value in entries(who).items()}
    if who.sound:
        ages = [*_years_of_birth(who, today), *_bands_of(who, today)]
        found[Index.NAME] |= {f"{who.sound}|{age}" for age in ages}
    return found


def _years_of_birth(who: Identity, today: date) -> range:
    """Every year in which such a person may have been born."""
    if who.birth_date:
        return range(who.birth_date.year - YEARS_APART, who.birth_date.year + YEARS_APART + 1)
    youngest, oldest = (0, OLDEST) if who.age_band == ANY_AGE else ages_of(who.age_band)
    # A year earlier, when the birthday is still to come.
    return range(today.year - oldest - FILE_AGE - YEARS_APART - 1, today.year - youngest + YEARS_APART + 1)


def _bands_of(who: Identity, today: date) -> set[str]:
    """Every band in which such a person may have been written down."""
    if who.birth_date:
        youngest = oldest = age_on(who.birth_date, today)
    else:
        youngest, oldest = (0, OLDEST) if who.age_band == ANY_AGE else ages_of(who.age_band)
        oldest += FILE_AGE  # this file, too, may be of then
    ages = range(max(0, youngest - FILE_AGE - YEARS_APART), oldest + YEARS_APART + 1)
    return {AgeBand.UNKNOWN.value, *(band_at(age).value for age in ages)}


def may_be_one(a: Identity, b: Identity, today: date) -> bool:
    """Worth a look by a human: one number or one paper, or names that sound alike and ages that do not contradict."""
    one_number = telephone(a.phone) and telephone(a.phone) == telephone(b.phone)
    one_paper = document(a.document_number) and document(a.document_number) == document(b.document_number)
    one_name = a.sound and a.sound == b.sound and _age(a, b, today) != Likeness.DIFFERENT
    return bool(one_number or one_paper or one_name)


def likenesses(a: Identity, b: Identity, today: date) -> dict[str, Likeness]:
    """Field by field, in words that hold no value; for whoever must not see either file."""
    return {
        "family_name": _name(a, b, "family_name"),
        "given_names": _name(a, b, "given_names"),
        "birth_date": _age(a, b, today),
        "phone": _exact(telephone(a.phone), telephone(b.phone)),
        "document_number": _exact(document(a.document_number), document(b.document_number)),
        "sex": _exact(a.sex, b.sex),
        "nationality": _exact(normalise(a.nationality or ""), normalise(b.nationality or "")),
    }


def _exact(a: str, b: str) -> Likeness:
    if not a or not b:
        return Likeness.UNKNOWN
    return Likeness.SAME if a == b else Likeness.DIFFERENT


def _name(a: Identity, b: Identity, field: str) -> Likeness:
    mine, theirs = (normalise(getattr(each, field) or "") for each in (a, b))
    if _exact(mine, theirs) != Likeness.DIFFERENT:
        return _exact(mine, theirs)
    sound = sound_of_surname if field == "family_name" else sound_of_given
    # Near too when the two names stand in each other's place.
    return Likeness.NEAR if sound(mine) == sound(theirs) or a.sound == b.sound != "" else Likeness.DIFFERENT


def _age(a: Identity, b: Identity, today: date) -> Likeness:
    if a.birth_date and b.birth_date:
        if a.birth_date == b.birth_date:
            return Likeness.SAME
        return _near(b.birth_date.year in _years_of_birth(a, today))
    dated, banded = (a, b) if a.birth_date else (b, a)
    unknown = {AgeBand.UNKNOWN.value, ANY_AGE}
    if banded.age_band in unknown or (not dated.birth_date and dated.age_band in unknown):
        return Likeness.UNKNOWN
    return _near(banded.age_band in _bands_of(dated, today))


def _near(near: bool) -> Likeness:
    return Likeness.NEAR if near else Likeness.DIFFERENT
