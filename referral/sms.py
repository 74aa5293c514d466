"""What does a text message say, and what does an answer to it mean? Pure but for the secret key of the codes."""

import re
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from partners.templatetags.interface import moment
from referral.references import spoken

DIGITS = 6
_ANSWER = re.compile(rf"^\s*([123])\D*(\d{{{DIGITS}}})\s*$", re.ASCII)


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


def dialled(number: str) -> str:
    """A number as two systems can compare it: digits only, Senegal's country code where none was written."""
    digits = re.sub(r"\D", "", number)
    if number.strip().startswith("+"):
        return digits
    return digits.removeprefix("00") if digits.startswith("00") else f"221{digits}"
