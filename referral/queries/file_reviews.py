"""Which files may a review be about, who may carry it out, and which reviews may somebody see?"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from audit.fields import RelaisNow
from partners.actor import Actor
from partners.enums import DESK_ROLES, OrganisationStatus, Role
from partners.models import Organisation, User
from partners.queries import active_people
from referral.course import HowItGoes, Reactivation
from referral.draw import Member
from referral.enums import CaseAction, CaseState
from referral.file_reviews import DrawnFor, Quarter, ReviewKind
from referral.models import (
    Case,
    CorrectiveAction,
    DrawnFile,
    FileReview,
    FollowUp,
    ImportedRow,
    LegalGround,
    Notice,
    Task,
    Transition,
)
from referral.policy import controls
from referral.review_policy import REVIEWS_WITH, ReviewSeat, seats

DECEASED = "DECEASED"


def population(organisation_id: UUID, quarter: Quarter, at: datetime) -> dict[UUID, list[Member]]:
    """The files that were in somebody's hands in the quarter, by whose they were at its end, each with its reasons.

    Read from the history, which nobody can change: a file that was handed on since does not escape. Erased files,
    and those of an undone import, are left out as of `at`, the draw.
    """
    past = (
        Case.history.filter(organisation_id=organisation_id, history_date__lt=quarter.ends_at)
        .order_by("id", "-history_id")
        .distinct("id")
        .values_list("id", "owner_id", "state", "closed_at")
    )
    held = {
        pk: owner_id
        for pk, owner_id, state, closed_at in past
        if owner_id is not None
        and state != CaseState.ARCHIVED
        and (closed_at is None or closed_at >= quarter.begins_at)
    }
    gone = set(
        Case.objects.filter(organisation_id=organisation_id, erased_at__lte=at).values_list("pk", flat=True)
    ) | set(
        ImportedRow.objects.filter(case__organisation_id=organisation_id, undone_at__lte=at).values_list(
            "case_id", flat=True
        )
    )
    why = reasons(organisation_id, quarter)
    found: dict[UUID, list[Member]] = defaultdict(list)
    for pk, owner_id in held.items():
        if pk not in gone:
            found[owner_id].append(Member(pk, tuple(sorted(why.get(pk, ())))))
    return {owner_id: sorted(members) for owner_id, members in found.items()}


def reasons(organisation_id: UUID, quarter: Quarter) -> dict[UUID, set[str]]:
    """Files that are always looked at: a legal ground, a death, or danger or exploitation again, in the quarter."""
    span = (quarter.begins_at, quarter.ends_at)
    ours = Q(case__organisation_id=organisation_id)

    def within(name: str) -> Q:
        return ours & Q(**{f"{name}__gte": span[0], f"{name}__lt": span[1]})

    again = Q(action=CaseAction.REACTIVATE, reason_code=Reactivation.RE_EXPLOITED.upper())
    moved = Transition.objects.filter(within("recorded_at"))
    rows = {
        DrawnFor.GROUND: LegalGround.objects.filter(within("recorded_at")),
        DrawnFor.DEATH: moved.filter(reason_code=DECEASED),
        DrawnFor.RE_EXPLOITATION: moved.filter(again),
    }
    found: dict[UUID, set[str]] = defaultdict(set)
    for why, moved_rows in rows.items():
        for pk in moved_rows.values_list("case_id", flat=True):
            found[pk].add(why.value)
    heard = FollowUp.objects.filter(within("recorded_at"), answer=HowItGoes.IN_DANGER)
    for pk in heard.values_list("case_id", flat=True):
        found[pk].add(DrawnFor.RE_EXPLOITATION.value)
    return found


def with_files(quarter: Quarter) -> QuerySet[Organisation]:
    """Organisations that had a file by the end of the quarter."""
    past = Case.history.filter(history_date__lt=quarter.ends_at).values("organisation_id")
    return Organisation.objects.filter(pk__in=past).order_by("pk")


def deciders(review: FileReview) -> set[UUID]:
    """The worker, who opened or owns a drawn file, and who decided something in one: nobody looks at the own work."""
    cases = list(review.files.values_list("case_id", flat=True))
    approved = Transition.objects.filter(
        case__in=cases, action__in=[CaseAction.APPROVE, CaseAction.CLOSE], actor__isnull=False
    ).values_list("actor_id", flat=True)
    grounds = LegalGround.objects.filter(case__in=cases, approved_by__isnull=False)
    owners = Case.objects.filter(pk__in=cases, owner__isnull=False).values_list("owner_id", flat=True)
    opened = Case.objects.filter(pk__in=cases).values_list("opened_by_id", flat=True)
    return {
        pk
        for pk in (
            review.worker_id,
            *approved,
            *grounds.values_list("approved_by_id", flat=True),
            *owners,
            *opened,
        )
        if pk is not None
    }


def own_reviewers(review: FileReview) -> list[User]:
    """Supervisors of the organisation who have decided nothing in the drawn files."""
    heads = active_people(review.organisation_id, [Role.SUPERVISOR]).exclude(pk__in=deciders(review))
    return list(heads.order_by("name"))


def outside_reviewers(review: FileReview, named_by: Actor | None = None) -> list[User]:
    """Supervisors of other active organisations. No auditor: none of them reads what a file says (design §2).

    Nobody lets herself or himself into the files of another organisation, whatever the roles.
    """
    others = (
        User.objects.filter(is_active=True, memberships__role=Role.SUPERVISOR)
        .filter(organisation__status=OrganisationStatus.ACTIVE)
        .exclude(organisation_id=review.organisation_id)
        .exclude(pk__in=deciders(review) | (named_by.seats if named_by else set()))
        .select_related("organisation")
        .distinct()
    )
    allowed = {
        pk
        for organisation_id in {user.organisation_id for user in others}
        for pk in active_people(organisation_id, [Role.SUPERVISOR]).values_list("pk", flat=True)
    }
    return sorted(
        (user for user in others if user.pk in allowed), key=lambda u: (u.organisation.name, u.name)
    )


def visible_reviews(actor: Actor) -> QuerySet[FileReview]:
    """Those in which the actor has a seat; the same rule as `review_policy.seats`, which decides on each row."""
    bound = {"organisation__region": actor.audited_region} if actor.audited_region else {}
    visible = Q(pk__isnull=not (actor.has(Role.COORDINATOR) or controls(actor)), **bound)
    if actor.has(Role.SUPERVISOR):
        concluded = Q(kind=ReviewKind.QUALITY) | Q(concluded_at__isnull=False)
        visible |= Q(organisation_id=actor.organisation_id) & concluded
    if actor.has(*REVIEWS_WITH.values()):
        mandated = Q(mandate_until=None) | Q(mandate_until__gt=RelaisNow())
        visible |= Q(reviewer_id=actor.id) & mandated
    others = visible & (Q(worker=None) | ~Q(worker_id__in=actor.seats))
    return FileReview.objects.filter(others | Q(worker_id=actor.id, concluded_at__isnull=False))


def review_of(actor: Actor, pk: UUID, at: datetime) -> tuple[FileReview, frozenset[ReviewSeat]] | None:
    """The review and how the actor stands to it; None where there is no seat: absent and hidden look alike."""
    review = FileReview.objects.select_related(*_BESIDE).filter(pk=pk).first()
    held = seats(actor, review, at) if review is not None else frozenset()
    return (review, held) if review is not None and held else None


_BESIDE = ("organisation", "worker", "reviewer__organisation", "drawn_by", "seed")


def drawn_file_of(actor: Actor, pk: UUID, at: datetime) -> tuple[DrawnFile, frozenset[ReviewSeat]] | None:
    """A drawn file with its review, as `review_of`; one query, whether it is hidden or absent."""
    beside = (f"review__{each}" for each in _BESIDE)
    row = DrawnFile.objects.select_related("case", *beside).filter(pk=pk).first()
    held = seats(actor, row.review, at) if row is not None else frozenset()
    return (row, held) if row is not None and held else None


def action_of(actor: Actor, pk: UUID) -> CorrectiveAction | None:
    """A corrective action of a review that the actor may see."""
    visible = CorrectiveAction.objects.filter(finding__file__review__in=visible_reviews(actor))
    return visible.select_related("finding__file").filter(pk=pk).first()


def reviews_of(actor: Actor, limit: int) -> list[FileReview]:
    """The newest quarters first; in each what is not concluded yet."""
    return list(
        visible_reviews(actor)
        .select_related("organisation", "worker", "reviewer")
        .order_by(
            "-begins_on",
            F("concluded_at").asc(nulls_first=True),
            "kind",
            "organisation__name",
            "worker__name",
        )[:limit]
    )


def reviews_to_do(actor: Actor) -> list[FileReview]:
    """Not concluded, and carried out by the actor or by nobody yet; the most pressing first."""
    mine = Q(reviewer=None) | Q(reviewer_id=actor.id)
    return list(
        visible_reviews(actor)
        .filter(mine, concluded_at=None)
        .select_related("organisation")
        .order_by("due_at")
    )


def was_reviewed(actor: Actor) -> bool:
    """Is there a concluded review of the actor's own files?"""
    return FileReview.objects.filter(worker_id=actor.id, concluded_at__isnull=False).exists()


def files_of(review: FileReview) -> list[DrawnFile]:
    return list(review.files.select_related("case").prefetch_related("findings").order_by("number"))


def actions_of(review: FileReview) -> list[CorrectiveAction]:
    return list(
        CorrectiveAction.objects.filter(finding__file__review=review)
        .select_related("task__owner", "task__done_by", "finding__file__case")
        .order_by("asked_at")
    )


def correctors(review: FileReview) -> QuerySet[User]:
    """Who of the organisation can put something right."""
    return active_people(review.organisation_id, DESK_ROLES).order_by("name")


def corrected_by(task: Task) -> CorrectiveAction | None:
    return CorrectiveAction.objects.select_related("finding__file__review").filter(task=task).first()


def undrawn(quarter: Quarter, organisations: Iterable[Organisation], at: datetime) -> list[Organisation]:
    """Those of which the quarter was not drawn yet, though they had files."""
    drawn = set(
        FileReview.objects.filter(begins_on=quarter.begins_on, kind=ReviewKind.COMPLIANCE).values_list(
            "organisation_id", flat=True
        )
    )
    return [each for each in organisations if each.pk not in drawn and population(each.pk, quarter, at)]


def late(at: datetime) -> list[FileReview]:
    """Reviews whose time has passed, and of which nobody was told since."""
    told = Notice.objects.filter(object_id=OuterRef("pk"), made_at__gte=OuterRef("due_at"))
    found = FileReview.objects.filter(concluded_at=None, due_at__lte=at).exclude(Exists(told))
    return list(found.select_related("reviewer"))
