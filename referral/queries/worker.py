"""What is the background worker doing? Names of jobs, numbers and times; what they are about stays closed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from procrastinate.contrib.django.models import ProcrastinateJob

from referral.enums import DeliveryState
from referral.models import ClockRound, Delivery

SHOWN = 100


@dataclass(frozen=True)
class FailedJob:
    id: int
    task: str
    attempts: int
    ended_at: datetime | None


def failed_jobs() -> list[FailedJob]:
    """Those that were tried as often as they may be, the newest first."""
    rows = (
        ProcrastinateJob.objects.filter(status="failed")
        .annotate(ended_at=Max("procrastinateevent__at"))
        .order_by("-id")
        .values_list("id", "task_name", "attempts", "ended_at")
    )
    return [FailedJob(*row) for row in rows[:SHOWN]]


def waiting_jobs() -> int:
    return ProcrastinateJob.objects.filter(status__in=["todo", "doing"]).count()


def failed_deliveries() -> list[Delivery]:
    """With the person whom the notice did not reach: the administrator can mend an address."""
    failed = Delivery.objects.filter(state=DeliveryState.FAILED).select_related("notice__user")
    return list(failed.order_by("-ended_at")[:SHOWN])


def last_rounds() -> list[ClockRound]:
    return list(ClockRound.objects.order_by("rule"))
