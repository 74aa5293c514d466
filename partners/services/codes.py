"""The coded lists, extended by the ministry on screen; a code is retired, never removed: old rows carry it."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from partners.enums import Act
from partners.models import Code
from partners.queries import forget_codes
from partners.services.guard import Refusal, authorise, explained, locked

SENTENCES = {"code_once_per_list": _("This list has that code already.")}


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What may be said differently without changing what a code means."""

    fr: str
    en: str
    htcds: str = ""
    ictip: str = ""
    rank: int = 0


@transaction.atomic
def add_code(by: Actor, name: str, code: str, wording: Wording) -> Code:
    authorise(by, Act.MANAGE_CODES)
    row = Code(list=name, code=code, **vars(wording))
    with explained(**SENTENCES):
        write(row)
    transaction.on_commit(forget_codes)
    return row


@transaction.atomic
def change_code(by: Actor, pk: UUID, version: int, wording: Wording) -> Code:
    authorise(by, Act.MANAGE_CODES)
    row = locked(Code, pk, version)
    changed = [key for key, value in vars(wording).items() if getattr(row, key) != value]
    for key in changed:
        setattr(row, key, getattr(wording, key))
    if changed:
        write(row, fields=changed)
        transaction.on_commit(forget_codes)
    return row


@transaction.atomic
def retire_code(by: Actor, pk: UUID, version: int) -> Code:
    """It is no longer offered; where it was chosen, it still reads as it did."""
    return _set_active(by, pk, version, active=False)


@transaction.atomic
def restore_code(by: Actor, pk: UUID, version: int) -> Code:
    return _set_active(by, pk, version, active=True)


def _set_active(by: Actor, pk: UUID, version: int, *, active: bool) -> Code:
    authorise(by, Act.MANAGE_CODES)
    row = locked(Code, pk, version)
    if row.active is active:
        raise Refusal(_("This code is in use already.") if active else _("This code is retired already."))
    row.active = active
    write(row, fields=["active"])
    transaction.on_commit(forget_codes)
    return row
