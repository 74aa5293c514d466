"""Elements of trafficking: recorded once for a case, corrected by its history, opened by an audited look."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from audit import services as audit
from audit import sitting
from audit.rows import write
from crypto import keyring
from partners.actor import Actor
from referral.enums import CaseAct
from referral.models import Case, Screening
from referral.services import pace, steps

FIELDS = ("answers", "non_punishment")


def record_screening(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    answers: Mapping[str, Sequence[str]],
    non_punishment: bool | None,
) -> Screening:
    """The caseworker of the file writes down what was heard, or corrects it.

    Args:
        version: of the Screening that was shown; 0 where there was none.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_change(by, CaseAct.RECORD_SCREENING, case)
        found = Screening.objects.select_for_update(of=("self",)).filter(case=case).first()
        if version != (found.version if found else 0):
            raise steps.StaleForm
        return keep_screening(case, found, by=by, at=at, answers=answers, non_punishment=non_punishment)


def keep_screening(
    case: Case,
    found: Screening | None,
    *,
    by: Actor,
    at: datetime,
    answers: Mapping[str, Sequence[str]],
    non_punishment: bool | None,
) -> Screening:
    """The row itself; whoever calls it has asked policy, and holds the case."""
    screening = found or Screening(case=case)
    screening.answers, screening.non_punishment = dict(answers), non_punishment
    screening.recorded_by_id, screening.recorded_at = by.id, at
    columns = None if found is None else [*FIELDS, "recorded_by", "recorded_at"]
    write(screening, fields=columns, case_id=case.pk)
    return screening


def reveal_screening(
    actor: Actor, case: Case, *, reason: str = "", counted: bool = False
) -> tuple[Screening | None, dict[str, Any]]:
    """What was recorded, opened; nothing where nothing was.

    Args:
        counted: it is opened together with something that `pace` has counted already.

    Raises:
        NotAllowed, TooManyReveals.
    """
    scope = steps.permit_case(actor, CaseAct.REVEAL, case).because(reason)
    if not counted:
        pace.count_reveal(actor, case, at=sitting.current().at)
    found = Screening.objects.filter(case=case).first()
    if found is None:
        # Asked for and not there: looked at all the same.
        audit.look("reveal", case, case_id=case.pk, fields=["screening"], scope=scope)
        return None, {"answers": {}, "non_punishment": None}
    with keyring.current().revealing(found):
        values = {name: getattr(found, name) for name in FIELDS}
    audit.look("reveal", found, case_id=case.pk, fields=FIELDS, scope=scope)
    return found, values
