"""Many persons at once: the arrival, its slips, and the files that are opened from one table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.rows import write
from crypto import keyring
from partners.actor import Actor
from partners.models import Department, Region, User
from referral import notices, policy
from referral.disclosure import is_child
from referral.enums import CaseAct, RiskLevel
from referral.families import Kinship, shared_out
from referral.lifecycle import NotPossible
from referral.models import Arrival, Case, FamilyLink, Slip
from referral.policy import NotAllowed, Tie
from referral.queries.arrivals import Member, caseworkers_of, visible_arrivals
from referral.references import new_reference
from referral.services import cases, steps


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        person: values for `cases.PERSON_FIELDS`.
        family: the letter that those of one family share; empty for whoever came alone.
    """

    number: int
    urgency: str
    person: Mapping[str, Any]
    family: str = ""


def open_arrival(
    *,
    by: Actor,
    at: datetime,
    kind: str,
    region: Region,
    department: Department | None,
    occurred_at: datetime,
    counted: int,
    note: str = "",
) -> Arrival:
    """Heads are counted first; their files follow from the table. Raises NotAllowed."""
    if not policy.may_case(by, CaseAct.OPEN, Tie()):
        raise steps.refuse_anybody(CaseAct.OPEN)
    with transaction.atomic():
        arrival = Arrival(
            reference=new_reference(),
            organisation_id=by.organisation_id,
            kind=kind,
            region=region,
            department=department,
            occurred_at=occurred_at,
            counted=counted,
            note=note or None,
            opened_by_id=by.id,
            opened_at=at,
        )
        write(arrival)
    return arrival


def enter_people(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    lines: Sequence[Line],
    owners: Sequence[UUID] = (),
) -> list[Case]:
    """Opens a file for each line, all or none, and links those of one family.

    Args:
        owners: caseworkers of the organisation among whom the files are shared out, families together; whoever
            enters them where nobody is named.

    Raises:
        NotVisible, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        arrival = visible_arrivals(by).select_for_update(of=("self",)).filter(pk=pk).first()
        if arrival is None:
            raise steps.NotVisible
        permit_filling(by, arrival)
        _require_free(arrival, lines)
        families = _families(lines)
        given = shared_out(families, _owners(by, owners))
        opened: dict[int, Case] = {}
        for line in lines:
            opened[line.number] = case = cases.open_case(
                by=by,
                at=at,
                region=arrival.region,
                person=line.person,
                case={"urgency": line.urgency, "risk": RiskLevel.UNKNOWN},
                occurred_at=arrival.occurred_at,
                owner=given[line.number],
            )
            write(Slip(arrival=arrival, number=line.number, case=case), case_id=case.pk)
        by_number = {line.number: line for line in lines}
        for family in families:
            for one, other in combinations(family, 2):
                _link(arrival, opened, by_number[one], by_number[other])
        highest = max([arrival.counted, *opened])
        if highest != arrival.counted:
            arrival.counted = highest
            write(arrival, fields=["counted"])
        # A colleague hears once of all that is theirs from now on.
        colleagues = {owner.pk: owner for owner in given.values() if owner.pk != by.id}
        notices.tell(colleagues.values(), arrival, at=at, due_at=None)
    return list(opened.values())


def permit_filling(by: Actor, arrival: Arrival) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not policy.fills_arrival(by, arrival):
        raise refused(arrival, "FILL_ARRIVAL")


def permit_keeping(by: Actor, arrival: Arrival) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not policy.keeps_arrival(by, arrival):
        raise refused(arrival, "KEEP_ARRIVAL")


def refused(arrival: Arrival, act: str) -> NotAllowed:
    """To be raised; leaves an event."""
    audit.deny("denied", arrival._meta.label_lower, arrival.pk, reason_code=f"NOT_ALLOWED_{act.upper()}")
    return NotAllowed(act)


def _require_free(arrival: Arrival, lines: Sequence[Line]) -> None:
    """A slip has one file: what a second table says of it would be another person."""
    numbers = [line.number for line in lines]
    taken = arrival.slips.filter(number__in=numbers).order_by("number").values_list("number", flat=True)
    if taken:
        raise NotPossible(
            [_("Slip %(number)d has a file already. Open the page again.") % {"number": n} for n in taken]
        )


def _families(lines: Sequence[Line]) -> list[list[int]]:
    """Numbers by family letter; whoever has none is alone."""
    families: dict[str, list[int]] = {}
    for line in lines:
        families.setdefault(line.family or f"#{line.number}", []).append(line.number)
    return list(families.values())


def _owners(by: Actor, owners: Sequence[UUID]) -> list[User]:
    named = set(owners) or {by.id}
    found = list(caseworkers_of(by.organisation_id).filter(pk__in=named))
    if len(found) != len(named):
        raise NotPossible([_("One of these colleagues opens no files any more: choose again.")])
    return found


def _link(arrival: Arrival, opened: Mapping[int, Case], one: Line, other: Line) -> None:
    link = FamilyLink(
        arrival=arrival,
        case=opened[one.number],
        other=opened[other.number],
        kind=kinship(one.person["age_status"], other.person["age_status"]),
    )
    write(link, case_id=link.case_id)


def kinship(one: str, other: str) -> Kinship:
    """As much as the letter and the two ages say. A parent is never guessed: nobody has asked yet."""
    children = is_child(one) + is_child(other)
    return (Kinship.FAMILY, Kinship.WITH_ADULT, Kinship.SIBLINGS)[children]


# --- Looks -------------------------------------------------------------------------------------------------
def list_arrivals(arrivals: Sequence[Arrival]) -> None:
    audit.look("list", Arrival, detail={"arrivals": [str(arrival.pk) for arrival in arrivals]})


def read_arrival(actor: Actor, arrival: Arrival, members: Sequence[Member]) -> str:
    """The page of an arrival is a look at its list, in codes; gives the note, to its keepers alone."""
    keeps = policy.keeps_arrival(actor, arrival)
    audit.look("view", arrival, fields=["note"] if keeps and arrival.note else [])
    prime(members)
    return (arrival.note or "") if keeps else ""


def prime(members: Sequence[Member]) -> None:
    """The keys of all files in one query."""
    keyring.current().prime_scopes([member.slip.case.key_scope() for member in members])


def print_slips(actor: Actor, arrival: Arrival) -> None:
    """The numbered slips are about to be shown for printing. Raises NotAllowed."""
    permit_keeping(actor, arrival)
    audit.look("print", arrival)
