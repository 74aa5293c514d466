"""What is looked at again by its time: the risk, and the legal grounds."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.rows import write
from partners.actor import Actor
from referral import notices
from referral.course import RiskAbout
from referral.enums import CaseAct, Clock, RiskLevel, TaskKind
from referral.models import Case, Task
from referral.queries.terms import terms_for
from referral.queries.watch import grounds_due
from referral.services import steps
from referral.services.assessing import keep_assessment
from referral.services.tasks import end_task, finish_tasks
from referral.services.withdrawing import end_uncovered


def assess_risk(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    risk: str,
    occurred_at: datetime,
    note: str | None = None,
    about: str = RiskAbout.PERSON,
    dimensions: Sequence[str] = (),
) -> Case:
    """The risk as it was seen at `occurred_at`; from then on the next assessment is counted.

    Args:
        note: what the level rests on, kept sealed.
        about: of `course.RiskAbout`; a return is assessed apart, and leaves the level of today as it is.
        dimensions: of `course.RiskDimension`.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_change(by, CaseAct.ASSESS_RISK, case)
        keep_assessment(
            case,
            by=by,
            at=at,
            level=risk,
            assessed_at=occurred_at,
            about=about,
            dimensions=dimensions,
            reasons=note,
        )
        if about != RiskAbout.PERSON:
            return case
        case.risk, case.risk_assessed_at = RiskLevel(risk), occurred_at
        write(case, fields=["risk", "risk_assessed_at"], case_id=case.pk, reason_code="RISK")
        asked = Task.objects.select_for_update(of=("self",)).filter(
            case=case, kind=TaskKind.REASSESS_RISK, done_at=None
        )
        for task in list(asked) or [_unasked(case, at)]:
            task.note = note or None
            end_task(task, by=by, at=at, result=risk, more=("note",))
    return case


def _unasked(case: Case, at: datetime) -> Task:
    """An assessment that nobody asked for is kept like the others."""
    task = Task(
        kind=TaskKind.REASSESS_RISK,
        case=case,
        organisation_id=case.organisation_id,
        owner_id=case.owner_id,
        made_at=at,
        due_at=at,
    )
    write(task, case_id=case.pk)
    return task


def review_grounds(pk: UUID, *, by: Actor, at: datetime, still_needed: Mapping[UUID, bool]) -> Case:
    """Each ground whose review is due holds for thirty days more, or ends; then what rested on it alone ends too.

    Args:
        still_needed: by ground, all that are due.

    Raises:
        NotVisible, NotAllowed, NotPossible; StaleForm when others are due than those answered.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_change(by, CaseAct.REVIEW_GROUND, case)
        grounds = list(grounds_due(at).filter(case=case).select_for_update(of=("self",)))
        if not grounds or {ground.pk for ground in grounds} != still_needed.keys():
            raise steps.StaleForm
        terms = terms_for(organisation_id=case.organisation_id)
        for ground in grounds:
            if still_needed[ground.pk]:
                ground.review_due = terms.after(Clock.GROUND_REVIEW, at)
            else:
                ground.valid_from = None  # who countersigned it stays known; it releases nothing any more
            write(
                ground,
                fields=["review_due", "valid_from"],
                case_id=case.pk,
                reason_code="CONFIRMED" if still_needed[ground.pk] else "ENDED",
            )
        finish_tasks(case, TaskKind.REVIEW_GROUND, by=by, at=at)
        if not all(still_needed.values()):
            end_uncovered(case, by=None, at=at)
            if case.owner_id != by.id:
                notices.tell([case.owner], case, at=at, due_at=None)
    return case
