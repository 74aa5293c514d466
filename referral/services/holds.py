"""A legal hold: laid on a file by a supervisor or by the registry of a court that has a title of it.

Each side lays and lifts its own; the file is free when none stands.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.rows import write
from partners.actor import Actor
from partners.models import User
from referral import notices
from referral.enums import CaseAct
from referral.lifecycle import NotPossible
from referral.models import Case, LegalHold
from referral.queries.rights import held_case, holds_on
from referral.services import steps


def read_holds(by: Actor, pk: UUID) -> tuple[Case, list[LegalHold]]:
    """The file and what holds it. Raises NotVisible, NotAllowed."""
    case = held_case(by, pk)
    if case is None:
        raise steps.NotVisible
    steps.permit_case(by, CaseAct.HOLD, case)
    return case, holds_on(case)


def read_reason(by: Actor, hold: LegalHold) -> str:
    """A look. A registry does not read what the house has written; empty then."""
    if by.organisation_id not in (hold.case.organisation_id, hold.organisation_id):
        return ""
    audit.look("reveal", hold, case_id=hold.case_id, fields=["reason"])
    return hold.reason


def set_hold(pk: UUID, *, by: Actor, at: datetime, reason: str) -> LegalHold:
    """Raises NotVisible, NotAllowed, NotPossible."""
    with transaction.atomic():
        case = _locked(by, pk)
        if _own(case, by).exists():
            raise NotPossible([_("A legal hold of your organisation lies on this file already.")])
        hold = LegalHold(
            case=case, organisation_id=by.organisation_id, reason=reason, set_by_id=by.id, set_at=at
        )
        write(hold, case_id=case.pk)
        _tell(case, by, at, None)
    return hold


def lift_hold(pk: UUID, *, by: Actor, at: datetime, version: int) -> LegalHold:
    """The own one: what another side has laid stays. Raises NotVisible, NotAllowed, StaleForm."""
    with transaction.atomic():
        case = _locked(by, pk)
        hold = _own(case, by).select_for_update().first()
        if hold is None or hold.version != version:
            raise steps.StaleForm
        hold.lifted_at, hold.lifted_by_id = at, by.id
        write(hold, fields=["lifted_at", "lifted_by"], case_id=case.pk)
        _tell(case, by, at, hold.set_by)
    return hold


def _own(case: Case, by: Actor) -> QuerySet[LegalHold]:
    return LegalHold.objects.filter(case=case, organisation_id=by.organisation_id, lifted_at=None)


def _locked(by: Actor, pk: UUID) -> Case:
    case = held_case(by, pk)
    if case is None:
        raise steps.NotVisible
    steps.permit_case(by, CaseAct.HOLD, case)
    return Case.objects.select_for_update(no_key=True).get(pk=pk)


def _tell(case: Case, by: Actor, at: datetime, set_by: User | None) -> None:
    """Whoever could ask for an erasure hears of it; and of a lifting, whoever relied on the hold."""
    people = [case.owner, set_by, *notices.supervisors_of(case.organisation_id)]
    others = [user for user in people if user is not None and user.pk != by.id]
    notices.tell(others, case, at=at, due_at=None, action_needed=False)
