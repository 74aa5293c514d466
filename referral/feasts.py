"""Which days of a year are holidays in Senegal? Proposed by a library; national coordination decides."""

from dataclasses import dataclass
from datetime import date

#: Years for which the lunar calendar is computed well enough to propose anything.
FIRST, LAST = 2020, 2070


@dataclass(frozen=True)
class Feast:
    day: date
    name_fr: str
    name_en: str
    #: Lunar: the day is announced, what is computed is an estimate.
    announced: bool


def proposed(year: int) -> list[Feast]:
    """In the order of the year; a Sunday's feast that is kept on Monday stands there too."""
    from holidays import country_holidays  # noqa: PLC0415 - every country of the world, for one page a year

    french, english = (
        country_holidays("SN", years=year, language=language, islamic_show_estimated=False)
        for language in ("fr_SN", "en_US")
    )
    marked = country_holidays("SN", years=year, language="en_US")
    return [
        Feast(
            day=day,
            name_fr=", ".join(french.get_list(day)),
            name_en=", ".join(english.get_list(day)),
            announced="estimated" in marked[day],
        )
        for day in sorted(french)
    ]
