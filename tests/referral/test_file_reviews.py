"""Reviews of files: a draw that anybody makes again, people who had no part, answers that stay, and what follows."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from audit import clock
from audit.models import Event
from partners.enums import Role
from partners.models import Region
from referral.enums import TaskKind
from referral.file_reviews import QUESTIONS
from referral.forms.when import BOX
from referral.lifecycle import NotPossible
from referral.models import CorrectiveAction, DrawnFile, FileReview, Finding, Notice, Task, TimedReading
from referral.services import file_reviews, tasks
from tests import cast as c
from tests.referral import reviewing as r
from tests.referral.pages import press, sign_in
from tests.referral.test_orders import bind

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def url(name: str, pk: Any) -> str:
    return reverse(name, args=[pk])


def status(who: Any, name: str, pk: Any) -> int:
    return int(sign_in(who).get(url(name, pk)).status_code)


def body(who: Any, name: str, pk: Any) -> str:
    answer = sign_in(who).get(url(name, pk))
    assert answer.status_code == 200, (name, answer.status_code)
    return str(answer.content.decode())


def waits_at_home(who: Any) -> list[tuple[str, str]]:
    lines = sign_in(who).get("/").context["lines"]
    return [(line["url"], line["what"]) for line in lines if "/reviews/" in line["url"]]


def test_whoever_reviews_and_whoever_was_reviewed_find_it_from_the_first_page(cast: c.Cast) -> None:
    review = r.drawn(cast)
    all_of_them = (reverse("reviews"), "1 que personne n’effectue encore")
    for who in (cast.bineta, cast.ibrahima, cast.khady):
        assert waits_at_home(who) == [all_of_them]
    for who in (cast.aissatou, cast.elisabeth, cast.codou, cast.mareme):
        assert waits_at_home(who) == []
    r.named(review, cast.elisabeth, by=cast.bineta, days=20)
    assert [url for url, _what in waits_at_home(cast.elisabeth)] == [url("review", review.pk)]
    assert waits_at_home(cast.bineta) == []
    assert reverse("reviews") not in sign_in(cast.aissatou).get("/").content.decode()
    r.answered(review)
    r.concluded(review)
    assert waits_at_home(cast.elisabeth) == []
    own = sign_in(cast.aissatou)
    assert f'href="{reverse("reviews")}"' in own.get("/").content.decode()
    assert url("review", review.pk) in own.get(reverse("reviews")).content.decode()
    assert f'href="{reverse("reviews")}"' not in sign_in(cast.daouda).get("/").content.decode()


# --- who reviews -------------------------------------------------------------------------------------------------
def test_nobody_reviews_the_own_work(cast: c.Cast) -> None:
    with r.last_quarter():
        r.founded(cast, c.open_case(cast))
    review = r.draw(cast)
    page = sign_in(cast.bineta).get(url("review_name", review.pk))
    offered = dict(page.context["form"].fields["reviewer"].choices[1][1])
    assert offered == {}, "Bineta has countersigned the ground"
    typed = {"reviewer": str(cast.bineta.pk)}
    answer = press(sign_in(cast.ibrahima), url("review_name", review.pk), **typed)
    assert answer.status_code == 200
    review.refresh_from_db()
    assert review.reviewer_id is None
    assert status(cast.aissatou, "review", review.pk) == 404, "the worker knows nothing before the end"


def test_nobody_gives_a_mandate_to_oneself(cast: c.Cast) -> None:
    """A coordinator who supervises too would read the files of any house, without the glass and without a second."""
    review = r.drawn(cast)
    with c.acting(), transaction.atomic():
        both = c.person("doudou", cast.other_centre, Role.COORDINATOR, Role.SUPERVISOR, at=clock.now())
    until = timezone.localtime(clock.now() + timedelta(days=20)).strftime(BOX)
    typed = {"reviewer": str(both.pk), "until": until}
    assert press(sign_in(both), url("review_name", review.pk), **typed).status_code == 200
    with c.acting(both) as actor, pytest.raises(NotPossible):
        file_reviews.name_reviewer(
            review.pk,
            by=actor,
            at=clock.now(),
            version=review.version,
            user_id=both.pk,
            until=clock.now() + timedelta(days=2),
        )
    review.refresh_from_db()
    assert review.reviewer_id is None
    # Somebody else may name the same person.
    assert press(sign_in(cast.ibrahima), url("review_name", review.pk), **typed).status_code == 302


def test_a_reviewer_to_whom_the_file_is_given_later_answers_no_more(cast: c.Cast) -> None:
    review = r.drawn(cast)
    r.named(review, cast.bineta, by=cast.ibrahima)
    row = review.files.get()
    with c.acting(), transaction.atomic():
        case = row.case
        case.owner = cast.bineta
        c.write(case, fields=["owner"])
    bineta = sign_in(cast.bineta)
    answer = press(bineta, url("review_file", row.pk), **dict.fromkeys(QUESTIONS["quality"].values, "yes"))
    assert answer.status_code == 200
    row.refresh_from_db()
    assert row.answers == []
    denied = Event.objects.using("audit").filter(outcome="denied", reason_code="NOT_POSSIBLE_OWN_WORK")
    assert denied.exists()


def test_an_auditor_of_one_region_controls_the_reviews_of_that_region(cast: c.Cast) -> None:
    review = r.drawn(cast)
    elsewhere = Region.objects.exclude(pk=cast.region.pk).earliest("code")
    for region, expected in ((cast.region, 200), (elsewhere, 404)):
        bind(cast.khady, region)
        assert status(cast.khady, "review", review.pk) == expected
        listed = url("review", review.pk) in sign_in(cast.khady).get(reverse("reviews")).content.decode()
        assert listed is (expected == 200)


def mandated(cast: c.Cast, *, files: int = 1, days: int = 20) -> FileReview:
    review = r.drawn(cast, files)
    until = timezone.localtime(clock.now() + timedelta(days=days)).strftime(BOX)
    typed = {"reviewer": str(cast.elisabeth.pk), "until": until}
    assert press(sign_in(cast.bineta), url("review_name", review.pk), **typed).status_code == 302
    review.refresh_from_db()
    return review


def test_a_mandated_outsider_reads_the_drawn_files_alone_for_seven_days(cast: c.Cast) -> None:
    review = mandated(cast)
    case = review.files.get().case
    other = c.open_case(cast)
    page = sign_in(cast.elisabeth)
    assert page.get(url("case", case.pk)).status_code == 404, "the seven days have not begun"
    assert press(page, url("review_open", review.pk)).status_code == 302
    read = page.get(url("case", case.pk))
    assert read.status_code == 200
    assert "Lecture seule jusqu’au " in read.content.decode()
    for name in ("case_edit", "case_print", "case_close", "attachment_add"):
        assert page.get(url(name, case.pk)).status_code in (403, 404), name
    assert page.get(url("case", other.pk)).status_code == 404
    file = page.get(url("review_file", review.files.get().pk))
    assert file.context["case_url"] == url("case", case.pk)
    assert case.reference not in file.content.decode()
    looks = Event.objects.using("audit").filter(actor_id=cast.elisabeth.pk, case_id=case.pk, verb="view")
    assert "REVIEW" in set(looks.values_list("scope", flat=True))
    r.set_clock(timedelta(days=7, minutes=1))
    assert status(cast.elisabeth, "case", case.pk) == 404, "over in mid-page"
    assert status(cast.elisabeth, "review", review.pk) == 200, "the mandate goes on"
    r.set_clock(timedelta(days=21))
    assert status(cast.elisabeth, "review", review.pk) == 404, "and is over"


def test_naming_somebody_else_shuts_the_files(cast: c.Cast) -> None:
    review = mandated(cast)
    press(sign_in(cast.elisabeth), url("review_open", review.pk))
    r.named(review, cast.bineta, by=cast.ibrahima)
    assert not TimedReading.objects.filter(ended_at=None).exists()
    assert status(cast.elisabeth, "review", review.pk) == 404


def test_an_auditor_or_a_stranger_is_not_named(cast: c.Cast) -> None:
    review = r.drawn(cast)
    for who in (cast.khady, cast.codou, cast.aissatou):
        typed = {"reviewer": str(who.pk)}
        assert press(sign_in(cast.ibrahima), url("review_name", review.pk), **typed).status_code == 200
    refused = Event.objects.using("audit").filter(outcome="denied", object_type="referral.filereview")
    assert not refused.exists(), "the form offers none of them"
    assert status(cast.khady, "review_name", review.pk) == 403
    assert refused.get().reason_code == "NOT_ALLOWED_NAME_REVIEWER"


# --- answers and the end -----------------------------------------------------------------------------------------
def test_a_concluded_review_is_read_by_the_worker_and_changed_by_nobody(cast: c.Cast) -> None:
    review = r.named(r.drawn(cast, 2), cast.bineta, by=cast.ibrahima)
    row = review.files.first()
    assert row is not None
    typed = {"answer_consent": "no", "remark_consent": "remarque canari", "answer_risk": "yes"}
    assert press(sign_in(cast.bineta), url("review_file", row.pk), **typed).status_code == 302
    row.refresh_from_db()
    assert (row.answered, row.answers[0]) == (False, "no")
    assert "remarque canari" in body(cast.bineta, "review_file", row.pk)
    early = press(sign_in(cast.bineta), url("review_conclude", review.pk), conclusion="sound")
    assert early.status_code == 200
    r.answered(review, but="consent")
    assert (
        press(sign_in(cast.bineta), url("review_conclude", review.pk), conclusion="to_correct").status_code
        == 302
    )
    review.refresh_from_db()
    assert review.concluded_at is not None
    page = body(cast.aissatou, "review", review.pk)
    assert review.population_digest not in page
    assert status(cast.aissatou, "review_file", row.pk) == 403, "which files were looked at stays unsaid"
    assert status(cast.aissatou, "review_check", review.pk) == 403
    for who in (cast.bineta, cast.ibrahima):
        answer = sign_in(who).post(url("review_file", row.pk), {"answer_consent": "yes"})
        assert answer.status_code == 403
    for statement in (
        "UPDATE referral_filereview SET conclusion = 'sound', version = version + 1",
        "UPDATE referral_drawnfile SET answers = '{yes}', version = version + 1",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_stale_grid_changes_nothing(cast: c.Cast) -> None:
    review = r.named(r.drawn(cast), cast.bineta, by=cast.ibrahima)
    row = review.files.get()
    page = sign_in(cast.bineta).get(url("review_file", row.pk))
    r.answered(review)
    typed = {"key": page.context["form"]["key"].value(), "version": "1", "answer_consent": "no"}
    answer = sign_in(cast.bineta).post(url("review_file", row.pk), typed)
    assert (answer.status_code, answer.context["form"].stale) == (200, True)
    assert DrawnFile.objects.get(pk=row.pk).answers[0] == "yes"


# --- what is found -----------------------------------------------------------------------------------------------
def found(cast: c.Cast, review: FileReview, reviewer: Any) -> CorrectiveAction:
    day = timezone.localtime(clock.now() + timedelta(days=10)).strftime(BOX)
    typed = {"question": "risk", "severity": "serious", "words": "constat canari", "due_at": day}
    typed |= {"action": "à faire canari", "owner": str(cast.aissatou.pk)}
    row = review.files.first()
    assert row is not None
    assert press(sign_in(reviewer), url("review_finding", row.pk), **typed).status_code == 302
    return CorrectiveAction.objects.get(finding__file=row)


def does(who: Any, task: Task, note: str) -> None:
    assert press(sign_in(who), url("task_done", task.pk), note=note).status_code == 302


def test_what_is_found_is_corrected_by_one_and_confirmed_by_another(cast: c.Cast) -> None:
    review = r.named(r.drawn(cast), cast.bineta, by=cast.ibrahima)
    action = found(cast, review, cast.bineta)
    task = action.task
    assert (task.kind, task.owner) == (TaskKind.CORRECT, cast.aissatou)
    assert "à faire canari" in body(cast.aissatou, "task_done", task.pk)
    assert Notice.objects.filter(user=cast.aissatou, object_id=task.pk).exists()
    r.answered(review)
    r.concluded(review)
    assert status(cast.bineta, "review_action", action.pk) == 200
    early = press_confirm(cast.bineta, action, right="yes")
    assert early.status_code in (200, 403)
    does(cast.aissatou, task, "fait canari")
    assert Notice.objects.filter(user=cast.bineta, object_id=review.pk).exists()
    assert status(cast.aissatou, "review_action", action.pk) == 403, "nobody confirms the own doing"
    day = timezone.localtime(clock.now() + timedelta(days=5)).strftime(BOX)
    again = press_confirm(cast.bineta, action, right="no", words="il manque canari", due_at=day)
    assert again.status_code == 302
    action.refresh_from_db()
    assert (action.reopened, action.task.owner, action.task.done_at) == (1, cast.aissatou, None)
    does(cast.aissatou, action.task, "refait canari")
    shown = body(cast.khady, "review_action", action.pk)
    assert "canari" not in shown, "an auditor confirms in codes"
    assert press_confirm(cast.khady, action, right="yes").status_code == 302
    action.refresh_from_db()
    assert (action.state, action.confirmed_by) == ("confirmed", cast.khady)
    assert "constat canari" in body(cast.aissatou, "review", review.pk)


def press_confirm(who: Any, action: CorrectiveAction, **typed: str) -> Any:
    page = sign_in(who)
    shown = page.get(url("review_action", action.pk)).context["form"]
    kept = {name: shown[name].value() for name in ("key", "version")}
    return page.post(url("review_action", action.pk), kept | typed)


def test_whoever_did_it_does_not_confirm_it(cast: c.Cast) -> None:
    review = r.named(r.drawn(cast), cast.bineta, by=cast.ibrahima)
    action = found(cast, review, cast.bineta)
    with c.acting(cast.bineta) as actor:  # a supervisor may end any task of the house
        tasks.finish_task(action.task_id, by=actor, at=clock.now(), version=action.task.version)
    assert status(cast.bineta, "review_action", action.pk) == 403
    assert status(cast.khady, "review_action", action.pk) == 200


def test_nothing_is_found_after_the_end(cast: c.Cast) -> None:
    review = r.named(r.drawn(cast), cast.bineta, by=cast.ibrahima)
    r.answered(review)
    r.concluded(review)
    row = review.files.get()
    assert status(cast.bineta, "review_finding", row.pk) == 403
    with c.acting(), pytest.raises(DatabaseError), transaction.atomic():
        c.write(
            Finding(
                file=row,
                case=row.case,
                question="risk",
                severity="minor",
                words="trop tard",
                found_by=cast.bineta,
                found_at=clock.now(),
            )
        )


# --- compliance --------------------------------------------------------------------------------------------------
def test_an_auditor_goes_through_all_files_in_codes(cast: c.Cast) -> None:
    r.drawn(cast, 2)
    review = r.compliance(cast)
    assert status(cast.bineta, "review", review.pk) == 404, "the house reads it once it is concluded"
    page = sign_in(cast.khady)
    assert press(page, url("review_take", review.pk)).status_code == 302
    shown = page.get(url("review_file", review.files.first().pk))  # type: ignore[union-attr]
    proposed = {answer.name: codes for answer, _remark, codes in shown.context["grid"]}
    assert proposed["answer_owner"] == "Oui"
    assert proposed["answer_plan"] == "Sans objet"
    assert proposed["answer_risk"] == "Non", "nobody has assessed it"
    assert proposed["answer_looks"] == "", "no code tells"
    assert shown.context["case_url"] == ""
    press(page, url("review_accept", review.pk))
    assert not any(row.answers for row in review.files.all()), (
        "each file has a “no”: it is looked at by itself"
    )
    r.answered(review)
    r.concluded(review, "sound")
    read = "".join(
        body(cast.khady, name, pk)
        for name, pk in [("review", review.pk), *(("review_file", row.pk) for row in review.files.all())]
    )
    assert not [secret for secret in c.SECRETS.values() if secret in read]
    assert not [row.case.reference for row in review.files.all() if row.case.reference in read]
    assert status(cast.bineta, "review", review.pk) == 200


# --- the paper ---------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("one_connection")
def test_a_paper_is_known_again_and_a_changed_one_is_not(cast: c.Cast, tmp_path: Any, settings: Any) -> None:
    key = tmp_path / "key"
    key.write_text("ab" * 32)
    key.chmod(0o600)
    settings.RELAIS_REVIEW_KEY = str(key)
    review = r.named(r.drawn(cast), cast.bineta, by=cast.ibrahima)
    found(cast, review, cast.bineta)
    assert status(cast.bineta, "review_paper", review.pk) == 404, "there is no paper before the end"
    r.answered(review)
    r.concluded(review)
    paper = sign_in(cast.khady).get(url("review_paper", review.pk))
    assert paper.content.startswith(b"%PDF")
    for content, known in ((paper.content, True), (paper.content + b"\n", False)):
        upload = SimpleUploadedFile("controle.pdf", content)
        answer = press(sign_in(cast.bineta), url("review_verify", review.pk), upload=upload)
        assert bool(answer.context["printed"]) is known
