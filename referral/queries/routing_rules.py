"""Which rules has national coordination set for the regions?"""

import time
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet

from referral.models import RoutingRule

#: Rules change a few times a year; another process learns of a change after this many seconds.
TTL = 30.0


class _Rules:
    """The rules as they were at one moment."""

    def __init__(self) -> None:
        self.until = time.monotonic() + TTL

    @cached_property
    def rules(self) -> tuple[RoutingRule, ...]:
        return tuple(RoutingRule.objects.all())


_known = _Rules()


def forget_rules() -> None:
    """For the process that has just changed one."""
    global _known
    _known = _Rules()


def rules() -> tuple[RoutingRule, ...]:
    if time.monotonic() > _known.until:
        forget_rules()
    return _known.rules


def all_rules() -> QuerySet[RoutingRule]:
    return RoutingRule.objects.select_related("region", "organisation").order_by(
        "profile", "service", "region__name"
    )


def rule_of(pk: UUID) -> RoutingRule | None:
    return all_rules().filter(pk=pk).first()


def past_of_rules() -> list[RoutingRule]:
    """Every version of every rule, removed ones too, the oldest first; `_history` says when and who."""
    return [row.instance for row in RoutingRule.history.order_by("history_id")]
