"""What do the guards need to know that is not on the row itself?"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from partners.actor import Actor
from partners.enums import PersonGroup, Role, Sex
from partners.models import Organisation, Places, Service
from partners.queries import active_people, desk_staffed, is_sent_to, national_unit
from referral.course import NOT_VICTIM, OPEN_TRANSFER, WEIGHED, Solution
from referral.disclosure import FAMILY_SERVICES, ages_of, is_child
from referral.enums import (
    ENDED_CASE,
    OPEN,
    SHELTER_SERVICES,
    TERMINAL,
    CaseState,
    Machine,
    PlacementState,
    State,
    TitleState,
)
from referral.guardians import family_may_receive
from referral.lifecycle import Facts, move_of
from referral.models import Case, Guardian, Placement, Referral, Transfer, Waiting
from referral.policy import TRANSFER_TAKERS
from referral.queries.basis import bases_for, basis_live
from referral.queries.no_go import kept_away
from referral.ranking import profile_hindrances


def _families_assessed(rows: Sequence[Referral], at: datetime) -> list[bool]:
    """May the family of a child receive it, or be brought to it? What is asked of nobody's family may always go on."""
    asking = {
        row.case_id for row in rows if row.service in FAMILY_SERVICES and is_child(row.case.person.age_status)
    }
    families: dict[UUID, list[tuple[str, str]]] = {pk: [] for pk in asking}
    if asking:
        known = Guardian.objects.filter(case__in=asking).values_list("case_id", "relation", "standing")
        for case_id, relation, standing in known:
            families[case_id].append((relation, standing))
    return [row.case_id not in asking or family_may_receive(families[row.case_id]) for row in rows]


def groups_of_persons(sex: str, *, is_child: bool, with_children: bool) -> list[PersonGroup]:
    """The groups of places that could lodge this person, the best first."""
    if is_child:
        by_sex = {Sex.FEMALE: [PersonGroup.GIRLS], Sex.MALE: [PersonGroup.BOYS]}
        return by_sex.get(Sex(sex), [PersonGroup.GIRLS, PersonGroup.BOYS])
    women = (
        [PersonGroup.MOTHERS, PersonGroup.WOMEN]
        if with_children
        else [PersonGroup.WOMEN, PersonGroup.MOTHERS]
    )
    return {Sex.FEMALE: women, Sex.MALE: [PersonGroup.MEN]}.get(Sex(sex), [*women, PersonGroup.MEN])


def places_for(referral: Referral) -> QuerySet[Places]:
    """The receiver's places for this person's group, full ones too: the desk sees why it cannot accept."""
    groups = groups_of_persons(referral.sex, is_child=referral.is_child, with_children=True)
    return Places.objects.filter(
        site__organisation_id=referral.receiving_organisation_id, group__in=groups
    ).select_related("site")


def needs_place(referral: Referral) -> bool:
    """Lodging by an organisation that counts places for such a person needs one of them."""
    return referral.service in SHELTER_SERVICES and places_for(referral).exists()


def _service_of(referral: Referral) -> Service | None:
    return Service.objects.filter(
        organisation_id=referral.receiving_organisation_id, code=referral.service, active=True
    ).first()


def profile_fits(
    service: Service, *, sex: str, is_child: bool, age_band: str, with_children: bool = False
) -> bool:
    return not profile_hindrances(
        service, sex=sex, is_child=is_child, with_children=with_children, ages=ages_of(age_band)
    )


#: Reads one fact of each of several referrals, in a number of queries that does not grow with theirs.
Reader = Callable[[Sequence[Referral], datetime], Sequence[Any]]


def _once(key: Callable[[Referral], Any], read: Callable[[Referral], Any]) -> Reader:
    """What is true of the receiver, whoever goes there, is read once for all who do."""

    def reader(rows: Sequence[Referral], at: datetime) -> list[Any]:
        known = {asked: read(row) for asked, row in {key(row): row for row in rows}.items()}
        return [known[key(row)] for row in rows]

    return reader


def _receiver(row: Referral) -> UUID:
    return row.receiving_organisation_id


def _service_asked(row: Referral) -> tuple[UUID, str]:
    return row.receiving_organisation_id, row.service


def _profiles_fit(rows: Sequence[Referral], at: datetime) -> list[bool]:
    return [
        service is not None
        and profile_fits(
            service,
            sex=row.sex,
            is_child=row.is_child,
            age_band=row.preview.age_band,
            with_children=bool(row.preview.details["children"]),
        )
        for row, service in zip(rows, _once(_service_asked, _service_of)(rows, at), strict=True)
    ]


def _duplicates(rows: Sequence[Referral], at: datetime) -> list[bool]:
    """Is the same service asked of the same receiver for the same person by another referral?"""
    under_way = Referral.objects.filter(
        case_id__in={row.case_id for row in rows},
        receiving_organisation_id__in={_receiver(row) for row in rows},
        state__in=sorted(OPEN - {State.DRAFT}),
    ).values_list("pk", "case_id", "receiving_organisation_id", "service")
    there = [(pk, asked) for pk, *asked in under_way]
    return [
        any(asked == [row.case_id, *_service_asked(row)] and pk != row.pk for pk, asked in there)
        for row in rows
    ]


def _redirected(rows: Sequence[Referral], at: datetime) -> list[bool]:
    children = Referral.objects.filter(parent_id__in=[row.pk for row in rows]).exclude(state=State.WITHDRAWN)
    parents = set(children.values_list("parent_id", flat=True))
    return [row.pk in parents for row in rows]


def _waiting(rows: Sequence[Referral], at: datetime) -> list[bool]:
    listed = set(Waiting.objects.filter(referral__in=rows).values_list("referral_id", flat=True))
    return [row.pk in listed for row in rows]


def _lodged(rows: Sequence[Referral], at: datetime) -> list[bool]:
    """Whoever came before the referral did has a place before the arrival is recorded."""
    lodged = Placement.objects.filter(referral__in=rows, state=PlacementState.OCCUPIED)
    found = set(lodged.values_list("referral_id", flat=True))
    return [row.pk in found for row in rows]


def is_lodged(referral: Referral) -> bool:
    """Does the receiver take care of the person already, by a service that began or by a place that is taken?"""
    return referral.state == State.IN_SERVICE or _lodged([referral], referral.state_since)[0]


_READERS: dict[str, tuple[str, Reader]] = {
    "basis_live": (
        "basis_live",
        lambda rows, at: [basis is not None for basis in bases_for(rows, at)],
    ),
    "recipient_active": (
        "recipient_active",
        _once(_receiver, lambda row: Organisation.objects.get(pk=_receiver(row)).is_active),
    ),
    "recipient_open": ("recipient_open", _once(_receiver, lambda row: is_sent_to(_receiver(row)))),
    "recipient_staffed": ("recipient_staffed", _once(_receiver, lambda row: desk_staffed(_receiver(row)))),
    "service_offered": (
        "service_offered",
        _once(_service_asked, lambda row: _service_of(row) is not None),
    ),
    "profile_fits": ("profile_fits", _profiles_fit),
    "not_twice": ("duplicate", _duplicates),
    "family_assessed": ("family_assessed", _families_assessed),
    "not_kept_away": ("kept_away", kept_away),
    "still_wanted": ("kept_away", kept_away),
    "not_redirected": ("redirected", _redirected),
    "not_waiting": ("waiting", _waiting),
    "not_here": ("lodged", _lodged),
}


def facts_for_each(rows: Sequence[Referral], action: str, at: datetime, **given: Any) -> list[Facts]:
    """Reads only what the guards of `action` ask for.

    given: what the user declared in the form: conflict_declared, arrival_confirmed, question_coded.
    """
    read: list[dict[str, Any]] = [{} for _row in rows]
    for guard in move_of(action, Machine.REFERRAL).guards:
        if guard.name in _READERS:
            fact, reader = _READERS[guard.name]
            for known, value in zip(read, reader(rows, at), strict=True):
                known[fact] = value
        elif guard.name in ("place_free", "no_place_free"):
            for known, row in zip(read, rows, strict=True):
                known |= _place_facts(row)
    return [Facts(at=at, **(known | given)) for known in read]


def _place_facts(referral: Referral) -> dict[str, bool]:
    # A place already held by telephone for this very referral counts as free for it.
    own = referral.placements.filter(state="held").exists()
    return {
        "needs_place": needs_place(referral) and not own,
        "place_free": own or any(places.free for places in places_for(referral)),
    }


def facts_for(referral: Referral, action: str, at: datetime, **given: Any) -> Facts:
    """As `facts_for_each`, of one."""
    (facts,) = facts_for_each([referral], action, at, **given)
    return facts


def title_facts(case: Case) -> dict[str, Any]:
    """The current custody title in codes, as a safety extract carries it."""
    title = case.titles.exclude(state=TitleState.LIFTED).first()
    if title is None:
        return {"state": TitleState.NONE.value}
    return {"state": title.state, "confirmed": title.confirmed_at is not None}


def second_people(case: Case, by: Actor) -> Organisation:
    """Whose supervisors decide what `by` asks for: others of the own organisation, else the national unit."""
    elsewhere = national_unit()
    if elsewhere is None or active_people(case.organisation_id, [Role.SUPERVISOR]).exclude(pk=by.id).exists():
        return case.organisation
    return elsewhere


def title_live(case: Case, at: datetime) -> bool:
    """Does a paper hold the child, or was one asked for? What an adult once had holds nobody."""
    if not is_child(case.person.age_status):
        return False
    titles = case.titles.exclude(state__in=[TitleState.NONE, TitleState.LIFTED])
    return titles.filter(Q(ends_at=None) | Q(ends_at__gt=at)).exists()


def something_agreed(case: Case, at: datetime) -> bool:
    """Does a consent or a legal ground of this file stand, for anybody?"""
    agreed = case.consents.filter(given=True, withdrawn_at=None, replaced_at=None, expires_at__gt=at)
    return agreed.exists() or case.grounds.filter(valid_from__lte=at, refused_at=None).exists()


def not_victim_by_two(case: Case) -> bool:
    """Have two persons said so, and nobody the contrary since? Rows as they were recorded: no decision is undone."""
    found: set[UUID] = set()
    for status, by in case.statusdecisions.order_by("-recorded_at").values_list("status", "recorded_by"):
        if status != NOT_VICTIM:
            break
        found.add(by)
    return len(found) > 1


def weighed(case: Case, solution: str) -> bool:
    """Was the risk of this solution assessed?"""
    return case.riskassessments.filter(about=WEIGHED[Solution(solution)]).exists()


def _pursued(case: Case) -> int:
    return case.plangoals.filter(result="").count()


_CASE_READERS: dict[str, tuple[str, Callable[[Case, datetime], Any]]] = {
    "no_open_referral": (
        "open_referrals",
        lambda case, at: case.referrals.exclude(state__in=sorted(TERMINAL)).count(),
    ),
    "no_open_transfer": (
        "open_transfer",
        lambda case, at: case.transfers.filter(state__in=sorted(OPEN_TRANSFER)).exists(),
    ),
    "no_live_title": ("title_live", title_live),
    "not_victim_by_two": ("not_victim_by_two", lambda case, at: not_victim_by_two(case)),
    "something_agreed": ("something_agreed", something_agreed),
    "goal_set": ("goals", lambda case, at: _pursued(case)),
    "goals_ended": ("goals", lambda case, at: _pursued(case)),
    "not_elsewhere": (
        "elsewhere",
        lambda case, at: (
            case.state == CaseState.CLOSED_TRANSFERRED
            and case.transfers.filter(new_case__isnull=False)
            .exclude(new_case__state__in=sorted(ENDED_CASE))
            .exists()
        ),
    ),
}


def case_facts(case: Case, action: str, at: datetime, **given: Any) -> Facts:
    """As `facts_for`, for a move of the file.

    given: what the user declared in the form: informed, reason_code, stable, need_named...
    """
    read: dict[str, Any] = {}
    for guard in move_of(action, Machine.CASE).guards:
        if guard.name in _CASE_READERS:
            fact, reader = _CASE_READERS[guard.name]
            read[fact] = reader(case, at)
    return Facts(at=at, **(read | given))


def transfer_facts(transfer: Transfer, at: datetime) -> Facts:
    """What may be handed over, to whom, and which referrals cannot go along: all but a service that the taker gives."""
    taker = transfer.receiving_organisation_id
    staying = transfer.case.referrals.exclude(state__in=sorted(TERMINAL)).exclude(
        state=State.IN_SERVICE, receiving_organisation=taker
    )
    return Facts(
        at=at,
        basis_live=basis_live(transfer, at),
        recipient_active=active_people(taker, TRANSFER_TAKERS).exists(),
        recipient_open=is_sent_to(taker),
        kept_away=kept_away([transfer], at)[0],
        open_referrals=staying.count(),
        on_hold=transfer.case.holds.filter(lifted_at=None).exists(),
    )
