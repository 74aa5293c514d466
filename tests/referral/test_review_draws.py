"""How files are drawn for a review: once, by chance that anybody repeats, and never made anew."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from audit import clock
from audit.models import Checkpoint
from audit.work import defer
from referral.draw import seed_of
from referral.file_reviews import Quarter
from referral.models import DrawnFile, FileReview, Notice
from referral.services import review_draws
from tests import cast as c
from tests.database.sequencer import as_sequencer
from tests.referral import reviewing as r
from tests.referral.pages import press, sign_in
from tests.referral.story import said
from tests.referral.test_file_reviews import mandated, status, url
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def test_the_night_draws_the_quarter_that_is_over_once(cast: c.Cast) -> None:
    with r.last_quarter():
        cases = [c.open_case(cast) for _number in range(7)]
        r.founded(cast, cases[0])
    c.open_case(cast)  # of today: another quarter
    review = r.draw(cast)
    assert (len(review.population), review.files.count()) == (7, 6)
    assert review.files.get(case=cases[0]).reasons == ["ground"]
    everything = r.compliance(cast)
    assert set(everything.files.values_list("case_id", flat=True)) == {case.pk for case in cases}
    assert FileReview.objects.count() == 2
    r.draw(cast)
    assert FileReview.objects.count() == 2
    told = {(n.user.name, n.reference) for n in Notice.objects.filter(object_type="filereview")}
    assert told == {("Bineta", review.reference), ("Khady", everything.reference)}


def test_a_review_that_is_late_is_told_of_once_more(cast: c.Cast) -> None:
    review = r.named(r.drawn(cast), cast.elisabeth, by=cast.ibrahima, days=90)
    r.set_clock(timedelta(days=31))
    for _night in range(2):
        defer("referral.reviews", timestamp=0)
        work("referral.reviews")
    told = Notice.objects.filter(object_id=review.pk, made_at__gte=review.due_at)
    assert [notice.user for notice in told] == [cast.elisabeth]


def test_a_review_that_is_late_is_red_on_its_own_page(cast: c.Cast) -> None:
    review = r.named(r.drawn(cast), cast.elisabeth, by=cast.ibrahima, days=90)

    def red() -> bool:
        return "app-deadline--late" in sign_in(cast.elisabeth).get(url("review", review.pk)).content.decode()

    assert not red()
    r.set_clock(timedelta(days=31))
    assert red()


def test_when_whoever_was_named_has_left_those_who_name_somebody_hear(cast: c.Cast) -> None:
    review = mandated(cast)
    assert review.due_at is not None
    with c.acting(), transaction.atomic():
        cast.elisabeth.is_active = False
        c.write(cast.elisabeth, fields=["is_active"])
    before = Notice.objects.filter(user=cast.bineta, object_id=review.pk).count()
    with c.acting():
        review_draws.remind_late(at=review.due_at + timedelta(days=1))
    assert Notice.objects.filter(user=cast.bineta, object_id=review.pk).count() == before + 1


def test_where_one_person_is_the_whole_house_coordination_hears_who_could_review(cast: c.Cast) -> None:
    with r.last_quarter():
        c.open_case(cast, by=cast.fatou)
    with c.acting():
        review_draws.draw_due(at=clock.now())
    review = FileReview.objects.get(worker=cast.fatou)
    assert [notice.user for notice in Notice.objects.filter(object_id=review.pk)] == [cast.ibrahima]
    assert status(cast.ibrahima, "review_name", review.pk) == 200


def test_a_file_that_is_handed_on_after_the_quarter_stays_the_worker_s(cast: c.Cast) -> None:
    with r.last_quarter():
        case = c.open_case(cast)
    with c.acting(), transaction.atomic():
        case.owner = cast.bineta
        c.write(case, fields=["owner"], case_id=case.pk)
    assert r.draw(cast).population == [case.pk]


def test_the_number_comes_from_the_first_fingerprint_after_the_quarter(cast: c.Cast) -> None:
    with r.last_quarter():
        c.open_case(cast)
    with as_sequencer():
        Checkpoint.objects.create(size=7, root=b"r" * 32, note="note")
    review = r.draw(cast)
    quarter = Quarter.ended_before(clock.now())
    assert review.seed.value == seed_of(str(quarter), cast.unit.pk, b"r" * 32)
    assert "DIFFERENT" not in checked(review)


def checked(review: FileReview) -> str:
    out = io.StringIO()
    call_command("review_draw", str(review.pk), "--check", stdout=out)
    return out.getvalue()


def test_anybody_draws_again_and_finds_what_was_picked_by_hand(cast: c.Cast) -> None:
    review = r.drawn(cast, 7)
    assert "DIFFERENT" not in checked(review)
    assert sign_in(cast.khady).get(url("review_check", review.pk)).context["holds"] is True
    picked = forged(review)
    with pytest.raises(CommandError):
        checked(picked)
    assert sign_in(cast.khady).get(url("review_check", picked.pk)).context["holds"] is False


def forged(review: FileReview) -> FileReview:
    """Somebody writes a draw of his own, with the file that he likes in it."""
    spared = (set(review.population) - set(review.files.values_list("case_id", flat=True))).pop()
    with c.acting(), transaction.atomic():
        copied = {"kind", "organisation_id", "begins_on", "seed_id", "population", "population_digest"}
        values = {name: getattr(review, name) for name in (*copied, "drawn_at", "due_at")}
        picked = FileReview(**values, reference="PICKEDXX", worker=cast_of(review))
        c.write(picked)
        c.write(DrawnFile(review=picked, case_id=spared, number=1, reasons=["sample"]), case_id=spared)
    return picked


def cast_of(review: FileReview) -> Any:
    """A worker of whom nothing was drawn yet."""
    return review.organisation.people.exclude(pk=review.worker_id).first()


def test_a_draw_is_never_changed_or_made_anew(cast: c.Cast) -> None:
    review = r.drawn(cast)
    for statement in (
        "UPDATE referral_filereview SET population_digest = 'x', version = version + 1",
        "UPDATE referral_reviewseed SET value = 'x', version = version + 1",
        "UPDATE referral_drawnfile SET reasons = '{all}', version = version + 1",
        "DELETE FROM referral_drawnfile",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    answer = press(sign_in(cast.bineta), reverse("review_draw"))
    assert "is drawn already" in said(answer) or "déjà" in said(answer)
    assert FileReview.objects.filter(worker=cast.aissatou).get() == review
