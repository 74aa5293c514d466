"""Which questions of the ministry are asked, and which were."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from referral.models import ServiceQuestion

#: Before the id of a question, as the name of its answer among what is shared.
ANSWER = "question:"


def questions_of(service: str) -> list[ServiceQuestion]:
    """Asked today for a service, in their order."""
    return list(ServiceQuestion.objects.filter(service=service, retired_at=None).order_by("number"))


def all_questions() -> QuerySet[ServiceQuestion]:
    """Asked today, and after them those of the past."""
    return ServiceQuestion.objects.order_by("service", "retired_at", "number")


def asked_for(ids: Iterable[str]) -> list[ServiceQuestion]:
    """By id, retired ones too: an answer is read with the question as it was put."""
    return list(ServiceQuestion.objects.filter(pk__in=[UUID(pk) for pk in ids]).order_by("service", "number"))
