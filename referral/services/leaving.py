"""Nobody leaves while something has no other owner.

What a person holds is known here and not in `partners`, so the pages of accounts are given these services by
`config.urls`, as for a suspension. It is no trigger of the database: that would also refuse a role that runs out by
its own date, which nobody is there to move things from; there the ladders and the report of lost loops speak.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from partners.actor import Actor
from partners.enums import DESK_ROLES, Act, Role
from partners.models import Membership, User
from partners.queries import live_memberships
from partners.services import accounts
from partners.services.guard import Refusal, authorise
from referral import notices
from referral.audiences import coordinators
from referral.models import Referral
from referral.queries.agenda import Holdings, holdings_of
from referral.queries.desks import keeps_desk_alone, left_behind
from referral.references import spoken

ALONE = _(
    "Nobody else can answer at this desk, and referrals wait there. Give somebody else the role first, "
    "or tick that they go to national coordination."
)
HOLDS = _(
    "This person still holds what nobody else does. A supervisor of the organisation entrusts it to "
    "somebody else first: Duty, Absences and cover."
)
#: More references than this are counted only.
NAMED = 20


def deactivate_person(by: Actor, pk: UUID, version: int, *, at: datetime, hand_over: bool = False) -> User:
    """As `partners.services.accounts.deactivate_person`; refused while the person holds something.

    Args:
        hand_over: what waits at a desk that this empties goes to national coordination.
    """
    authorise(by, Act.MANAGE_PEOPLE)
    with transaction.atomic():
        _lock(pk)
        _require_nothing(holdings_of(pk))
        _hand_over(left_behind(pk), hand_over, at)
        return accounts.deactivate_person(by, pk, version, at=at)


def end_membership(by: Actor, pk: UUID, version: int, *, at: datetime, hand_over: bool = False) -> Membership:
    """As `partners.services.accounts.end_membership`; refused while what is held needs the role.

    Args:
        hand_over: as of `deactivate_person`.
    """
    authorise(by, Act.MANAGE_PEOPLE)
    with transaction.atomic():
        ending = Membership.objects.get(pk=pk)
        _lock(ending.user_id)
        held = holdings_of(ending.user_id)
        left = live_memberships().filter(user=ending.user_id).exclude(pk=pk).values_list("role", flat=True)
        if not DESK_ROLES & set(left) or (ending.role == Role.CASEWORKER and held.cases):
            _require_nothing(held)
        _hand_over(left_behind(ending.user_id, ending=pk), hand_over, at)
        return accounts.end_membership(by, pk, version, at=at)


def _lock(user_id: UUID) -> None:
    """Against every row that would name the person as its owner: its foreign key waits for this transaction."""
    User.objects.select_for_update(of=("self",)).filter(pk=user_id).first()


def _require_nothing(held: Holdings) -> None:
    if held:
        raise Refusal(HOLDS)


def _hand_over(left: list[Referral], agreed: bool, at: datetime) -> None:
    """An inbox is never without a person: coordination is told of each that waits, and moves it."""
    if left and not agreed:
        raise Refusal(ALONE)
    for referral in left:
        notices.tell(coordinators(), referral, at=at, due_at=referral.due_at)


def held_in_codes(user_id: UUID) -> list[tuple[str, str]]:
    """What stands against leaving, for a page: how many, and their references; of no case anything else."""
    held = holdings_of(user_id)
    about = [task.referral.reference if task.referral else task.case.reference for task in held.tasks]
    rows = [
        (_("Cases"), [case.reference for case in held.cases]),
        (_("Tasks"), about),
        (_("Persons in care"), [referral.reference for referral in held.referrals]),
        (_("Waiting at the desk"), [referral.reference for referral in left_behind(user_id)]),
    ]
    shown = [(str(words), _counted(references)) for words, references in rows if references]
    if held.covers:
        shown.append((str(_("Absences to cover")), str(held.covers)))
    if keeps_desk_alone(user_id):
        shown.append((str(_("Desk")), str(_("Nobody else can answer here: nothing can be sent any more."))))
    return shown


def _counted(references: list[str]) -> str:
    named = ", ".join(spoken(reference) for reference in sorted(set(references))[:NAMED])
    return f"{len(references)} ({named}{'…' if len(set(references)) > NAMED else ''})"
