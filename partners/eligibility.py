"""Whom does a service take, and when is it open? In the words of the directory, one sentence each. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from typing import Protocol

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from partners.enums import Sex, Weekday


class Offered(Protocol):
    """What is read of a service."""

    sexes: list[str]
    takes_children: bool
    takes_adults: bool
    takes_children_with_parent: bool
    languages: list[str]
    minimum_age: int | None
    maximum_age: int | None
    disability_access: bool
    regions: list[str]
    title_needed: bool
    days: list[str]
    opens_at: time | None
    closes_at: time | None


def listed(words: Iterable[str]) -> str:
    """Wolof, pulaar et français."""
    *first, last = list(words) or [""]
    return _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last


def eligible(service: Offered, *, languages: Mapping[str, str], regions: Mapping[str, str]) -> str:
    """Femmes et filles de 6 à 25 ans, wolof et pulaar, accès handicapé, titre de placement demandé.

    Args:
        languages, regions: code -> name.
    """
    parts = [" ".join(filter(None, (_who(service), _ages(service.minimum_age, service.maximum_age))))]
    if service.takes_adults and service.takes_children_with_parent:
        parts.append(_("with their children"))
    parts.append(listed(small(languages.get(code, code)) for code in service.languages))
    if service.disability_access:
        parts.append(_("accessible with a disability"))
    if service.title_needed and service.takes_children:
        parts.append(_("custody title asked for"))
    if service.regions:
        parts.append(
            _("from %(regions)s only") % {"regions": listed(regions.get(c, c) for c in service.regions)}
        )
    return ", ".join(part for part in parts if part)


def _who(service: Offered) -> str:
    women, men = Sex.FEMALE in service.sexes, Sex.MALE in service.sexes
    children, adults = service.takes_children, service.takes_adults
    if women == men:
        return _("children and adults") if children and adults else _("children") if children else _("adults")
    if women:
        return _("women and girls") if children and adults else _("girls") if children else _("women")
    return _("men and boys") if children and adults else _("boys") if children else _("men")


def _ages(least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        return _("from %(least)d to %(most)d years") % {"least": least, "most": most}
    if least is not None:
        return ngettext("from %(age)d year", "from %(age)d years", least) % {"age": least}
    if most is not None:
        return ngettext("up to %(age)d year", "up to %(age)d years", most) % {"age": most}
    return ""


def small(name: str) -> str:
    """Languages and days of French are written small inside a sentence."""
    return name if (get_language() or "fr").startswith("en") else name[:1].lower() + name[1:]


def opening(service: Offered) -> str:
    """Tous les jours, 24 h sur 24; du lundi au vendredi, 8 h à 17 h."""
    if service.opens_at is None or service.closes_at is None:
        hours = _("round the clock")
    else:
        hours = _("%(opens)s to %(closes)s") % {
            "opens": hour(service.opens_at),
            "closes": hour(service.closes_at),
        }
    return f"{_days(service.days)}, {hours}"


def _days(open_on: Sequence[str]) -> str:
    week = [day for day in Weekday if day in open_on]
    if not week or len(week) == len(Weekday):
        return _("every day")
    names = [small(str(day.label)) for day in week]
    places = [list(Weekday).index(day) for day in week]
    if len(week) > 2 and places[-1] - places[0] == len(week) - 1:
        return _("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return listed(names)


def hour(at: time) -> str:
    """8 h, 12 h 30; in English 08:00, 12:30."""
    words = (
        pgettext("clock", "{hour:02d}:{minute:02d}")
        if at.minute
        else pgettext("clock on the hour", "{hour:02d}:00")
    )
    return words.format(hour=at.hour, minute=at.minute)
