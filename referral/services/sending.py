"""The sender's side: a draft, what will be shown, the sending, the answer to a question, the next provider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.rows import write
from crypto import keyring
from partners.actor import Actor
from partners.models import Organisation
from partners.queries import desk_staffed, is_sent_to
from partners.services.ledger import lock_receivers
from referral import grants, lifecycle, notices
from referral.deadlines import due_at
from referral.disclosure import FIELDS, is_child, purpose_of, releasable
from referral.enums import Action, CaseAct, Clock, Group, MessageKind, State, TaskKind
from referral.lifecycle import NotPossible
from referral.models import Case, GroupReferral, Message, Person, Preview, Referral, Snapshot, Task
from referral.queries import basis_for
from referral.queries.basis import agreed_groups
from referral.queries.questions import ANSWER
from referral.queries.terms import terms_for
from referral.references import new_reference
from referral.services import steps
from referral.services.paper import take_referral_code
from referral.services.questions import look_at_answers, released_answers
from referral.services.receiving import keep_hold
from referral.services.tasks import finish_tasks
from referral.services.urgency import call_first


@dataclass(frozen=True)
class Asked:
    """What a draft asks for."""

    receiving: Organisation
    service: str
    urgency: str
    #: Days of lodging needed, or None when nobody knows.
    days: int | None = None


def start_draft(
    case_pk: UUID, *, by: Actor, at: datetime, asked: Asked, parent: Referral | None = None
) -> Referral:
    """A draft for one receiver, with every group that may go to it ticked. Raises NotVisible, NotAllowed."""
    with transaction.atomic():
        case = steps.locked_case(by, case_pk)
        steps.permit_change(by, CaseAct.REFER, case)
        return make_draft(case, by=by, at=at, asked=asked, parent=parent)


def make_draft(
    case: Case,
    *,
    by: Actor,
    at: datetime,
    asked: Asked,
    parent: Referral | None = None,
    group: GroupReferral | None = None,
) -> Referral:
    """The draft itself; whoever calls it has asked policy. Lives 7 days."""
    person = case.person
    referral = Referral(
        reference=take_referral_code(case, at=at) or new_reference(),
        case=case,
        referring_organisation_id=case.organisation_id,
        receiving_organisation=asked.receiving,
        service=asked.service,
        purpose=purpose_of(asked.receiving.kind, asked.service),
        urgency=asked.urgency,
        is_child=is_child(person.age_status),
        sex=person.sex,
        parent=parent,
        group_referral=group,
        created_by_id=by.id,
        created_at=at,
        state_since=at,
        due_at=due_at(
            State.DRAFT,
            urgency=asked.urgency,
            at=at,
            terms=terms_for(organisation_id=case.organisation_id),
        ),
    )
    referral.released_groups = sorted(releasable(asked.service, agreed_groups(referral, at)))
    write(referral, case_id=case.pk, referral_id=referral.pk)
    referral.refresh_from_db(fields=["seq"])
    write(_preview(referral, case, person, days=asked.days), case_id=case.pk, referral_id=referral.pk)
    grants.open_draft(referral)
    return referral


def _preview(referral: Referral, case: Case, person: Person, *, days: int | None) -> Preview:
    return Preview(
        referral=referral,
        case_id=case.pk,
        age_band=person.age_band,
        region_id=case.region_id,
        risk=case.risk,
        details=coded_details(person, days=days),
    )


def coded_details(person: Person, *, days: int | None) -> dict[str, Any]:
    """What a desk decides on beside the columns in clear, in codes (design §6, Preview)."""
    return {
        "languages": person.languages or [],
        "children": person.children,
        "flags": person.flags or [],
        "days": days,
    }


def release(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    groups: Sequence[str],
    person_version: int | None = None,
) -> Referral:
    """The sender unticks groups of a draft, never adds what was not agreed. Raises NotPossible on an addition.

    Args:
        person_version: of the file whose values were shown beside the groups.
    """
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        steps.permit(by, Action.SEND, referral)
        if referral.state != State.DRAFT or person_version not in (None, referral.case.person.version):
            raise steps.StaleForm
        may_go = releasable(referral.service, agreed_groups(referral, at))
        if not set(groups) <= {str(group) for group in may_go}:
            steps.refuse(referral, "NOT_POSSIBLE_RELEASE")
            raise NotPossible([_("This group was not agreed to, or this service does not need it.")])
        referral.released_groups = sorted(groups)
        write(referral, fields=["released_groups"], case_id=referral.case_id, referral_id=referral.pk)
    return referral


def check_answers(referral: Referral, *, by: Actor, at: datetime) -> tuple[Person, dict[str, dict[str, Any]]]:
    """What could go to the receiver, with its values, for whoever is about to send it: an audited look.

    Raises NotAllowed.
    """
    steps.permit(by, Action.SEND, referral)
    person = Person.objects.get(case_id=referral.case_id)
    groups = sorted(releasable(referral.service, agreed_groups(referral, at)), key=list(Group).index)
    if groups:
        names = [name for group in groups for name in FIELDS[group]]
        audit.look("reveal", person, case_id=referral.case_id, referral_id=referral.pk, fields=names)
    payload = _shared_of(referral, person, groups)
    if any(name.startswith(ANSWER) for values in payload.values() for name in values):
        look_at_answers(referral)
    return person, payload


def _shared_of(referral: Referral, person: Person, groups: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The file's values and the answers to the ministry's own questions, group by group."""
    payload = values_of(person, groups)
    for group, answers in released_answers(referral, list(groups)).items():
        payload[group] |= answers
    return payload


def values_of(person: Person, groups: Sequence[str]) -> dict[str, dict[str, Any]]:
    """{group: {field: value}} as the receiver will read it, without empty ones. Whoever shows it records the look."""
    payload: dict[str, dict[str, Any]] = {}
    with keyring.current().revealing(person):
        for group in groups:
            values = {name: getattr(person, name) for name in FIELDS[group]}
            payload[group] = {
                name: _plain(value) for name, value in values.items() if value not in (None, "", [], {})
            }
    return payload


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def send_referral(
    pk: UUID, *, by: Actor, at: datetime, version: int, person_version: int | None = None
) -> Referral:
    """Freezes what check-answers showed and hands it to the receiving desk as a preview.

    Args:
        person_version: of the file that was shown; a correction since then must be looked at first.

    Raises:
        NotVisible, StaleForm, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        lock_receivers(*Referral.objects.filter(pk=pk).values_list("receiving_organisation_id", flat=True))
        referral = steps.locked(by, pk, version=version)
        hand_over(referral, by=by, at=at, person_version=person_version)
        notices.tell(
            notices.desk_of(referral.receiving_organisation_id), referral, at=at, due_at=referral.due_at
        )
        call_first(referral, by=by, at=at)
    return referral


def hand_over(referral: Referral, *, by: Actor, at: datetime, person_version: int | None = None) -> None:
    """The sending of a locked draft itself; whoever calls it holds the receiver, and tells the desk."""
    step = steps.begin(referral, Action.SEND, by=by, at=at)
    person = Person.objects.select_for_update(of=("self",)).get(case_id=referral.case_id)
    if person_version is not None and person.version != person_version:
        raise steps.StaleForm
    if (found := basis_for(referral, at)) is not None:  # the guard has just seen it, in this transaction
        referral.basis, referral.basis_until, referral.ground = found.basis, found.until, found.ground
    referral.sent_at, referral.sent_by_id = at, by.id
    _seal_snapshot(referral, number=1, at=at)
    _refresh_preview(referral)
    steps.finish(step)
    keep_hold(referral)
    for kind in (TaskKind.FIRST_STEP, TaskKind.PLACE_NOT_FOUND):
        finish_tasks(referral.case, kind, by=by, at=at)


def _seal_snapshot(referral: Referral, *, number: int, at: datetime) -> None:
    person = Person.objects.get(case_id=referral.case_id)
    groups = list(referral.released_groups)
    snapshot = Snapshot(
        referral=referral,
        case_id=referral.case_id,
        number=number,
        groups=groups,
        sealed_at=at,
        payload=_shared_of(referral, person, groups),
    )
    write(snapshot, case_id=referral.case_id, referral_id=referral.pk)


def _refresh_preview(referral: Referral) -> None:
    """The file may have been corrected while the draft lay; the desk decides on what is true at sending."""
    person, old = referral.case.person, Preview.objects.get(referral=referral)
    new = _preview(referral, referral.case, person, days=old.details["days"])
    for name in ("age_band", "region_id", "risk", "details"):
        setattr(old, name, getattr(new, name))
    write(
        old,
        fields=["age_band", "region", "risk", "details"],
        case_id=referral.case_id,
        referral_id=referral.pk,
    )
    referral.is_child, referral.sex = is_child(person.age_status), person.sex


def answer(pk: UUID, *, by: Actor, at: datetime, version: int, codes: Mapping[str, str]) -> Referral:
    """Answers what the desk asked, in codes; the file as it now stands becomes the next version of the snapshot.

    Args:
        codes: question -> answer.
    """
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        step = steps.begin(referral, Action.ANSWER, by=by, at=at)
        # The desk's clock goes on from where the question stopped it; it does not start anew.
        referral.due_at = step.was_due_at
        _seal_snapshot(referral, number=referral.snapshots.count() + 1, at=at)
        _refresh_preview(referral)
        for question, code in codes.items():
            message = Message(
                referral=referral,
                case_id=referral.case_id,
                kind=MessageKind.ANSWER,
                code=code,
                body=question,
                from_organisation_id=referral.referring_organisation_id,
                written_by_id=by.id,
                written_at=at,
            )
            write(message, case_id=referral.case_id, referral_id=referral.pk)
        steps.finish(step)
        keep_hold(referral)
        notices.tell(
            notices.desk_of(referral.receiving_organisation_id), referral, at=at, due_at=referral.due_at
        )
    return referral


def redirect(pk: UUID, *, by: Actor, at: datetime, asked: Asked) -> Referral:
    """A no or a silence starts the next draft: of the case owner, who alone takes consent and sends."""
    with transaction.atomic():
        parent = steps.locked(by, pk)
        _require_desk(parent, asked.receiving)
        # First the parent's own step, then the child, which takes the parent off coordination's list.
        steps.finish(steps.begin(parent, Action.REDIRECT, by=by, at=at))
        child = make_draft(parent.case, by=by, at=at, asked=asked, parent=parent)
        finish_tasks(parent.case, TaskKind.REDIRECT, by=by, at=at, referral=parent)
        if parent.case.owner_id != by.id:
            notices.tell([parent.case.owner], child, at=at, due_at=child.due_at)
    return child


def _require_desk(referral: Referral, receiving: Organisation) -> None:
    """A search is not led to a desk at which nothing could be sent. Raises NotPossible, with the way out."""
    opened = ((lifecycle.RECIPIENT_OPEN, is_sent_to), (lifecycle.RECIPIENT_STAFFED, desk_staffed))
    if closed := [guard.sentence for guard, holds in opened if not holds(receiving.pk)]:
        steps.refuse(referral, "NOT_POSSIBLE_REDIRECT")
        raise NotPossible(closed)


def propose_onward(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    version: int,
    service: str,
    urgency: str,
    organisation_id: UUID | None,
) -> Task:
    """The receiver proposes; the case owner takes consent and sends (design §6, Onward)."""
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        steps.finish(steps.begin(referral, Action.PROPOSE_ONWARD, by=by, at=at))
        task = Task(
            kind=TaskKind.ONWARD,
            case_id=referral.case_id,
            referral=referral,
            organisation_id=referral.referring_organisation_id,
            owner_id=referral.case.owner_id,
            made_at=at,
            due_at=terms_for(organisation_id=referral.referring_organisation_id).after(
                Clock.ANSWER, at, urgency
            ),
            proposal={
                "service": service,
                "urgency": urgency,
                "organisation": str(organisation_id) if organisation_id else None,
            },
        )
        write(task, case_id=referral.case_id, referral_id=referral.pk, reason_code="ONWARD")
        notices.tell([referral.case.owner], referral, at=at, due_at=task.due_at)
    return task
