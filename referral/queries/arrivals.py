"""Arrivals and group referrals: which of them one may see, and what of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from partners.actor import Actor
from partners.alphabet import Alphabetical
from partners.enums import Role
from partners.models import User
from partners.queries import active_people
from referral import policy
from referral.enums import ENDED_CASE, OPEN, UNANSWERED, GroundCode, Side, State, Urgency
from referral.families import letter, together
from referral.models import (
    Arrival,
    CaseGrant,
    FamilyLink,
    GroupReferral,
    LegalGround,
    Referral,
    ReferralGrant,
    Slip,
)
from referral.queries.desk import GroupLine
from referral.queries.visible import held_by, visible_cases, visible_to


def visible_arrivals(actor: Actor) -> QuerySet[Arrival]:
    """Its keepers', and those of whoever holds a file of it."""
    if not actor.has(Role.CASEWORKER, Role.SUPERVISOR):
        return Arrival.objects.none()
    own = Arrival.objects.filter(organisation_id=actor.organisation_id)
    if actor.has(Role.SUPERVISOR):
        return own
    held = Slip.objects.filter(arrival=OuterRef("pk"), case__in=granted_cases(actor))
    return own.filter(Q(opened_by_id__in=actor.seats) | Exists(held))


def granted_cases(actor: Actor) -> QuerySet[CaseGrant, Any]:
    """The files opened to the actor by name."""
    return CaseGrant.objects.filter(user_id__in=actor.seats).values("content_object")


def arrivals_of(actor: Actor, *, limit: int = 50) -> list[Arrival]:
    """The newest first, with the number of files in each."""
    found = visible_arrivals(actor).select_related("region", "department", "opened_by")
    return list(found.annotate(entered=Count("slips")).order_by("-occurred_at", "pk")[:limit])


def arrival_of(actor: Actor, pk: UUID) -> Arrival | None:
    return (
        visible_arrivals(actor)
        .select_related("region", "department", "opened_by", "organisation")
        .filter(pk=pk)
        .first()
    )


def caseworkers_of(organisation_id: UUID) -> QuerySet[User]:
    """Among whom the files of an arrival can be shared out."""
    return active_people(organisation_id, [Role.CASEWORKER]).order_by(Alphabetical("name"))


@dataclass
class Member:
    """One person of an arrival, in codes."""

    slip: Slip
    #: The file may be opened, not its codes alone.
    held: bool
    #: The actor may act on the file, and so refer the person.
    granted: bool
    family: str = ""
    referrals: list[Referral] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.slip.number

    @property
    def place(self) -> tuple[int, int]:
        return list(Urgency).index(Urgency(self.slip.case.urgency)), self.number

    @property
    def care(self) -> str:
        """Does the place depend on care at once? Sealed under the key of the file."""
        return "acute_care" if "acute_care" in (self.slip.case.person.flags or []) else ""

    @property
    def open_referral(self) -> Referral | None:
        """The one that has come furthest; a no or a silence is none."""
        live = [each for each in self.referrals if each.state in OPEN or each.state == State.COMPLETED]
        return max(live, key=lambda each: _FURTHEST.index(State(each.state)), default=None)

    @property
    def refused(self) -> Referral | None:
        """The last no, or silence, of whoever has nobody else."""
        said = [each for each in self.referrals if each.state in (State.DECLINED, State.EXPIRED)]
        return None if self.open_referral else max(said, key=lambda each: each.state_since, default=None)

    @property
    def to_be_referred(self) -> bool:
        """Is the next step ours? What lies in a draft is with nobody yet; a file that is closed asks for nothing."""
        before_others = self.open_referral is not None and self.open_referral.state != State.DRAFT
        return not before_others and self.slip.case.state not in ENDED_CASE


_FURTHEST = list(State)


def members_of(actor: Actor, arrival: Arrival) -> list[Member]:
    """The persons whom the actor may see of it, families side by side, each where its most urgent member stands."""
    slips = Slip.objects.filter(arrival=arrival)
    if not policy.keeps_arrival(actor, arrival):
        slips = slips.filter(case__in=granted_cases(actor))
    newest = Prefetch("case__referrals", Referral.objects.select_related("receiving_organisation"))
    found = list(
        slips.select_related("case", "case__person", "case__owner")
        .prefetch_related(newest)
        .order_by("number")
    )
    held = set(visible_cases(actor).filter(slip__arrival=arrival).values_list("pk", flat=True))
    granted = set(
        CaseGrant.objects.filter(user_id__in=actor.seats, content_object__slip__arrival=arrival).values_list(
            "content_object", flat=True
        )
    )
    members = {
        slip.case_id: Member(
            slip, slip.case_id in held, slip.case_id in granted, referrals=list(slip.case.referrals.all())
        )
        for slip in found
    }
    return in_families(members, links_of(arrival))


def links_of(arrival: Arrival) -> list[tuple[UUID, UUID]]:
    return list(FamilyLink.objects.filter(arrival=arrival).values_list("case", "other"))


def in_families(members: dict[UUID, Member], pairs: Iterable[tuple[UUID, UUID]]) -> list[Member]:
    """Gives each family its letter, and the order of triage: a family where its most urgent member stands."""
    families = [[members[pk] for pk in each] for each in together(list(members), pairs)]
    lettered = [each for each in families if len(each) > 1]
    for number, each in enumerate(lettered):
        for member in each:
            member.family = letter(number)
    ranked = sorted(families, key=lambda each: min(member.place for member in each))
    return [member for each in ranked for member in sorted(each, key=lambda member: member.place)]


def families_of(members: Sequence[Member]) -> list[list[Member]]:
    """The same persons, by family; whoever is alone is a family of one."""
    by_letter: defaultdict[str, list[Member]] = defaultdict(list)
    for member in members:
        by_letter[member.family or f"#{member.number}"].append(member)
    return list(by_letter.values())


def grounds_that_wait(arrival_id: UUID) -> list[LegalGround]:
    """The grounds of child protection of an arrival that nobody has countersigned or refused, by slip."""
    waiting = LegalGround.objects.filter(
        case__slip__arrival=arrival_id,
        case__erased_at=None,
        code=GroundCode.CHILD_PROTECTION,
        approved_at=None,
        refused_at=None,
    )
    about = ("case__slip", "case__person", "case__organisation", "recipient", "recorded_by")
    return list(waiting.select_related(*about).order_by("case__slip__number", "recorded_at"))


# --- Group referrals ---------------------------------------------------------------------------------------
def visible_groups(actor: Actor) -> QuerySet[GroupReferral]:
    """Groups of which the actor still holds a referral; `due_at` is the nearest of those who wait for an answer."""
    members = visible_to(actor).filter(group_referral=OuterRef("pk"))
    waiting = members.filter(state__in=sorted(UNANSWERED)).order_by("due_at")
    return (
        GroupReferral.objects.filter(Exists(members))
        .annotate(due_at=Subquery(waiting.values("due_at")[:1]))
        .select_related("arrival", "referring_organisation", "receiving_organisation", "sent_by")
    )


def group_of(actor: Actor, pk: UUID) -> GroupReferral | None:
    return visible_groups(actor).filter(pk=pk).first()


def referrals_of_group(actor: Actor, group: GroupReferral) -> list[Referral]:
    """Those that the actor still holds, by the number of the slip."""
    return list(
        visible_to(actor)
        .filter(group_referral=group)
        .select_related("case", "case__slip", "preview", "preview__region", "worker")
        .order_by("case__slip__number")
    )


def groups_of_arrival(actor: Actor, arrival: Arrival) -> list[GroupReferral]:
    """What was sent together; of a worker, what holds a person of theirs."""
    held = held_by(actor).filter(content_object__group_referral=OuterRef("pk"))
    found = GroupReferral.objects.filter(Exists(held), arrival=arrival)
    return list(found.select_related("receiving_organisation").order_by("-sent_at"))


def group_lines(actor: Actor, grants: Sequence[ReferralGrant]) -> dict[UUID, GroupLine]:
    """By referral, for those who stand for their group; one query, and none where there is no group."""
    leading = {g.content_object_id: g.content_object.group_referral_id for g in grants if _of_group(g)}
    if not leading:
        return {}
    rows = Referral.objects.filter(
        group_referral__in=set(leading.values()),
        receiving_organisation_id=actor.organisation_id,
        state__in=sorted(UNANSWERED),
    ).values_list("group_referral", "group_referral__reference", "sex", "preview__age_band")
    lines: dict[UUID, tuple[str, Counter[tuple[str, str]]]] = {}
    for group, reference, sex, band in rows:
        lines.setdefault(group, (reference, Counter()))[1][sex, band] += 1
    return {pk: GroupLine(group, *lines[group]) for pk, group in leading.items() if group in lines}


def _of_group(grant: ReferralGrant) -> bool:
    return (
        grant.side == Side.RECEIVING
        and grant.state in UNANSWERED
        and grant.content_object.group_referral_id is not None
    )
