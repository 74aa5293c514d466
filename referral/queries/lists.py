"""The lists: what waits for whom, in the order of its deadline. Each is one query, keyset-paged, without a total."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case as Either
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, SmallIntegerField, Subquery, When

from audit import clock
from partners.actor import Actor
from partners.enums import Role
from partners.queries.fixed import fetch_all
from referral.enums import TERMINAL, UNANSWERED, PlacementState, Side, State, TaskKind, Urgency
from referral.models import (
    Case,
    CaseGrant,
    ClockRound,
    Erasure,
    Referral,
    ReferralGrant,
    Rung,
    SafetyExtract,
    Task,
)
from referral.queries.desk import first_of_desk
from referral.queries.incidents import tells_everywhere, tells_of_house
from referral.queries.visible import orphaned, visible_cases

PAGE = 25
_SIDES = ("content_object__receiving_organisation", "content_object__referring_organisation")
#: A task says on its line which other house it is about.
SIDES_OF_TASK = ("referral__receiving_organisation", "referral__referring_organisation", "case__organisation")
UNREAD_CAP = 99


@dataclass(frozen=True)
class After:
    """The last row of the page before. By its id: the number that orders rows is never shown (design §4, Ids)."""

    due_at: datetime
    pk: UUID


def _of_desk(actor: Actor, side: Side) -> QuerySet[ReferralGrant]:
    """Who sits at no desk holds no list."""
    if actor.desk is None:
        return ReferralGrant.objects.none()
    return ReferralGrant.objects.filter(group_id=actor.desk, side=side)


def _open_of(actor: Actor, side: Side, after: After | None) -> QuerySet[ReferralGrant]:
    """Open referrals of the actor's desk on `side`, by the index (group, side, due_at, referral)."""
    grants = _of_desk(actor, side).filter(due_at__isnull=False)
    if after is not None:
        grants = grants.filter(due_at__gte=after.due_at).exclude(
            due_at=after.due_at, content_object_id__lte=after.pk
        )
    if side == Side.RECEIVING:
        # Those of a group who wait for an answer have one line, as in the inbox.
        sooner = Referral.objects.filter(
            Q(due_at__lt=OuterRef("due_at"))
            | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("content_object")),
            group_referral=OuterRef("content_object__group_referral"),
            state__in=sorted(UNANSWERED),
        )
        grants = grants.exclude(Exists(sooner), state__in=sorted(UNANSWERED))
    return grants.order_by("due_at", "content_object_id").select_related(*_SIDES)


def inbox(actor: Actor, after: After | None = None, *, limit: int = PAGE) -> list[ReferralGrant]:
    """What waits at the actor's desk, the most urgent deadline first, with previews.

    One row more than `limit` says that there is a next page. See `first_of_desk` for what is loaded.
    """
    if actor.desk is None:
        return []
    if after is None:
        return first_of_desk(actor.desk, limit + 1)
    return first_of_desk(actor.desk, limit + 1, due_at=after.due_at, pk=after.pk)


def sent_by(actor: Actor, after: After | None = None, *, limit: int = PAGE) -> list[ReferralGrant]:
    """Open referrals that the actor's organisation sent, or drafts of it, with the case's reference."""
    return list(
        _open_of(actor, Side.REFERRING, after).select_related(*_SIDES, "content_object__case")[: limit + 1]
    )


def ended_of(
    actor: Actor, side: Side, before: UUID | None = None, *, limit: int = PAGE
) -> list[ReferralGrant]:
    """Ended referrals, the newest first. The receiver keeps only completed ones: the others' grants are gone.

    Args:
        before: the last referral of the page before.
    """
    grants = _of_desk(actor, side).filter(due_at=None)
    if before is not None:
        grants = grants.filter(seq__lt=Subquery(grants.filter(content_object_id=before).values("seq")[:1]))
    return list(grants.order_by("-seq").select_related(*_SIDES, "content_object__case")[: limit + 1])


def still_lodged(actor: Actor, at: datetime) -> list[Referral]:
    """What ended while the person lay in the actor's house: the departure is still to be recorded."""
    extract = SafetyExtract.objects.filter(referral=OuterRef("pk"), until__gt=at)
    return list(
        Referral.objects.filter(
            receiving_organisation_id=actor.organisation_id,
            state__in=sorted(TERMINAL),
            placements__state=PlacementState.OCCUPIED,
        )
        # Not before the sender has said that the person is safe (design §6, Reasons).
        .exclude(Exists(Task.objects.filter(kind=TaskKind.SAFE_ONCE, done_at=None, referral=OuterRef("pk"))))
        .annotate(extract_until=Subquery(extract.values("until")[:1]))
        .order_by("ended_at")[:PAGE]
    )


#: Vital emergencies before what is urgent, that before all else.
MOST_URGENT = Either(
    *(When(urgency=urgency, then=place) for place, urgency in enumerate(Urgency)),
    output_field=SmallIntegerField(),
)


def to_route(actor: Actor, *, limit: int = PAGE) -> list[Referral]:
    """What national coordination holds: declined or unanswered without a next one, or at a desk without anybody."""
    if not actor.has(Role.COORDINATOR):
        return []
    held = ReferralGrant.objects.filter(
        side=Side.COORDINATING, group_id__in=actor.groups, content_object=OuterRef("pk")
    )
    return list(
        Referral.objects.filter(Exists(held) | orphaned())
        .select_related("receiving_organisation", "referring_organisation")
        .order_by(MOST_URGENT, "state_since")[:limit]
    )


#: States in which the sender must act.
_SENDER_ACTS = (State.DRAFT, State.INFO_REQUESTED, State.NO_SHOW)


def needing(actor: Actor, *, limit: int = PAGE) -> list[ReferralGrant]:
    """What needs me now: the desk's open referrals, then those of one's own cases in which the sender must act."""
    found: list[ReferralGrant] = []
    if actor.has(Role.FOCAL_POINT, Role.SUPERVISOR):
        found += _open_of(actor, Side.RECEIVING, None)[:limit]
    elif actor.desk is not None:
        found += _open_of(actor, Side.RECEIVING, None).filter(content_object__worker_id__in=actor.seats)[
            :limit
        ]
    if actor.has(Role.CASEWORKER):
        found += _open_of(actor, Side.REFERRING, None).filter(
            Exists(
                CaseGrant.objects.filter(
                    user_id__in=actor.seats, content_object=OuterRef("content_object__case")
                )
            ),
            state__in=_SENDER_ACTS,
        )[:limit]
    return sorted(found, key=lambda grant: (grant.due_at, grant.seq))[:limit]


def cases_of(
    actor: Actor, before_seq: int | None = None, *, state: str = "", limit: int = PAGE
) -> list[Case]:
    cases = visible_cases(actor).select_related("owner", "region", "person")
    if state:
        cases = cases.filter(state=state)
    if before_seq is not None:
        cases = cases.filter(seq__lt=before_seq)
    return list(cases.order_by("-seq")[: limit + 1])


def place_of(actor: Actor, last: UUID | None) -> int | None:
    """Where the page before ended. Addresses carry the row's id: its number would tell how many files there are."""
    return visible_cases(actor).filter(pk=last).values_list("seq", flat=True).first() if last else None


def reports_of(actor: Actor) -> QuerySet[Case]:
    """The actor's own reports, for their state only."""
    return Case.objects.filter(reported_by_id=actor.id).order_by("-seq")


#: Of the desk, and taken up by its caseworkers too: whoever does becomes responsible.
OF_CASEWORKERS = (TaskKind.TAKE_IN_REPORT, TaskKind.ANSWER_TRANSFER)


def tasks_of(actor: Actor, *, limit: int = 50) -> list[Task]:
    """Open tasks that are the actor's own or covered, or the desk's that nobody has taken, by deadline."""
    mine = Q(owner_id__in=actor.seats)
    if actor.has(Role.SUPERVISOR):
        mine |= Q(owner=None, organisation_id=actor.organisation_id)
    elif actor.has(Role.CASEWORKER):
        mine |= Q(owner=None, organisation_id=actor.organisation_id, kind__in=OF_CASEWORKERS)
    if actor.has(Role.COORDINATOR):
        mine |= Q(
            owner=None,
            organisation_id=actor.organisation_id,
            kind__in=[TaskKind.DUTY_CALL, TaskKind.DECIDE_ERASURE],
        )
    # Nobody decides on an erasure that they asked for or approved: it waits for somebody else.
    said = Q(asked_by__in=actor.seats) | Q(first_by__in=actor.seats)
    spoken_for = Exists(Erasure.objects.filter(said, case=OuterRef("case"), done_at=None, refused_at=None))
    return list(
        Task.objects.filter(mine, done_at=None)
        .exclude(Q(spoken_for, kind=TaskKind.DECIDE_ERASURE))
        .select_related("case", "owner", *SIDES_OF_TASK)
        .order_by("due_at")[:limit]
    )


#: Every page asks it, so its text is fixed: the ORM would compile it anew for each.
FRAME = """
SELECT (SELECT count(*) FROM
            (SELECT FROM referral_notice WHERE user_id = %s AND read_at IS NULL LIMIT %s) unread),
       coalesce((SELECT max(at) FROM referral_clockround) > relais_now() - %s * interval '1 second', false),
       (SELECT count(*) FROM referral_placeoffer WHERE organisation_id = %s AND state = 'asked'),
       (SELECT count(*) FROM referral_requisition o JOIN referral_case c ON c.id = o.case_id
        WHERE o.decision = '' AND c.organisation_id = %s AND c.erased_at IS NULL
              AND o.recorded_by_id <> ALL(%s) AND NOT coalesce(c.owner_id = ANY(%s), false))
       + (SELECT count(*) FROM referral_incident WHERE authority = '' AND (%s OR organisation_id = %s))
       + (SELECT count(*) FROM referral_complaint WHERE closed_at IS NULL AND %s IN (handler_id, stand_in_id))
"""
#: How long the worker may be silent before people are told that deadlines do not run.
SILENCE = timedelta(minutes=2)


@dataclass(frozen=True)
class FrameFacts:
    #: Unread notices, counted no further than the badge shows.
    unread: int
    clock_runs: bool
    #: Place calls that wait for an answer of the desk.
    calls: int
    #: Under supervision: what `requisitions.own_to_check`, `incidents.incidents_to_tell` and
    #: `complaints.open_complaints` give, together.
    supervised: int


def frame_facts(actor: Actor, *, answers: bool) -> FrameFacts:
    """What the frame of every page says, in one query. Args: answers: at the desk of the own house."""
    house, seats = actor.organisation_id, list(actor.seats)
    checks, looks_into = actor.has(Role.SUPERVISOR), actor.has(Role.AUDITOR)
    values: list[Any] = [actor.id, UNREAD_CAP + 1, SILENCE.total_seconds(), house if answers else None]
    # What is not asked of somebody is asked of nobody: NULL finds nothing, and costs nothing.
    values += [house if checks else None, seats, seats]
    values += [tells_everywhere(actor), house if tells_of_house(actor) else None]
    values += [actor.id if looks_into else None]
    (row,) = fetch_all(FRAME, values)
    return FrameFacts(*row)


def clock_runs() -> bool:
    """Has the worker gone round lately? Without it deadlines pass unheard."""
    last = ClockRound.objects.aggregate(at=Max("at"))["at"]
    return last is not None and last > clock.now() - SILENCE


def rungs_of(referral: Referral) -> list[Rung]:
    """What the clock did about the referral's own deadlines."""
    rungs = Rung.objects.filter(object_id=referral.pk).select_related("confirmed_by__organisation")
    return list(rungs.order_by("reached_at", "number"))


def timeline(referral: Referral) -> list[Any]:
    return list(referral.transitions.select_related("actor", "organisation").order_by("-recorded_at"))
