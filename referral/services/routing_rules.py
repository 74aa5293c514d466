"""National coordination sets who comes first in a region, and what is read first. The history keeps what was."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.enums import Verb
from audit.rows import write
from partners.actor import Actor
from partners.enums import Role
from referral.models import RoutingRule
from referral.queries.routing_rules import forget_rules
from referral.services.reading import require_seat
from referral.services.steps import NotVisible, StaleForm
from referral.services.terms import in_words

_TWICE = _("There is a rule for these people in this region already: change that one.")
#: For whom a rule counts stays as it was: another one is made for others.
CHANGES = ("organisation_id", "kinds", "sentence_fr", "sentence_en")


@dataclass(frozen=True)
class Scope:
    """For whom a rule counts, and where; empty: everybody, everywhere, whatever is needed."""

    region_id: UUID | None = None
    profile: str = ""
    service: str = ""


def require_coordination(by: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    require_seat(by, Role.COORDINATOR, reason_code="NOT_ALLOWED_ROUTING_RULES")


def add_rule(*, by: Actor, scope: Scope, values: dict[str, Any]) -> RoutingRule:
    """Args: values: of `CHANGES`. Raises NotAllowed, NotPossible."""
    require_coordination(by)
    rule = RoutingRule(**vars(scope), **values)
    with transaction.atomic(), in_words(one_rule_per_region_and_need=_TWICE):
        write(rule)
        transaction.on_commit(forget_rules)
    return rule


def change_rule(pk: UUID, *, by: Actor, version: int, values: dict[str, Any]) -> RoutingRule:
    """Raises NotAllowed, NotVisible, StaleForm."""
    require_coordination(by)
    with transaction.atomic():
        rule = _locked(pk, version)
        changed = [name for name in CHANGES if getattr(rule, name) != values[name]]
        for name in changed:
            setattr(rule, name, values[name])
        if changed:
            write(rule, fields=[name.removesuffix("_id") for name in changed])
        transaction.on_commit(forget_rules)
    return rule


def remove_rule(pk: UUID, *, by: Actor, version: int) -> None:
    """Raises as `change_rule`."""
    require_coordination(by)
    with transaction.atomic():
        rule = _locked(pk, version)
        audit.record(Verb.DELETE, rule)
        rule.delete()
        transaction.on_commit(forget_rules)


def _locked(pk: UUID, version: int) -> RoutingRule:
    rule = RoutingRule.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if rule is None:
        raise NotVisible
    if rule.version != version:
        raise StaleForm
    return rule
