"""The codes of what a person may ask about her or his data (loi 2008-12), and of the end of a file."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RequestKind(TextChoices):
    """What a person may ask of whoever holds data about her or him (loi 2008-12)."""

    ACCESS = "access", _("Access: what is held, who has seen it")
    CORRECTION = "correction", _("Correction")
    OBJECTION = "objection", _("Objection to a use")
    ERASURE = "erasure", _("Erasure")


class Identified(TextChoices):
    """How one made sure that it is the person who asks."""

    KNOWN = "known", _("Known to the worker, in person")
    DOCUMENT = "document", _("By an identity document")
    CALLED_BACK = "called_back", _("Called back by the safe contact")
    GUARDIAN = "guardian", _("Through the legal guardian, whose title was seen")
    LAWYER = "lawyer", _("Through a lawyer, whose mandate was seen")


class RequestResult(TextChoices):
    GRANTED = "granted", _("Done as asked")
    PARTLY = "partly", _("Done in part")
    REFUSED = "refused", _("Refused, with the reason told")
    WITHDRAWN = "withdrawn", _("Taken back by the person")


def results_of(kind: str) -> list[RequestResult]:
    """What may be answered by hand: that a file is erased is said by the erasure, on which two people decide."""
    done = {RequestResult.GRANTED, RequestResult.PARTLY} if kind == RequestKind.ERASURE else set()
    return [result for result in RequestResult if result not in done]


class ErasureReason(TextChoices):
    RETENTION = "retention", _("The time for which it is kept is over")
    REQUEST = "request", _("The person asks for it")
    ERROR = "error", _("The file was opened by mistake")
