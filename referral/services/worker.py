"""What the administrator does when the worker has given up: it tries once more."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import UniqueViolation

from audit import services as audit
from audit.work import defer
from partners.actor import Actor
from partners.enums import Act
from partners.models import User
from partners.services.guard import Refusal, authorise
from referral.enums import DeliveryState
from referral.models import Delivery
from referral.services.steps import NotVisible

DELIVER = "referral.deliver"


def retry_job(pk: int, *, by: Actor, at: datetime) -> None:
    """Puts a failed job back into the queue, and what it could not deliver with it.

    Raises:
        NotAllowed, NotVisible, Refusal.
    """
    authorise(by, Act.WATCH_WORKER)
    with transaction.atomic():
        job = ProcrastinateJob.objects.select_for_update().filter(pk=pk, status="failed").first()
        if job is None:
            raise NotVisible
        try:
            # Its own transaction, so that a refused one changes nothing and leaves the other usable.
            with transaction.atomic():
                # The queue's own clock, not the product's: it decides when a job may begin.
                app.job_manager.retry_job_by_id(pk, retry_at=timezone.now())
        except UniqueViolation:
            raise Refusal(_("One like it waits already, and does the same.")) from None
        if job.task_name == DELIVER:
            _wait_again(job.args["delivery"], at)
        _record(by)


def send_again(pk: int, *, by: Actor, at: datetime) -> None:
    """Tries again to deliver a notice that reached nobody. Raises NotAllowed, NotVisible."""
    authorise(by, Act.WATCH_WORKER)
    with transaction.atomic():
        if not _wait_again(pk, at):
            raise NotVisible
        defer(DELIVER, delivery=pk)
        _record(by)


def _wait_again(pk: int, at: datetime) -> bool:
    """Only what was given up: what has arrived meanwhile is not sent a second time."""
    return bool(
        Delivery.objects.filter(pk=pk, state=DeliveryState.FAILED).update(
            state=DeliveryState.WAITING, ended_at=None, made_at=at
        )
    )


def _record(by: Actor) -> None:
    audit.record("admin.retry", User.objects.get(pk=by.id))
