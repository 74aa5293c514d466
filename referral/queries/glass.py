"""Emergency accesses: whose is open, who reviews which, and who may open none any more."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from audit.enums import Verb
from audit.models import Event
from partners.actor import Actor
from partners.alphabet import Alphabetical
from partners.enums import OrganisationKind, OrganisationStatus, Role
from partners.models import Organisation
from partners.queries import active_people
from referral.models import BreakGlass, Case, Referral, TimedReading
from referral.policy import controls
from referral.queries.due import Rows
from referral.readings import ReadingWhy


def _glasses() -> QuerySet[BreakGlass]:
    beside = ("reading", "case__organisation", "opened_by__organisation", "task__organisation")
    return BreakGlass.objects.select_related(*beside, "reviewed_by__organisation").order_by(
        "-reading__opened_at"
    )


def own_glasses(actor: Actor) -> QuerySet[BreakGlass]:
    return _glasses().filter(opened_by=actor.id)


def glasses_to_control(actor: Actor) -> QuerySet[BreakGlass]:
    """What one reviews, or may lift the suspension of: nobody finds the own ones here."""
    found = Q(pk=None)
    if actor.has(Role.SUPERVISOR):
        found |= Q(task__organisation=actor.organisation_id)
    if actor.has(Role.SUPERVISOR) and actor.national_unit:
        found |= Q(suspended_at__isnull=False)
    if controls(actor):
        found = Q(case__region=actor.audited_region) if actor.audited_region else Q()
    return _glasses().filter(found).exclude(opened_by__in=actor.seats)


def glass_of(actor: Actor, task_id: UUID) -> BreakGlass | None:
    """As `glasses_to_control`; who broke it reads what was said of it."""
    controlled = glasses_to_control(actor).filter(task=task_id)
    return controlled.first() or own_glasses(actor).filter(task=task_id).first()


def suspension_of(user_id: UUID, at: datetime) -> BreakGlass | None:
    """What somebody broke and may break none after; whether or not the clock has said so yet."""
    overdue = Q(suspended_at=None, reviewed_at=None, review_due__lte=at)
    standing = Q(suspended_at__isnull=False, lifted_at=None)
    return BreakGlass.objects.filter(overdue | standing, opened_by=user_id).order_by("review_due").first()


def opened_since(user_id: UUID, since: datetime) -> int:
    return BreakGlass.objects.filter(opened_by=user_id, reading__opened_at__gte=since).count()


def seen_under(glass: BreakGlass) -> list[Event]:
    """What was looked at under it, oldest first: which fields and when, never what they say."""
    until = glass.reading.ended_at or glass.reading.until
    return list(
        Event.objects.filter(
            case_id=glass.case_id,
            actor_id=glass.opened_by_id,
            verb__in=[Verb.VIEW, Verb.REVEAL],
            scope__startswith=ReadingWhy.BREAK_GLASS,
            at__gte=glass.reading.opened_at,
            at__lte=until,
        ).order_by("seq")
    )


def reviewing_organisation(case: Case, apart_from: UUID) -> Organisation | None:
    """Whose supervisors are told and review: the file's own organisation if it is another than that of who opens it,
    else one that cares for the person now, else human-rights supervision, else a neighbour.

    None when no other organisation has a supervisor.
    """
    supervised = Exists(active_people(OuterRef("pk"), [Role.SUPERVISOR]))
    others = Organisation.objects.filter(supervised, status=OrganisationStatus.ACTIVE).exclude(pk=apart_from)
    caring = Referral.objects.filter(case=case, receiving_organisation=OuterRef("pk"), ended_at=None)
    tiers: Iterable[QuerySet[Organisation]] = (
        others.filter(pk=case.organisation_id),
        others.filter(Exists(caring.exclude(sent_at=None))),
        others.filter(kind=OrganisationKind.HUMAN_RIGHTS),
        others.filter(region=case.region_id),
        others,
    )
    found = (tier.order_by(Alphabetical("name")).first() for tier in tiers)
    return next((organisation for organisation in found if organisation is not None), None)


def _ended(at: datetime) -> QuerySet[TimedReading]:
    return TimedReading.objects.filter(ended_at=None, until__lte=at).order_by("until")


def _overdue(at: datetime) -> QuerySet[BreakGlass]:
    return BreakGlass.objects.filter(reviewed_at=None, suspended_at=None, review_due__lte=at).order_by(
        "review_due"
    )


#: For the clock: readings whose time has passed, and glasses that nobody has reviewed in time.
ended_readings: Rows[TimedReading] = Rows(_ended)
unreviewed_glasses: Rows[BreakGlass] = Rows(_overdue)
