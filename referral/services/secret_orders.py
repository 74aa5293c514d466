"""An order of which the owner of the file may not hear yet: who handles it hears, ever louder, and nobody else.

No task, which stands on the page of the file; no notice, which goes to covers, and the owner may be one. Whose step it
is finds the order on the first page; a mail says that something waits there.
"""

from datetime import datetime
from typing import Any

from audit.rows import write
from partners.models import User
from partners.queries import auditors_of, national_unit
from referral.escalation import calls_again, is_for_control
from referral.models import Requisition
from referral.notices import supervisors_of
from referral.oversight import OrderDecision
from referral.queries.requisitions import checkers, unanswered_secrets
from referral.services.nudging import nudge

#: Scope of every event about an order.
SCOPE = "order"


def is_silent(order: Requisition, at: datetime) -> bool:
    return order.silent_until is not None and order.silent_until > at


def about(order: Requisition, at: datetime) -> dict[str, Any]:
    """For events: while nobody may be told, not under the file, whose owner reads who has looked at it."""
    return {"case_id": None if is_silent(order, at) else order.case_id, "scope": SCOPE}


def tell_handlers(order: Requisition) -> None:
    """Whose step it is by now finds it on the first page."""
    nudge(_handlers(order))


def _handlers(order: Requisition) -> set[User]:
    if not order.decision:
        unit = national_unit()
        return set(checkers(order, unit.pk if unit else None))
    if order.decision == OrderDecision.REFUSED:
        return {order.recorded_by}
    heads = set(supervisors_of(order.case.organisation_id)) - {order.case.owner, order.decided_by}
    return {order.recorded_by, *heads}


def remind(at: datetime) -> int:
    """Of secret orders that nobody has answered yet.

    Gives 0 always: the page of the clock shows the number to administrators, and that there is any is not theirs.
    """
    for order in unanswered_secrets(at).select_for_update(of=("self",)):
        if calls_again(order.waits_since, order.due_at, order.reminded_at, at):
            order.reminded_at = at
            write(order, fields=["reminded_at"], **about(order, at))
            nudge(_who_hears(order, at))
    return 0


def _who_hears(order: Requisition, at: datetime) -> set[User]:
    """Once its time is over who recorded it hears too, then the control: nobody above in the house may know of it."""
    people = _handlers(order)
    if at >= order.due_at:
        people.add(order.recorded_by)
    if is_for_control(order.waits_since, order.due_at, at):
        people.update(auditors_of(order.case.region_id))
    return people if order.recorded_by_id == order.case.owner_id else people - {order.case.owner}
