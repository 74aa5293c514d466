"""What the technical administrator sees of the background worker, and may try again."""

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from audit import clock
from audit.models import Event
from referral.models import ClockRound, Delivery
from referral.services.clock import RULES
from referral.views import worker as views
from tests import cast as c
from tests.referral.pages import sign_in
from tests.referral.story import fr
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def failed_job(delivery: int = 0) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status, attempts)"
            " VALUES ('default', 'referral.deliver', 0, jsonb_build_object('delivery', %s::int), 'failed', 10)"
            " RETURNING id",
            [delivery],
        )
        return int(cursor.fetchone()[0])


def undelivered(cast: c.Cast) -> Delivery:
    c.sent(cast)
    Delivery.objects.update(state="failed", ended_at=clock.now(), attempts=10)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    return Delivery.objects.get()


def test_an_empty_page_says_that_nothing_failed_and_whether_deadlines_are_watched(cast: c.Cast) -> None:
    page = sign_in(cast.mareme).get(reverse("worker"))
    assert page.context["runs"] is False
    ClockRound.objects.create(rule="referrals", at=clock.now(), acted=0, milliseconds=1)
    page = sign_in(cast.mareme).get(reverse("worker"))
    assert (page.status_code, page.context["runs"], page.context["jobs"]) == (200, True, [])


def test_the_last_round_is_one_line_and_what_failed_in_it_has_a_name(cast: c.Cast) -> None:
    at = clock.now()
    ClockRound.objects.create(rule="referrals", at=at, acted=2, milliseconds=1)
    ClockRound.objects.create(rule="half_typed", at=at, acted=1, failed=3, milliseconds=1)
    page = sign_in(cast.mareme).get(reverse("worker"))
    assert (page.context["acted"], page.context["last_round"]) == (3, at)
    assert page.context["failures"] == [("Formulaires commencés à jeter", 3)]
    assert "half_typed" not in page.content.decode()


def test_every_job_has_a_name_on_the_page() -> None:
    app.perform_import_paths()
    own = {name for name in app.tasks if name.partition(".")[0] in ("referral", "audit", "config")}
    assert own - set(views.TASKS) == set()


def test_every_rule_of_the_clock_has_a_name_on_the_page() -> None:
    assert set(RULES) <= set(views.RULES)


def test_a_failed_job_is_put_back_into_the_queue(cast: c.Cast) -> None:
    pk, browser = failed_job(), sign_in(cast.mareme)
    assert [job.id for job, _name in browser.get(reverse("worker")).context["jobs"]] == [pk]
    assert browser.post(reverse("job_retry", args=[pk])).status_code == 302
    assert ProcrastinateJob.objects.get(pk=pk).status == "todo"
    assert Event.objects.filter(verb="admin.retry", actor_id=cast.mareme.pk).count() == 1
    assert browser.post(reverse("job_retry", args=[pk])).status_code == 404  # it waits already


def test_a_job_like_one_that_waits_already_stays_as_it_is_and_the_page_says_so(cast: c.Cast) -> None:
    with connection.cursor() as cursor:
        for status in ("failed", "todo"):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status, queueing_lock)"
                " VALUES ('default', 'referral.clock', 0, '{\"timestamp\": 1}', %s, 'referral.clock')",
                [status],
            )
    failed, browser = ProcrastinateJob.objects.get(status="failed"), sign_in(cast.mareme)
    page = browser.post(reverse("job_retry", args=[failed.pk]), follow=True)
    assert page.status_code == 200
    assert "attend déjà" in page.content.decode()
    assert ProcrastinateJob.objects.get(pk=failed.pk).status == "failed"
    assert not Event.objects.filter(verb="admin.retry").exists()


def test_a_job_that_gave_up_its_notice_delivers_it_when_it_is_tried_again(cast: c.Cast) -> None:
    delivery = undelivered(cast)
    pk = failed_job(delivery.pk)
    assert sign_in(cast.mareme).post(reverse("job_retry", args=[pk])).status_code == 302
    work()
    delivery.refresh_from_db()
    assert (delivery.state, len(mail.outbox)) == ("sent", 1)


def test_a_notice_that_reached_nobody_is_sent_again(cast: c.Cast) -> None:
    delivery, browser = undelivered(cast), sign_in(cast.mareme)
    page = browser.get(reverse("worker")).content.decode()
    assert cast.codou.name in page
    assert delivery.notice.reference not in page  # what it is about is not the administrator's
    assert browser.post(reverse("delivery_retry", args=[delivery.pk])).status_code == 302
    work()
    assert [message.to for message in mail.outbox] == [[cast.codou.email]]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("sent", 11)


@pytest.mark.parametrize("who", ["ibrahima", "bineta", "codou"])
def test_nobody_else_sees_or_touches_it(cast: c.Cast, who: str) -> None:
    pk, delivery, browser = failed_job(), undelivered(cast), sign_in(cast.people[who])
    assert browser.get(reverse("worker")).status_code == 403
    assert browser.post(reverse("job_retry", args=[pk])).status_code == 403
    assert browser.post(reverse("delivery_retry", args=[delivery.pk])).status_code == 403
    assert Event.objects.using("audit").filter(outcome="denied", actor_id=cast.people[who].pk).count() == 3
    delivery.refresh_from_db()
    assert delivery.state == "failed"


@pytest.mark.parametrize(
    ("who", "shown"),
    [("bineta", "why"), ("mareme", "why"), ("aissatou", "telephone"), ("codou", "telephone"), ("khady", "")],
)
def test_a_silent_worker_is_told_to_whom_it_concerns(cast: c.Cast, who: str, shown: str) -> None:
    words = {
        "why": fr("Deadlines are not watched at present."),
        "telephone": fr("Reminders do not run now: telephone for what is urgent."),
    }
    body = sign_in(cast.people[who]).get("/").content.decode()
    assert [word in body for word in words.values()] == [key == shown for key in words]
    ClockRound.objects.update_or_create(rule="x", defaults={"at": clock.now(), "acted": 0, "milliseconds": 0})
    body = sign_in(cast.people[who]).get("/").content.decode()
    assert not any(word in body for word in words.values())
