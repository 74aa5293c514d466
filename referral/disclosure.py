"""What is disclosed? Levels, groups of fields, and what a service needs to know (design §5). Pure.

Snapshot = consented ∩ needed. The sender may untick, never add.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from partners.actor import Actor
from partners.enums import JUSTICE_KINDS, OrganisationKind, Role
from referral.course import CASE_TRANSFER
from referral.enums import CHILD_BANDS, UNANSWERED, AgeBand, AgeStatus, Group, Level, Purpose, State

IDENTITY, CONTACT, NEEDS, HEALTH = Group.IDENTITY, Group.CONTACT, Group.NEEDS, Group.HEALTH
LEGAL, NARRATIVE, CHILDREN = Group.LEGAL, Group.NARRATIVE, Group.CHILDREN

#: The fields of `Person` behind each group, in the order in which they are read.
FIELDS: Mapping[str, tuple[str, ...]] = {
    Group.IDENTITY: ("family_name", "given_names", "alias", "birth_date", "nationality"),
    Group.CONTACT: ("phone", "safe_contact"),
    Group.NEEDS: ("languages", "interpreter_needed", "needs"),
    Group.HEALTH: ("health",),
    Group.LEGAL: ("legal_situation",),
    Group.NARRATIVE: ("narrative",),
    Group.CHILDREN: ("children",),
    Group.DOCUMENTS: ("documents", "document_number"),
}

_LODGING = frozenset({IDENTITY, CONTACT, NEEDS, HEALTH, CHILDREN})
_CARE = frozenset({IDENTITY, CONTACT, NEEDS, HEALTH})
_LAW = frozenset({IDENTITY, CONTACT, LEGAL, NARRATIVE})
_SUPPORT = frozenset({IDENTITY, CONTACT, NEEDS})
_FAMILY = frozenset({IDENTITY, CONTACT, NEEDS, CHILDREN, LEGAL})
_MEETING = frozenset({CONTACT})

#: What a service needs to know, by taxonomy code. A ministry's own code gets the smallest set until a row is added.
NEEDED: Mapping[str, frozenset[Group]] = {
    **dict.fromkeys(("SHELTER_EMERG", "SHELTER_TRANSIT", "SHELTER_LONG", "FOSTER"), _LODGING),
    **dict.fromkeys(("MED_EMERG", "MED_GEN", "MED_SRH", "MED_CERT", "MHPSS", "PSYCH"), _CARE),
    **dict.fromkeys(
        ("LEGAL", "JUSTICE", "COMP", "SECURITY", "DOC_CIVIL", "STAY", "GUARDIAN", "RIGHTS_INFO"), _LAW
    ),
    **dict.fromkeys(("EDU", "VOC", "LIVELIHOOD", "CASH", "BASIC", "REINTEG"), _SUPPORT),
    **dict.fromkeys(("AVRR", "REUNIF", "REPAT_IN", "TRACE", "FAM_ASSESS", "MEDIATION"), _FAMILY),
    **dict.fromkeys(("INTERP", "TRANSPORT"), _MEETING),
    # Whoever is responsible for the person needs to know all that she or he agrees to; papers go from hand to hand.
    CASE_TRANSFER: frozenset(Group) - {Group.DOCUMENTS},
}
RETURN_SERVICES = frozenset({"AVRR", "REUNIF", "REPAT_IN", "TRACE", "FAM_ASSESS"})
#: What brings a child back to the family, or the family to the child: only to one that was assessed (domain §3.5).
FAMILY_SERVICES = frozenset({"REUNIF", "MEDIATION"})
#: What a legal ground may release: never the law file, the narrative or documents (design §5).
GROUND_GROUPS = frozenset({IDENTITY, CONTACT, NEEDS, HEALTH, CHILDREN})
#: Vital danger shared by one person alone: what keeps the person alive, nothing else.
SAFETY_GROUPS = frozenset({NEEDS, HEALTH})
#: Kept by a receiver that still lodges the person after the end: fields of the safety extract (design §6).
EXTRACT_FIELDS: Mapping[Group, tuple[str, ...]] = {
    Group.HEALTH: ("health",),
    Group.CONTACT: ("safe_contact",),
}


def needed(service: str) -> frozenset[Group]:
    return NEEDED.get(service, _MEETING)


def purpose_of(recipient_kind: str, service: str) -> Purpose:
    """The purpose for which consent is asked: it follows from who receives and what is asked of them."""
    if recipient_kind in JUSTICE_KINDS:
        return Purpose.JUSTICE
    if service in RETURN_SERVICES or recipient_kind == OrganisationKind.EMBASSY:
        return Purpose.RETURN
    return Purpose.SERVICES


def releasable(service: str, agreed: Iterable[str]) -> frozenset[Group]:
    """The groups that may go to the receiver of `service`, of those agreed to."""
    return frozenset(Group(group) for group in agreed) & needed(service)


PREVIEW_STATES = UNANSWERED | {State.NO_SHOW}
SNAPSHOT_STATES = frozenset({State.ACCEPTED, State.IN_SERVICE})
_ORDER = [Level.NONE, Level.CODES, Level.PREVIEW, Level.SNAPSHOT, Level.CASE]


def level(
    actor: Actor, referral: Any, *, case_granted: bool, basis_live: bool, in_hand: bool = False
) -> Level:
    """What `actor` may read of a referral that `queries.visible_to` lets them hold.

    case_granted: a CaseGrant to the actor. basis_live: consent or ground still covers what was released.
    in_hand: the actor is national coordination, and has taken the orphaned case in hand.
    """
    return max(
        Level.CASE if in_hand and case_granted else _referring_level(actor, referral, case_granted),
        _receiving_level(actor, referral, basis_live),
        Level.CODES if actor.has(Role.COORDINATOR) else Level.NONE,
        key=_ORDER.index,
    )


def _referring_level(actor: Actor, referral: Any, case_granted: bool) -> Level:
    if actor.organisation_id != referral.referring_organisation_id:
        return Level.NONE
    if (case_granted and actor.has(Role.CASEWORKER)) or actor.has(Role.SUPERVISOR):
        return Level.CASE
    return Level.CODES


def _receiving_level(actor: Actor, referral: Any, basis_live: bool) -> Level:
    if actor.organisation_id != referral.receiving_organisation_id or referral.state == State.DRAFT:
        return Level.NONE
    desk = actor.has(Role.FOCAL_POINT, Role.SUPERVISOR)
    if referral.state in PREVIEW_STATES and desk:
        return Level.PREVIEW
    if referral.state in SNAPSHOT_STATES and (desk or actor.cares_for(referral.worker_id)):
        return Level.SNAPSHOT if basis_live else Level.CODES
    return Level.CODES


def extract_open(
    actor: Actor, referral: Any, *, until: datetime | None, departed: bool, at: datetime
) -> bool:
    """May the receiver still read the safety extract: after the end, until departure is recorded, 72 h at most."""
    if (
        actor.organisation_id != referral.receiving_organisation_id
        or departed
        or until is None
        or at >= until
    ):
        return False
    return actor.has(Role.FOCAL_POINT, Role.SUPERVISOR) or actor.cares_for(referral.worker_id)


_BANDS = (
    (5, AgeBand.B0_5),
    (8, AgeBand.B6_8),
    (13, AgeBand.B9_13),
    (17, AgeBand.B14_17),
    (20, AgeBand.B18_20),
    (29, AgeBand.B21_29),
    (47, AgeBand.B30_47),
)


def age_on(birth_date: date, day: date) -> int:
    """Completed years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def band_of(birth_date: date, day: date) -> AgeBand:
    return band_at(age_on(birth_date, day))


def band_at(years: int) -> AgeBand:
    return next((band for last, band in _BANDS if years <= last), AgeBand.B48)


#: Nobody is looked for beyond this age. An unknown age is a child's, or a young adult's (design §5).
OLDEST, OLDEST_UNKNOWN = 90, 30


def ages_of(band: str) -> tuple[int, int]:
    """The youngest and the oldest of a band."""
    if band == AgeBand.UNKNOWN:
        return 0, OLDEST_UNKNOWN
    ends = [-1, *(last for last, _band in _BANDS), OLDEST]
    place = [each for _last, each in _BANDS].index(AgeBand(band)) if band != AgeBand.B48 else len(_BANDS)
    return ends[place] + 1, ends[place + 1]


def is_child(age_status: str) -> bool:
    """Unknown age is treated as a child (design §5)."""
    return age_status != AgeStatus.ADULT


def reachable(contact: Mapping[str, Any] | None) -> bool:
    """Has the person named any safe channel? Default is no contact (domain §7.3)."""
    return any((contact or {}).get("channels", {}).values())


def band_fits(age_status: str, band: str) -> bool:
    """A band and a status that contradict each other are a typing error."""
    if age_status == AgeStatus.UNKNOWN:
        return band == AgeBand.UNKNOWN
    if band == AgeBand.UNKNOWN:
        return age_status == AgeStatus.CHILD
    return (band in CHILD_BANDS) == (age_status == AgeStatus.CHILD)
