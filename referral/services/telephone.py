"""A yes or no by telephone: recorded by the sender or the duty officer, never the receiver's own act (design §6)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from referral import notices
from referral.enums import SHELTER_SERVICES, Action, Clock, PlacementState
from referral.lifecycle import NotPossible
from referral.models import Placement, Referral, TelephoneAnswer
from referral.queries import places_for
from referral.queries.terms import terms_for
from referral.services import steps
from referral.services.receiving import hold, release_hold
from referral.services.urgency import hear_by_telephone


def record_telephone_answer(
    pk: UUID, *, by: Actor, at: datetime, version: int, yes: bool, said_by: str, said_at: datetime
) -> TelephoneAnswer:
    """Holds a place for some hours on a yes, gives it back on a no; discloses nothing until the receiver confirms by
    accepting.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible, NoPlaceFree.
    """
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        return take_answer(
            referral, by=by, recorded_by=by.id, at=at, yes=yes, said_by=said_by, said_at=said_at
        )


def take_answer(
    referral: Referral,
    *,
    by: Actor | None,
    recorded_by: UUID,
    at: datetime,
    yes: bool,
    said_by: str,
    said_at: datetime,
) -> TelephoneAnswer:
    """As `record_telephone_answer`, of a row that the caller holds locked.

    Args:
        by: None where the system heard it itself, from the desk of `recorded_by`.
    """
    step = steps.begin(referral, Action.RECORD_TELEPHONE_ANSWER, by=by, at=at)
    answer = TelephoneAnswer(
        referral=referral,
        case_id=referral.case_id,
        yes=yes,
        said_by=said_by,
        said_at=said_at,
        recorded_by_id=recorded_by,
        recorded_at=at,
    )
    write(answer, case_id=referral.case_id, referral_id=referral.pk)
    if not yes:
        release_hold(referral)
    elif not referral.placements.filter(state=PlacementState.HELD, held_until__gt=at).exists():
        _hold(referral, at)
    steps.finish(step, occurred_at=said_at, reason_code="YES" if yes else "NO")
    hear_by_telephone(referral, yes=yes, by=by, at=at)
    notices.tell(notices.desk_of(referral.receiving_organisation_id), referral, at=at, due_at=referral.due_at)
    return answer


def _hold(referral: Referral, at: datetime) -> None:
    """For some hours from the first yes: said again while they run, it holds the place no longer."""
    hold(referral, at=at, places_id=_free_place(referral), label=None, by_telephone=True)
    terms = terms_for(organisation_id=referral.receiving_organisation_id)
    for held in Placement.objects.select_for_update(of=("self",)).filter(
        referral=referral, state=PlacementState.HELD
    ):
        held.held_until = terms.after(Clock.TELEPHONE_HOLD, at, referral.urgency)
        write(held, fields=["held_until"], case_id=referral.case_id, referral_id=referral.pk)


def _free_place(referral: Referral) -> UUID | None:
    """The first free place for this person: who records a yes is not told of houses; the desk chooses when it confirms.

    Raises NotPossible when the centre's own count leaves none.
    """
    counted = list(places_for(referral))
    held = referral.placements.filter(state=PlacementState.HELD).exists()
    if held or referral.service not in SHELTER_SERVICES or not counted:
        return None
    for places in counted:
        if places.free:
            return places.pk
    raise NotPossible(
        [_("By its own count this centre has no free place: ask it to update its places first.")]
    )
