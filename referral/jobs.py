"""What runs in the worker. Arguments are ids; every effect may be asked for twice and happens once."""

import logging
from smtplib import SMTPException
from uuid import UUID

from django.db import DatabaseError
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from audit.errors import AuditUnavailable
from audit.work import at_work
from crypto.errors import KeyUnavailable
from referral.services import (
    clock,
    deliveries,
    duplicates,
    exporting,
    importing,
    lost,
    nudging,
    review_draws,
    sms_counts,
    verifications,
)
from referral.sms import CountAnswer

logger = logging.getLogger(__name__)

#: Half a minute, then ever longer (30 s and a power of two): the last attempt is about nine hours after the first.
PATIENT = RetryStrategy(
    max_attempts=deliveries.ATTEMPTS,
    exponential_wait=2,
    wait=30,
    retry_exceptions={SMTPException, OSError, DatabaseError, AuditUnavailable, KeyUnavailable},
)


@app.periodic(cron="* * * * *", periodic_id="clock")
@app.task(name="referral.clock", queueing_lock="referral.clock")
def go_round(timestamp: int) -> None:
    with at_work() as at:
        clock.go_round(at)


@app.task(name="referral.deliver", pass_context=True, retry=PATIENT)
def deliver(context: JobContext, delivery: int) -> None:
    with at_work() as at:
        try:
            deliveries.deliver(delivery, at=at)
        except Exception as error:  # raised again below
            logger.warning("notice not delivered", extra={"event": "notice_mail_failed"})
            # What is not tried again reached nobody, whatever the reason: no notice waits without a job.
            if PATIENT.get_retry_decision(exception=error, job=context.job) is None:
                deliveries.give_up(delivery, at=at)
            raise


@app.task(name=sms_counts.TASKS[CountAnswer.COUNTED], pass_context=True, retry=PATIENT)
def count_taken(context: JobContext, user: str, places: str) -> None:
    _answer_count(context, user, CountAnswer.COUNTED, UUID(places))


@app.task(name=sms_counts.TASKS[CountAnswer.UNREADABLE], pass_context=True, retry=PATIENT)
def count_not_read(context: JobContext, user: str) -> None:
    _answer_count(context, user, CountAnswer.UNREADABLE)


@app.task(name=sms_counts.TASKS[CountAnswer.ABOVE], pass_context=True, retry=PATIENT)
def count_above(context: JobContext, user: str) -> None:
    _answer_count(context, user, CountAnswer.ABOVE)


def _answer_count(context: JobContext, user: str, answer: CountAnswer, places: UUID | None = None) -> None:
    with at_work():
        sms_counts.send_answer(UUID(user), answer, places, key=f"count-{context.job.id}")


@app.task(name="referral.duplicates", retry=PATIENT)
def look_for_duplicates(case: str) -> None:
    """After every change of what a person is known by, found or not: whoever saved it waits for nothing."""
    with at_work() as at:
        duplicates.look_across(UUID(case), at=at)


#: Six in the morning at Dakar, whose time is UTC all year.
@app.periodic(cron="0 6 * * *", periodic_id="lost")
@app.task(name="referral.lost", queueing_lock="referral.lost", retry=PATIENT)
def count_lost(timestamp: int) -> None:
    with at_work() as at:
        if lost.count_lost(at):
            deliveries.tell_of_losses()


#: Long after the verification of the night has ended, also of millions of events.
@app.periodic(cron="45 5 * * *", periodic_id="proof")
@app.task(name="referral.proof", queueing_lock="referral.proof", retry=PATIENT)
def look_at_the_proof(timestamp: int) -> None:
    with at_work() as at:
        if not verifications.holds(at):
            deliveries.tell_of_faults()


#: The night after a quarter has ended; every other night it finds nothing.
@app.periodic(cron="20 5 * * *", periodic_id="reviews")
@app.task(name="referral.reviews", queueing_lock="referral.reviews", retry=PATIENT)
def draw_reviews(timestamp: int) -> None:
    with at_work() as at:
        review_draws.draw_due(at=at)
        review_draws.remind_late(at=at)


#: Before the day's work begins.
@app.periodic(cron="30 7 * * *", periodic_id="digest")
@app.task(name="referral.digest", queueing_lock="referral.digest", retry=PATIENT)
def deliver_digests(timestamp: int) -> None:
    with at_work() as at:
        deliveries.deliver_digests(at=at)


@app.task(name=importing.WRITE, retry=PATIENT)
def write_register(importbatch: str) -> None:
    with at_work() as at:
        importing.write_register(UUID(importbatch), at=at)


@app.task(name=importing.UNDO, retry=PATIENT)
def undo_register(importbatch: str) -> None:
    with at_work() as at:
        importing.undo_register(UUID(importbatch), at=at)


@app.task(name=exporting.MAKE, retry=PATIENT)
def make_export(exportrequest: str) -> None:
    with at_work() as at:
        exporting.make_export(UUID(exportrequest), at=at)


@app.task(name=nudging.NUDGE, retry=PATIENT)
def send_nudge(user: str) -> None:
    with at_work():
        nudging.send_nudge(UUID(user))
