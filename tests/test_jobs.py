"""What runs in the worker: a job exists with its change, is tried again, and outlives the worker that held it."""

import asyncio
import inspect
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from audit import clock
from audit.work import at_work, defer
from partners.models import User
from referral import notices
from referral.enums import DeliveryState
from referral.models import Delivery, Notice, Referral
from referral.services.deliveries import ATTEMPTS
from tests import cast as c
from tests.referral.pages import sign_in

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])

DEAD = """
WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id)
UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead) WHERE id = ANY(%s)
"""


def run_worker() -> None:
    """A worker with its own connections, as `manage.py procrastinate worker` has them, until nothing waits."""

    async def until_idle() -> None:
        async with app.open_async():
            await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    periodic, app.periodic_registry.periodic_tasks = (
        app.periodic_registry.periodic_tasks,
        {},
    )  # each test asks itself
    try:
        # In a thread of its own: a browser that was started before keeps a loop running in this one.
        with app.replace_connector(app.connector.get_worker_connector()), ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(until_idle())).result()
    finally:
        app.periodic_registry.periodic_tasks = periodic


def waiting(task: str = "referral.deliver") -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(task_name=task, status="todo").order_by("id"))


def execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def ask(task: str) -> int:
    """For a periodic job, as its time would."""
    return app.configure_task(task).defer(timestamp=int(time.time()))


@pytest.fixture
def notice(transactional_cast: c.Cast) -> Notice:
    """One that waits to leave."""
    referral = c.sent(transactional_cast)
    return Notice.objects.get(object_id=referral.pk)


@pytest.fixture
def failing() -> Iterator[str]:
    """A job that asks for another one, and then does not end as it should."""

    @app.task(name="tests.failing")
    def asks_and_fails() -> None:
        with at_work(), transaction.atomic():
            defer("referral.deliver", delivery=0)
            raise ZeroDivisionError

    yield "tests.failing"
    del app.tasks["tests.failing"]


def test_what_is_rolled_back_leaves_no_job(transactional_cast: c.Cast) -> None:
    referral = c.sent(transactional_cast)
    before = len(waiting())
    with c.acting(), transaction.atomic():
        notices.tell([transactional_cast.codou], referral, at=clock.now(), due_at=None)
        assert len(waiting()) == before + 1
        transaction.set_rollback(True)
    assert len(waiting()) == before


def test_nor_does_what_is_rolled_back_in_a_worker(failing: str, caplog: pytest.LogCaptureFixture) -> None:
    app.configure_task(failing).defer()
    run_worker()
    assert ProcrastinateJob.objects.get(task_name=failing).status == "failed"
    assert waiting() == []


def test_a_job_that_waits_is_not_asked_for_twice() -> None:
    with transaction.atomic():
        for _each in range(2):
            defer("referral.deliver", once="one", delivery=0)
    assert len(waiting()) == 1


def test_arguments_are_ids_and_nothing_else(notice: Notice) -> None:
    ours = [task for name, task in app.tasks.items() if not name.startswith(("builtin:", "procrastinate."))]
    models = {model._meta.model_name for model in apps.get_models()}
    assert {task.name for task in ours} >= {"referral.clock", "referral.deliver", "config.rescue"}
    for task in ours:
        parameters = list(inspect.signature(task.func).parameters.values())[task.pass_context :]
        for each in parameters:
            assert each.name in models | {"timestamp"}, f"{task.name}({each.name}) is no id"
            assert each.annotation in (int, str, UUID), f"{task.name}({each.name}: {each.annotation})"
    for job in ProcrastinateJob.objects.all():
        assert all(isinstance(value, int) or UUID(value) for value in job.args.values())


def test_a_mail_server_that_fails_is_asked_again_and_in_the_end_it_is_seen(
    notice: Notice, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    [job] = waiting()
    waits = []
    for attempt in (0, 1, 5, ATTEMPTS - 1):
        execute(
            "UPDATE procrastinate_jobs SET attempts = %s, scheduled_at = NULL WHERE id = %s", attempt, job.pk
        )
        run_worker()
        job.refresh_from_db()
        assert (job.status, job.attempts) == ("todo", attempt + 1)
        waits.append(job.scheduled_at - timezone.now())
    assert timedelta(seconds=30) < waits[0] + timedelta(seconds=5)
    assert waits == sorted(waits)
    assert waits[-1] > timedelta(hours=4)
    delivery = Delivery.objects.get(notice=notice)
    assert (delivery.state, delivery.attempts) == (DeliveryState.WAITING, 4)
    execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE id = %s", job.pk)
    run_worker()
    job.refresh_from_db()
    delivery.refresh_from_db()
    assert (job.status, delivery.state) == ("failed", DeliveryState.FAILED)
    assert delivery.ended_at is not None
    assert Notice.objects.filter(pk=notice.pk, read_at=None).exists()  # on the person's page it still stands
    page = sign_in(User.objects.get(name="Mareme")).get(reverse("worker")).content.decode()
    assert reverse("delivery_retry", args=[delivery.pk]) in page


def test_what_fails_in_a_way_that_nobody_expected_is_seen_too(notice: Notice, settings: Any) -> None:
    """It is not tried again, so it must not wait for ever either."""
    settings.EMAIL_BACKEND = "nowhere.Backend"
    run_worker()
    assert Delivery.objects.get(notice=notice).state == DeliveryState.FAILED
    assert not waiting()


def test_what_a_dead_worker_held_is_taken_up(notice: Notice) -> None:
    [job] = waiting()
    execute(DEAD, [job.pk])
    run_worker()
    assert (Delivery.objects.get(notice=notice).state, mail.outbox) == (DeliveryState.WAITING, [])
    ask("config.rescue")
    run_worker()
    assert Delivery.objects.get(notice=notice).state == DeliveryState.SENT
    assert [message.to for message in mail.outbox] == [[notice.user.email]]
    assert not ProcrastinateJob.objects.filter(status__in=["todo", "doing"]).exists()


def test_a_job_of_which_one_is_enough_is_taken_up_once_and_does_not_hold_up_the_others(
    notice: Notice,
) -> None:
    """Two rounds of the clock were cut short, and the next one waits already."""
    for _each in range(2):
        execute(DEAD, [ask("referral.clock")])
    [job] = waiting()
    execute(DEAD, [job.pk])
    ask("config.rescue")
    ask("referral.clock")
    run_worker()
    assert Delivery.objects.get(notice=notice).state == DeliveryState.SENT
    assert not ProcrastinateJob.objects.exclude(status="succeeded").exists()


def test_what_was_done_before_the_worker_died_is_not_done_again(notice: Notice) -> None:
    """Killed between the end of the work and the word that it ended."""
    [job] = waiting()
    with at_work():
        app.tasks["referral.deliver"].func(
            type("Context", (), {"job": job.procrastinate_job})(),
            delivery=Delivery.objects.get(notice=notice).pk,
        )
    execute(DEAD, [job.pk])
    ask("config.rescue")
    run_worker()
    assert len(mail.outbox) == 1
    assert Referral.objects.count() == 1
