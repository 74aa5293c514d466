"""Files go out in HTCDS 2.0: asked for with a purpose, approved by another where they name people, for a day."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from audit import services as audit
from audit import sitting
from audit.rows import write
from audit.work import defer
from crypto import keyring
from crypto.scopes import Scope, ScopeKind
from partners.actor import Actor
from partners.enums import CodeList
from partners.models import User
from partners.queries import actor_of
from partners.queries.codes import htcds_names
from referral import policy
from referral.enums import CaseAct
from referral.htcds.mapping import COLUMNS, FEWEST, File, Values, deidentified, row_of
from referral.htcds.profiles import ExportProfile
from referral.htcds.writing import csv_of, joined, parted, xlsx_of
from referral.models import Case, ExportPart, ExportRequest, Referral
from referral.policy import NotAllowed, Tie
from referral.queries.exchange import exportable, exports_of, last_sent
from referral.screening import LISTS
from referral.services import steps

MAKE = "referral.make_export"
#: So long the file can be fetched; then its key is destroyed.
KEPT = timedelta(hours=24)
#: A sealed value holds 256 KB at most.
PART = 200_000
HANDFUL = 200
ENDINGS = {ExportProfile.TEMPLATE: "xlsx", ExportProfile.CORE: "csv", ExportProfile.DEIDENTIFIED: "csv"}
#: What an event says was opened: the fields of the person that such a file shows.
NAMED = ("family_name", "given_names", "birth_date", "nationality", "phone")


def require_export(by: Actor) -> None:
    """Raises NotAllowed."""
    if not policy.may_case(by, CaseAct.EXPORT, Tie()):
        raise steps.refuse_anybody(CaseAct.EXPORT)


def request_export(*, by: Actor, at: datetime, profile: str, purpose: str) -> ExportRequest:
    """Asks for the files that this person may read. Without identities the worker begins at once. Raises NotAllowed."""
    require_export(by)
    with transaction.atomic():
        request = ExportRequest(
            organisation_id=by.organisation_id,
            profile=ExportProfile(profile),
            purpose=purpose,
            requested_by_id=by.id,
            requested_at=at,
            mark=secrets.token_hex(6),
        )
        write(request, scope=request.profile)
        if not needs_approval(request):
            defer(MAKE, exportrequest=request.pk)
    return request


def needs_approval(request: ExportRequest) -> bool:
    return request.profile != ExportProfile.DEIDENTIFIED


def may_decide(by: Actor, request: ExportRequest) -> bool:
    """A supervisor who is somebody else than who asks for it."""
    tie = Tie(own_case=request.organisation_id == by.organisation_id)
    return (
        needs_approval(request)
        and policy.may_case(by, CaseAct.APPROVE_EXPORT, tie)
        and policy.is_second_person(by, request.requested_by_id)
    )


def decide_export(pk: UUID, *, by: Actor, at: datetime, version: int, approve: bool) -> ExportRequest:
    """Raises NotVisible, NotAllowed, StaleForm."""
    with transaction.atomic():
        request = exports_of(by).select_for_update(of=("self",)).filter(pk=pk).first()
        if request is None:
            raise steps.NotVisible
        if not may_decide(by, request):
            audit.deny(
                "denied", ExportRequest._meta.label_lower, pk, reason_code="NOT_ALLOWED_APPROVE_EXPORT"
            )
            raise NotAllowed(CaseAct.APPROVE_EXPORT)
        if request.version != version or request.decided_at is not None:
            raise steps.StaleForm
        request.decided_by_id, request.decided_at, request.refused = by.id, at, not approve
        write(request, fields=["decided_by", "decided_at", "refused"], scope=request.profile)
        if approve:
            defer(MAKE, exportrequest=request.pk)
    return request


def withdraw_export(pk: UUID, *, by: Actor, at: datetime, version: int) -> ExportRequest:
    """Who asked takes it back before anybody has decided. Raises NotVisible, NotAllowed, StaleForm."""
    with transaction.atomic():
        request = exports_of(by).select_for_update(of=("self",)).filter(pk=pk).first()
        if request is None:
            raise steps.NotVisible
        permit_taking_back(by, request)
        if request.version != version or request.decided_at is not None:
            raise steps.StaleForm
        request.decided_at, request.refused = at, True
        write(request, fields=["decided_at", "refused"], scope=request.profile, reason_code="WITHDRAWN")
    return request


def permit_taking_back(by: Actor, request: ExportRequest) -> None:
    """Raises NotAllowed, and leaves an event."""
    if request.requested_by_id != by.id or not needs_approval(request):
        audit.deny(
            "denied", ExportRequest._meta.label_lower, request.pk, reason_code="NOT_ALLOWED_WITHDRAW_EXPORT"
        )
        raise NotAllowed(CaseAct.EXPORT)


# --- Made by the worker ---------------------------------------------------------------------------------------
def make_export(pk: UUID, *, at: datetime) -> None:
    """Writes the file, sealed; in the name of who asked, and of what this person may read at this moment."""
    asked_by = User.objects.get(pk=ExportRequest.objects.values("requested_by").get(pk=pk)["requested_by"])
    who = sitting.Who(actor_id=asked_by.pk, organisation_id=asked_by.organisation_id)
    with sitting.opened(who, at), transaction.atomic():
        request = ExportRequest.objects.select_for_update(of=("self",)).get(pk=pk)
        actor = actor_of(asked_by)
        if not _to_be_made(request) or not policy.may_case(actor, CaseAct.EXPORT, Tie()):
            return
        rows = _rows_of(actor, request)
        content, shortened = _written(request, asked_by, rows, at)
        ExportPart.objects.bulk_create(
            ExportPart(export=request, number=number, content=part)
            for number, part in enumerate(parted(content, PART))
        )
        request.made_at, request.until = at, at + KEPT
        request.rows, request.shortened = len(rows), shortened
        write(request, "export", fields=["made_at", "until", "rows", "shortened"], scope=request.profile)
        audit.flush()


def _to_be_made(request: ExportRequest) -> bool:
    approved = request.decided_at is not None and not request.refused
    return request.made_at is None and (approved or not needs_approval(request))


def _rows_of(actor: Actor, request: ExportRequest) -> list[tuple[File, Values]]:
    """Every file opened, and each opening written down with it."""
    found = list(exportable(actor))
    rows = []
    for start in range(0, len(found), HANDFUL):
        cases = found[start : start + HANDFUL]
        keyring.current().prime_scopes(case.key_scope() for case in cases)
        sent = last_sent(case.pk for case in cases)
        for case in cases:
            rows.append((_file(case, sent.get(case.pk)), _kept(case)))
            audit.look("export", case, case_id=case.pk, fields=NAMED, scope=request.profile)
    return rows


def _kept(case: Case) -> Values:
    row = getattr(case, "imported", None)
    if row is None:
        return {}
    with keyring.current().revealing(row):
        values: Values = row.values
    return values


def _file(case: Case, referral: Referral | None) -> File:
    person = case.person
    outgoing = None
    if referral is not None and referral.sent_at is not None:
        worker = referral.worker.name if referral.worker else ""
        outgoing = (referral.receiving_organisation.name, worker, referral.sent_at.date())
    with keyring.current().revealing(person):
        return File(
            reference=case.reference,
            region=case.region.code,
            state=case.state,
            owner=case.owner.name if case.owner else "",
            opened_on=case.opened_at.date(),
            sex=person.sex,
            age_status=person.age_status,
            age_band=person.age_band,
            birth_date=person.birth_date,
            given_names=person.given_names or "",
            family_name=person.family_name or "",
            nationality=person.nationality or "",
            phone=person.phone or "",
            reported_by=case.reported_organisation.name if case.reported_organisation else "",
            outgoing=outgoing,
            **_elements(case),
        )


def _elements(case: Case) -> dict[str, Any]:
    """What was decided here about the person, and what was heard of her or him, in the standard's codes."""
    found: dict[str, Any] = {}
    for decision in case.statusdecisions.all()[:1]:
        found["status"] = "".join(htcds_names(CodeList.STATUS, [decision.status]))
        found["decider"] = "".join(htcds_names(CodeList.DECIDER, [decision.decider]))
    if (screening := getattr(case, "screening", None)) is not None:
        with keyring.current().revealing(screening):
            answers = screening.answers
        found["screened"] = True
        for name, codes in LISTS.items():
            found[name] = htcds_names(codes, answers.get(name, []))
    return found


def _written(
    request: ExportRequest, asked_by: User, rows: list[tuple[File, Values]], at: datetime
) -> tuple[bytes, int]:
    """The file, and how many of its rows say less than they could."""
    marks = [
        f"{settings.RELAIS_SITE_NAME}, HTCDS 2.0, {request.mark}",
        f"{asked_by.name}, {at:%Y-%m-%d %H:%M} UTC",
    ]
    columns = COLUMNS[request.profile]
    if request.profile == ExportProfile.DEIDENTIFIED:
        bare, shortened = deidentified(rows)
        marks.append(f"k = {FEWEST}: {shortened} / {len(bare)}")
        return csv_of(columns, bare, marks), shortened
    full = [row_of(file, kept) for file, kept in rows]
    if request.profile == ExportProfile.CORE:
        return csv_of(columns, full, marks), 0
    # What a register had beside the columns of the template goes out as it came in.
    beside = dict.fromkeys(name for row in full for name in row if name not in columns)
    return xlsx_of((*columns, *beside), full, marks), 0


# --- Fetched, and gone ----------------------------------------------------------------------------------------
def can_be_fetched(by: Actor, request: ExportRequest, at: datetime) -> bool:
    """By who asked for it, for a day."""
    there = request.until is not None and request.until > at and request.destroyed_at is None
    return there and request.requested_by_id == by.id and policy.may_case(by, CaseAct.EXPORT, Tie())


def fetch_export(pk: UUID, *, by: Actor, at: datetime) -> tuple[str, bytes]:
    """The name of the file, which says nothing, and what it holds. Each fetching is an event. Raises NotVisible."""
    request = exports_of(by).filter(pk=pk).first()
    if request is None or not can_be_fetched(by, request, at):
        raise steps.NotVisible
    content = joined(part.content for part in request.parts.all())
    audit.look("file.get", request, scope=request.profile)
    return f"htcds-{request.profile}-{request.mark}.{ENDINGS[ExportProfile(request.profile)]}", content


def read_purpose(by: Actor, request: ExportRequest) -> str:
    """Why it is asked for; a look."""
    audit.look("view", request, fields=["purpose"])
    purpose: str = request.purpose
    return purpose


def destroy_exports(at: datetime) -> int:
    """Files whose day is over: their keys are destroyed. Gives their number."""
    there = ExportRequest.objects.select_for_update(of=("self",)).filter(destroyed_at=None)
    return _destroy(list(there.filter(until__lte=at)), at)


def destroy_exports_of(organisation_id: UUID, *, at: datetime) -> int:
    """A file of this organisation is erased: so is every exported file that may hold it. Gives their number.

    One that is being made this moment is waited for; one that is made later finds the file erased.
    """
    there = ExportRequest.objects.select_for_update(of=("self",)).filter(destroyed_at=None, refused=False)
    ours = there.filter(organisation=organisation_id)
    return _destroy([request for request in ours if request.made_at is not None], at)


def _destroy(requests: Sequence[ExportRequest], at: datetime) -> int:
    for request in requests:
        keyring.current().destroy_scope(Scope(ScopeKind.DRAFT, request.pk))
        ExportPart.objects.filter(export=request).delete()
        request.destroyed_at = at
        write(request, "key.shred", fields=["destroyed_at"], scope=request.profile)
    return len(requests)
