"""Paper mode: codes are reserved on a printed pad, and what was written by hand is entered under them later."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from partners.actor import Actor
from partners.models import Organisation
from referral import policy
from referral.enums import CaseAct, CodeUse
from referral.lifecycle import NotPossible
from referral.models import Case, ReservedCode
from referral.policy import Tie
from referral.references import heard, is_reference, new_reference
from referral.services import steps

MOST_SHEETS = 30


def reserve_pad(sheets: int, *, by: Actor, at: datetime) -> UUID:
    """Codes for `sheets` blank forms of the actor's organisation. Raises NotAllowed."""
    if not policy.may_case(by, CaseAct.OPEN, Tie()):
        raise steps.refuse_anybody(CaseAct.OPEN)
    pad = uuid4()
    with transaction.atomic():
        for _number in range(min(sheets, MOST_SHEETS)):
            sheet = uuid4()
            for use in CodeUse:
                ReservedCode.objects.create(
                    reference=new_reference(),
                    use=use,
                    sheet=sheet,
                    pad=pad,
                    organisation_id=by.organisation_id,
                    reserved_by_id=by.id,
                    reserved_at=at,
                )
        audit.record("print", Organisation.objects.get(pk=by.organisation_id), scope="pad")
    return pad


def take_case_code(typed: str, *, by: Actor, at: datetime) -> ReservedCode:
    """The code of a sheet, used up by the case that is being opened, in the caller's transaction.

    Raises:
        NotPossible: with what is wrong; nobody learns whether another organisation holds such a code.
    """
    if not is_reference(typed):
        raise NotPossible([_("There is a slip in this code: look at the sheet again.")])
    code = (
        ReservedCode.objects.select_for_update(of=("self",))
        .filter(reference=heard(typed), use=CodeUse.CASE, organisation_id=by.organisation_id, used_at=None)
        .first()
    )
    if code is None:
        raise NotPossible([_("This code is not of a pad of your organisation, or was entered already.")])
    code.used_at = at
    code.save(update_fields=["used_at"])
    return code


def take_referral_code(case: Case, *, at: datetime) -> str | None:
    """The referral's code of the sheet from which `case` was entered, for its first referral; None after it."""
    code = (
        ReservedCode.objects.select_for_update(of=("self",))
        .filter(
            use=CodeUse.REFERRAL,
            used_at=None,
            organisation_id=case.organisation_id,
            sheet__in=ReservedCode.objects.filter(reference=case.reference).values("sheet"),
        )
        .first()
    )
    if code is None:
        return None
    code.used_at = at
    code.save(update_fields=["used_at"])
    return code.reference
