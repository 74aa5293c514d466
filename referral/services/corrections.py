"""What a review found, and what is done about it: asked as a task, done by its owner, confirmed by somebody else."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from partners.models import User
from referral import notices, review_policy
from referral.enums import TaskKind
from referral.file_reviews import LONGEST_ACTION
from referral.lifecycle import NotPossible
from referral.models import CorrectiveAction, DrawnFile, FileReview, Finding, Task
from referral.queries.file_reviews import correctors
from referral.services.file_reviews import locked, permit, permit_answer, refuse
from referral.services.steps import NotVisible, StaleForm


def record_finding(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    question: str,
    severity: str,
    words: str,
    action: str = "",
    owner_id: UUID | None = None,
    due_at: datetime | None = None,
) -> Finding:
    """Writes a finding about a drawn file, and asks somebody of the organisation to correct it.

    The task begins at once: what endangers a person does not wait for the conclusion.

    Args:
        action: what is to be done; empty where nothing can be corrected any more.

    Raises:
        NotVisible, NotAllowed, NotPossible: nobody of the organisation, or no day, was given for the action.
    """
    with transaction.atomic():
        row = DrawnFile.objects.select_related("case").filter(pk=pk).first()
        if row is None:
            raise NotVisible
        review, held = locked(by, row.review_id, at)
        permit_answer(review, held, by, "record_finding")
        if row.case.erased_at is not None:
            refuse(review, "NOT_POSSIBLE_FINDING")
            raise NotPossible([_("This file was erased: nothing more is written about it.")])
        finding = Finding(
            file=row,
            case=row.case,
            question=question,
            severity=severity,
            words=words,
            found_by_id=by.id,
            found_at=at,
        )
        write(finding, case_id=row.case_id, scope="review", reason_code=severity.upper())
        if action:
            owner = _corrector(review, owner_id)
            task = _ask(finding, owner, action, at=at, due_at=_in_time(review, due_at, at))
            made = CorrectiveAction(
                finding=finding, case=row.case, task=task, words=action, asked_by_id=by.id, asked_at=at
            )
            write(made, case_id=row.case_id, scope="review")
    return finding


def _corrector(review: FileReview, owner_id: UUID | None) -> User:
    owner = correctors(review).filter(pk=owner_id).first() if owner_id else None
    if owner is None:
        refuse(review, "NOT_POSSIBLE_CORRECTOR")
        raise NotPossible([_("Choose somebody of the organisation who is there.")])
    return owner


def _in_time(review: FileReview, due_at: datetime | None, at: datetime) -> datetime:
    if due_at is None or not at < due_at <= at + LONGEST_ACTION:
        refuse(review, "NOT_POSSIBLE_DUE")
        raise NotPossible([_("Say by when it is to be done, six months at most.")])
    return due_at


def _ask(finding: Finding, owner: User, note: str, *, at: datetime, due_at: datetime) -> Task:
    task = Task(
        kind=TaskKind.CORRECT,
        case=finding.case,
        organisation_id=finding.case.organisation_id,
        owner=owner,
        made_at=at,
        due_at=due_at,
        note=note,
    )
    write(task, case_id=task.case_id)
    notices.tell([owner], task, at=at, due_at=due_at)
    return task


def _locked_action(
    by: Actor, pk: UUID, at: datetime, version: int, act: str
) -> tuple[FileReview, CorrectiveAction]:
    """Done, not yet confirmed, and somebody else's doing. Raises NotVisible, StaleForm, NotAllowed, NotPossible."""
    review_id = (
        CorrectiveAction.objects.filter(pk=pk).values_list("finding__file__review_id", flat=True).first()
    )
    if review_id is None:
        raise NotVisible
    review, held = locked(by, review_id, at)
    action = (
        CorrectiveAction.objects.select_for_update(of=("self",))
        .select_related("task__owner", "finding__case", "finding__file")
        .get(pk=pk)
    )
    permit(review_policy.may_confirm(held, by, action.task.done_by_id), review, act)
    if action.version != version or action.confirmed_at is not None:
        raise StaleForm
    if action.task.done_at is None:
        refuse(review, f"NOT_POSSIBLE_{act.upper()}")
        raise NotPossible([_("This is not done yet.")])
    return review, action


def confirm_action(pk: UUID, *, by: Actor, at: datetime, version: int) -> CorrectiveAction:
    """The reviewer or an auditor says that it is right now.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        _review, action = _locked_action(by, pk, at, version, "confirm_action")
        action.confirmed_by_id, action.confirmed_at = by.id, at
        write(
            action,
            fields=["confirmed_by", "confirmed_at"],
            case_id=action.case_id,
            scope="review",
            reason_code="CONFIRMED",
        )
    return action


def reopen_action(
    pk: UUID, *, by: Actor, at: datetime, version: int, words: str, due_at: datetime
) -> CorrectiveAction:
    """It is not right yet: the same person is asked once more, with what is still missing.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        review, action = _locked_action(by, pk, at, version, "reopen_action")
        owner = _corrector(review, action.task.owner_id)
        action.task = _ask(action.finding, owner, words, at=at, due_at=_in_time(review, due_at, at))
        action.reopened += 1
        write(
            action,
            fields=["task", "reopened"],
            case_id=action.case_id,
            scope="review",
            reason_code="REOPENED",
        )
    return action
