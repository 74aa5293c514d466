"""Break-glass: national coordination opens one file in an emergency, to read, for an hour (design §6).

At once the case owner and the supervisors of another organisation hear of it; within 72 hours somebody else says
whether it was right. Without that word, or against it, who broke the glass breaks none any more.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.rows import write
from partners.actor import Actor
from partners.enums import Role
from partners.models import User
from partners.queries import active_people, national_unit
from referral import grants, notices, policy
from referral.enums import TaskKind
from referral.lifecycle import NotPossible
from referral.models import BreakGlass, Case, Task, TimedReading
from referral.policy import NotAllowed
from referral.queries.glass import (
    ended_readings,
    glass_of,
    reviewing_organisation,
    suspension_of,
    unreviewed_glasses,
)
from referral.queries.visible import case_of
from referral.readings import (
    GLASS_FOLLOW_UP,
    GLASS_OPEN,
    GLASS_REVIEW,
    LEAST_WORDS,
    GlassReason,
    ReadingWhy,
    SuspendedWhy,
    Verdict,
)
from referral.references import heard
from referral.services.reading import require_control
from referral.services.rounds import AnyRule, Rule
from referral.services.steps import NotVisible, StaleForm, refuse
from referral.services.tasks import end_task
from referral.services.wrong_codes import forgive, may_try

#: Who has anything to do with it; which rows, `queries.glass` asks.
READERS = (Role.COORDINATOR, Role.SUPERVISOR, Role.AUDITOR)


class Unfound(StrEnum):
    """What was wrong with what was typed; said of the password before anything is said of the reference."""

    PASSWORD = "WRONG_PASSWORD"  # noqa: S105 - a code
    REFERENCE = "NO_SUCH_CASE"
    TOO_OFTEN = "TOO_MANY_TRIES"


def require_reader(actor: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    require_control(actor, *READERS, reason_code="NOT_ALLOWED_GLASS")


def require_breaker(actor: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not policy.may_break_glass(actor):
        audit.deny("denied", BreakGlass._meta.label_lower, None, reason_code="NOT_ALLOWED_GLASS")
        raise NotAllowed("glass")


def find_case(reference: str, password: str, *, by: Actor, at: datetime) -> Case | Unfound:
    """The file that bears this reference, for somebody who has just typed the own password again.

    Wrong ones are counted: after some, nothing is listened to for an hour. A file that is erased is like none.

    Raises:
        NotAllowed.
    """
    require_breaker(by)
    with transaction.atomic():
        digest = salted_hmac("referral.glass", str(by.id), algorithm="sha256").hexdigest()
        allowed = may_try(digest, at=at)
        known = User.objects.get(pk=by.id).check_password(password)
        case = Case.objects.filter(reference=heard(reference), erased_at=None).first()
        if case is not None and known and allowed:
            forgive(digest)
            return case
        wrong = Unfound.TOO_OFTEN if not allowed else Unfound.REFERENCE if known else Unfound.PASSWORD
        audit.deny("denied", BreakGlass._meta.label_lower, None, reason_code=wrong)
        return wrong


def break_glass(case_id: UUID, *, by: Actor, at: datetime, reason: GlassReason, words: str) -> BreakGlass:
    """Opens the file that `find_case` gave.

    Args:
        words: the justification, sealed; at least 40 characters.

    Raises:
        NotVisible, NotAllowed, NotPossible.
    """
    require_breaker(by)
    with transaction.atomic():
        # One at a time for each person: of two presses at once, one waits here.
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.id)
        case = Case.objects.select_for_update(of=("self",)).filter(pk=case_id, erased_at=None).first()
        if case is None:
            raise NotVisible
        _require_possible(case, by, at, words)
        house = reviewing_organisation(case, by.organisation_id)
        if house is None:
            refuse(case, "NOT_POSSIBLE_GLASS")
            raise NotPossible(
                [_("No other organisation has a supervisor who could review it: telephone the case owner.")]
            )
        due_at = at + GLASS_REVIEW
        reading = grants.open_reading(case, by.id, ReadingWhy.BREAK_GLASS, at=at, until=at + GLASS_OPEN)
        task = Task(kind=TaskKind.REVIEW_GLASS, case=case, organisation=house, made_at=at, due_at=due_at)
        write(task, case_id=case.pk)
        glass = BreakGlass(
            case=case,
            reading=reading,
            opened_by_id=by.id,
            reason=reason,
            justification=words,
            task=task,
            review_due=due_at,
        )
        write(glass, "breakglass.open", case_id=case.pk, scope=reason.value)
        holders = [case.owner] if case.owner else notices.supervisors_of(case.organisation_id)
        notices.tell([user for user in holders if user.pk != by.id], case, at=at, due_at=due_at)
        notices.tell(notices.supervisors_of(house.pk), task, at=at, due_at=due_at)
    return glass


def _require_possible(case: Case, by: Actor, at: datetime, words: str) -> None:
    """Raises NotPossible, and leaves an event."""
    reasons: list[str | Promise] = []
    if len(words.strip()) < LEAST_WORDS:
        reasons.append(_("Say in at least 40 characters why it cannot wait."))
    if suspension_of(by.id, at) is not None:
        reasons.append(_("Your right to open files in an emergency is suspended."))
    own = TimedReading.objects.select_for_update(of=("self",)).filter(
        user=by.id, why=ReadingWhy.BREAK_GLASS, ended_at=None
    )
    for reading in own:
        if reading.until > at:
            reasons.append(_("A file is open to you already. End that reading first."))
        else:
            grants.end_reading(reading, at=at)  # the clock has not come to it yet
    if case_of(by, case.pk) is not None:
        reasons.append(_("This file is open to you without this."))
    if reasons:
        refuse(case, "NOT_POSSIBLE_GLASS")
        raise NotPossible(reasons)


def read_glass(actor: Actor, task_id: UUID) -> BreakGlass:
    """For who reviews: who, when, why. Never the file itself. Raises NotVisible."""
    glass = glass_of(actor, task_id)
    if glass is None:
        raise NotVisible
    audit.look("audit.read", glass, case_id=glass.case_id, fields=["justification"])
    return glass


def read_suspension(actor: Actor, task_id: UUID) -> BreakGlass:
    """For who may lift it. Raises NotVisible, NotAllowed."""
    glass = glass_of(actor, task_id)
    if glass is None or glass.suspended_at is None or glass.lifted_at is not None:
        raise NotVisible
    _permit_lifting(actor, glass)
    audit.look("audit.read", glass, case_id=glass.case_id)
    return glass


def _permit_lifting(by: Actor, glass: BreakGlass) -> None:
    """Raises NotAllowed, and leaves an event."""
    if not policy.may_lift_suspension(by, glass):
        refuse(glass.case, "NOT_ALLOWED_GLASS_LIFT")
        raise NotAllowed("glass_lift")


def review_glass(
    task_id: UUID, *, by: Actor, at: datetime, version: int, verdict: Verdict, note: str | None
) -> BreakGlass:
    """Somebody else says whether it was right. A no ends the right to do so again, until it is lifted.

    Args:
        note: sealed; needed unless it was justified.

    Raises:
        NotVisible, NotAllowed, StaleForm, NotPossible.
    """
    with transaction.atomic():
        glass = _locked(task_id, by, version)
        if not policy.may_review_glass(by, glass):
            refuse(glass.case, "NOT_ALLOWED_GLASS_REVIEW")
            raise NotAllowed("glass_review")
        if glass.reviewed_at is not None:
            raise StaleForm
        if verdict != Verdict.JUSTIFIED and not note:
            refuse(glass.case, "NOT_POSSIBLE_GLASS_REVIEW")
            raise NotPossible([_("Write why: whoever controls it reads it.")])
        glass.verdict, glass.note = verdict, note or None
        glass.reviewed_by_id, glass.reviewed_at = by.id, at
        changed = ["verdict", "note", "reviewed_by", "reviewed_at"]
        write(glass, "breakglass.review", fields=changed, case_id=glass.case_id, scope=verdict.value)
        task = Task.objects.select_for_update(of=("self",)).get(pk=glass.task_id)
        end_task(task, by=by, at=at, result=verdict.lower())
        if verdict == Verdict.NOT_JUSTIFIED:
            _suspend(glass, SuspendedWhy.NOT_JUSTIFIED, at)
        if verdict == Verdict.FOLLOW_UP and glass.case.erased_at is None:
            _ask_to_follow_up(glass, by, at)
            notices.tell(
                [user for user in [glass.case.owner] if user and user.pk != by.id],
                glass.case,
                at=at,
                due_at=None,
            )
        elif verdict != Verdict.JUSTIFIED:
            house = notices.supervisors_of(glass.case.organisation_id)
            others = [user for user in [glass.case.owner, *house] if user is not None and user.pk != by.id]
            notices.tell(others, glass.case, at=at, due_at=None)
    return glass


def _ask_to_follow_up(glass: BreakGlass, by: Actor, at: datetime) -> None:
    """Of the supervisors of the file, with a ladder that ends at coordination: a notice alone is easily lost."""
    house, due_at = glass.case.organisation_id, at + GLASS_FOLLOW_UP
    task = Task(
        kind=TaskKind.FOLLOW_UP_GLASS,
        case=glass.case,
        organisation_id=house,
        made_at=at,
        due_at=due_at,
        note=glass.note,
    )
    write(task, case_id=glass.case_id)
    others = [user for user in notices.supervisors_of(house) if user.pk != by.id]
    notices.tell(others, task, at=at, due_at=due_at)


def lift_suspension(task_id: UUID, *, by: Actor, at: datetime, version: int, reason: str) -> BreakGlass:
    """Raises NotVisible, NotAllowed, StaleForm."""
    with transaction.atomic():
        glass = _locked(task_id, by, version)
        _permit_lifting(by, glass)
        if glass.suspended_at is None or glass.lifted_at is not None:
            raise StaleForm
        glass.lifted_by_id, glass.lifted_at, glass.lift_reason = by.id, at, reason
        changed = ["lifted_by", "lifted_at", "lift_reason"]
        write(glass, "grant", fields=changed, case_id=glass.case_id, reason_code="GLASS_LIFTED")
        notices.tell([glass.opened_by], glass.task, at=at, due_at=None, action_needed=False)
    return glass


def _locked(task_id: UUID, by: Actor, version: int) -> BreakGlass:
    found = glass_of(by, task_id)
    if found is None:
        raise NotVisible
    glass = (
        BreakGlass.objects.select_for_update(of=("self",))
        .select_related("case__owner", "task", "opened_by")
        .get(pk=found.pk)
    )
    if glass.version != version:
        raise StaleForm
    return glass


def _suspend(glass: BreakGlass, why: SuspendedWhy, at: datetime) -> None:
    """The person hears of it, and whoever may lift it."""
    if glass.suspended_at is not None and glass.lifted_at is None:
        return
    glass.suspended_at, glass.suspended_why = at, why
    glass.lifted_at = glass.lifted_by = glass.lift_reason = None
    changed = ["suspended_at", "suspended_why", "lifted_at", "lifted_by", "lift_reason"]
    write(glass, "revoke", fields=changed, case_id=glass.case_id, reason_code=f"GLASS_{why}")
    notices.tell([glass.opened_by], glass.task, at=at, due_at=None, action_needed=False)
    unit = national_unit()
    lifters = list(active_people(unit.pk, [Role.SUPERVISOR, Role.AUDITOR])) if unit else []
    notices.tell([user for user in lifters if user.pk != glass.opened_by_id], glass.task, at=at, due_at=None)


def end_readings(found: list[TimedReading], at: datetime) -> None:
    for reading in found:
        grants.end_reading(reading, at=at)


def suspend_unreviewed(found: list[BreakGlass], at: datetime) -> None:
    for glass in found:
        _suspend(glass, SuspendedWhy.UNREVIEWED, at)


#: For `services.clock`.
RULES: Mapping[str, AnyRule] = {
    "readings": Rule(ended_readings, end_readings),
    "glasses": Rule(unreviewed_glasses, suspend_unreviewed),
}
