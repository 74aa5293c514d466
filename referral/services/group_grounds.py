"""The second person reads the grounds of one arrival together, and signs those that are ticked in one act."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import services as audit
from audit import sitting
from crypto import keyring
from partners.actor import Actor
from partners.enums import Role
from referral import notices
from referral.models import Arrival, LegalGround
from referral.queries.arrivals import arrival_of, grounds_that_wait
from referral.services import basis, pace, steps


def read_grounds(actor: Actor, arrival_id: UUID) -> list[LegalGround]:
    """Those that wait and that the actor may open one by one.

    Raises:
        NotVisible: also where nothing waits, for whoever is no supervisor of the arrival's own house.
    """
    found = basis.seen_of(grounds_that_wait(arrival_id), actor)
    if not found and not (actor.has(Role.SUPERVISOR) and arrival_of(actor, arrival_id)):
        raise steps.NotVisible
    return found


def look_at_grounds(actor: Actor, grounds: Sequence[LegalGround], *, begun: bool) -> bool:
    """What was said of each may be shown: an audited look at each, and one reveal for the pace.

    One, because a boat of eighty is one decision, and more than anybody may open in an hour.

    Args:
        begun: see `pace.opens`.

    Raises:
        TooManyReveals.
    """
    if not grounds:
        return False
    if not pace.opens(actor, grounds[0].case, at=sitting.current().at, begun=begun):
        return False
    keyring.current().prime_scopes([ground.key_scope() for ground in grounds])
    for ground in grounds:
        audit.look("reveal", ground, case_id=ground.case_id, fields=["reason", "best_interest"])
    return True


def countersign_grounds(
    arrival_id: UUID, *, by: Actor, at: datetime, chosen: Collection[UUID]
) -> list[LegalGround]:
    """Signs the chosen ones, all or none, each by itself; whoever recorded them hears once.

    Raises:
        NotVisible, NotAllowed, StaleForm: one of them waits no more, or is of another arrival.
    """
    with transaction.atomic():
        waiting = {ground.pk: ground for ground in grounds_that_wait(arrival_id)}
        if not waiting.keys() >= set(chosen):
            raise steps.StaleForm
        signed = [
            basis.decide_ground(pk, by=by, at=at, version=ground.version, approve=True, told=False)
            for pk, ground in waiting.items()
            if pk in chosen
        ]
        recorders = {ground.recorded_by for ground in signed}
        arrival = Arrival.objects.get(pk=arrival_id)
        notices.tell(recorders, arrival, at=at, due_at=None, action_needed=False)
    return signed
