"""Looking into what is out of the ordinary: once said, it does not come back."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.rows import write
from partners.actor import Actor
from partners.services.guard import Refusal
from referral.models import AccessCheck
from referral.policy import NotAllowed
from referral.services.supervising import read_finding


def permit_check(by: Actor, person: UUID) -> None:
    """Nobody judges their own looks. Raises NotAllowed, and leaves an event."""
    if by.stands_for(person):
        audit.deny("denied", "referral.accesscheck", None, reason_code="NOT_ALLOWED_OWN_LOOKS")
        raise NotAllowed("check")


def read_note(by: Actor, check: AccessCheck) -> str:
    """The words to a finding, for those who supervise; whose looks they are never reads them here. A look."""
    if by.stands_for(check.person_id) or check.note is None:
        return ""
    audit.look("reveal", check, fields=["note"])
    return check.note


def check_finding(key: UUID, *, by: Actor, at: datetime, result: str, note: str) -> AccessCheck:
    """
    Args:
        key: `Finding.key` of something that is out of the ordinary now.

    Raises:
        NotVisible, NotAllowed, Refusal: a colleague was first.
    """
    finding = read_finding(by, key, at)
    permit_check(by, finding.person)
    check = AccessCheck(
        finding=finding.key,
        rule=finding.rule,
        person_id=finding.person,
        day=finding.day,
        result=result,
        note=note or None,
        checked_by_id=by.id,
        checked_at=at,
    )
    try:
        with transaction.atomic():
            write(check, scope=finding.rule, case_id=finding.case)
    except IntegrityError as error:
        raise Refusal(_("A colleague has looked into this already.")) from error
    return check
