"""The case owner writes down who stands beside a child; whether the child is safe there, a second person decides.

Care holds at once: a suspicion takes effect when it is written. Trust waits for the second person (design §5).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit import sitting
from audit.rows import write
from partners.actor import Actor
from partners.models import Organisation
from referral import notices, policy
from referral.disclosure import is_child
from referral.enums import CaseAct, TaskKind
from referral.guardians import DECIDE_WITHIN, Standing, is_more_careful
from referral.lifecycle import NotPossible
from referral.models import Case, Guardian, Task
from referral.policy import NotAllowed
from referral.queries import talks as rows
from referral.queries.facts import second_people
from referral.services import pace, steps
from referral.services.tasks import end_task
from referral.services.withdrawing import record_objection

#: Who changes these writes about another person.
SOMEBODY_ELSE = frozenset({"relation", "name", "court", "appointed_on"})
#: Why an objection was opened that nobody has spoken.
GUARDIAN_SUSPECTED = "guardian_suspected"


@dataclass(frozen=True)
class Particulars:
    relation: str
    name: str | None = None
    phone: str | None = None
    court: Organisation | None = None
    appointed_on: date | None = None


def add_guardian(pk: UUID, *, by: Actor, at: datetime, said: Particulars) -> Guardian:
    """Not assessed until somebody is asked. Raises NotVisible, NotAllowed, NotPossible."""
    with transaction.atomic():
        case = _permitted(by, pk)
        guardian = Guardian(case=case, added_at=at, **_columns(said))
        write(guardian, case_id=case.pk)
    return guardian


def correct_guardian(pk: UUID, *, by: Actor, version: int, said: Particulars) -> Guardian:
    """Raises NotVisible, StaleForm, NotAllowed, NotPossible."""
    with transaction.atomic():
        guardian = _locked(by, pk, version)
        changed = [name for name, value in _columns(said).items() if getattr(guardian, name) != value]
        if changed:
            for name in changed:
                setattr(guardian, name, _columns(said)[name])
            if guardian.standing == Standing.ASSESSED_SAFE and SOMEBODY_ELSE & {*changed}:
                # What two people found of somebody is not true of somebody else.
                guardian.standing, guardian.proposed = Standing.NOT_ASSESSED, ""
                guardian.decided_by, guardian.decided_at = None, None
                changed += ["standing", "proposed", "decided_by", "decided_at"]
            write(guardian, fields=changed, case_id=guardian.case_id)
    return guardian


def _columns(said: Particulars) -> dict[str, Any]:
    return {
        "relation": said.relation,
        "name": said.name or None,
        "phone": said.phone or None,
        "court": said.court,
        "appointed_on": said.appointed_on,
    }


def _permitted(by: Actor, pk: UUID) -> Case:
    case = steps.locked_case(by, pk)
    steps.permit_change(by, CaseAct.RECORD_GUARDIAN, case)
    if not is_child(case.person.age_status):
        steps.refuse(case, "NOT_POSSIBLE_GUARDIAN")
        raise NotPossible([_("The person is an adult and decides for herself.")])
    return case


def _locked(by: Actor, pk: UUID, version: int) -> Guardian:
    found = rows.guardian_of(by, pk)
    if found is None:
        raise steps.NotVisible
    case = _permitted(by, found.case_id)
    guardian = Guardian.objects.select_for_update(of=("self",)).get(pk=pk)
    guardian.case = case
    if guardian.version != version:
        raise steps.StaleForm
    return guardian


def propose_standing(
    pk: UUID, *, by: Actor, at: datetime, version: int, standing: str, reason: str
) -> Guardian:
    """The case owner says how safe the child is with this person, and a second person is asked to decide.

    More care holds at once; less waits for the second person.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        guardian = _locked(by, pk, version)
        case = guardian.case
        if standing == guardian.standing:
            steps.refuse(case, "NOT_POSSIBLE_GUARDIAN")
            raise NotPossible([_("This is what stands already.")])
        if is_more_careful(standing, guardian.standing):
            guardian.standing = Standing(standing)
        guardian.proposed, guardian.reason = Standing(standing), reason
        guardian.said_by_id, guardian.decided_by, guardian.decided_at = by.id, None, None
        fields = ["standing", "proposed", "reason", "said_by", "decided_by", "decided_at"]
        write(guardian, fields=fields, case_id=case.pk, reason_code=standing.upper())
        _end_tasks(guardian, by=by, at=at, result="asked_again")
        ask_to_decide(guardian, by=by, at=at)
        _object(guardian, by=by, at=at)
    return guardian


def ask_to_decide(guardian: Guardian, *, by: Actor, at: datetime) -> None:
    """A second person is asked to decide on what is proposed."""
    case = guardian.case
    task = Task(
        kind=TaskKind.ASSESS_GUARDIAN,
        case=case,
        organisation=second_people(case, by),
        made_at=at,
        due_at=at + DECIDE_WITHIN,
        proposal={"guardian": str(guardian.pk)},
    )
    write(task, case_id=case.pk)
    notices.ask_second_person(task, by=by, at=at)


def read_guardian_to_decide(actor: Actor, pk: UUID) -> Guardian:
    """Relation and standing, for the second person; no name, and why only by `reveal_reason`. Raises NotVisible."""
    found = rows.guardian_to_decide(actor, pk)
    if found is None:
        raise steps.NotVisible
    audit.look("view", found, case_id=found.case_id)
    return found


def reveal_reason(actor: Actor, guardian: Guardian, *, why: str) -> str:
    """What somebody wrote of why the child is safe with this person, or in danger.

    Args:
        guardian: of `read_guardian_to_decide`.
        why: a RevealReason, kept with the look.

    Raises:
        TooManyReveals.
    """
    pace.count_reveal(actor, guardian.case, at=sitting.current().at)
    audit.look("reveal", guardian, case_id=guardian.case_id, fields=["reason"], scope=why)
    return guardian.reason or ""


def read_guardians(actor: Actor, case: Case) -> list[Guardian]:
    """Everybody beside the child, with names: a look.

    Raises:
        NotAllowed, TooManyReveals.
    """
    steps.permit_case(actor, CaseAct.READ, case)
    found = rows.guardians_of(case)
    if found:
        pace.count_reveal(actor, case, at=sitting.current().at)
    for guardian in found:
        audit.look("reveal", guardian, case_id=case.pk, fields=["name", "phone"])
    return found


def decide_standing(
    pk: UUID, *, by: Actor, at: datetime, version: int, standing: str, reason: str
) -> Guardian:
    """The second person decides, as proposed or otherwise. Alone, nobody is trusted more than before.

    Raises:
        NotVisible, NotAllowed, StaleForm, NotPossible.
    """
    with transaction.atomic():
        found = rows.guardian_to_decide(by, pk)
        if found is None:
            raise steps.NotVisible
        case = found.case
        steps.permit_case(by, CaseAct.DECIDE_GUARDIAN, case)
        if not (policy.is_second_person(by, found.said_by_id) and policy.is_second_person(by, case.owner_id)):
            steps.refuse(case, "NOT_ALLOWED_SECOND_PERSON")
            raise NotAllowed(CaseAct.DECIDE_GUARDIAN)
        guardian = Guardian.objects.select_for_update(of=("self",)).get(pk=pk)
        guardian.case = case
        if guardian.version != version:
            raise steps.StaleForm
        if not guardian.proposed and not is_more_careful(standing, guardian.standing):
            steps.refuse(case, "NOT_POSSIBLE_GUARDIAN")
            raise NotPossible(
                [_("Nobody has proposed this: the case owner says first why the child is safe.")]
            )
        guardian.standing, guardian.proposed, guardian.reason = Standing(standing), "", reason
        guardian.decided_by_id, guardian.decided_at = by.id, at
        fields = ["standing", "proposed", "reason", "decided_by", "decided_at"]
        write(guardian, fields=fields, case_id=case.pk, reason_code=standing.upper())
        _end_tasks(guardian, by=by, at=at, result=standing)
        suspected = standing == Standing.SUSPECTED
        notices.tell([case.owner], case, at=at, due_at=None, action_needed=suspected)
        _object(guardian, by=by, at=at)
    return guardian


def _end_tasks(guardian: Guardian, *, by: Actor, at: datetime, result: str) -> None:
    for task in rows.asked_about(guardian):
        end_task(task, by=by, at=at, result=result)


def _object(guardian: Guardian, *, by: Actor, at: datetime) -> None:
    """What a suspect had agreed to moves nothing by itself: a supervisor decides, as on an objection."""
    if guardian.standing != Standing.SUSPECTED:
        return
    waiting = rows.objected(guardian.case_id)
    for recipient_id, purpose in sorted(rows.rests_on(guardian), key=str):
        if (str(recipient_id), purpose) not in waiting:
            record_objection(
                guardian.case,
                by=by,
                at=at,
                recipient_id=recipient_id,
                purpose=purpose,
                because=GUARDIAN_SUSPECTED,
            )


def look_at(actor: Actor, guardian: Guardian) -> None:
    """The name is about to be shown to whoever may correct it. Raises TooManyReveals."""
    pace.count_reveal(actor, guardian.case, at=sitting.current().at)
    audit.look("reveal", guardian, case_id=guardian.case_id, fields=["name", "phone"])
