"""Steps of justice: entered by the case owner, confirmed by the registry of the court that they name."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from partners.models import Organisation
from referral import notices, policy, prosecution
from referral.disclosure import is_child
from referral.enums import CaseAct, PlaceFlag, TaskKind
from referral.lifecycle import NotPossible
from referral.models import Case, JusticeStep, Task
from referral.policy import NotAllowed
from referral.prosecution import JusticeStepKind
from referral.queries.justice import standing_steps, step_of
from referral.services import steps
from referral.services.tasks import end_task, finish_tasks

#: How long a lawyer may be looked for, where no appointment is nearer.
LAWYER_WITHIN = timedelta(days=3)
#: Whoever goes with the person leaves in the morning.
APPOINTMENT = time(8)


def enter_step(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    kind: str,
    on: date,
    court: Organisation | None = None,
    number: str | None = None,
    closed_hearing: bool = False,
    asked_by_person: bool = False,
) -> JusticeStep:
    """Enters a step from the paper, or from what was said.

    Raises:
        NotVisible, NotAllowed, NotPossible: the file is closed, or a statement falls in the reflection period
            without the person having asked for it (domain §5.4).
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_change(by, CaseAct.ENTER_STEP, case)
        if kind == JusticeStepKind.STATEMENT and not asked_by_person and _reflects(case, on):
            steps.refuse(case, "NOT_POSSIBLE_STATEMENT")
            raise NotPossible(
                [_("The person takes time to decide: a statement waits, unless the person asks for it.")]
            )
        step = JusticeStep(
            case=case,
            kind=kind,
            on=on,
            court=court,
            number=number or None,
            closed_hearing=closed_hearing,
            asked_by_person=asked_by_person,
            entered_by_id=by.id,
            entered_at=at,
        )
        write(step, case_id=case.pk)
        _follow(case, step, by=by, at=at)
    return step


def _reflects(case: Case, on: date) -> bool:
    until = case.reflection_until
    return until is not None and on <= timezone.localdate(until)


def _follow(case: Case, step: JusticeStep, *, by: Actor, at: datetime) -> None:
    """What a step asks of the case owner: a lawyer (art. 16), and somebody who goes along."""
    if step.kind == JusticeStepKind.LAWYER:
        finish_tasks(case, TaskKind.LAWYER, by=by, at=at)
    begins = timezone.make_aware(datetime.combine(step.on, APPOINTMENT))
    if step.kind in prosecution.ACCOMPANIED and begins > at:
        _ask(TaskKind.ACCOMPANY, case, at=at, due_at=begins, proposal={"step": str(step.pk)})
    asked = Task.objects.filter(case=case, kind=TaskKind.LAWYER, done_at=None)
    if prosecution.lawyer_missing(standing_steps(case), protected=_protected(case)) and not asked.exists():
        due_at = min(begins, at + LAWYER_WITHIN) if begins > at else at + LAWYER_WITHIN
        _ask(TaskKind.LAWYER, case, at=at, due_at=due_at)


def _protected(case: Case) -> bool:
    """A minor, or particularly vulnerable as far as the file says (art. 16; art. 2 names pregnancy and health)."""
    flags = set(case.person.flags or [])
    return is_child(case.person.age_status) or bool(
        flags & {PlaceFlag.LATE_PREGNANCY, PlaceFlag.ACUTE_CARE, PlaceFlag.MOBILITY}
    )


def _ask(
    kind: TaskKind, case: Case, *, at: datetime, due_at: datetime, proposal: dict[str, str] | None = None
) -> None:
    task = Task(
        kind=kind,
        case=case,
        organisation_id=case.organisation_id,
        owner_id=case.owner_id,
        made_at=at,
        due_at=due_at,
        proposal=proposal,
    )
    write(task, case_id=case.pk)


def strike_step(pk: UUID, *, by: Actor, at: datetime, version: int) -> JusticeStep:
    """Entered by mistake, or called off: it stays readable and counts no more.

    Raises:
        NotVisible, StaleForm, NotAllowed.
    """
    with transaction.atomic():
        found = step_of(by, pk)
        if found is None:
            raise steps.NotVisible
        case = steps.locked_case(by, found.case_id)
        steps.permit_case(by, CaseAct.ENTER_STEP, case)
        step = JusticeStep.objects.select_for_update(of=("self",)).get(pk=pk)
        if step.version != version or step.struck_at is not None:
            raise steps.StaleForm
        step.struck_at = at
        write(step, fields=["struck_at"], case_id=case.pk, reason_code="STRUCK")
        for task in Task.objects.select_for_update(of=("self",)).filter(
            case=case, kind=TaskKind.ACCOMPANY, done_at=None
        ):
            if task.proposal == {"step": str(step.pk)}:
                end_task(task, by=by, at=at, result="struck")
        if not prosecution.lawyer_missing(standing_steps(case), protected=_protected(case)):
            finish_tasks(case, TaskKind.LAWYER, by=by, at=at, result="struck")
    return step


def confirm_step(pk: UUID, *, by: Actor, at: datetime, version: int) -> JusticeStep:
    """The registry of the step's own court confirms number and date.

    Raises:
        NotVisible, NotAllowed, StaleForm.
    """
    with transaction.atomic():
        step = (
            JusticeStep.objects.select_for_update(of=("self",))
            .select_related("case__owner")
            .filter(pk=pk, court_id=by.organisation_id, struck_at=None)
            .first()
        )
        if step is None:
            raise steps.NotVisible
        steps.permit_case(by, CaseAct.CONFIRM_STEP, step.case)
        if not policy.is_second_person(by, step.entered_by_id):
            steps.refuse(step.case, "NOT_ALLOWED_SECOND_PERSON")
            raise NotAllowed(CaseAct.CONFIRM_STEP)
        if step.version != version or step.confirmed_at is not None:
            raise steps.StaleForm
        step.confirmed_at, step.confirmed_by_id = at, by.id
        write(step, fields=["confirmed_at", "confirmed_by"], case_id=step.case_id)
        notices.tell([step.case.owner], step.case, at=at, due_at=None, action_needed=False)
    return step
