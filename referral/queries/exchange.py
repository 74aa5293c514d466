"""Which registers came in, which files may go out, and who sees that they did?"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from audit.enums import Outcome
from audit.models import Event
from partners.actor import Actor
from partners.enums import Role
from partners.models import Region
from partners.queries import active_people
from referral.htcds.profiles import ExportProfile
from referral.htcds.standard import folded
from referral.models import Case, ExportRequest, ImportBatch, ImportedRow, Referral
from referral.queries.visible import visible_cases

SHOWN = 50


def imports_of(actor: Actor) -> QuerySet[ImportBatch]:
    """The registers of the own organisation, for its supervisors."""
    if not actor.has(Role.SUPERVISOR):
        return ImportBatch.objects.none()
    people = ("owner", "region", "read_by", "ordered_by", "ended_by")
    return ImportBatch.objects.filter(organisation_id=actor.organisation_id).select_related(*people)


def exports_of(actor: Actor) -> QuerySet[ExportRequest]:
    """One's own; the organisation's for its supervisors; and for those of the national unit what asks for a decision.

    The own supervisor comes first: the national unit decides for a house only where nobody supervises it but who asks
    (design §2).
    """
    found = Q(requested_by_id=actor.id)
    if not actor.has(Role.SUPERVISOR, Role.CASEWORKER):
        return ExportRequest.objects.none()
    if actor.has(Role.SUPERVISOR):
        found |= Q(organisation_id=actor.organisation_id)
        if actor.national_unit:
            others = active_people(OuterRef("organisation"), [Role.SUPERVISOR])
            alone = ~Exists(others.exclude(pk=OuterRef("requested_by")))
            waits = Q(alone, decided_at=None) & ~Q(profile=ExportProfile.DEIDENTIFIED)
            found |= waits | Q(decided_by_id=actor.id)
    return ExportRequest.objects.filter(found).select_related("organisation", "requested_by", "decided_by")


def exports_to_decide(actor: Actor) -> QuerySet[ExportRequest]:
    """What waits for a second person's yes or no, who may be this one."""
    waiting = exports_of(actor).filter(decided_at=None).exclude(profile=ExportProfile.DEIDENTIFIED)
    return waiting.exclude(requested_by__in=actor.seats).order_by("requested_at")


def regions_by_word() -> dict[str, str]:
    """Folded code or name of every region -> its code."""
    regions = Region.objects.values_list("code", "name")
    return {folded(word): code for code, name in regions for word in (name, code)}


def changes_of(cases: Iterable[UUID]) -> dict[UUID, int]:
    """How often people have changed each of these files, in whatever part of it; the system's own acts are no work.

    A change has the digest of its row.
    """
    counted = (
        Event.objects.filter(case_id__in=list(cases), row_digest__isnull=False, actor_id__isnull=False)
        .order_by()
        .values_list("case_id")
        .annotate(Count("id"))
    )
    return {case_id: count for case_id, count in counted if case_id is not None}


def opened_by_others(cases: Iterable[UUID], importer_id: UUID | None) -> set[UUID]:
    """Which of these files somebody besides the importer has seen, printed, carried off or changed."""
    events = Event.objects.filter(case_id__in=list(cases), actor_id__isnull=False, outcome=Outcome.OK)
    found = events.exclude(actor_id=importer_id).order_by().values_list("case_id", flat=True).distinct()
    return {case_id for case_id in found if case_id is not None}


def exportable(actor: Actor) -> QuerySet[Case]:
    """The files that this person may read, in the order in which they were opened."""
    return (
        visible_cases(actor)
        .filter(organisation_id=actor.organisation_id, owner__isnull=False, erased_at=None)
        .select_related("person", "owner", "region", "reported_organisation", "imported", "screening")
        .prefetch_related("statusdecisions")
        .order_by("seq")
    )


def last_sent(cases: Iterable[UUID]) -> dict[UUID, Referral]:
    """The newest referral of each of these files that has left the house."""
    sent = (
        Referral.objects.filter(case__in=list(cases), sent_at__isnull=False)
        .select_related("receiving_organisation", "worker")
        .order_by("case", "-sent_at")
        .distinct("case")
    )
    return {referral.case_id: referral for referral in sent}


def row_behind(case: Case) -> ImportedRow | None:
    """The row of a register from which this file was opened; what it says stays closed."""
    return ImportedRow.objects.filter(case=case).defer("values").first()
