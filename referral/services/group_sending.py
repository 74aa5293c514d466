"""Several persons of one arrival are referred in one act, on a ground that was recorded for many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.rows import write
from partners.actor import Actor
from partners.enums import CHILD_PROTECTION_KINDS
from partners.services.ledger import lock_receivers
from referral import lifecycle, notices
from referral.disclosure import GROUND_GROUPS, is_child, needed, purpose_of, releasable
from referral.enums import Action, CaseAct, GroundCode, Group, State, TaskKind, Urgency
from referral.families import torn
from referral.lifecycle import Facts, NotPossible
from referral.models import Arrival, Case, GroupReferral, LegalGround, Preview, Referral, Task
from referral.queries.arrivals import Member, families_of
from referral.queries.basis import agreed_by_each
from referral.queries.facts import facts_for_each
from referral.references import new_reference
from referral.services import basis, steps
from referral.services.sending import Asked, hand_over, make_draft
from referral.services.tasks import finish_tasks
from referral.services.urgency import NEXT_ASKED, call_first, end_calls


@dataclass(frozen=True)
class Readiness:
    """Whether one of the chosen persons can go, and with what.

    Attributes:
        groups: what would be shared after acceptance.
        reasons: why the person stays behind; empty when she or he can go.
        child_ground: the ground of child protection would open the way.
    """

    member: Member
    groups: tuple[str, ...] = ()
    reasons: tuple[str | Promise, ...] = ()
    child_ground: bool = False


def readiness(members: Sequence[Member], asked: Asked, at: datetime) -> list[Readiness]:
    """The same facts and guards as at the sending of each, read for all of them at once; nothing is written."""
    going = [member for member in members if not _stays(member)]
    rows = [_draft(member, asked) for member in going]
    for row, agreed in zip(rows, agreed_by_each(rows, at), strict=True):
        row.released_groups = [
            str(group) for group in sorted(releasable(asked.service, agreed), key=list(Group).index)
        ]
    checked = {
        member.number: _checked(member, row, asked, known)
        for member, row, known in zip(going, rows, facts_for_each(rows, Action.SEND, at), strict=True)
    }
    return [
        checked.get(member.number) or Readiness(member, reasons=tuple(_stays(member))) for member in members
    ]


def _checked(member: Member, row: Referral, asked: Asked, known: Facts) -> Readiness:
    unmet = lifecycle.unmet(row, Action.SEND, known)
    child_ground = (
        row.is_child
        and asked.receiving.kind in CHILD_PROTECTION_KINDS
        and lifecycle.BASIS_LIVE.sentence in unmet
    )
    return Readiness(member, tuple(row.released_groups), tuple(unmet), child_ground)


def _stays(member: Member) -> list[str | Promise]:
    """What holds somebody back before any receiver is asked about."""
    if not member.granted:
        return [_("A colleague owns this file and refers this person.")]
    return lifecycle.unmet_on_closed(member.slip.case)


def _draft(member: Member, asked: Asked) -> Referral:
    """A draft that is not kept: the guards ask a referral, and there is none before the sending."""
    case, person = member.slip.case, member.slip.case.person
    row = Referral(
        case=case,
        referring_organisation_id=case.organisation_id,
        receiving_organisation=asked.receiving,
        service=asked.service,
        purpose=purpose_of(asked.receiving.kind, asked.service),
        sex=person.sex,
        is_child=is_child(person.age_status),
    )
    row.preview = Preview(
        referral=row, case_id=case.pk, age_band=person.age_band, details={"children": person.children}
    )
    return row


def record_grounds(
    members: Sequence[Member],
    *,
    by: Actor,
    at: datetime,
    asked: Asked,
    answers: Mapping[int, Mapping[str, str]],
) -> list[LegalGround]:
    """The ground of child protection for several children; each has a row with its own answers.

    Args:
        answers: by the number of the slip, the three best-interest answers.

    Raises:
        NotVisible, NotAllowed, NotPossible.
    """
    groups = sorted(str(group) for group in needed(asked.service) & GROUND_GROUPS)
    with transaction.atomic():
        grounds = [
            basis.record_ground(
                member.slip.case_id,
                by=by,
                at=at,
                code=GroundCode.CHILD_PROTECTION,
                recipient=asked.receiving,
                purpose=purpose_of(asked.receiving.kind, asked.service),
                groups=groups,
                reason=answers[member.number]["safety"],
                best_interest=answers[member.number],
                told=False,
            )
            for member in members
        ]
        # Each waits for its countersignature as a task of its own; the second person hears once of all.
        task = Task.objects.filter(case_id=grounds[0].case_id, kind=TaskKind.COUNTERSIGN, done_at=None)
        notices.ask_second_person(task.latest("made_at"), by=by, at=at)
    return grounds


def split_by(members: Sequence[Member], chosen: Sequence[Member]) -> list[Sequence[Member]]:
    """The families that the choice would tear apart; whoever is placed already, or on the way, is not left behind."""
    numbers = {member.number for member in chosen}
    still_there = [m for m in members if m.number in numbers or m.to_be_referred]
    by_number = [[member.number for member in family] for family in families_of(still_there)]
    of_number = {member.number: member for member in members}
    return [[of_number[number] for number in family] for family in torn(by_number, numbers)]


def send_group(
    arrival: Arrival,
    members: Sequence[Member],
    *,
    by: Actor,
    at: datetime,
    asked: Asked,
    everybody: Sequence[Member],
    split_reason: str = "",
    parent: GroupReferral | None = None,
) -> GroupReferral:
    """One referral for each of `members`, all sent or none; the desk is told once.

    Args:
        everybody: all whom the actor sees of the arrival.
        split_reason: why members of one family do not go together.
        parent: the group in which another desk did not take them.

    Raises:
        NotVisible, NotAllowed, NotPossible: with the number of the slip before each sentence.
    """
    if not members:
        raise NotPossible([_("Nobody of those chosen can be referred yet.")])
    if split_by(everybody, members) and not split_reason:
        raise NotPossible([_("Say why a family is split.")])
    with transaction.atomic():
        lock_receivers(asked.receiving.pk)
        group = GroupReferral(
            reference=new_reference(),
            arrival=arrival,
            referring_organisation_id=arrival.organisation_id,
            receiving_organisation=asked.receiving,
            service=asked.service,
            purpose=purpose_of(asked.receiving.kind, asked.service),
            urgency=asked.urgency,
            size=len(members),
            sent_by_id=by.id,
            sent_at=at,
            parent=parent,
            split_reason=split_reason or None,
        )
        write(group)
        sent = [_send(member, by=by, at=at, asked=asked, group=group) for member in members]
        desk = notices.desk_of(group.receiving_organisation_id)
        notices.tell(desk, group, at=at, due_at=min(row.due_at for row in sent if row.due_at))
        call_first(sent[0], by=by, at=at)  # the most urgent; the desk is telephoned once for all of them
    return group


def _send(member: Member, *, by: Actor, at: datetime, asked: Asked, group: GroupReferral) -> Referral:
    try:
        case = steps.locked_case(by, member.slip.case_id)
        steps.permit_change(by, CaseAct.REFER, case)
        former = _asked_before(member, group)
        if former is not None:
            former = steps.locked(by, former.pk)
            if former.state in _REFUSED:
                steps.finish(steps.begin(former, Action.REDIRECT, by=by, at=at))
        row = make_draft(case, by=by, at=at, asked=_as_urgent(asked, case), parent=former, group=group)
        hand_over(row, by=by, at=at, person_version=member.slip.case.person.version)
        if former is not None:
            finish_tasks(case, TaskKind.REDIRECT, by=by, at=at, referral=former)
            end_calls(former, by=by, at=at, result=NEXT_ASKED)
    except NotPossible as refused:
        raise NotPossible([of_slip(member.number, reason) for reason in refused.reasons]) from None
    return row


def _as_urgent(asked: Asked, case: Case) -> Asked:
    """A group is sent with one urgency; nobody in it is made to wait longer than the own file says."""
    order = list(Urgency)
    return replace(
        asked, urgency=min(asked.urgency, case.urgency, key=lambda urgency: order.index(Urgency(urgency)))
    )


_REFUSED = (State.DECLINED, State.EXPIRED)


def _asked_before(member: Member, group: GroupReferral) -> Referral | None:
    """The no, or the silence, after which the person is offered again; one that is still silent stays open."""
    if group.parent_id is None:
        return None
    asked = (*_REFUSED, State.SENT)
    mine = [r for r in member.referrals if r.group_referral_id == group.parent_id and r.state in asked]
    return mine[0] if mine else None


def of_slip(number: int, sentence: str | Promise) -> str:
    return str(_("Slip %(number)d: %(sentence)s")) % {"number": number, "sentence": sentence}
