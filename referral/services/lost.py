"""The reports on what is lost and on how long answers take: for whoever can act on them, and a look each time."""

from dataclasses import replace
from datetime import datetime

from audit import services as audit
from partners.actor import Actor
from partners.enums import Role
from referral.models import ClockRound, Referral
from referral.queries.answers import Ageing, Asked, Wait, ageing, waits
from referral.queries.lost import LOST_DAILY, Loss, lost
from referral.services.reading import require_seat

READERS = (Role.COORDINATOR, Role.SUPERVISOR)


def read_lost(actor: Actor, at: datetime) -> list[Loss]:
    """Everybody's losses for national coordination, the own organisation's for its supervisors. Raises NotAllowed."""
    require_seat(actor, *READERS, reason_code="NOT_ALLOWED_LOST")
    losses = lost(at, organisation_id=None if actor.has(Role.COORDINATOR) else actor.organisation_id)
    shown = [[loss.kind.value, str(loss.pk)] for loss in losses]
    audit.look("list", Referral, scope="lost", detail={"lost": shown})
    return losses


def count_lost(at: datetime) -> dict[str, int]:
    """How many of each kind there are today: an event of the system, and a number on the page of coordination."""
    counts = {loss.kind.value: loss.of_kind for loss in lost(at, limit=1)}
    audit.look("list", Referral, scope="lost.daily", detail={"lost": counts})
    ClockRound.objects.update_or_create(
        rule=LOST_DAILY, defaults={"at": at, "acted": sum(counts.values()), "milliseconds": 0}
    )
    return counts


#: How old what is unanswered is, and how long answers took.
Delays = tuple[list[Ageing], list[Wait]]


def read_answers(
    actor: Actor, at: datetime, *, region: str = "", service: str = ""
) -> tuple[Delays, Delays | None]:
    """What was asked of an organisation, then what it sent itself. Raises NotAllowed.

    By organisation for national coordination alone, which needs it once; a supervisor gets no other house's figure.
    """
    require_seat(actor, *READERS, reason_code="NOT_ALLOWED_ANSWERS")
    own = None if actor.has(Role.COORDINATOR) else actor.organisation_id
    asked = Asked(at, organisation_id=own, region=region, service=service)
    audit.look("list", Referral, scope="answers")
    received = ageing(asked), waits(asked)
    if own is None:
        return received, None
    sent = replace(asked, side="referring")
    return received, (ageing(sent), waits(sent))
