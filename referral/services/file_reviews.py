"""A review of files: who carries it out, what is answered, and its end. Every look of the reviewer is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit import sitting
from audit.rows import write
from partners.actor import Actor
from partners.models import User
from referral import grants, notices, review_policy
from referral.file_reviews import LONGEST_MANDATE, QUESTIONS, READING, Mark
from referral.lifecycle import NotPossible
from referral.models import CorrectiveAction, DrawnFile, FileReview, Finding, TimedReading
from referral.policy import NotAllowed
from referral.queries.file_reviews import (
    actions_of,
    deciders,
    drawn_file_of,
    files_of,
    outside_reviewers,
    own_reviewers,
    review_of,
    reviews_of,
)
from referral.queries.review_marks import marks
from referral.readings import ReadingWhy
from referral.review_policy import ReviewSeat
from referral.services.drafts import drop_draft
from referral.services.reading import require_control
from referral.services.steps import NotVisible, StaleForm

#: Of the form that holds the twelve answers; its draft is about the file.
GRID = "review_grid"
SHOWN = 200


@dataclass(frozen=True)
class Opened:
    """A review as one person may see it."""

    review: FileReview
    seats: frozenset[ReviewSeat]
    words: bool
    files: list[DrawnFile]
    actions: list[CorrectiveAction]


def list_reviews(actor: Actor) -> list[FileReview]:
    """Raises NotAllowed."""
    require_control(actor, *review_policy.READERS, reason_code="NOT_ALLOWED_REVIEWS")
    found = reviews_of(actor, SHOWN)
    audit.look("list", FileReview, detail={"reviews": [str(review.pk) for review in found]})
    return found


def open_review(actor: Actor, pk: UUID, *, verb: str = "view") -> Opened:
    """The review, its files and what is done about it: a look. Raises NotVisible."""
    review, held = _visible(actor, pk, sitting.current().at)
    audit.look(verb, review, scope="review")
    return Opened(review, held, review_policy.reads_words(held, review), files_of(review), actions_of(review))


def _visible(actor: Actor, pk: UUID, at: datetime) -> tuple[FileReview, frozenset[ReviewSeat]]:
    found = review_of(actor, pk, at)
    if found is None:
        raise NotVisible
    return found


def refuse(review: FileReview, reason_code: str) -> None:
    """Leaves the event of what was tried and refused."""
    audit.deny("denied", review._meta.label_lower, review.pk, reason_code=reason_code)


def permit(allowed: bool, review: FileReview, act: str) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not allowed:
        refuse(review, f"NOT_ALLOWED_{act.upper()}")
        raise NotAllowed(act)


def permit_answer(review: FileReview, held: frozenset[ReviewSeat], by: Actor, act: str) -> None:
    """For the reviewer, who may own a drawn file or have decided in one since she or he was named.

    Raises:
        NotAllowed, NotPossible.
    """
    permit(review_policy.may_answer(held, review), review, act)
    if review.is_quality and not by.seats.isdisjoint(deciders(review)):
        refuse(review, "NOT_POSSIBLE_OWN_WORK")
        raise NotPossible([OWN_WORK])


def locked(
    actor: Actor, pk: UUID, at: datetime, version: int | None = None
) -> tuple[FileReview, frozenset[ReviewSeat]]:
    """The row, locked until the transaction ends. Raises NotVisible, StaleForm."""
    FileReview.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    review, held = _visible(actor, pk, at)
    if version is not None and review.version != version:
        raise StaleForm
    return review, held


# --- who reviews -----------------------------------------------------------------------------------------------
def name_reviewer(
    pk: UUID, *, by: Actor, at: datetime, version: int, user_id: UUID, until: datetime | None = None
) -> FileReview:
    """Says who carries the review out: a supervisor of the organisation, or for a time one of another organisation.

    Whoever decided something in a drawn file, or owns one, cannot be named.

    Args:
        until: the end of the mandate of somebody from outside; nobody of the organisation needs one.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        review, held = locked(by, pk, at, version)
        permit(review_policy.may_name(held, review) and review.is_quality, review, "name_reviewer")
        own = {user.pk: user for user in own_reviewers(review)}
        outside = {user.pk: user for user in outside_reviewers(review, by)}
        chosen = own.get(user_id) or outside.get(user_id)
        if chosen is None:
            refuse(review, "NOT_POSSIBLE_REVIEWER")
            raise NotPossible([OWN_WORK])
        if user_id in outside and (until is None or not at < until <= at + LONGEST_MANDATE):
            refuse(review, "NOT_POSSIBLE_MANDATE")
            raise NotPossible([_("Say until which day the mandate lasts, three months at most.")])
        _close_readings(review, at)
        review.reviewer, review.named_by_id, review.named_at = chosen, by.id, at
        review.mandate_until, review.reads_until = until if user_id in outside else None, None
        write(review, fields=_NAMING, reason_code="REVIEWER_NAMED")
        if user_id != by.id:
            notices.tell([chosen], review, at=at, due_at=review.due_at)
    return review


OWN_WORK = _("This person cannot review these files: it would be her or his own work, or no supervisor’s.")
_NAMING = ("reviewer", "named_by", "named_at", "mandate_until", "reads_until")


def take_review(pk: UUID, *, by: Actor, at: datetime, version: int) -> FileReview:
    """An auditor takes a review of compliance on. Raises NotVisible, StaleForm, NotAllowed."""
    with transaction.atomic():
        review, held = locked(by, pk, at, version)
        permit(review_policy.may_name(held, review) and not review.is_quality, review, "take_review")
        review.reviewer_id, review.named_by_id, review.named_at = by.id, by.id, at
        write(review, fields=_NAMING[:3], reason_code="REVIEWER_NAMED")
    return review


def open_files(pk: UUID, *, by: Actor, at: datetime, version: int) -> FileReview:
    """Opens the drawn files to a mandated outsider, to read alone, for 7 days or as long as the mandate lasts.

    A supervisor of the organisation reads its files in any case.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        review, held = locked(by, pk, at, version)
        outside = review.mandate_until is not None
        permit(outside, review, "open_files")
        permit_answer(review, held, by, "open_files")
        if review.reads_until is not None:
            refuse(review, "NOT_POSSIBLE_OPEN_FILES")
            raise NotPossible(
                [_("The files were open to you already. Ask whoever named you for a new mandate.")]
            )
        assert review.mandate_until is not None  # noqa: S101 - asked above
        review.reads_until = min(at + READING, review.mandate_until)
        write(review, fields=["reads_until"], reason_code="FILES_OPENED")
        for row in review.files.filter(case__erased_at=None).select_related("case"):
            grants.open_reading(row.case, by.id, ReadingWhy.REVIEW, at=at, until=review.reads_until)
    return review


def _close_readings(review: FileReview, at: datetime) -> None:
    """Of the reviewer until now."""
    if review.reviewer_id is None:
        return
    open_now = TimedReading.objects.select_for_update().filter(
        user_id=review.reviewer_id,
        case__in=review.files.values("case"),
        why=ReadingWhy.REVIEW,
        ended_at=None,
    )
    for reading in open_now:
        grants.end_reading(reading, at=at)


# --- the grid --------------------------------------------------------------------------------------------------
def open_file(actor: Actor, pk: UUID) -> tuple[Opened, DrawnFile]:
    """One drawn file with its answers: a look under the review. Raises NotVisible, NotAllowed."""
    found = drawn_file_of(actor, pk, sitting.current().at)
    if found is None:
        raise NotVisible
    row, held = found
    review = row.review
    permit(review_policy.sees_draw(held), review, "read_file")
    words = review_policy.reads_words(held, review)
    audit.look(
        "reveal" if words else "view",
        row,
        case_id=row.case_id,
        scope="review",
        fields=["remarks"] if words else (),
    )
    return Opened(review, held, words, [row], actions_of(review)), row


def proposals(review: FileReview, rows: Sequence[DrawnFile], at: datetime) -> dict[UUID, dict[str, Mark]]:
    """By drawn file: what the codes say already."""
    cases = [row.case for row in rows if row.case.erased_at is None]
    found = marks(cases, review.quarter, at, [str(each) for each in QUESTIONS[review.kind]])
    return {row.pk: found.get(row.case_id, {}) for row in rows}


def answer_grid(
    pk: UUID, *, by: Actor, at: datetime, version: int, answers: Mapping[str, str], remarks: Mapping[str, str]
) -> DrawnFile:
    """Keeps the answers given so far; they may change until the conclusion.

    Args:
        answers: a `Mark` by question; those left out stay unanswered.
        remarks: words by question.

    Raises:
        NotVisible, StaleForm, NotAllowed.
    """
    with transaction.atomic():
        review, row = _locked_file(by, pk, at, version)
        row.answers = [answers.get(question, "") for question in QUESTIONS[review.kind].values]
        row.remarks = {question: words for question, words in remarks.items() if words} or None
        write(row, fields=["answers", "remarks"], case_id=row.case_id, scope="review")
        drop_draft(by=by, form=GRID, about=row.pk)
    return row


def _locked_file(by: Actor, pk: UUID, at: datetime, version: int) -> tuple[FileReview, DrawnFile]:
    review_id = DrawnFile.objects.filter(pk=pk).values_list("review_id", flat=True).first()
    if review_id is None:
        raise NotVisible
    review, held = locked(by, review_id, at)
    permit_answer(review, held, by, "answer_grid")
    row = DrawnFile.objects.select_for_update(of=("self",)).select_related("case").get(pk=pk)
    if row.version != version:
        raise StaleForm
    return review, row


def accept_proposals(pk: UUID, *, by: Actor, at: datetime, version: int) -> int:
    """Answers a review of compliance as the codes propose, where nothing of a file is amiss; gives how many files.

    A question that no code answers is "cannot tell". A file with a "no" is looked at by itself.

    Raises:
        NotVisible, StaleForm, NotAllowed.
    """
    done = 0
    with transaction.atomic():
        review, held = locked(by, pk, at, version)
        permit(review_policy.may_answer(held, review) and not review.is_quality, review, "accept_proposals")
        rows = [row for row in files_of(review) if not row.answers and row.case.erased_at is None]
        proposed = proposals(review, rows, at)
        for row in rows:
            found = proposed[row.pk]
            if found and Mark.NO not in found.values():
                row.answers = [
                    found.get(question, Mark.CANNOT_TELL).value for question in QUESTIONS[review.kind].values
                ]
                write(row, fields=["answers"], case_id=row.case_id, scope="review", reason_code="AS_PROPOSED")
                done += 1
    return done


def unanswered(files: Sequence[DrawnFile]) -> list[DrawnFile]:
    """Files that stand against the conclusion; of an erased one nothing can be answered any more."""
    return [row for row in files if not row.answered and row.case.erased_at is None]


def conclude_review(pk: UUID, *, by: Actor, at: datetime, version: int, conclusion: str) -> FileReview:
    """The reviewer ends it; from then on nothing of it changes. The worker and the supervisors are told.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible: a file is not answered.
    """
    with transaction.atomic():
        review, held = locked(by, pk, at, version)
        permit_answer(review, held, by, "conclude_review")
        if unanswered(files_of(review)):
            refuse(review, "NOT_POSSIBLE_CONCLUDE")
            raise NotPossible([_("Answer the twelve questions of each file first.")])
        _close_readings(review, at)
        review.conclusion, review.concluded_at = conclusion, at
        write(review, fields=["conclusion", "concluded_at"], reason_code=conclusion.upper())
        heads = notices.supervisors_of(review.organisation_id)
        people: list[User | None] = [review.worker, *heads]
        told = [user for user in people if user is not None and user.pk != by.id]
        notices.tell(told, review, at=at, due_at=None, action_needed=False)
    return review


def findings_of(files: Sequence[DrawnFile]) -> list[Finding]:
    return [finding for row in files for finding in row.findings.all()]
