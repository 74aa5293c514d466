"""What stands in one cell, as the standard would write it: a code, an ISO date, TRUE or FALSE, or the text itself."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from referral.htcds.standard import SEPARATOR, Field, codes_of, folded, words_of

#: A cell as a reader of files gives it.
Cell = str | int | float | bool | date | datetime | None

EARLIEST, LATEST = date(1900, 1, 1), date(2100, 1, 1)
SHORT, LONG = 500, 16_000
#: Signs of a cell, of other kinds SHORT: every code of the longest list, the countries, fits in.
MOST: Mapping[str, int] = {"long_text": LONG, "code": 1000}
#: So many codes fit into a sentence; longer lists are looked up.
FEW = 12
_PHONE = re.compile(r"\+?[0-9]{4,15}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_YES = frozenset({"true", "yes", "1", "vrai", "oui"})
_NO = frozenset({"false", "no", "0", "faux", "non"})
#: Excel counts days from here; its 29 February 1900, which never was, is behind us.
_EXCEL = date(1899, 12, 30)


class Wrong(Exception):
    """This cell cannot be taken over. The sentence never repeats what stands in it."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__("cell refused")
        self.sentence = sentence


def plain(cell: Cell) -> str:
    """The text of any cell; a whole number without the point that a spreadsheet gives it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return re.sub(r"\r\n?", "\n", str(cell)).strip()


def value_of(field: Field, cell: Cell) -> str:
    """The cell as the standard would write it; empty when nothing is known. Raises `Wrong`."""
    text = plain(cell)
    if not text:
        return ""
    # Before anything looks for a pattern in it: a small packed file may hold very long cells very often.
    if len(text) > (most := MOST.get(field.kind, SHORT)):
        raise Wrong(format_lazy(_("This text is longer than {most} characters: shorten it."), most=most))
    return _KINDS[field.kind](field, cell, text)


def _text(field: Field, cell: Cell, text: str) -> str:
    if _UNPRINTABLE.search(text):
        raise Wrong(_("This text holds signs that cannot be printed: type it again."))
    return text


def _date(field: Field, cell: Cell, text: str) -> str:
    day = _day(cell, text)
    if day is None:
        raise Wrong(_("This is not a date: write year-month-day, or day/month/year."))
    if not EARLIEST <= day <= LATEST:
        raise Wrong(_("This date lies before 1900 or after 2100: correct the year."))
    return day.isoformat()


def _day(cell: Cell, text: str) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        # A date whose cell was not formatted as one (C20).
        return _EXCEL + timedelta(days=int(cell)) if 1 <= cell <= (LATEST - _EXCEL).days else None
    text = re.sub(r"[T ]00:00(:00(\.0+)?)?Z?$", "", text)
    for shape in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, shape).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _boolean(field: Field, cell: Cell, text: str) -> str:
    word = folded(text)
    if word in _YES | _NO:
        return "TRUE" if word in _YES else "FALSE"
    raise Wrong(_("Write TRUE or FALSE here, or nothing."))


def _phone(field: Field, cell: Cell, text: str) -> str:
    bare = re.sub(r"[\s.()/-]", "", text)
    if not _PHONE.fullmatch(bare):
        raise Wrong(_("This is not a telephone number: write it as +221771234567."))
    return text


def _email(field: Field, cell: Cell, text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise Wrong(
            _("This is not an e-mail address: write it as name@example.org, or leave the cell empty.")
        )
    return text


def _code(field: Field, cell: Cell, text: str) -> str:
    codes = _several(field, text) if field.many else [_one(field, text)]
    return SEPARATOR.join(dict.fromkeys(codes))


def _one(field: Field, text: str) -> str:
    known = words_of(field.list)
    if (word := folded(text)) in known:
        return known[word]
    if len(_split(known, folded(text)) or ()) > 1:
        raise Wrong(_("Only one value may stand here: keep one of them."))
    raise Wrong(_unknown(field))


def _several(field: Field, text: str) -> list[str]:
    """Codes or labels joined by ";", of which some labels hold a ";" themselves; codes joined by a blank (C17)."""
    known = words_of(field.list)
    found = _split(known, folded(text))
    if found is None:
        parts = folded(text).split(" ")
        if not all(part in known for part in parts):
            raise Wrong(_unknown(field))
        found = [known[part] for part in parts]
    return found


def _split(known: Mapping[str, str], text: str) -> list[str] | None:
    """The longest known word comes first; None where a part is not known."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if all(part in known for part in parts):
        return [known[part] for part in parts]
    widest = 1 + max(word.count(";") for word in known)
    found: list[str] = []
    parts = text.split(";")
    while parts:
        words = ((width, ";".join(parts[:width]).strip()) for width in range(widest, 0, -1))
        width, word = next((each for each in words if each[1] in known), (1, parts[0].strip()))
        if word:
            if word not in known:
                return None
            found.append(known[word])
        parts = parts[width:]
    return found


def _unknown(field: Field) -> str | Promise:
    codes = codes_of(field.list)
    if len(codes) > FEW:
        return format_lazy(
            _(
                "This value is not in the list of {field}: copy one from the sheet of codes of the empty register."
            ),
            field=field.name,
        )
    return format_lazy(_("This value is not in the list: write one of {codes}."), codes=", ".join(codes))


_KINDS: Mapping[str, Callable[[Field, Cell, str], str]] = {
    "text": _text,
    "long_text": _text,
    "date": _date,
    "boolean": _boolean,
    "phone": _phone,
    "email": _email,
    "code": _code,
}
