"""Who is let in to which row? The only writer of guardian's tables, and of readings for a time (design §5, Grants)."""

from datetime import datetime
from functools import cache
from uuid import UUID

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from audit.rows import write
from partners.models import COORDINATION_GROUP, Organisation, User
from referral.enums import Action, Side, State
from referral.models import Case, CaseGrant, Referral, ReferralGrant, TimedReading
from referral.queries.urgency import asked_next
from referral.readings import ReadingWhy

#: Moves after which the receiver holds the row no longer.
CLOSES_RECEIVER = frozenset({State.DECLINED, State.WITHDRAWN, State.EXPIRED})


@cache
def _permission(codename: str) -> int:
    """A permission's id, which never changes once the migrations have run."""
    return Permission.objects.values_list("pk", flat=True).get(
        content_type__app_label="referral", codename=codename
    )


def _desk(organisation_id: UUID) -> int:
    return Organisation.objects.values_list("group_id", flat=True).get(pk=organisation_id)


def _coordination() -> int:
    return Group.objects.values_list("pk", flat=True).get(name=COORDINATION_GROUP)


def _hold(referral: Referral, group_id: int, side: Side) -> None:
    ReferralGrant.objects.get_or_create(
        group_id=group_id,
        content_object=referral,
        permission_id=_permission(f"hold_{side.value}"),
        defaults={"side": side, "seq": referral.seq, "state": referral.state, "due_at": referral.due_at},
    )


def open_draft(referral: Referral) -> None:
    """The referring desk holds its draft from the start. A child referral takes its parent off coordination's list."""
    _hold(referral, _desk(referral.referring_organisation_id), Side.REFERRING)
    if referral.parent_id is not None:
        ReferralGrant.objects.filter(content_object_id=referral.parent_id, side=Side.COORDINATING).delete()


def follow(referral: Referral, action: str) -> None:
    """Makes the grants say what the referral now says. Called after the save of every move."""
    if action == Action.SEND:
        _hold(referral, _desk(referral.receiving_organisation_id), Side.RECEIVING)
    if referral.state in CLOSES_RECEIVER:
        ReferralGrant.objects.filter(content_object=referral, side=Side.RECEIVING).delete()
    if referral.state in (State.DECLINED, State.EXPIRED) and not asked_next(referral):
        _hold(referral, _coordination(), Side.COORDINATING)
    elif referral.referring_organisation.is_active:
        # Whoever was to be pressed has moved: coordination lets go.
        ReferralGrant.objects.filter(content_object=referral, side=Side.COORDINATING).delete()
    _copy(referral)


def follow_deadline(referral: Referral) -> None:
    """The grants say the new deadline of a referral that has not moved."""
    _copy(referral)


def _copy(referral: Referral) -> None:
    stale = ~Q(state=referral.state) | ~Q(due_at=referral.due_at) | ~Q(seq=referral.seq)
    if referral.due_at is None:
        stale |= Q(due_at__isnull=False)
    ReferralGrant.objects.filter(stale, content_object=referral).update(
        state=referral.state, due_at=referral.due_at, seq=referral.seq
    )


def search_again(parent: Referral) -> None:
    """The next draft was thrown away: coordination holds the declined or unanswered referral again."""
    _hold(parent, _coordination(), Side.COORDINATING)


def escalate(referral: Referral) -> None:
    """Nobody answers: coordination holds it too, in codes, until somebody has moved."""
    _hold(referral, _coordination(), Side.COORDINATING)


def orphan(referral: Referral) -> None:
    """Its sender can no longer act: coordination holds it too, in codes."""
    _hold(referral, _coordination(), Side.COORDINATING)


def open_case(case: Case, user: User, *, at: datetime) -> None:
    """Gives `user` the file by name."""
    CaseGrant.objects.get_or_create(
        user=user, content_object=case, permission_id=_permission("hold_case"), defaults={"granted_at": at}
    )


def close_case(case: Case, user: User) -> None:
    CaseGrant.objects.filter(user=user, content_object=case).delete()


def keep_owner(case: Case) -> None:
    """A closed file stays open to its owner alone; supervisors need no grant. Coordination lets go of its referrals."""
    CaseGrant.objects.filter(content_object=case).exclude(user=case.owner).delete()
    ReferralGrant.objects.filter(content_object__case=case, side=Side.COORDINATING).delete()


def open_reading(
    case: Case, user_id: UUID, why: ReadingWhy, *, at: datetime, until: datetime
) -> TimedReading:
    """Lets somebody read the file until then, and nothing else; the event says who let them in."""
    reading = TimedReading(case=case, user_id=user_id, why=why, opened_at=at, until=until)
    write(reading, "grant", case_id=case.pk, reason_code=why.value)
    return reading


def end_reading(reading: TimedReading, *, at: datetime) -> None:
    """Shuts it before its time, or notes that its time has passed. The caller has locked the row."""
    if reading.ended_at is None:
        reading.ended_at = min(at, reading.until)
        write(reading, "revoke", fields=["ended_at"], case_id=reading.case_id, reason_code=reading.why)
