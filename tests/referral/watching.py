"""How the tests of the clock let a rule run and see whose task came of it."""

from typing import Any

from django.urls import reverse

from audit.work import at_work
from referral.enums import TaskKind
from referral.models import (
    Case,
    Notice,
    Task,
)
from referral.services.clock import run


def ran(name: str) -> int:
    """One rule, twice at the same moment: the second time there is nothing left to do."""
    with at_work() as at:
        acted = run(name, at)
        assert run(name, at) == 0
    return acted


def the_task(kind: TaskKind) -> Task:
    return Task.objects.get(kind=kind, done_at=None)


def none_open(kind: TaskKind) -> bool:
    return not Task.objects.filter(kind=kind, done_at=None).exists()


def told(about: Any) -> list[str]:
    return sorted(n.user.name for n in Notice.objects.filter(object_id=about.pk).select_related("user"))


def url(name: str, case: Case) -> str:
    return reverse(name, args=[case.pk])
