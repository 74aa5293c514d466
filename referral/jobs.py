"""What runs in the worker. Arguments are ids; every effect may be asked for twice and happens once."""

import logging
from smtplib import SMTPException

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from audit.work import at_work
from referral.services import clock, deliveries

logger = logging.getLogger(__name__)

#: Half a minute, then twice as long each time: the last attempt is about eight hours after the first.
ATTEMPTS = 10
PATIENT = RetryStrategy(
    max_attempts=ATTEMPTS, exponential_wait=2, wait=30, retry_exceptions={SMTPException, OSError}
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
        except (SMTPException, OSError):
            logger.warning("mail not sent", extra={"event": "notice_mail_failed"})
            if context.job.attempts >= ATTEMPTS:
                deliveries.give_up(delivery, at=at)
            raise
