"""Erasure: asked for by one, approved by two others, then the keys of the case are destroyed (security.md §2.8).

The skeleton stays: ids, states, dates, organisations, codes, and the audit. A backup opens the rest until the epoch
of the key file ends that wrapped its keys: "within 35 days", not "now".
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.enums import Verb
from audit.rows import write
from crypto import blind_index, keyring
from partners.actor import Actor
from partners.enums import Role
from partners.queries import active_people, national_unit
from referral import deadlines, lifecycle, notices, policy
from referral.enums import ENDED_CASE, CaseAct, CaseAction, Machine, Side, TaskKind
from referral.lifecycle import NotPossible
from referral.models import Case, Erasure, RightsRequest, Task
from referral.policy import NotAllowed
from referral.queries.retention import kept_until
from referral.queries.rights import drafts_about, erasable_case, erasure_facts, erasure_of, own_approvers
from referral.rights import ErasureReason, RequestKind, RequestResult
from referral.services import duplicates, exporting, requisitions, steps
from referral.services.drafts import discard
from referral.services.rights import settle_request
from referral.services.tasks import finish_tasks

DONE = "erased"


def read_erasure(by: Actor, pk: UUID) -> Case:
    """The file in codes, for those who ask for its erasure or decide on it: a look. Raises NotVisible, NotAllowed."""
    case = erasable_case(by, pk)
    if case is None:
        raise steps.NotVisible
    asked = erasure_of(case)
    steps.permit_case(by, CaseAct.ASK_ERASURE if asked is None else CaseAct.DECIDE_ERASURE, case)
    audit.look("view", case, case_id=case.pk, scope="erasure")
    return case


def unmet(case: Case, at: datetime) -> list[str | Promise]:
    """What stands against the erasure now, in sentences."""
    if case.state not in ENDED_CASE:
        return [_("The file is still open: it is closed first.")]
    return lifecycle.unmet(case, CaseAction.ARCHIVE, erasure_facts(case, at), Machine.CASE)


def ask_erasure(pk: UUID, *, by: Actor, at: datetime, version: int, reason: str) -> Erasure:
    """The owner or a supervisor asks; two others decide.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk, version=version)
        steps.permit_case(by, CaseAct.ASK_ERASURE, case)
        request = case.requests.filter(kind=RequestKind.ERASURE, answered_at=None).first()
        _require(case, at, _not_because(case, at, reason, request))
        erasure = Erasure(
            case=case,
            reason=reason,
            request=request if reason == ErasureReason.REQUEST else None,
            asked_by_id=by.id,
            asked_at=at,
        )
        write(erasure, case_id=case.pk, reason_code=reason.upper())
        _ask_next(case, erasure, at)
    return erasure


def _not_because(case: Case, at: datetime, reason: str, request: RightsRequest | None) -> list[str | Promise]:
    if erasure_of(case) is not None:
        return [_("The erasure of this file is asked for already.")]
    until = kept_until(case)
    if reason == ErasureReason.RETENTION and until is not None and until > at:
        return [_("This file is kept until %(day)s.") % {"day": date_format(until, "j F Y", use_l10n=True)}]
    if reason == ErasureReason.REQUEST and request is None:
        return [_("Record the request of the person first.")]
    return []


def _require(case: Case, at: datetime, reasons: list[str | Promise]) -> None:
    if found := [*unmet(case, at), *reasons]:
        steps.refuse(case, "NOT_POSSIBLE_ARCHIVE")
        raise NotPossible(found)


def decide_erasure(pk: UUID, *, by: Actor, at: datetime, version: int, approve: bool) -> Erasure:
    """The first approval asks the second person; the second one erases. `version` is the Erasure's.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        if erasable_case(by, pk) is None:
            raise steps.NotVisible
        case = Case.objects.select_for_update().get(pk=pk)
        steps.permit_case(by, CaseAct.DECIDE_ERASURE, case)
        erasure = (
            Erasure.objects.select_for_update(of=("self",))
            .filter(case=case, done_at=None, refused_at=None)
            .first()
        )
        if erasure is None or erasure.version != version:
            raise steps.StaleForm
        if not all(policy.is_second_person(by, pk) for pk in (erasure.asked_by_id, erasure.first_by_id)):
            steps.refuse(case, "NOT_ALLOWED_SECOND_PERSON")
            raise NotAllowed(CaseAct.DECIDE_ERASURE)
        finish_tasks(case, TaskKind.DECIDE_ERASURE, by=by, at=at, result="approved" if approve else "refused")
        if not approve:
            erasure.refused_by_id, erasure.refused_at = by.id, at
            write(erasure, fields=["refused_by", "refused_at"], case_id=case.pk, reason_code="REFUSED")
            _tell_of_the_end(case, erasure, at)
            return erasure
        _require(case, at, _not_yet(case, erasure, by))
        if erasure.first_by_id is None:
            erasure.first_by_id, erasure.first_at = by.id, at
            write(erasure, fields=["first_by", "first_at"], case_id=case.pk, reason_code="APPROVED")
            _ask_next(case, erasure, at)
        else:
            erasure.second_by_id, erasure.done_at = by.id, at
            write(erasure, fields=["second_by", "done_at"], case_id=case.pk, reason_code="APPROVED")
            _erase(case, erasure, by, at)
    return erasure


def _not_yet(case: Case, erasure: Erasure, by: Actor) -> list[str | Promise]:
    own_first = erasure.first_by_id is None and own_approvers(case, erasure.asked_by_id).exists()
    if own_first and not policy.own_supervisor(
        by, policy.Tie(own_case=case.organisation_id == by.organisation_id)
    ):
        return [_("A supervisor of the organisation decides first.")]
    return []


def _ask_next(case: Case, erasure: Erasure, at: datetime) -> None:
    """Another supervisor of the organisation; where there is none, somebody of the national unit."""
    taken = (erasure.asked_by_id, erasure.first_by_id)
    people, unit = list(own_approvers(case, *taken)), national_unit()
    asked = case.organisation_id
    if not people and unit is not None:
        asked = unit.pk
        people = list(
            active_people(unit.pk, [Role.SUPERVISOR, Role.COORDINATOR]).exclude(pk__in=filter(None, taken))
        )
    task = Task(
        kind=TaskKind.DECIDE_ERASURE,
        case=case,
        organisation_id=asked,
        made_at=at,
        due_at=at + deadlines.ERASURE,
    )
    write(task, case_id=case.pk)
    notices.tell(people, task, at=at, due_at=task.due_at)


def _erase(case: Case, erasure: Erasure, by: Actor, at: datetime) -> None:
    """The order matters: nothing is sealed any more after the keys are gone."""
    for asked in case.requests.select_for_update().filter(kind=RequestKind.ERASURE, answered_at=None):
        settle_request(asked, by=by, at=at, result=RequestResult.GRANTED)
    for kind in TaskKind:
        finish_tasks(case, kind, by=by, at=at, result=DONE)
    source, reason_code = case.state, erasure.reason.upper()
    case.archive(at=at)
    case.erased_at = at
    write(
        case,
        f"transition.{CaseAction.ARCHIVE}",
        case_id=case.pk,
        scope=f"{source}:{case.state}",
        reason_code=reason_code,
    )
    steps.log(
        Machine.CASE,
        case.pk,
        action=CaseAction.ARCHIVE,
        source=source,
        target=case.state,
        by=by,
        side=Side.REFERRING,
        at=at,
        reason_code=reason_code,
    )
    for draft in drafts_about(case):
        discard(draft)
    requisitions.destroy_extracts_of(case, at=at)
    exporting.destroy_exports_of(case.organisation_id, at=at)
    duplicates.forget_case(case, at=at)
    blind_index.forget(case.pk)  # an entry that other rules once made names the file too
    keyring.current().destroy_case(case.pk)
    audit.record(
        Verb.CASE_SHREDDED,
        case,
        case_id=case.pk,
        scope=f"{erasure.first_by_id},{erasure.second_by_id}",
        reason_code=reason_code,
    )
    _tell_of_the_end(case, erasure, at)


def _tell_of_the_end(case: Case, erasure: Erasure, at: datetime) -> None:
    people = [case.owner, erasure.asked_by]
    notices.tell(people, case, at=at, due_at=None, action_needed=False)
