"""Cases that nobody owns any more, and those that national coordination has taken in hand."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from partners.enums import OrganisationStatus, Role
from partners.queries import live_memberships
from referral.enums import ENDED_CASE
from referral.models import Case, CaseInHand
from referral.queries.due import Rows
from referral.queries.lost import GRACE


def orphans(at: datetime) -> QuerySet[Case]:
    """As `queries.lost.NO_OWNER`: an owner who is gone, or a report that nobody has taken in within a day."""
    seated = live_memberships().filter(
        user=OuterRef("owner"),
        user__organisation=OuterRef("organisation"),
        role__in=[Role.CASEWORKER, Role.SUPERVISOR],
    )
    gone = ~Q(organisation__status=OrganisationStatus.ACTIVE) | Q(owner__is_active=False) | ~Q(Exists(seated))
    nobody = Q(owner=None, opened_at__lte=at - GRACE) | (Q(owner__isnull=False) & gone)
    held = CaseInHand.objects.filter(case=OuterRef("pk"), ended_at=None, until__gt=at)
    return Case.objects.filter(nobody & ~Q(Exists(held)), erased_at=None).exclude(
        state__in=sorted(ENDED_CASE)
    )


def hand_of(case: Case, at: datetime) -> CaseInHand | None:
    """While coordination holds it. A file whose owner is of the own house asks no query."""
    if case.owner is None or case.owner.organisation_id == case.organisation_id:
        return None
    return CaseInHand.objects.filter(case=case, taken_by=case.owner, ended_at=None, until__gt=at).first()


def _over(at: datetime) -> QuerySet[CaseInHand]:
    return CaseInHand.objects.filter(ended_at=None, until__lte=at).order_by("until")


#: For the clock.
hands_over: Rows[CaseInHand] = Rows(_over)
