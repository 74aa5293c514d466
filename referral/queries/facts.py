"""What do the guards need to know that is not on the row itself?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from partners.actor import Actor
from partners.enums import PersonGroup, Role, Sex
from partners.models import Organisation, Places, Service
from partners.queries import active_people, desk_staffed, national_unit
from referral.course import NOT_VICTIM, OPEN_TRANSFER, WEIGHED, Solution
from referral.deadlines import ASK_AGAIN, CONSENT
from referral.disclosure import FAMILY_SERVICES, is_child
from referral.enums import (
    CONFLICT_OF_INTEREST,
    ENDED_CASE,
    OPEN,
    SHELTER_SERVICES,
    STANDING_REASONS,
    TERMINAL,
    AgeStatus,
    Basis,
    CaseState,
    GroundCode,
    Machine,
    State,
    TitleState,
)
from referral.guardians import family_may_receive
from referral.lifecycle import Facts, move_of
from referral.models import Case, Consent, LegalGround, Referral, Transfer
from referral.policy import TRANSFER_TAKERS

#: What is shared on a basis: both name their receiver, purpose and groups alike.
Shared = Referral | Transfer


@dataclass(frozen=True)
class FoundBasis:
    """Why the released groups may go to this receiver, and until when."""

    basis: Basis
    until: datetime
    ground: LegalGround | None = None


def live_consents(referral: Shared, at: datetime) -> QuerySet[Consent]:
    """What lets something be shared: not the word of a child for whom nobody may agree (domain §3.4)."""
    return Consent.objects.filter(
        case_id=referral.case_id,
        recipient_id=referral.receiving_organisation_id,
        purpose=referral.purpose,
        given=True,
        assent=False,
        withdrawn_at=None,
        replaced_at=None,
        expires_at__gt=at,
    )


def live_grounds(referral: Shared, at: datetime) -> QuerySet[LegalGround]:
    """The grounds that stand. The protection of a child ends for somebody who was found to be an adult."""
    return LegalGround.objects.exclude(
        code=GroundCode.CHILD_PROTECTION, case__person__age_status=AgeStatus.ADULT
    ).filter(
        case_id=referral.case_id,
        recipient_id=referral.receiving_organisation_id,
        purpose=referral.purpose,
        valid_from__lte=at,
        refused_at=None,
    )


def basis_for(referral: Shared, at: datetime) -> FoundBasis | None:
    """The consent, else the ground, that covers every released group now; None when neither does."""
    groups = set(referral.released_groups)
    if not groups:
        return None
    consents = {consent.group: consent.expires_at for consent in live_consents(referral, at)}
    if groups <= consents.keys():
        return FoundBasis(Basis.CONSENT, min(consents[group] for group in groups))
    for ground in live_grounds(referral, at):
        if groups <= set(ground.groups):
            # A ground stands until it is refused; its review has a clock of its own.
            return FoundBasis(Basis.GROUND, at + CONSENT, ground)
    return None


def agreed_groups(referral: Shared, at: datetime) -> set[str]:
    """The groups that the person agreed to, or that one legal ground releases, for this receiver and purpose."""
    agreed = {consent.group for consent in live_consents(referral, at)}
    grounds = [set(ground.groups) for ground in live_grounds(referral, at)]
    return max([agreed, *grounds], key=len)


def basis_live(referral: Shared, at: datetime) -> bool:
    """Does consent or ground still cover what this referral releases?"""
    return basis_for(referral, at) is not None


def family_assessed(referral: Referral) -> bool:
    """May the family of a child receive it, or be brought to it? What is asked of nobody's family may always go on."""
    if referral.service not in FAMILY_SERVICES or not is_child(referral.case.person.age_status):
        return True
    return family_may_receive(referral.case.guardians.values_list("relation", "standing"))


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


def profile_fits(service: Service, *, sex: str, is_child: bool, with_children: bool = False) -> bool:
    if (is_child and not service.takes_children) or (not is_child and not service.takes_adults):
        return False
    if with_children and not service.takes_children_with_parent:
        return False
    return not service.sexes or sex in service.sexes or sex in (Sex.UNKNOWN, Sex.OTHER)


def _profile_fits(referral: Referral) -> bool:
    service = _service_of(referral)
    with_children = bool(referral.preview.details["children"])
    return service is not None and profile_fits(
        service, sex=referral.sex, is_child=referral.is_child, with_children=with_children
    )


_READERS: dict[str, tuple[str, Callable[[Referral, datetime], Any]]] = {
    "basis_live": ("basis_live", basis_live),
    "recipient_active": (
        "recipient_active",
        lambda r, at: Organisation.objects.get(pk=r.receiving_organisation_id).is_active,
    ),
    "recipient_staffed": ("recipient_staffed", lambda r, at: desk_staffed(r.receiving_organisation_id)),
    "service_offered": ("service_offered", lambda r, at: _service_of(r) is not None),
    "profile_fits": ("profile_fits", lambda r, at: _profile_fits(r)),
    "not_twice": (
        "duplicate",
        lambda r, at: (
            Referral.objects.filter(
                case_id=r.case_id,
                receiving_organisation_id=r.receiving_organisation_id,
                service=r.service,
                state__in=sorted(OPEN - {State.DRAFT}),
            )
            .exclude(pk=r.pk)
            .exists()
        ),
    ),
    "family_assessed": ("family_assessed", lambda r, at: family_assessed(r)),
    "not_redirected": (
        "redirected",
        lambda r, at: Referral.objects.filter(parent=r).exclude(state=State.WITHDRAWN).exists(),
    ),
}


def facts_for(referral: Referral, action: str, at: datetime, **given: Any) -> Facts:
    """Reads only what the guards of `action` ask for.

    given: what the user declared in the form: conflict_declared, arrival_confirmed, question_coded.
    """
    read: dict[str, Any] = {}
    for guard in move_of(action, Machine.REFERRAL).guards:
        if guard.name in _READERS:
            fact, reader = _READERS[guard.name]
            read[fact] = reader(referral, at)
        elif guard.name == "place_free":
            # A place already held by telephone for this very referral counts as free for it.
            own = referral.placements.filter(state="held").exists()
            read["needs_place"] = needs_place(referral) and not own
            read["place_free"] = own or any(places.free for places in places_for(referral))
    return Facts(at=at, **(read | given))


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


def said_no(case: Case, service: str, at: datetime) -> frozenset[UUID]:
    """Who is not offered again: never for anything who has a link with the suspected offender, never for this service
    whose mandate, area or profile it is not, and not at once who had no place or did not answer.
    """
    ended = case.referrals.filter(state__in=[State.DECLINED, State.EXPIRED])
    return frozenset(
        ended.filter(
            Q(decline_reason=CONFLICT_OF_INTEREST)
            | Q(service=service, decline_reason__in=sorted(STANDING_REASONS))
            | Q(service=service, ended_at__gt=at - ASK_AGAIN)
        ).values_list("receiving_organisation_id", flat=True)
    )


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
        open_referrals=staying.count(),
        on_hold=transfer.case.holds.filter(lifted_at=None).exists(),
    )
