"""The file for the data-protection authority as screen, PDF and text all show it: parts, each with the law's article.

Of articles only those that we have read or were told of: where the text itself was not read, the file says so
(domain §2.3).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from partners.templatetags.interface import written
from reporting.suppression import is_small
from reporting.tables import Table


@dataclass(frozen=True)
class Part:
    """Args: article: of the law, as it is cited; empty where none was found."""

    title: str
    article: str
    rows: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Dossier:
    title: str
    house: str
    first: date
    last: date
    made_at: datetime
    parts: tuple[Part, ...]

    @property
    def dated(self) -> str:
        """Whose, of when, made when."""
        return _("%(house)s, %(first)s to %(last)s, made on %(day)s") % {
            "house": self.house,
            "first": day_words(self.first),
            "last": day_words(self.last),
            "day": day_words(timezone.localdate(self.made_at)),
        }


def day_words(on: date) -> str:
    return written(on, "j F Y")


def masked_word() -> str:
    return _("masked")


def number(persons: int) -> str:
    """A number of persons: from 1 to 9 nobody reads it outside (decision 24)."""
    return masked_word() if is_small(persons) else str(persons)
