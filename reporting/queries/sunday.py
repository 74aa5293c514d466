"""What did the desk not write down this week? Its own rows alone, those waiting longest first."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from partners.actor import Actor
from partners.models import Places
from partners.queries import places_of
from referral.enums import State
from referral.models import Referral, Transition, WalkIn
from referral.queries import visible_to

A_WEEK = timedelta(days=7)
#: An evening's headcount is of today.
COUNTED_WITHIN = timedelta(days=1)


def awaited(actor: Actor, at: datetime) -> QuerySet[Referral]:
    """Whose expected arrival has passed without an arrival or a non-arrival."""
    return (
        _received(actor, State.ACCEPTED)
        .filter(expected_arrival_at__lt=at)
        .order_by("expected_arrival_at", "seq")
    )


def quiet(actor: Actor, at: datetime) -> list[tuple[Referral, datetime]]:
    """In service, and the log of moves has had no line for a week; with the time of the last one."""
    moves = Transition.objects.filter(referral=OuterRef("pk")).order_by("-recorded_at")
    rows = (
        _received(actor, State.IN_SERVICE)
        .annotate(written_at=Subquery(moves.values("recorded_at")[:1]))
        .filter(written_at__lt=at - A_WEEK)
    )
    return [(row, row.written_at) for row in rows.order_by("written_at", "seq")]


def uncounted(own: UUID, at: datetime) -> QuerySet[Places]:
    return places_of(own).filter(confirmed_at__lt=at - COUNTED_WITHIN)


def long_lodged(own: UUID, at: datetime) -> QuerySet[WalkIn]:
    """Without a referral, and without a departure for more than a week."""
    return (
        WalkIn.objects.filter(places__site__organisation=own, left_at=None, arrived_at__lt=at - A_WEEK)
        .select_related("places")
        .order_by("arrived_at", "pk")
    )


def _received(actor: Actor, state: State) -> QuerySet[Referral]:
    return visible_to(actor).filter(receiving_organisation_id=actor.organisation_id, state=state)
