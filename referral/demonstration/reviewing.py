"""Reviews of the last quarter: drawn in the night after it, one under way from outside, one concluded and corrected."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from partners.models import User
from referral.demonstration.plan import DAYS
from referral.demonstration.stage import Stage
from referral.file_reviews import QUESTIONS, Conclusion, Mark, QualityQuestion, Quarter, ReviewKind, Severity
from referral.models import CorrectiveAction, DrawnFile, FileReview
from referral.queries.file_reviews import outside_reviewers, own_reviewers, with_files
from referral.services import corrections, file_reviews, review_draws, tasks

NIGHT = timedelta(hours=5, minutes=20)
MANDATE = 30 * DAYS
WORDS = "L’évaluation du risque n’a pas été refaite après le changement de lieu."
ASKED = "Refaire l’évaluation du risque avec la personne et la dater."
DONE = "Évaluation refaite avec la personne, datée et versée au dossier."


def review_files(stage: Stage) -> None:
    quarter = Quarter.ended_before(stage.now)
    stage.later(min(quarter.ends_at + NIGHT, stage.now - 12 * DAYS), partial(_draw, stage, quarter))
    stage.later(stage.now - 6 * DAYS, partial(_under_way, stage))
    stage.later(stage.now - 6 * DAYS, partial(_conclude, stage))
    stage.later(stage.now - 4 * DAYS, partial(_correct, stage))
    stage.later(stage.now - 3 * DAYS, partial(_in_codes, stage))


def _draw(stage: Stage, quarter: Quarter) -> None:
    with stage.unattended():
        for organisation in with_files(quarter):
            review_draws.draw_quarter(organisation, quarter, by=None, at=stage.at)


def _quality(stage: Stage) -> list[FileReview]:
    """The caseworker's own first, then the others, the fewest files first."""
    own = stage.people["caseworker"].pk
    found = FileReview.objects.filter(kind=ReviewKind.QUALITY).select_related("worker")
    return sorted(found, key=lambda each: (each.worker_id != own, each.files.count(), each.reference))


def _name(stage: Stage, review: FileReview, among: Sequence[User]) -> str:
    """Coordination names somebody; gives the key by which the stage knows the person."""
    chosen = among[0]
    outside = chosen.organisation_id != review.organisation_id
    with stage.acting("coordinator") as by:
        file_reviews.name_reviewer(
            review.pk,
            by=by,
            at=stage.at,
            version=review.version,
            user_id=chosen.pk,
            until=stage.at + MANDATE if outside else None,
        )
    review.refresh_from_db()
    return next(key for key, user in stage.people.items() if user.pk == chosen.pk)


def _answer(stage: Stage, row: DrawnFile, reviewer: str, marks: dict[str, Mark]) -> None:
    with stage.acting(reviewer) as by:
        given = {question: marks.get(question, Mark.YES).value for question in QualityQuestion.values}
        said = {"by": by, "at": stage.at, "version": row.version}
        file_reviews.answer_grid(row.pk, **said, answers=given, remarks={})  # type: ignore[arg-type]


def _find(stage: Stage, review: FileReview, row: DrawnFile, reviewer: str) -> None:
    with stage.acting(reviewer) as by:
        corrections.record_finding(
            row.pk,
            by=by,
            at=stage.at,
            question=QualityQuestion.RISK,
            severity=Severity.SERIOUS,
            words=WORDS,
            action=ASKED,
            owner_id=review.worker_id,
            due_at=stage.at + 14 * DAYS,
        )


def _under_way(stage: Stage) -> None:
    """Somebody from outside reads, and has answered for the first file."""
    review = _quality(stage)[0]
    reviewer = _name(stage, review, outside_reviewers(review))
    with stage.acting(reviewer) as by:
        file_reviews.open_files(review.pk, by=by, at=stage.at, version=review.version)
    row = review.files.select_related("case").filter(case__erased_at=None).earliest("number")
    _answer(stage, row, reviewer, {QualityQuestion.RISK: Mark.NO, QualityQuestion.AGE: Mark.NOT_APPLICABLE})
    _find(stage, review, row, reviewer)


def _conclude(stage: Stage) -> None:
    review = _quality(stage)[1]
    reviewer = _name(stage, review, [*own_reviewers(review), *outside_reviewers(review)])
    rows = list(review.files.filter(case__erased_at=None).order_by("number"))
    for row in rows:
        _answer(stage, row, reviewer, {QualityQuestion.RISK: Mark.NO} if row == rows[0] else {})
    if rows:
        _find(stage, review, rows[0], reviewer)
    with stage.acting(reviewer) as by:
        said = {"by": by, "at": stage.at, "version": review.version}
        file_reviews.conclude_review(review.pk, **said, conclusion=Conclusion.TO_CORRECT)  # type: ignore[arg-type]


def _correct(stage: Stage) -> None:
    """Of the concluded one: done by the worker, confirmed by the auditor."""
    concluded = CorrectiveAction.objects.filter(finding__file__review__concluded_at__isnull=False)
    for action in concluded.select_related("task"):
        owner = next(key for key, user in stage.people.items() if user.pk == action.task.owner_id)
        with stage.acting(owner) as by:
            tasks.finish_task(action.task_id, by=by, at=stage.at, version=action.task.version, note=DONE)
        with stage.acting("auditor") as by:
            corrections.confirm_action(action.pk, by=by, at=stage.at, version=action.version)


def _in_codes(stage: Stage) -> None:
    """The auditor has taken the national unit's review of compliance on, and answered where nothing is amiss."""
    unit = stage.people["caseworker"].organisation_id
    review = FileReview.objects.get(kind=ReviewKind.COMPLIANCE, organisation=unit)
    with stage.acting("auditor") as by:
        taken = file_reviews.take_review(review.pk, by=by, at=stage.at, version=review.version)
        file_reviews.accept_proposals(review.pk, by=by, at=stage.at, version=taken.version)
        rows = review.files.filter(case__erased_at=None).order_by("number")
        row = next((each for each in rows if not each.answers), None)
        if row is not None:
            given = dict.fromkeys(QUESTIONS[ReviewKind.COMPLIANCE].values, Mark.YES.value)
            said = {"by": by, "at": stage.at, "version": row.version}
            file_reviews.answer_grid(row.pk, **said, answers=given, remarks={})  # type: ignore[arg-type]
