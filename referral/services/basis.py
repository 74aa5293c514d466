"""Why may something be shared? Conversations about consent and legal grounds."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from partners.enums import CHILD_PROTECTION_KINDS, Role
from partners.models import Organisation
from referral import notices, policy
from referral.disclosure import GROUND_GROUPS, SAFETY_GROUPS, is_child
from referral.enums import (
    OPEN,
    Basis,
    CaseAct,
    Clock,
    GroundCode,
    State,
    TaskKind,
)
from referral.lifecycle import NotPossible
from referral.models import Case, Consent, LegalGround, Referral, Task
from referral.policy import NotAllowed
from referral.queries.basis import basis_for
from referral.queries.facts import second_people
from referral.queries.terms import terms_for
from referral.services import steps
from referral.services.tasks import end_task
from referral.services.watch import settle_consents
from referral.services.withdrawing import end_for_consent, end_uncovered, record_objection, take_back

#: How long one person alone may wait for a second before sharing what keeps the person alive (design §5).
VITAL_WAIT = timedelta(minutes=15)


@dataclass(frozen=True)
class Cell:
    """One answer of the conversation: may this recipient, for this purpose, know this group?"""

    recipient_id: UUID
    purpose: str
    group: str
    given: bool


def record_conversation(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    cells: Sequence[Cell],
    method: str,
    language: str,
    witness: str | None,
    person_is_safe: bool = True,
    assent: bool = False,
) -> UUID:
    """One conversation fills a grid of cells; a later answer replaces the earlier one about the same cell.

    An answer that takes back what was given is a withdrawal, with all that follows from one; a child's is an objection.

    Args:
        person_is_safe: as for `withdraw_consent`, where something is taken back.
        assent: a child's own word, with nobody who may agree for it: no basis for sharing.

    Raises:
        NotVisible, NotAllowed.
    """
    conversation = uuid4()
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_change(by, CaseAct.RECORD_CONSENT, case)
        child, objections = is_child(case.person.age_status), set()
        standing = _standing(case)
        expires_at = terms_for(organisation_id=case.organisation_id).after(Clock.CONSENT, at, case.urgency)
        for cell in cells:
            earlier = standing[cell.recipient_id, cell.purpose, cell.group]
            if child and not cell.given and any(each.given for each in earlier):
                objections.add((cell.recipient_id, cell.purpose))
                continue
            if assent and cell.given and any(each.given and not each.assent for each in earlier):
                continue  # agreed for the child already: its own yes takes nothing away
            _replace(case, earlier, at)
            consent = Consent(
                case=case,
                recipient_id=cell.recipient_id,
                purpose=cell.purpose,
                group=cell.group,
                given=cell.given,
                assent=assent,
                conversation=conversation,
                method=method,
                language=language,
                explained_by_id=by.id,
                witness=witness or None,
                given_at=at,
                expires_at=expires_at,
            )
            write(consent, "consent.change", case_id=case.pk)
            earlier[:] = [consent]
        _follow_basis(case, at)
        settle_consents(at, case)
        if any(not cell.given for cell in cells):
            end_uncovered(case, by=by, at=at, person_is_safe=person_is_safe)
        for recipient_id, purpose in sorted(objections, key=str):
            record_objection(case, by=by, at=at, recipient_id=recipient_id, purpose=purpose)
    return conversation


def _follow_basis(case: Case, at: datetime) -> None:
    """What was agreed to again stays open for longer: the open referrals that rest on it say until when."""
    resting = Referral.objects.select_for_update(of=("self",), no_key=True).filter(
        case=case, basis=Basis.CONSENT
    )
    for referral in resting.filter(state__in=sorted(OPEN - {State.DRAFT})):
        found = basis_for(referral, at)
        if found is not None and found.basis == Basis.CONSENT and found.until != referral.basis_until:
            referral.basis_until = found.until
            write(referral, fields=["basis_until"], case_id=case.pk, referral_id=referral.pk)


def _standing(case: Case) -> defaultdict[tuple[UUID, str, str], list[Consent]]:
    """What was answered and neither taken back nor replaced, by recipient, purpose and group."""
    found: defaultdict[tuple[UUID, str, str], list[Consent]] = defaultdict(list)
    for consent in Consent.objects.select_for_update().filter(case=case, withdrawn_at=None, replaced_at=None):
        found[consent.recipient_id, consent.purpose, consent.group].append(consent)
    return found


def _replace(case: Case, answers: Sequence[Consent], at: datetime) -> None:
    for earlier in answers:
        earlier.replaced_at = at
        write(earlier, "consent.change", fields=["replaced_at"], case_id=case.pk)


def withdraw_consent(
    pk: UUID, *, by: Actor, at: datetime, recipient_id: UUID, purpose: str, person_is_safe: bool
) -> list[UUID]:
    """Takes back what was agreed for one recipient and purpose; returns the referrals that ended.

    An adult's word ends every open referral of that recipient and purpose in this transaction. A child's or
    guardian's moves nothing: the objection is recorded and a supervisor decides within 24 h (design §6).
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_case(by, CaseAct.WITHDRAW_CONSENT, case)
        if is_child(case.person.age_status):
            record_objection(case, by=by, at=at, recipient_id=recipient_id, purpose=purpose)
            return []
        take_back(case, recipient_id=recipient_id, purpose=purpose, at=at)
        return end_for_consent(
            case, by=by, at=at, recipient_id=recipient_id, purpose=purpose, person_is_safe=person_is_safe
        )


def record_ground(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    code: str,
    recipient: Organisation,
    purpose: str,
    groups: Sequence[str],
    reason: str,
    best_interest: Mapping[str, str] | None = None,
    alone: bool = False,
    told: bool = True,
) -> LegalGround:
    """Records what the law lets be shared without consent (design §5).

    Args:
        alone: vital danger, and nobody answered within 15 minutes: safety needs only, reviewed within 24 h.
        told: False where whoever records many tells the second person once.

    Raises:
        NotVisible, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_change(by, CaseAct.RECORD_GROUND, case)
        refused = _refused(case, code, recipient, groups, best_interest, alone)
        if alone and not refused and not waited_alone(case, recipient, purpose, at):
            refused = _(
                "Ask a second person first: alone one may share only when nobody has answered for 15 minutes."
            )
        if refused:
            steps.refuse(case, "NOT_POSSIBLE_GROUND")
            raise NotPossible([refused])
        deciding = second_people(case, by)
        review_due = terms_for(organisation_id=deciding.pk).after(Clock.COUNTERSIGN, at, case.urgency)
        ground = LegalGround(
            case=case,
            code=code,
            recipient=recipient,
            purpose=purpose,
            groups=sorted(groups),
            reason=reason,
            best_interest=dict(best_interest) if best_interest else None,
            recorded_by_id=by.id,
            recorded_at=at,
            valid_from=at if code == GroundCode.CHILD_PROTECTION or alone else None,
            review_due=review_due,
        )
        write(ground, case_id=case.pk, reason_code=code.upper())
        task = Task(
            kind=TaskKind.COUNTERSIGN,
            case=case,
            organisation=deciding,
            made_at=at,
            due_at=at + VITAL_WAIT if code == GroundCode.VITAL_DANGER and not alone else review_due,
            proposal={"ground": str(ground.pk)},
        )
        write(task, case_id=case.pk)
        if told:
            notices.ask_second_person(task, by=by, at=at)
    return ground


def _refused(
    case: Case,
    code: str,
    recipient: Organisation,
    groups: Sequence[str],
    best_interest: Mapping[str, str] | None,
    alone: bool,
) -> Any:
    child = is_child(case.person.age_status)
    if code == GroundCode.CHILD_PROTECTION:
        if not child:
            return _("This ground protects children: the person is an adult.")
        if recipient.kind not in CHILD_PROTECTION_KINDS:
            return _("This organisation is not a designated child-protection service.")
        if not best_interest or not all(best_interest.get(key) for key in ("safety", "view", "guardian")):
            return _("Answer the three questions about the best interests of the child.")
    allowed = SAFETY_GROUPS if alone else GROUND_GROUPS
    if not set(groups) <= {str(group) for group in allowed}:
        return _("A legal ground cannot release these groups.")
    if alone and code != GroundCode.VITAL_DANGER:
        return _("Only vital danger lets one person share alone.")
    return None


def waited_alone(case: Case, recipient: Organisation, purpose: str, at: datetime) -> bool:
    """Has a second person been asked about this vital danger for 15 minutes, without an answer?"""
    return case.grounds.filter(
        code=GroundCode.VITAL_DANGER,
        recipient=recipient,
        purpose=purpose,
        valid_from=None,
        approved_at=None,
        refused_at=None,
        recorded_at__lte=at - VITAL_WAIT,
    ).exists()


def decide_ground(
    pk: UUID, *, by: Actor, at: datetime, version: int, approve: bool, told: bool = True
) -> LegalGround:
    """The second person countersigns or refuses. A refused ground releases nothing from the next request on.

    Args:
        told: False where whoever decides many tells those who recorded them once.

    Raises:
        NotVisible, NotAllowed, StaleForm.
    """
    with transaction.atomic():
        ground = (
            LegalGround.objects.select_for_update(of=("self",)).select_related("case").filter(pk=pk).first()
        )
        if ground is None or not may_see_ground(by, ground):
            raise steps.NotVisible
        if not policy.is_second_person(by, ground.recorded_by_id):
            steps.refuse(ground.case, "NOT_ALLOWED_SECOND_PERSON")
            raise NotAllowed(CaseAct.APPROVE_GROUND)
        if ground.version != version or ground.approved_at or ground.refused_at:
            raise steps.StaleForm
        if approve:
            ground.approved_at, ground.approved_by_id = at, by.id
            ground.valid_from = ground.valid_from or at
            ground.review_due = terms_for(organisation_id=ground.case.organisation_id).after(
                Clock.GROUND_REVIEW, at
            )
        else:
            ground.refused_at = at
        write(
            ground,
            fields=["approved_at", "approved_by", "valid_from", "refused_at", "review_due"],
            case_id=ground.case_id,
            reason_code="APPROVED" if approve else "REFUSED",
        )
        for task in _asked_for(ground):
            end_task(task, by=by, at=at, result="approved" if approve else "refused")
        if told:
            notices.tell([ground.recorded_by], ground.case, at=at, due_at=None, action_needed=not approve)
        if not approve:
            end_uncovered(ground.case, by=None, at=at)
    return ground


def _asked_for(ground: LegalGround) -> list[Task]:
    """The open tasks that ask for this ground's countersignature, not those of another ground of the case."""
    tasks = Task.objects.filter(case=ground.case, kind=TaskKind.COUNTERSIGN, done_at=None)
    return [task for task in tasks if task.proposal == {"ground": str(ground.pk)}]


def may_see_ground(by: Actor, ground: LegalGround) -> bool:
    return bool(seen_of([ground], by))


def seen_of(grounds: Sequence[LegalGround], by: Actor) -> list[LegalGround]:
    """Supervisors of the case's organisation; those of the national unit when there is no other second person."""
    if not by.has(Role.SUPERVISOR):
        return []
    asked: list[Any] = []
    if by.national_unit:
        cases = {ground.case_id for ground in grounds if ground.case.organisation_id != by.organisation_id}
        asked_of_us = Task.objects.filter(
            case__in=cases, kind=TaskKind.COUNTERSIGN, done_at=None, organisation_id=by.organisation_id
        )
        asked = [task.proposal for task in asked_of_us] if cases else []
    return [
        ground
        for ground in grounds
        if ground.case.organisation_id == by.organisation_id or {"ground": str(ground.pk)} in asked
    ]
