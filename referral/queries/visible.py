"""Which referrals and cases does a grant let this person hold? What is behind the door, disclosure decides."""

from typing import cast
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from audit.fields import RelaisNow
from partners.actor import Actor
from partners.enums import Role
from partners.models import Region
from partners.queries import live_memberships
from partners.queries.fixed import Statement
from referral.enums import UNANSWERED, Side
from referral.models import (
    Case,
    CaseGrant,
    CaseInHand,
    ImportedRow,
    NoGoList,
    Person,
    Referral,
    ReferralGrant,
    TimedReading,
)
from referral.policy import Tie, readings_open_to


def held_by(actor: Actor) -> QuerySet[ReferralGrant]:
    """The grants of the actor's groups; coordination's only for those who coordinate."""
    sides = Q(side__in=[Side.REFERRING, Side.RECEIVING])
    if actor.has(Role.COORDINATOR):
        sides |= Q(side=Side.COORDINATING)
    return ReferralGrant.objects.filter(sides, group_id__in=actor.groups)


def orphaned() -> Q:
    """Waits at a desk at which nobody can answer any more: coordination's until somebody can (design §5, Grants).

    Read live and not granted: seats end in another package, and by their own date.
    """
    staffed = live_memberships().filter(
        role__in=[Role.FOCAL_POINT, Role.SUPERVISOR],
        user__is_active=True,
        user__organisation=OuterRef("receiving_organisation"),
    )
    return Q(state__in=sorted(UNANSWERED)) & ~Q(Exists(staffed))


def visible_to(actor: Actor) -> QuerySet[Referral]:
    visible = Q(Exists(held_by(actor).filter(content_object=OuterRef("pk"))))
    if actor.has(Role.COORDINATOR):
        visible |= orphaned() | Q(case__in=in_hand_of(actor).values("case"))
    return Referral.objects.filter(visible)


def referral_of(actor: Actor, pk: UUID) -> Referral | None:
    """The referral with what its page needs, or None: absent and hidden look alike."""
    return (
        visible_to(actor)
        .select_related(
            "case",
            "case__owner",
            "referring_organisation",
            "receiving_organisation",
            "worker",
            "preview__region",
        )
        .filter(pk=pk)
        .first()
    )


def visible_cases(actor: Actor) -> QuerySet[Case]:
    """Files opened to the actor by name, all of the own organisation's for its supervisors (design §5, Grants).

    A grant of somebody absent counts for the cover, whom a supervisor has named until a day.
    """
    granted = Q(
        Exists(CaseGrant.objects.filter(user_id__in=actor.seats, content_object=OuterRef("pk"))),
        # What national coordination has in hand of another house, only as long as that lasts, and nobody's cover.
        organisation_id=actor.organisation_id,
    )
    in_hand = Q(pk__in=in_hand_of(actor).values("case")) if actor.has(Role.COORDINATOR) else Q()
    if actor.has(Role.SUPERVISOR):
        # What an undone import had opened has no key left, and is in nobody's list.
        undone = Exists(ImportedRow.objects.filter(case=OuterRef("pk"), undone_at__isnull=False))
        return Case.objects.filter(
            ~undone,
            Q(organisation_id=actor.organisation_id) | in_hand,
        )
    if actor.has(Role.CASEWORKER):
        # A report that nobody has taken in yet is the whole desk's, in codes; policy keeps the file itself shut.
        return Case.objects.filter(granted | Q(owner=None, organisation_id=actor.organisation_id) | in_hand)
    return Case.objects.filter(in_hand) if in_hand else Case.objects.none()


def in_hand_of(actor: Actor) -> QuerySet[CaseInHand]:
    """What national coordination has taken in hand, and this person holds now by the database's clock."""
    return CaseInHand.objects.filter(taken_by=actor.id, ended_at=None, until__gt=RelaisNow())


def _in_hand(actor: Actor, case_id: UUID) -> bool:
    return actor.has(Role.COORDINATOR) and in_hand_of(actor).filter(case=case_id).exists()


def readings_of(actor: Actor) -> QuerySet[TimedReading]:
    """What the actor may read for a time, now: by the database's clock, at each request."""
    return TimedReading.objects.filter(
        user_id=actor.id, why__in=readings_open_to(actor), ended_at=None, until__gt=RelaisNow()
    )


def case_of(actor: Actor, pk: UUID) -> Case | None:
    """The file with what its pages need, and whether it is granted to the actor, which they all ask.

    What may only be read for a time is not among them: see `case_to_read`.
    """
    return _with_tie(actor, visible_cases(actor), pk)


def case_to_read(actor: Actor, pk: UUID) -> Case | None:
    """A file that the actor does not hold and may read for a time; in no list, and no act finds it."""
    open_now = readings_of(actor).values("case")
    return _with_tie(actor, Case.objects.filter(erased_at=None, pk__in=open_now), pk)


def _with_tie(actor: Actor, cases: QuerySet[Case], pk: UUID) -> Case | None:
    granted = Exists(CaseGrant.objects.filter(user_id__in=actor.seats, content_object=OuterRef("pk")))
    reading = Subquery(readings_of(actor).filter(case=OuterRef("pk")).values("why")[:1])
    beside = ("person", "owner", "organisation", "region", "no_go")
    rows = cases.select_related(*beside).annotate(granted_here=granted, reading_here=reading)
    found = rows.filter(pk=pk).first()
    if found is not None:
        # For `case_tie`.
        found.granted_to = {actor.id: found.granted_here}  # type: ignore[attr-defined]
        found.read_by = {actor.id: found.reading_here}  # type: ignore[attr-defined]
    return found


#: Of a person, what a place depends on; nothing else is loaded.
OF_A_NEED = (
    *("id", "version", "case_id", "sex", "age_status", "age_band"),
    *("nationality", "languages", "children", "flags"),
)
#: What a page needs that asks for somebody to receive the person: the most asked of all that are about one file.
GRANTED = Statement(
    """
    SELECT {columns} FROM referral_case c
    JOIN referral_person p ON p.case_id = c.id
    JOIN partners_region g ON g.id = c.region_id
    LEFT JOIN referral_nogolist n ON n.case_id = c.id
    WHERE c.id = %(pk)s AND c.organisation_id = %(house)s AND c.erased_at IS NULL AND EXISTS (
        SELECT FROM referral_casegrant a WHERE a.content_object_id = c.id AND a.user_id = ANY(%(seats)s))
    """,
    (
        ("c", Case, None),
        (
            "p",
            Person,
            (
                *("id", "version", "case_id", "sex", "age_status", "age_band"),
                "nationality",
                "languages",
                "children",
                "flags",
            ),
        ),
        ("g", Region, None),
        ("n", NoGoList, None),
    ),
)


def granted_case(actor: Actor, pk: UUID) -> Case | None:
    """A file opened by name to a caseworker who is nothing more; None for everybody else, whom `case_of` answers."""
    if not actor.has(Role.CASEWORKER) or actor.has(Role.SUPERVISOR):
        return None
    for case, case.person, case.region, no_go in GRANTED.rows(
        {"pk": pk, "house": actor.organisation_id, "seats": list(actor.seats)}
    ):
        # As `select_related` leaves it where nothing is there.
        case._state.fields_cache["no_go"] = no_go if no_go.pk is not None else None
        case.granted_to = {actor.id: True}
        return cast(Case, case)
    return None


def case_tie(actor: Actor, case: Case) -> Tie:
    known: bool | None = getattr(case, "granted_to", {}).get(actor.id)
    if known is None:
        known = CaseGrant.objects.filter(user_id__in=actor.seats, content_object=case).exists()
    own, in_hand = case.organisation_id == actor.organisation_id, _in_hand(actor, case.pk)
    return Tie(
        case_granted=known and (own or in_hand),
        own_case=own,
        reading=getattr(case, "read_by", {}).get(actor.id),
        in_hand=in_hand,
    )


def tie(actor: Actor, referral: Referral) -> Tie:
    granted = CaseGrant.objects.filter(user_id__in=actor.seats, content_object_id=referral.case_id).exists()
    own, in_hand = (
        referral.referring_organisation_id == actor.organisation_id,
        _in_hand(actor, referral.case_id),
    )
    return Tie(
        case_granted=granted and (own or in_hand),
        named_worker=actor.cares_for(referral.worker_id),
        own_case=own,
        in_hand=in_hand,
    )
