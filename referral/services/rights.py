"""What a person asks about her or his data: written down, answered within a month, and what the answer rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit import sitting
from audit.models import Event
from audit.queries import looks_at_case
from audit.rows import write
from crypto import keyring
from partners.actor import Actor
from partners.models import Organisation
from referral import notices
from referral.avoiding import Avoided, Why
from referral.enums import CaseAct, Clock, RevealReason, TaskKind
from referral.htcds.standard import AGE_BAND, FIELDS, REGION
from referral.lifecycle import NotPossible
from referral.models import Case, Person, RightsRequest, Task
from referral.queries.exchange import row_behind
from referral.queries.rights import request_of
from referral.queries.terms import terms_for
from referral.rights import results_of
from referral.services import pace, steps
from referral.services.cases import PERSON_FIELDS
from referral.services.no_go import read_list
from referral.services.screening import reveal_screening
from referral.services.tasks import end_task


def record_request(
    pk: UUID, *, by: Actor, at: datetime, kind: str, received_at: datetime, identified: str, note: str = ""
) -> RightsRequest:
    """Also on a closed file: what is kept can be asked about.

    Raises:
        NotVisible, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_case(by, CaseAct.RECORD_REQUEST, case)
        _require_kept(case)
        if case.requests.filter(kind=kind, answered_at=None).exists():
            raise NotPossible([_("Such a request is already waiting for its answer.")])
        asked = RightsRequest(
            case=case,
            kind=kind,
            received_at=received_at,
            identified=identified,
            due_at=terms_for(organisation_id=case.organisation_id).after(Clock.RIGHTS, received_at),
            note=note or None,
            recorded_by_id=by.id,
            recorded_at=at,
        )
        write(asked, case_id=case.pk)
        task = Task(
            kind=TaskKind.ANSWER_REQUEST,
            case=case,
            organisation_id=case.organisation_id,
            owner_id=case.owner_id,
            made_at=at,
            due_at=asked.due_at,
            proposal={"request": str(asked.pk)},
        )
        write(task, case_id=case.pk)
        if case.owner_id != by.id:
            notices.tell([case.owner], task, at=at, due_at=task.due_at)
    return asked


def _require_kept(case: Case) -> None:
    if case.erased_at is not None:
        steps.refuse(case, "NOT_POSSIBLE_ERASED")
        raise NotPossible([_("This file is erased: nothing of it is held any more.")])


def read_request(by: Actor, pk: UUID) -> RightsRequest:
    """In codes; its words are shown by `look_at_request`. Raises NotVisible, NotAllowed."""
    asked = request_of(by, pk)
    if asked is None:
        raise steps.NotVisible
    steps.permit_case(by, CaseAct.RECORD_REQUEST, asked.case)
    return asked


def look_at_request(by: Actor, asked: RightsRequest, *, begun: bool) -> bool:
    """What was said and answered may be shown. For `begun` see `pace.opens`. Raises TooManyReveals."""
    if not pace.opens(by, asked.case, at=sitting.current().at, begun=begun):
        return False
    audit.look("reveal", asked, case_id=asked.case_id, fields=["note", "answer"], scope=RevealReason.RIGHTS)
    return True


def answer_request(
    pk: UUID, *, by: Actor, at: datetime, version: int, result: str, answer: str = ""
) -> RightsRequest:
    """Raises NotVisible, NotAllowed, StaleForm, NotPossible."""
    with transaction.atomic():
        found = request_of(by, pk)
        if found is None:
            raise steps.NotVisible
        case = steps.locked_case(by, found.case_id)
        steps.permit_case(by, CaseAct.RECORD_REQUEST, case)
        asked = RightsRequest.objects.select_for_update(of=("self",)).get(pk=pk)
        if asked.version != version or asked.answered_at is not None:
            raise steps.StaleForm
        if result not in results_of(asked.kind):
            steps.refuse(case, "NOT_POSSIBLE_ANSWER")
            raise NotPossible([_("Ask for the erasure: it answers this request by itself.")])
        asked.answer = answer or None
        settle_request(asked, by=by, at=at, result=result, more=("answer",))
    return asked


def settle_request(
    asked: RightsRequest, *, by: Actor, at: datetime, result: str, more: tuple[str, ...] = ()
) -> None:
    """Answered, and nobody is asked for it any more. The caller holds the row locked."""
    asked.answered_at, asked.answered_by_id, asked.result = at, by.id, result
    write(
        asked,
        fields=["answered_at", "answered_by", "result", *more],
        case_id=asked.case_id,
        reason_code=result.upper(),
    )
    tasks = Task.objects.select_for_update(of=("self",)).filter(
        case=asked.case_id, kind=TaskKind.ANSWER_REQUEST, done_at=None
    )
    for task in tasks:
        if task.proposal == {"request": str(asked.pk)}:
            end_task(task, by=by, at=at, result=result)


# --- What a person is told ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Looked:
    """How often an organisation has looked at the file: people who work there are not named to the person."""

    organisation: Organisation | None
    times: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Held:
    """All that is told to the person whom the file is about."""

    values: Mapping[str, Any]
    #: Number and name on the order, by title.
    papers: Mapping[UUID, tuple[str | None, str | None]]
    looks: list[Looked]
    #: Elements of trafficking, opened.
    screening: Mapping[str, Any]
    #: The row of the register from which the file was opened.
    register: Mapping[str, str]
    #: Where the person does not want to go. A link with a suspected offender is somebody else's and stays out.
    avoided: tuple[Avoided, ...]


#: What somebody else has said or is called: it stays out of the report to the person.
OF_OTHERS = frozenset({"who"})
#: Of a register: what it says of the person, and beside that no more than states and dates. In the other columns, and
#: in those of somebody's own, people are named and colleagues write to one another: somebody reads them first.
_OF_THE_PERSON = ("prs_", "vic_", "con_")
_BESIDE_IT = frozenset(
    {"cas_Status", "cas_IncomingReferralDate", "cas_OutgoingReferralDate", REGION, AGE_BAND}
)


def _may_be_told(name: str) -> bool:
    if name in _BESIDE_IT:
        return True
    field = FIELDS.get(name)
    return field is not None and name.startswith(_OF_THE_PERSON) and field.kind != "long_text"


def read_for_the_person(by: Actor, asked: RightsRequest) -> Held:
    """Opens everything that the report shows; each part is a look, and the sheet is a print.

    `asked` is of `read_request`, an access request.

    Raises:
        NotAllowed, TooManyReveals.
    """
    case = asked.case
    steps.permit_case(by, CaseAct.REVEAL, case)
    pace.count_reveal(by, case, at=sitting.current().at)
    looks = _looks(case)
    person = Person.objects.get(case=case)
    with keyring.current().revealing(person):
        values = {name: getattr(person, name) for name in PERSON_FIELDS}
    contact = values["safe_contact"] or {}
    values["safe_contact"] = {name: said for name, said in contact.items() if name not in OF_OTHERS}
    audit.look("reveal", person, case_id=case.pk, fields=PERSON_FIELDS, scope=RevealReason.RIGHTS)
    papers = {}
    for title in case.titles.all():
        with keyring.current().revealing(title):
            papers[title.pk] = (title.number, title.name_on_order)
        fields = ["number", "name_on_order"]
        audit.look("reveal", title, case_id=case.pk, fields=fields, scope=RevealReason.RIGHTS)
    audit.look("print", asked, case_id=case.pk, scope=RevealReason.RIGHTS)
    _found, heard = reveal_screening(by, case, reason=RevealReason.RIGHTS, counted=True)
    avoided = tuple(each for each in read_list(by, case) if each.why == Why.REFUSED)
    return Held(values, papers, looks, heard, _register(case), avoided)


def _register(case: Case) -> Mapping[str, str]:
    row = row_behind(case)
    if row is None:
        return {}
    with keyring.current().revealing(row):
        values: Mapping[str, str] = row.values
    audit.look("reveal", row, case_id=case.pk, fields=["values"], scope=RevealReason.RIGHTS)
    return {name: value for name, value in values.items() if _may_be_told(name)}


def _looks(case: Case) -> list[Looked]:
    rows = list(
        looks_at_case(case.pk)
        .order_by()
        .values("organisation_id")
        .annotate(times=Count("pk"), first=Min("at"), last=Max("at"))
        .order_by("first")
    )
    houses = Organisation.objects.in_bulk([row["organisation_id"] for row in rows if row["organisation_id"]])
    return [
        Looked(houses.get(row["organisation_id"]), row["times"], row["first"], row["last"]) for row in rows
    ]


@dataclass(frozen=True)
class Correction:
    """One version of what is known of the person; `before` and `after` only once they are opened."""

    event: Event
    fields: list[str]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def corrections_of(by: Actor, case: Case, *, opened: bool, reason: str = "") -> list[Correction]:
    """Who changed what is known of the person, the newest first; with values it is a look.

    Raises:
        NotAllowed, TooManyReveals.
    """
    steps.permit_case(by, CaseAct.REVEAL if opened else CaseAct.READ, case)
    if opened:
        pace.count_reveal(by, case, at=sitting.current().at)
    person = Person.objects.get(case=case)
    events = list(
        Event.objects.filter(object_id=person.pk, case_id=case.pk, verb="change", outcome="ok").order_by(
            "-seq"
        )
    )
    fields = {event.pk: [name for name in event.fields if name in PERSON_FIELDS] for event in events}
    if not opened:
        return [Correction(event, fields[event.pk], {}, {}) for event in events]
    versions = {row.version: row for row in Person.history.filter(id=person.pk)}
    found = []
    with keyring.current().revealing(person):
        for event in events:
            names, version = fields[event.pk], event.version or 0
            before, after = versions.get(version - 1), versions.get(version)
            found.append(
                Correction(
                    event,
                    names,
                    {name: getattr(before, name) for name in names} if before else {},
                    {name: getattr(after, name) for name in names} if after else {},
                )
            )
    shown = sorted({name for names in fields.values() for name in names})
    audit.look("reveal", person, case_id=case.pk, fields=shown, scope=reason)
    return found
