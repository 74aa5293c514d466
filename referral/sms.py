"""What does a text message say, and what does an answer to it mean? Pure but for the secret key of the codes."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from partners.enums import PersonGroup
from partners.models import Places
from partners.templatetags.interface import moment
from referral.references import spoken

DIGITS = 6
#: The evening count, of one group of persons: PLACES F 12, or F2 for the second house that has such places.
_PLACES = re.compile(r"^\s*PLACES?\b", re.ASCII | re.IGNORECASE)
_HEADCOUNT = re.compile(
    r"^\s*PLACES?\s+(?:(FI|F|M|G|H)([1-9])?\s+)?([0-9]{1,3})\s*[.]?\s*$", re.ASCII | re.IGNORECASE
)
#: Signs of the French names: femmes, mères, filles, garçons, hommes.
LETTERS: Mapping[str, str] = {
    PersonGroup.WOMEN: "F",
    PersonGroup.MOTHERS: "M",
    PersonGroup.GIRLS: "FI",
    PersonGroup.BOYS: "G",
    PersonGroup.MEN: "H",
}
_ANSWER = re.compile(rf"^\s*([123])\D*(\d{{{DIGITS}}})\s*$", re.ASCII)


class CountAnswer(StrEnum):
    """What a desk hears of the count that it sent."""

    COUNTED = "counted"
    UNREADABLE = "unreadable"
    ABOVE = "above"


class SmsAnswer(StrEnum):
    YES = "1"
    NO = "2"
    CALL = "3"


def code_of(notice_id: UUID) -> str:
    """The one-time code of a notice: nobody can guess it, and a second attempt to send it carries the same."""
    number = int(salted_hmac("referral.sms", str(notice_id), algorithm="sha256").hexdigest(), 16)
    return str(number % 10**DIGITS).zfill(DIGITS)


def is_code_of(notice_id: UUID, code: str) -> bool:
    return constant_time_compare(code_of(notice_id), code)


def digest_of(number: str) -> str:
    """By which a number can be found again and not read."""
    return salted_hmac("referral.sms.number", dialled(number), algorithm="sha256").hexdigest()


def text_of(site: str, reference: str, due_at: datetime | None, code: str = "") -> str:
    """A reference, that something is to be done, by when (design §7.9); with a code, how to answer."""
    parts = [
        _("%(site)s: %(reference)s.") % {"site": site, "reference": spoken(reference)},
        _("Action required before %(when)s.") % {"when": moment(due_at)} if due_at else _("Action required."),
    ]
    if code:
        parts.append(
            _("Answer 1 %(code)s for yes, 2 %(code)s for no, 3 %(code)s to be called back.") % {"code": code}
        )
    return " ".join(parts)


def read_answer(text: str) -> tuple[SmsAnswer, str] | None:
    """Answer and code of an incoming text; None when it is neither."""
    found = _ANSWER.match(text)
    return (SmsAnswer(found[1]), found[2]) if found else None


def place_codes(rows: Sequence[Places]) -> dict[UUID, str]:
    """By which sign a desk names each of its groups in a text message.

    Args:
        rows: every one of one organisation, in the order of its board: where several houses lodge a group, their signs
            are numbered by it.
    """
    of_group: dict[str, list[UUID]] = {}
    for places in rows:
        of_group.setdefault(places.group, []).append(places.pk)
    return {
        pk: LETTERS[group] + (str(number) if len(pks) > 1 else "")
        for group, pks in of_group.items()
        for number, pk in enumerate(pks, start=1)
    }


def is_headcount(text: str) -> bool:
    """Does it want to be an evening count, right or wrong?"""
    return _PLACES.match(text) is not None


def read_headcount(text: str) -> tuple[str, int] | None:
    """Sign of the group, empty where none was written, and the persons counted; None when it cannot be read."""
    found = _HEADCOUNT.match(text)
    return ((found[1] or "").upper() + (found[2] or ""), int(found[3])) if found else None


def count_text(site: str, answer: CountAnswer, code: str, counted: int) -> str:
    """Short, and nothing that whoever holds the telephone has not written."""
    said = {
        CountAnswer.COUNTED: _("%(site)s: noted, %(code)s %(count)d."),
        CountAnswer.UNREADABLE: _(
            "%(site)s: not understood, nothing changed. Write for example: PLACES F 12."
        ),
        CountAnswer.ABOVE: _("%(site)s: nothing changed. Enter this count on screen."),
    }[answer]
    return said % {"site": site, "code": code, "count": counted}


def dialled(number: str) -> str:
    """A number as two systems can compare it: digits only, Senegal's country code where none was written."""
    digits = re.sub(r"\D", "", number)
    if number.strip().startswith("+"):
        return digits
    return digits.removeprefix("00") if digits.startswith("00") else f"221{digits}"
