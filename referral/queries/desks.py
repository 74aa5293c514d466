"""At which desk can nobody answer, and what waits there?"""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from partners.alphabet import Alphabetical
from partners.enums import OrganisationStatus, Role
from partners.models import Organisation, Service, User
from partners.queries import live_memberships, who_answer
from referral.enums import OPEN, UNANSWERED, State
from referral.models import Referral

ANSWERS = (Role.FOCAL_POINT, Role.SUPERVISOR)


@dataclass(frozen=True)
class EmptyDesk:
    """
    Attributes:
        waiting: unanswered, the most urgent first; national coordination moves them.
        in_hand: how many persons the house has accepted, each with a worker.
    """

    organisation: Organisation
    waiting: list[Referral]
    in_hand: int


def empty_desks() -> list[EmptyDesk]:
    """Active organisations that offer something, or have something to answer, and have nobody who answers."""
    offers = Exists(Service.objects.filter(organisation=OuterRef("pk"), active=True))
    received = Referral.objects.filter(state__in=sorted(OPEN - {State.DRAFT}))
    holds = Exists(received.filter(receiving_organisation=OuterRef("pk")))
    found = list(
        Organisation.objects.filter(offers | holds, status=OrganisationStatus.ACTIVE)
        .exclude(Exists(who_answer(OuterRef("pk"))))
        .select_related("region")
        .order_by(Alphabetical("name"))
    )
    lying: defaultdict[UUID, list[Referral]] = defaultdict(list)
    there = received.filter(receiving_organisation__in=[each.pk for each in found])
    for referral in there.select_related("referring_organisation").order_by("due_at"):
        lying[referral.receiving_organisation_id].append(referral)
    return [
        EmptyDesk(
            organisation=each,
            waiting=[referral for referral in lying[each.pk] if referral.state in UNANSWERED],
            in_hand=sum(referral.state not in UNANSWERED for referral in lying[each.pk]),
        )
        for each in found
    ]


def keeps_desk_alone(user_id: UUID, *, ending: UUID | None = None) -> bool:
    """Would the desk be empty without this person, or without the one membership that ends?"""
    user = User.objects.get(pk=user_id)
    if not who_answer(user.organisation_id).filter(pk=user_id).exists():
        return False
    seats = live_memberships().filter(user=user_id, role__in=ANSWERS)
    if ending is not None and seats.exclude(pk=ending).exists():
        return False
    return not who_answer(user.organisation_id).exclude(pk=user_id).exists()


def left_behind(user_id: UUID, *, ending: UUID | None = None) -> list[Referral]:
    """What would wait there, unanswered. Args: as of `keeps_desk_alone`."""
    if not keeps_desk_alone(user_id, ending=ending):
        return []
    waiting = Referral.objects.filter(receiving_organisation__people=user_id, state__in=sorted(UNANSWERED))
    return list(waiting.order_by("due_at"))
