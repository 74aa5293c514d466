"""The lists: what waits for whom, in the order of its deadline. Each is one query, keyset-paged, without a total."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from crypto.models import DataKey
from crypto.scopes import ScopeKind
from partners.actor import Actor
from partners.enums import Role
from referral.enums import Side, State
from referral.models import Case, Notice, Preview, Referral, ReferralGrant, Task
from referral.queries.visible import visible_cases

PAGE = 25
UNREAD_CAP = 99


@dataclass(frozen=True)
class After:
    """The last row of the page before: its deadline and its number."""

    due_at: datetime
    seq: int


def _open_of(actor: Actor, side: Side, after: After | None) -> QuerySet[ReferralGrant]:
    """Open referrals of the actor's desk on `side`, by the index (group, side, due_at, seq)."""
    grants = ReferralGrant.objects.filter(group_id=actor.desk, side=side, due_at__isnull=False)
    if after is not None:
        grants = grants.filter(Q(due_at__gt=after.due_at) | Q(due_at=after.due_at, seq__gt=after.seq))
    return grants.order_by("due_at", "seq").select_related(
        "content_object__receiving_organisation", "content_object__referring_organisation"
    )


def inbox(actor: Actor, after: After | None = None, *, limit: int = PAGE) -> list[ReferralGrant]:
    """What waits at the actor's desk, the most urgent deadline first, with previews and the keys that open them.

    One row more than `limit` says that there is a next page. Each grant carries `content_object` (the Referral, with
    `preview`), `wrapped_key` and its ids for `Keyring.add_wrapped`.
    """
    key = DataKey.objects.filter(scope_kind=ScopeKind.EXCHANGE, scope_id=OuterRef("content_object_id"))
    return list(
        _open_of(actor, Side.RECEIVING, after)
        .select_related(
            "content_object__receiving_organisation",
            "content_object__referring_organisation",
            "content_object__preview__region",
        )
        .annotate(
            key_id=Subquery(key.values("id")[:1]),
            key_kek_id=Subquery(key.values("kek_id")[:1]),
            key_wrapped=Subquery(key.values("wrapped")[:1]),
        )[: limit + 1]
    )


def sent_by(actor: Actor, after: After | None = None, *, limit: int = PAGE) -> list[ReferralGrant]:
    """Open referrals that the actor's organisation sent, or drafts of it."""
    return list(_open_of(actor, Side.REFERRING, after)[: limit + 1])


def ended_of(actor: Actor, side: Side, before_seq: int | None = None, *, limit: int = PAGE) -> list[ReferralGrant]:
    """Ended referrals, the newest first. The receiver keeps only completed ones: the others' grants are gone."""
    grants = ReferralGrant.objects.filter(group_id=actor.desk, side=side, due_at=None)
    if before_seq is not None:
        grants = grants.filter(seq__lt=before_seq)
    return list(
        grants.order_by("-seq").select_related(
            "content_object__receiving_organisation", "content_object__referring_organisation"
        )[: limit + 1]
    )


def to_route(actor: Actor, *, limit: int = PAGE) -> list[ReferralGrant]:
    """Referrals that national coordination holds because they were declined, expired or orphaned."""
    if not actor.has(Role.COORDINATOR):
        return []
    return list(
        ReferralGrant.objects.filter(side=Side.COORDINATING, group_id__in=actor.groups)
        .order_by("-seq")
        .select_related("content_object__receiving_organisation", "content_object__referring_organisation")[:limit]
    )


#: States in which the sender must act.
_SENDER_ACTS = (State.DRAFT, State.INFO_REQUESTED, State.NO_SHOW)


def needing(actor: Actor, *, limit: int = PAGE) -> list[ReferralGrant]:
    """What needs me now: the desk's open referrals, then those of one's own cases in which the sender must act."""
    found: list[ReferralGrant] = []
    if actor.has(Role.FOCAL_POINT, Role.SUPERVISOR):
        found += _open_of(actor, Side.RECEIVING, None)[:limit]
    elif actor.desk is not None:
        found += _open_of(actor, Side.RECEIVING, None).filter(content_object__worker_id=actor.id)[:limit]
    if actor.has(Role.CASEWORKER):
        found += _open_of(actor, Side.REFERRING, None).filter(
            state__in=_SENDER_ACTS, content_object__case__grants__user_id=actor.id
        )[:limit]
    return sorted(found, key=lambda grant: (grant.due_at, grant.seq))[:limit]


def cases_of(actor: Actor, before_seq: int | None = None, *, limit: int = PAGE) -> list[Case]:
    cases = visible_cases(actor).select_related("owner", "region", "person")
    if before_seq is not None:
        cases = cases.filter(seq__lt=before_seq)
    return list(cases.order_by("-seq")[: limit + 1])


def reports_of(actor: Actor) -> QuerySet[Case]:
    """The actor's own reports, for their state only."""
    return Case.objects.filter(reported_by_id=actor.id).order_by("-seq")


def tasks_of(actor: Actor, *, limit: int = 50) -> list[Task]:
    """Open tasks that are the actor's own, or the desk's that nobody has taken, by deadline."""
    mine = Q(owner_id=actor.id)
    if actor.has(Role.SUPERVISOR):
        mine |= Q(owner=None, organisation_id=actor.organisation_id)
    return list(
        Task.objects.filter(mine, done_at=None).select_related("case", "referral", "owner").order_by("due_at")[:limit]
    )


def notices_of(user_id: UUID, *, limit: int = 50) -> list[Notice]:
    return list(Notice.objects.filter(user_id=user_id).order_by("-made_at")[:limit])


def unread_count(user_id: UUID) -> int:
    """Unread notices, counted no further than the badge shows."""
    return Notice.objects.filter(user_id=user_id, read_at=None)[: UNREAD_CAP + 1].count()


def timeline(referral: Referral) -> list[Any]:
    return list(referral.transitions.select_related("actor", "organisation").order_by("-recorded_at"))


def preview_of(referral: Referral) -> Preview:
    return Preview.objects.select_related("region").get(referral=referral)
