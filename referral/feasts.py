"""Which days of a year are holidays in Senegal? Proposed by a library; national coordination decides."""

import re
from dataclasses import dataclass
from datetime import date

#: Years for which the lunar calendar is computed well enough to propose anything.
FIRST, LAST = 2020, 2070
#: The library's mark of a feast by the moon, alone in brackets or the last word in them.
_ESTIMATED = re.compile(r" \(estim(?:é|ated)\)|, estim(?:é|ated)(?=\))")


@dataclass(frozen=True)
class Feast:
    day: date
    name_fr: str
    name_en: str
    #: Lunar: the day is announced, what is computed is an estimate.
    announced: bool


def proposed(year: int) -> list[Feast]:
    """In the order of the year; a Sunday's feast that is kept on Monday stands there too."""
    french, english = _names(year, "fr_SN"), _names(year, "en_US")
    return [Feast(day, name, english[day][0], announced) for day, (name, announced) in french.items()]


def _names(year: int, language: str) -> dict[date, tuple[str, bool]]:
    """By day: what it is called, and whether that is an estimate."""
    from holidays import country_holidays  # noqa: PLC0415 - every country of the world, for one page a year

    calendar = country_holidays("SN", years=year, language=language)
    found = {}
    for day in sorted(calendar):
        names = calendar.get_list(day)
        # A feast by the moon that may fall on a fixed one makes that day neither another one nor less certain.
        certain = [name for name in names if not _ESTIMATED.search(name)]
        words = ", ".join(_ESTIMATED.sub("", name) for name in certain or names)
        found[day] = words.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}"), not certain
    return found
