"""The receiving desk answers a group in one act: yes to some, no to the rest, or all of them one way."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from crypto import keyring
from crypto.scopes import Scope, ScopeKind
from partners.actor import Actor
from partners.models import Places
from partners.services.ledger import Above
from referral import notices
from referral.enums import UNANSWERED, Action, PlacementState, State
from referral.families import together, torn
from referral.lifecycle import NotPossible
from referral.models import GroupReferral, Placement, Referral
from referral.queries.arrivals import group_of, links_of
from referral.queries.facts import needs_place
from referral.queries.visible import visible_to
from referral.services import already_here, receiving, steps
from referral.services.receiving import WrongPlace


@dataclass(frozen=True)
class Answer:
    """
    Attributes:
        accepted: referrals to which the desk says yes.
        places: by referral, the places that the desk has chosen for such persons.
        here: by referral, whom that person has been until now, if she or he came without one: no other place is held.
        above: why more are taken than there is room for; whoever still finds a free place is not counted for it.
        decline_rest: all others are declined with `reason_code`; else they go on waiting.
        split_reason: why members of one family are answered differently; both sides read it.
    """

    accepted: frozenset[UUID]
    worker_id: UUID | None = None
    expected_arrival_at: datetime | None = None
    places: Mapping[UUID, UUID] = field(default_factory=dict)
    here: Mapping[UUID, UUID] = field(default_factory=dict)
    above: Above | None = None
    conflict_declared: bool = False
    decline_rest: bool = False
    reason_code: str = ""
    reason: str = ""
    split_reason: str = ""


def read_group(actor: Actor, group: GroupReferral, rows: Sequence[Referral], *, desk: bool) -> str:
    """The page of a group, in codes; for the desk the previews open. Gives the sender's reason for a split family.

    Raises nothing: who holds none of its referrals does not get here.
    """
    ours = actor.organisation_id == group.referring_organisation_id
    shows = ours and group.split_reason
    audit.look("view", group, fields=["split_reason"] if shows else [])
    audit.look("list", Referral, scope="group", detail={"referrals": [str(row.pk) for row in rows]})
    if desk:
        scopes = [Scope(ScopeKind.EXCHANGE, row.pk, row.case_id) for row in rows]
        keyring.current().prime_scopes(scopes)
    return group.split_reason or "" if shows else ""


def version_of(rows: Sequence[Referral]) -> int:
    """Grows with every change of one of them: what a form was loaded with."""
    return sum(row.version for row in rows)


def _locked(by: Actor, pk: UUID, version: int | None) -> tuple[GroupReferral, list[Referral]]:
    """The group, and its referrals locked in one order. Raises NotVisible, StaleForm."""
    group = group_of(by, pk)
    if group is None:
        raise steps.NotVisible
    rows = visible_to(by).filter(group_referral=pk).select_related("case", "case__owner")
    locked = list(rows.select_for_update(of=("self",), no_key=True).order_by("seq"))
    if version is not None and version_of(locked) != version:
        raise steps.StaleForm
    return group, locked


def acknowledge_group(pk: UUID, *, by: Actor, at: datetime, version: int) -> GroupReferral:
    """One press for all of them. Raises NotVisible, StaleForm, NotAllowed, NotPossible."""
    with transaction.atomic():
        group, rows = _locked(by, pk, version)
        new = [row for row in rows if row.state == State.SENT]
        if not new:
            raise NotPossible([_("This is no longer possible: the status has changed.")])
        for row in new:
            receiving.make_acknowledged(row, by=by, at=at)
        _tell_sender(group, new, at=at, due_at=min(row.due_at for row in new if row.due_at), act=False)
    return group


def answer_group(pk: UUID, *, by: Actor, at: datetime, version: int, answer: Answer) -> GroupReferral:
    """Yes and no in one transaction: every place is held, or nothing has changed.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible, WrongPlace, NoPlaceFree.
    """
    with transaction.atomic():
        group, rows = _locked(by, pk, version)
        waiting = [row for row in rows if row.state in UNANSWERED]
        yes = [row for row in waiting if row.pk in answer.accepted]
        no = [row for row in waiting if row.pk not in answer.accepted] if answer.decline_rest else []
        for row in waiting:
            steps.permit(by, Action.ACCEPT, row)
        if len(yes) != len(answer.accepted) or not yes + no:
            raise NotPossible([_("This is no longer possible: the status has changed.")])
        split = split_by(group, rows, yes, no)
        if split and not answer.split_reason:
            raise NotPossible([_("Say why a family is split.")])
        slept_in = already_here.lock_those(answer.here.values())
        receiving.lock_held([row.pk for row in yes + no], *answer.places.values(), *slept_in)
        _accept(yes, by=by, at=at, answer=answer)
        for row in no:
            apart = answer.split_reason if row.pk in split else ""
            words = "\n".join(filter(None, [answer.reason, apart]))
            receiving.make_declined(row, by=by, at=at, reason_code=answer.reason_code, reason=words or None)
        _tell_sender(group, yes + no, at=at, due_at=None, act=bool(no))
    return group


def split_by(
    group: GroupReferral, rows: Sequence[Referral], yes: Collection[Referral], no: Collection[Referral]
) -> set[UUID]:
    """Those of a family of which some are taken, now or before, and some are not."""
    taken = {row.pk for row in yes} | {row.pk for row in rows if row.accepted_at is not None}
    decided = [row for row in rows if row.pk in taken or row in no]
    families = families_of(group, decided)
    return {pk for family in torn(families, taken) for pk in family}


def families_of(group: GroupReferral, rows: Sequence[Referral]) -> list[list[UUID]]:
    """Referrals of one family together; in the order of `rows`."""
    of_case = {row.case_id: row.pk for row in rows}
    pairs = [(of_case[a], of_case[b]) for a, b in links_of(group.arrival) if a in of_case and b in of_case]
    return together([row.pk for row in rows], pairs)


def _accept(rows: Sequence[Referral], *, by: Actor, at: datetime, answer: Answer) -> None:
    if not rows:
        return
    if answer.worker_id is None or answer.expected_arrival_at is None:
        raise NotPossible([_("Name who takes care of them, and when you expect them.")])
    _require_room([row for row in rows if row.pk not in answer.here], answer)
    for row in rows:
        receiving.make_accepted(
            row,
            by=by,
            at=at,
            worker_id=answer.worker_id,
            expected_arrival_at=answer.expected_arrival_at,
            places_id=answer.places.get(row.pk),
            walk_in_id=answer.here.get(row.pk),
            conflict_declared=answer.conflict_declared,
            above=answer.above,
        )


def _require_room(rows: Sequence[Referral], answer: Answer) -> None:
    """Says how many there is room for before any place is held; the locked rows then stay as they were counted."""
    live = Placement.objects.filter(referral__in=rows, state=PlacementState.HELD)
    held = dict(live.values_list("referral_id", "places_id"))  # by a yes by telephone
    for row in rows:
        if row.pk not in answer.places and row.pk not in held and needs_place(row):
            raise WrongPlace
    if answer.above is not None:
        return
    asked = Counter(
        place for pk, place in answer.places.items() if held.get(pk) != place and pk not in answer.here
    )
    # Locked as the rows are, always in the same order.
    locked = Places.objects.select_for_update(of=("self",), no_key=True).select_related("site").order_by("pk")
    for places in locked.filter(pk__in=asked):
        if places.free < asked[places.pk]:
            raise NotPossible(
                [
                    _(
                        "%(site)s, %(group)s: %(free)d free, %(asked)d ticked. Nothing was changed: "
                        "tick fewer, choose another place, or say why you go above capacity."
                    )
                    % {
                        "site": places.site.name,
                        "group": places.get_group_display(),
                        "free": places.free,
                        "asked": asked[places.pk],
                    }
                ]
            )


def _tell_sender(
    group: GroupReferral, rows: Sequence[Referral], *, at: datetime, due_at: datetime | None, act: bool
) -> None:
    """The owners of the files hear once of the group, not of each person."""
    owners = {row.case.owner_id: row.case.owner for row in rows}
    notices.tell(owners.values(), group, at=at, due_at=due_at, action_needed=act)
