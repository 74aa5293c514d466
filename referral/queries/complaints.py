"""Who looks into complaints, and which ones somebody looks into: nobody else learns that there is any."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from partners.actor import Actor
from partners.enums import OrganisationStatus, Role
from partners.models import Organisation, User
from partners.queries import live_memberships
from referral.models import Complaint, ComplaintDesk


def complaint_desk() -> ComplaintDesk | None:
    return ComplaintDesk.objects.select_related("person__organisation", "stand_in__organisation").first()


def past_of_desk() -> list[ComplaintDesk]:
    """Every version, the oldest first; `_history` says when and who."""
    return [row.instance for row in ComplaintDesk.history.order_by("history_id")]


def independent_people() -> QuerySet[User]:
    """Those who may be named: auditors, who hold no case and decide on none (design §2)."""
    holders = live_memberships().filter(role=Role.AUDITOR).values("user")
    active = User.objects.filter(is_active=True, organisation__status=OrganisationStatus.ACTIVE)
    return active.filter(pk__in=holders).select_related("organisation").order_by("name")


def who_looks_into(organisation_id: UUID) -> list[User]:
    """The independent person and the stand-in, without whoever is of the organisation that it is about."""
    desk = complaint_desk()
    if desk is None:
        return []
    there = {user.pk: user for user in independent_people()}
    named = [there.get(pk) for pk in (desk.person_id, desk.stand_in_id) if pk is not None]
    return [user for user in named if user is not None and user.organisation_id != organisation_id]


def complaints_of(actor: Actor) -> QuerySet[Complaint]:
    """Those that this very person looks into, or stands in for; nobody's cover, nobody's supervisor."""
    mine = Complaint.objects.filter(Q(handler=actor.id) | Q(stand_in=actor.id))
    return mine if actor.has(Role.AUDITOR) else mine.none()


def open_complaints(actor: Actor) -> tuple[int, datetime | None]:
    """Of those of this very person: how many are not closed, and when the next step of one is due."""
    open_ones = complaints_of(actor).filter(closed_at=None)
    found = open_ones.aggregate(count=Count("pk"), due=Min("due_at"))
    return found["count"], found["due"]


def looks_into_any(actor: Actor) -> bool:
    """Is this the independent person, or the stand-in, today or of a complaint that is there?"""
    desk = complaint_desk()
    named = desk is not None and actor.id in (desk.person_id, desk.stand_in_id)
    return actor.has(Role.AUDITOR) and (named or complaints_of(actor).exists())


def orphaned() -> QuerySet[Complaint]:
    """Open ones that nobody can open any more: the account, the seat or the organisation of both is gone."""
    there = Q(handler__in=independent_people()) | Q(stand_in__in=independent_people())
    return Complaint.objects.filter(~there, closed_at=None)


def overdue(at: datetime) -> QuerySet[Complaint]:
    """Whose next step should have been done by now."""
    return Complaint.objects.filter(closed_at=None, due_at__lte=at).select_related("handler", "stand_in")


def organisations() -> QuerySet[Organisation]:
    return Organisation.objects.filter(status=OrganisationStatus.ACTIVE).order_by("name")
