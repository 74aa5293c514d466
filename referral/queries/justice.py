"""Which steps of justice a file has, and which a court is asked to confirm."""

from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from partners.actor import Actor
from referral.models import Case, JusticeStep
from referral.prosecution import removal_bar
from referral.queries.visible import visible_cases


def standing_steps(case: Case) -> list[JusticeStep]:
    """By date, without those that were struck."""
    return list(JusticeStep.objects.filter(case=case, struck_at=None).select_related("court", "confirmed_by"))


def prosecuted(case: Case, day: date) -> bool:
    """Does a prosecution run that touches the person (loi 2005-06, art. 15)?"""
    bar = removal_bar(standing_steps(case))
    return bar is not None and bar.lasts(day)


def step_of(actor: Actor, pk: UUID) -> JusticeStep | None:
    """A standing step of a file that the actor may see; absent and hidden take the same query."""
    steps = JusticeStep.objects.filter(struck_at=None, case__in=visible_cases(actor))
    return steps.select_related("case").filter(pk=pk).first()


def steps_for(court_id: UUID) -> QuerySet[JusticeStep]:
    """Steps that name a court, those to come first."""
    return (
        JusticeStep.objects.filter(court_id=court_id, struck_at=None)
        .select_related("case__organisation")
        .order_by("-on")
    )
