"""Every report that somebody opens is a look, every file an export."""

from collections.abc import Mapping
from typing import Any

from audit import services as audit
from partners.actor import Actor
from referral.models import Referral
from referral.policy import NotAllowed
from reporting import policy
from reporting.enums import Report


def permit(actor: Actor, report: Report) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not policy.may(actor, report):
        audit.deny("denied", Referral._meta.label_lower, None, reason_code=f"NOT_ALLOWED_{report.name}")
        raise NotAllowed(report)


def permit_any(actor: Actor) -> list[Report]:
    """The reports that this person may read. Raises NotAllowed, and leaves an event, when there is none."""
    found = policy.readable(actor)
    if not found:
        audit.deny("denied", Referral._meta.label_lower, None, reason_code="NOT_ALLOWED_REPORTS")
        raise NotAllowed("reports")
    return found


def note(report: Report, *, verb: str = "list", kind: str = "", detail: Mapping[str, Any]) -> None:
    """Args: detail: of which period, or which rows were shown; sealed."""
    audit.look(verb, Referral, scope=".".join(filter(None, ("report", report.value, kind))), detail=detail)
