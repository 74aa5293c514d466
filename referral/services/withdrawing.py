"""How a referral ends from the sender's side, and what a centre that still lodges the person keeps."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from referral import grants, notices, policy
from referral.disclosure import EXTRACT_FIELDS
from referral.enums import (
    CONSENT_WITHDRAWN,
    OPEN,
    TERMINAL,
    Action,
    CaseAct,
    Clock,
    PlacementState,
    State,
    TaskKind,
)
from referral.lifecycle import NotPossible
from referral.models import Case, Consent, Placement, Referral, SafetyExtract, Task
from referral.policy import NotAllowed
from referral.queries import basis_live
from referral.queries.facts import is_lodged, second_people, title_facts
from referral.queries.terms import terms_for
from referral.services import steps, trips
from referral.services.care import leave
from referral.services.receiving import ask_for_redirect, close_snapshot, release_hold
from referral.services.tasks import end_task, finish_task
from referral.services.urgency import end_calls


def withdraw_referral(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    reason_code: str,
    reason: str | None = None,
    hand_over: str | None = None,
    person_is_safe: bool = True,
) -> Referral:
    """Ends an open referral. No version is asked for: a withdrawal holds whatever changed meanwhile (design §6).

    Args:
        hand_over: who takes the person in charge now; needed where a service had begun.

    Raises:
        NotVisible, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        referral = steps.locked(by, pk)
        if is_lodged(referral) and not hand_over:
            steps.permit(by, Action.WITHDRAW, referral)
            steps.refuse(referral, "NOT_POSSIBLE_WITHDRAW")
            raise NotPossible([_("The service has begun: say who takes the person in charge now.")])
        end(
            referral,
            by=by,
            at=at,
            reason_code=reason_code,
            reason=reason,
            hand_over=hand_over,
            person_is_safe=person_is_safe,
        )
    return referral


def end(
    referral: Referral,
    *,
    by: Actor | None,
    at: datetime,
    reason_code: str,
    reason: str | None,
    person_is_safe: bool,
    hand_over: str | None = None,
) -> None:
    lodged = is_lodged(referral)
    sent = referral.state != State.DRAFT
    step = steps.begin(referral, Action.WITHDRAW, by=by, at=at)
    referral.withdraw_reason = reason_code
    terms = terms_for(organisation_id=referral.referring_organisation_id)
    extract_until = terms.after(Clock.EXTRACT, at, referral.urgency)
    if lodged:
        _keep_extract(referral, at, until=extract_until)
    release_hold(referral)
    steps.finish(step, reason_code=reason_code, reason=reason)
    trips.break_off_with(referral, by=by, side=step.side, at=at)
    end_calls(referral, by=by, at=at)
    close_snapshot(referral)
    if lodged:
        _task(referral, TaskKind.HAND_OVER, at=at, due_at=extract_until, note=hand_over)
    if not sent:
        _search_again(referral, at)
        return
    if by is None or by.id != referral.case.owner_id:
        notices.tell([referral.case.owner], referral, at=at, due_at=None, action_needed=lodged)
    if lodged and not person_is_safe:
        # A centre that still lodges the person hears of it only when the sender says that she is safe (design §6).
        due_at = terms.after(Clock.ACKNOWLEDGE, at, referral.urgency)
        _task(referral, TaskKind.SAFE_ONCE, at=at, due_at=due_at)
    else:
        tell_receiver(referral, at)


def _search_again(draft: Referral, at: datetime) -> None:
    """A draft that replaced a declined or unanswered referral is thrown away: the search is open again."""
    parent = draft.parent
    if parent is None or parent.state not in (State.DECLINED, State.EXPIRED):
        return
    if not parent.children.exclude(state=State.WITHDRAWN).exists():
        grants.search_again(parent)
        ask_for_redirect(parent, at)


def tell_receiver(referral: Referral, at: datetime) -> None:
    notices.tell(
        notices.desk_of(referral.receiving_organisation_id), referral, at=at, due_at=None, action_needed=False
    )


def _task(
    referral: Referral, kind: TaskKind, *, at: datetime, due_at: datetime, note: str | None = None
) -> Task:
    task = Task(
        kind=kind,
        case_id=referral.case_id,
        referral=referral,
        organisation_id=referral.referring_organisation_id,
        owner_id=referral.case.owner_id,
        made_at=at,
        due_at=due_at,
        note=note or None,
    )
    write(task, case_id=referral.case_id, referral_id=referral.pk)
    return task


def _keep_extract(referral: Referral, at: datetime, *, until: datetime) -> None:
    """Health alerts, safe contact and custody title for 72 h at most (design §6): of what had been shared, as it was.

    Never from the file as it stands now: she may have changed her safe contact because of this very house.
    """
    payload: dict[str, Any] = {"title": title_facts(referral.case)}
    shared = referral.snapshots.order_by("-number").first()
    lapsed = referral.basis_until is not None and referral.basis_until <= at
    if shared is not None and not lapsed:
        for group, names in EXTRACT_FIELDS.items():
            kept = {
                name: shared.payload[group][name] for name in names if name in shared.payload.get(group, {})
            }
            payload |= {group: kept} if kept else {}
    extract = SafetyExtract(referral=referral, case_id=referral.case_id, payload=payload, until=until)
    write(extract, case_id=referral.case_id, referral_id=referral.pk)


def say_safe(pk: UUID, *, by: Actor, at: datetime, version: int, note: str = "") -> Task:
    """The person is safe: the centre that still lodges her may now hear that the referral has ended (design §6)."""
    with transaction.atomic():
        task = finish_task(pk, by=by, at=at, version=version, note=note)
        if task.referral is not None:
            tell_receiver(task.referral, at)
    return task


def record_departure(pk: UUID, *, by: Actor, at: datetime, occurred_at: datetime) -> Placement:
    """The receiver records that the person has left after the end: the bed is free, the extract closes.

    Raises NotVisible for anyone but the desk that lodged the person, NotAllowed for others of its organisation,
    NotPossible for a time that cannot be.
    """
    with transaction.atomic():
        placement = (
            Placement.objects.select_for_update(of=("self",))
            .select_related("referral", "referral__case")
            .filter(
                referral_id=pk,
                state=PlacementState.OCCUPIED,
                referral__receiving_organisation_id=by.organisation_id,
            )
            .filter(referral__state__in=sorted(TERMINAL))
            .first()
        )
        if placement is None:
            raise steps.NotVisible
        steps.permit_departure(by, placement.referral)
        steps.require_time(placement.referral, occurred_at, at)
        leave(placement.referral, at=occurred_at)
        notices.tell(
            [placement.referral.case.owner], placement.referral, at=at, due_at=None, action_needed=False
        )
    return placement


def end_for_consent(
    case: Case, *, by: Actor, at: datetime, recipient_id: UUID, purpose: str, person_is_safe: bool
) -> list[UUID]:
    """Every open referral of that recipient and purpose ends with the consent (design §6)."""
    ended = []
    for referral in _open(case).filter(receiving_organisation_id=recipient_id, purpose=purpose):
        end(
            referral,
            by=None,
            at=at,
            reason_code=CONSENT_WITHDRAWN,
            reason=None,
            person_is_safe=person_is_safe,
        )
        ask_for_redirect(referral, at)
        ended.append(referral.pk)
    return ended


def end_uncovered(case: Case, *, by: Actor | None, at: datetime, person_is_safe: bool = True) -> list[UUID]:
    """Ends the sent referrals whose basis no longer covers what they release."""
    ended = []
    for referral in _open(case).exclude(state=State.DRAFT):
        if not basis_live(referral, at):
            end(
                referral,
                by=None,
                at=at,
                reason_code=CONSENT_WITHDRAWN,
                reason=None,
                person_is_safe=person_is_safe,
            )
            ask_for_redirect(referral, at)
            ended.append(referral.pk)
    return ended


def _open(case: Case) -> Any:
    return (
        Referral.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case")
        .filter(case=case, state__in=sorted(OPEN))
        .order_by("seq")
    )


def take_back(case: Case, *, recipient_id: UUID, purpose: str, at: datetime) -> None:
    """Every yes for this recipient and purpose is withdrawn; a no needs no withdrawal."""
    for consent in Consent.objects.select_for_update().filter(
        case=case, recipient_id=recipient_id, purpose=purpose, given=True, withdrawn_at=None, replaced_at=None
    ):
        consent.withdrawn_at = at
        write(consent, "consent.change", fields=["withdrawn_at"], case_id=case.pk)


def record_objection(
    case: Case, *, by: Actor, at: datetime, recipient_id: UUID, purpose: str, because: str = ""
) -> Task:
    """A child's or guardian's withdrawal moves nothing; a supervisor decides within 24 h (design §6).

    Args:
        because: a code, where nobody has spoken: a guardian who had agreed is suspected now.
    """
    deciding = second_people(case, by)
    task = Task(
        kind=TaskKind.OBJECTION,
        case=case,
        organisation=deciding,
        made_at=at,
        due_at=terms_for(organisation_id=deciding.pk).after(Clock.OBJECTION, at, case.urgency),
        proposal={"recipient": str(recipient_id), "purpose": purpose, "by": str(by.id), "because": because},
    )
    write(task, case_id=case.pk, reason_code="OBJECTION")
    notices.ask_second_person(task, by=by, at=at)
    return task


def decide_objection(pk: UUID, *, by: Actor, at: datetime, version: int, uphold: bool) -> list[UUID]:
    """The supervisor upholds the objection, which ends the referrals, or lets them go on in the child's interest."""
    with transaction.atomic():
        task = (
            Task.objects.select_for_update(of=("self",))
            .select_related("case")
            .filter(pk=pk, kind=TaskKind.OBJECTION)
            .first()
        )
        if task is None or task.organisation_id != by.organisation_id:
            raise steps.NotVisible
        steps.permit_case(by, CaseAct.DECIDE_OBJECTION, task.case)
        proposal: dict[str, str] = task.proposal or {}
        if not policy.is_second_person(by, UUID(proposal["by"])) or not policy.is_second_person(
            by, task.case.owner_id
        ):
            steps.refuse(task.case, "NOT_ALLOWED_SECOND_PERSON")
            raise NotAllowed(CaseAct.DECIDE_OBJECTION)
        if task.version != version or task.done_at is not None:
            raise steps.StaleForm
        end_task(task, by=by, at=at, result="upheld" if uphold else "overruled")
        notices.tell([task.case.owner], task.case, at=at, due_at=None, action_needed=uphold)
        if not uphold:
            return []
        recipient, purpose = UUID(proposal["recipient"]), proposal["purpose"]
        take_back(task.case, recipient_id=recipient, purpose=purpose, at=at)
        return end_for_consent(
            task.case, by=by, at=at, recipient_id=recipient, purpose=purpose, person_is_safe=True
        )
