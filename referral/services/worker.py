"""What the administrator does when the worker has given up: it tries once more."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from audit import services as audit
from audit.work import defer
from partners.actor import Actor
from partners.enums import Act
from partners.models import User
from partners.services.guard import authorise
from referral.enums import DeliveryState
from referral.models import Delivery
from referral.services.steps import NotVisible


def retry_job(pk: int, *, by: Actor) -> None:
    """Puts a failed job back into the queue. Raises NotAllowed, NotVisible."""
    authorise(by, Act.WATCH_WORKER)
    with transaction.atomic():
        if not ProcrastinateJob.objects.select_for_update().filter(pk=pk, status="failed").exists():
            raise NotVisible
        # The queue's own clock, not the product's: it decides when a job may begin.
        app.job_manager.retry_job_by_id(pk, retry_at=timezone.now())
        _record(by)


def send_again(pk: int, *, by: Actor, at: datetime) -> None:
    """Tries again to deliver a notice that reached nobody. Raises NotAllowed, NotVisible."""
    authorise(by, Act.WATCH_WORKER)
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update().filter(pk=pk, state=DeliveryState.FAILED).first()
        if delivery is None:
            raise NotVisible
        delivery.state, delivery.ended_at, delivery.made_at = DeliveryState.WAITING, None, at
        delivery.save(update_fields=["state", "ended_at", "made_at"])
        defer("referral.deliver", delivery=delivery.pk)
        _record(by)


def _record(by: Actor) -> None:
    audit.record("admin.retry", User.objects.get(pk=by.id))
