"""A quarter of files, drawn: for tests that begin there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction

from audit import clock
from partners.models import User
from referral.disclosure import GROUND_GROUPS
from referral.enums import GroundCode, Purpose
from referral.file_reviews import QUESTIONS, Mark, Quarter
from referral.models import Case, CorrectiveAction, DrawnFile, FileReview, LegalGround
from referral.services import basis, corrections, file_reviews, review_draws, tasks
from tests import cast as c


@contextmanager
def last_quarter() -> Iterator[None]:
    """What is done inside was done ten days before the end of the quarter that is over."""
    then = Quarter.ended_before(clock.now()).ends_at - timedelta(days=10)
    with transaction.atomic():
        set_clock(then - clock.now())
        yield
        set_clock(timedelta())


def set_clock(offset: timedelta) -> None:
    """The database is that far from today, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('relais.clock_offset', %s, true)", [str(offset)])


def founded(cast: c.Cast, case: Case, *, countersigned: bool = True) -> LegalGround:
    with c.acting(case.owner) as actor:
        ground = basis.record_ground(
            case.pk,
            by=actor,
            at=clock.now(),
            code=GroundCode.CHILD_PROTECTION,
            recipient=cast.centre,
            purpose=Purpose.SERVICES,
            groups=sorted(GROUND_GROUPS),
            reason="motif canari",
            best_interest={"safety": "sûre", "view": "d’accord", "guardian": "inconnu"},
        )
    if countersigned:
        with c.acting(cast.bineta) as actor:
            said = {"by": actor, "at": clock.now(), "version": ground.version}
            basis.decide_ground(ground.pk, **said, approve=True)
    return ground


def drawn(cast: c.Cast, files: int = 1) -> FileReview:
    """The quality review of the files that Aïssatou had in the last quarter."""
    with last_quarter():
        for _number in range(files):
            c.open_case(cast)
    return draw(cast)


def draw(cast: c.Cast) -> FileReview:
    with c.acting():
        review_draws.draw_due(at=clock.now())
    return FileReview.objects.get(worker=cast.aissatou)


def compliance(cast: c.Cast) -> FileReview:
    return FileReview.objects.get(organisation=cast.unit, worker=None)


def named(review: FileReview, who: User, *, by: User, days: int = 0) -> FileReview:
    """Args: days: of the mandate of somebody from outside."""
    with c.acting(by) as actor:
        at = clock.now()
        return file_reviews.name_reviewer(
            review.pk,
            by=actor,
            at=at,
            version=FileReview.objects.get(pk=review.pk).version,
            user_id=who.pk,
            until=at + timedelta(days=days) if days else None,
        )


def answered(review: FileReview, *, but: str = "") -> None:
    """The reviewer says yes to everything, no to the question `but`."""
    questions = QUESTIONS[review.kind].values
    review.refresh_from_db()
    for row in DrawnFile.objects.filter(review=review):
        with c.acting(review.reviewer) as actor:
            given = {each: (Mark.NO if each == but else Mark.YES).value for each in questions}
            said = {"by": actor, "at": clock.now(), "version": row.version}
            file_reviews.answer_grid(row.pk, **said, answers=given, remarks={})


def concluded(review: FileReview, conclusion: str = "to_correct") -> FileReview:
    review.refresh_from_db()
    with c.acting(review.reviewer) as actor:
        said = {"by": actor, "at": clock.now(), "version": review.version}
        return file_reviews.conclude_review(review.pk, **said, conclusion=conclusion)


def taken(cast: c.Cast) -> FileReview:
    """Khady has taken the unit's review of compliance on."""
    review = compliance(cast)
    with c.acting(cast.khady) as actor:
        said = {"by": actor, "at": clock.now(), "version": review.version}
        return file_reviews.take_review(review.pk, **said)


def corrected(review: FileReview, reviewer: User) -> CorrectiveAction:
    """Found in its first file, and done by the worker; nobody has confirmed it yet."""
    row, at = review.files.earliest("number"), clock.now()
    with c.acting(reviewer) as actor:
        corrections.record_finding(
            row.pk,
            by=actor,
            at=at,
            question="risk",
            severity="serious",
            words="constat canari",
            action="correction canari",
            owner_id=review.worker_id,
            due_at=at + timedelta(days=10),
        )
    action = CorrectiveAction.objects.select_related("task").get(finding__file=row)
    with c.acting(review.worker) as actor:
        tasks.finish_task(action.task_id, by=actor, at=clock.now(), version=action.task.version, note="fait")
    return action
