"""Which orders of justice may somebody read, and who is there to check one?"""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from partners.actor import Actor
from partners.enums import Role
from partners.models import User
from partners.queries import active_people
from referral.escalation import is_for_control
from referral.models import Requisition, VerbalDemand
from referral.oversight import OrderDecision
from referral.queries.rights import own_approvers
from referral.queries.visible import visible_cases

_BESIDE = ("case__organisation", "case__person", "case__owner", "recorded_by", "decided_by", "made_by")


def untold(at: datetime) -> Q:
    """The order forbids that anybody hears of it yet."""
    return Q(silent_until__gt=at)


def orders_of(actor: Actor, at: datetime) -> QuerySet[Requisition]:
    """Of files that one may open, without the secret ones."""
    found = Requisition.objects.filter(case__in=visible_cases(actor), case__erased_at=None)
    return found.exclude(_hidden_from(actor, at)).select_related(*_BESIDE)


def _hidden_from(actor: Actor, at: datetime) -> Q:
    """What may not be told yet is read by supervisors who do not own the file, and by who recorded it."""
    of_others = untold(at) & ~Q(recorded_by=actor.id)
    return of_others & Q(case__owner=actor.id) if actor.has(Role.SUPERVISOR) else of_others


def order_of(actor: Actor, pk: UUID, at: datetime) -> Requisition | None:
    """One of these; for a supervisor of the national unit also one of a house that has nobody else to check it."""
    own = orders_of(actor, at).filter(pk=pk).first()
    if own is not None or not (actor.national_unit and actor.has(Role.SUPERVISOR)):
        return own
    found = Requisition.objects.filter(pk=pk, case__erased_at=None).select_related(*_BESIDE).first()
    return found if found is not None and not own_checkers(found).exists() else None


def own_checkers(order: Requisition) -> QuerySet[User]:
    return own_approvers(order.case, order.recorded_by_id, order.case.owner_id)


def checkers(order: Requisition, national_id: UUID | None) -> QuerySet[User]:
    """Supervisors of the house, else of the national unit; never who recorded it or owns the file."""
    own = own_checkers(order)
    if own.exists() or national_id is None:
        return own
    taken = [pk for pk in (order.recorded_by_id, order.case.owner_id) if pk is not None]
    return active_people(national_id, [Role.SUPERVISOR]).exclude(pk__in=taken)


def journal(actor: Actor, at: datetime) -> tuple[QuerySet[Requisition], QuerySet[VerbalDemand]]:
    """All for the auditor, or those of the one region; those of the own house for its supervisors."""
    orders = Requisition.objects.select_related("case__organisation", "case")
    demands = VerbalDemand.objects.select_related("organisation")
    if actor.has(Role.AUDITOR):
        if actor.audited_region:
            orders = orders.filter(case__region=actor.audited_region)
            demands = demands.filter(organisation__region=actor.audited_region)
    else:
        orders = orders.exclude(_hidden_from(actor, at))
        orders = orders.filter(case__organisation_id=actor.organisation_id)
        demands = demands.filter(organisation_id=actor.organisation_id)
    return orders, demands


def own_to_check(actor: Actor) -> QuerySet[Requisition]:
    """Of the own house, by somebody who neither recorded it nor owns the file; secret or not."""
    waiting = Requisition.objects.filter(decision="", case__erased_at=None)
    if not actor.has(Role.SUPERVISOR):
        return waiting.none()
    own = waiting.filter(case__organisation=actor.organisation_id)
    return own.filter(~Q(recorded_by__in=actor.seats), ~Q(case__owner__in=actor.seats))


def to_check(actor: Actor) -> QuerySet[Requisition]:
    """Of other houses that have nobody else to check them, for supervisors of the national unit."""
    waiting = Requisition.objects.filter(decision="", case__erased_at=None)
    if not (actor.national_unit and actor.has(Role.SUPERVISOR)):
        return waiting.none()
    found = waiting.exclude(case__organisation_id=actor.organisation_id).select_related(*_BESIDE)
    return found.filter(~_CHECKED_AT_HOME)


#: As `own_checkers`, of many at once.
_CHECKED_AT_HOME = Q(
    Exists(
        active_people(OuterRef("case__organisation"), [Role.SUPERVISOR])
        .exclude(pk=OuterRef("recorded_by"))
        .exclude(pk=Coalesce(OuterRef("case__owner"), OuterRef("recorded_by")))
    )
)
#: Somebody else has said what may go out, and the paper is not made yet.
_TO_MAKE = Q(decision__in=[OrderDecision.ACCEPTED, OrderDecision.NARROWED], made_at=None)


def unanswered_secrets(at: datetime) -> QuerySet[Requisition]:
    """What may not be told yet, and is still to be checked or handed out."""
    found = Requisition.objects.filter(untold(at), Q(decision="") | _TO_MAKE, case__erased_at=None)
    return found.select_related(*_BESIDE)


def secrets_for(actor: Actor, at: datetime) -> QuerySet[Requisition]:
    """The next step of which is this person's, or of which she or he is to know the result: no task says so."""
    seats = actor.seats
    mine = ~Q(decision="") & Q(made_at=None, recorded_by__in=seats)
    if actor.has(Role.SUPERVISOR):
        mine |= ~Q(case__owner__in=seats) & ~Q(decided_by__in=seats) & _TO_MAKE
    mine &= Q(case__organisation=actor.organisation_id)
    if actor.has(Role.SUPERVISOR):
        mine |= Q(pk__in=own_to_check(actor).values("pk")) | Q(pk__in=to_check(actor).values("pk"))
    return Requisition.objects.filter(mine, untold(at), case__erased_at=None).select_related(*_BESIDE)


def late_secrets(actor: Actor, at: datetime) -> int:
    """How many secret orders have stayed unanswered until the control was told, of those that this auditor reads."""
    orders, _demands = journal(actor, at)
    unanswered = orders.filter(untold(at), Q(decision="") | _TO_MAKE, case__erased_at=None)
    return sum(is_for_control(order.waits_since, order.due_at, at) for order in unanswered)


def to_be_told(at: datetime) -> QuerySet[Requisition]:
    """What may be told by now and was not yet."""
    return Requisition.objects.filter(told_at=None, case__erased_at=None).exclude(untold(at))


def open_extracts(at: datetime) -> QuerySet[Requisition]:
    """Extracts whose time is over and whose key is still there."""
    return Requisition.objects.filter(until__lte=at, destroyed_at=None)
