"""A register comes in: read without a fault and kept sealed, written by the worker, taken back while nobody needs it.

All or nothing: of a file with one fault no row is kept, and a whole one is not begun before somebody has seen what it
holds. It is then written a handful at a time, each in one transaction, because the thousands of rows of a register
would hold their locks for minutes; a worker that dies goes on where it stopped. What stands half-written, or was
written by mistake, one person takes back within a day, but for the files that somebody else has opened: to destroy
those takes the two people of an erasure.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit import sitting
from audit.rows import write
from audit.work import defer
from crypto import keyring
from partners.actor import Actor
from partners.enums import CodeList, Role
from partners.models import Region, User
from partners.queries import active_people, actor_of
from partners.queries.codes import codes_by_htcds
from partners.services.guard import Refusal
from referral import grants, policy
from referral.deadlines import DRAFT
from referral.enums import AgeStatus, CaseAct, CaseAction, CaseState, Machine, RiskLevel, Side, Urgency
from referral.htcds.mapping import Entry, entry_of
from referral.htcds.reading import Row
from referral.models import Case, ImportBatch, ImportedRow, Task
from referral.policy import Tie
from referral.queries.exchange import changes_of, imports_of, opened_by_others
from referral.queries.rights import drafts_about, held_among
from referral.screening import LISTS
from referral.services import cases, duplicates, pace, screening, steps
from referral.services.drafts import discard
from referral.services.tasks import end_task

HANDFUL = 50
#: So long after it was written one person alone may take an import back.
ALONE = timedelta(hours=24)
WRITE, UNDO = "referral.import_register", "referral.undo_import"
#: Why a file is closed: it was when it came; or its import was undone, so that it counts in no list and no figure.
CLOSED_BEFORE, IMPORT_UNDONE = "OTHER", "IMPORT_UNDONE"


def require_import(by: Actor) -> None:
    """A supervisor imports into the own organisation. Raises NotAllowed."""
    if not policy.may_case(by, CaseAct.IMPORT, Tie()):
        raise steps.refuse_anybody(CaseAct.IMPORT)


def keep_register(
    *, by: Actor, at: datetime, owner_id: UUID, region_id: UUID, rows: Sequence[Row]
) -> ImportBatch:
    """Keeps what was read without a fault, for somebody to look at before a file is opened for any of it.

    Raises:
        NotAllowed, Refusal.
    """
    require_import(by)
    entries = [entry_of(row.values, at.date()) for row in rows]
    with transaction.atomic():
        _require_owner(by, owner_id)
        batch = ImportBatch(
            organisation_id=by.organisation_id,
            owner_id=owner_id,
            region_id=region_id,
            count=len(rows),
            closed=sum(entry.closed for entry in entries),
            ageless=sum(entry.person["age_status"] == AgeStatus.UNKNOWN for entry in entries),
            read_by_id=by.id,
            read_at=at,
        )
        write(batch, scope=f"rows:{len(rows)}")
        ImportedRow.objects.bulk_create(
            [ImportedRow(batch=batch, number=row.number, values=row.values) for row in rows], batch_size=500
        )
    return batch


def order_import(pk: UUID, *, by: Actor, at: datetime, version: int) -> ImportBatch:
    """The files are to be opened: the worker begins. Raises NotAllowed, NotVisible, StaleForm, Refusal."""
    with transaction.atomic():
        batch = _locked(pk, by, version)
        if batch.ordered_at is not None or batch.ended_at is not None:
            raise steps.StaleForm
        _require_owner(by, batch.owner_id)
        batch.ordered_at, batch.ordered_by_id = at, by.id
        write(batch, fields=["ordered_at", "ordered_by"])
        defer(WRITE, importbatch=batch.pk)
    return batch


def _require_owner(by: Actor, owner_id: UUID) -> None:
    if not active_people(by.organisation_id, [Role.CASEWORKER]).filter(pk=owner_id).exists():
        raise Refusal(_("This person is no caseworker of your organisation."))


def _locked(pk: UUID, by: Actor, version: int) -> ImportBatch:
    require_import(by)
    batch = imports_of(by).select_for_update(of=("self",)).filter(pk=pk).first()
    if batch is None:
        raise steps.NotVisible
    if batch.version != version:
        raise steps.StaleForm
    return batch


# --- Written by the worker ------------------------------------------------------------------------------------
def write_register(pk: UUID, *, at: datetime) -> None:
    """Opens a file for every row that has none. Called again after an interruption, it goes on."""
    batch = ImportBatch.objects.select_related("ordered_by").get(pk=pk)
    if batch.ordered_by is None:
        return
    with _in_the_name_of(batch.ordered_by, at):
        while write_handful(pk, at=at):
            audit.flush()
        audit.flush()


def _in_the_name_of(user: User, at: datetime) -> AbstractContextManager[sitting.Sitting]:
    return sitting.opened(sitting.Who(actor_id=user.pk, organisation_id=user.organisation_id), at)


def write_handful(pk: UUID, *, at: datetime) -> bool:
    """The next rows in one transaction. Gives whether there may be more."""
    with transaction.atomic():
        batch = (
            ImportBatch.objects.select_for_update(of=("self",)).select_related("owner", "region").get(pk=pk)
        )
        if batch.finished_at is not None or batch.ended_at is not None:
            return False
        rows = list(batch.rows.filter(case=None)[:HANDFUL])
        owner, regions = actor_of(batch.owner), {region.code: region for region in Region.objects.all()}
        known = _Codes()
        for row in rows:
            with keyring.current().revealing(row):
                values = row.values
            entry = entry_of(values, at.date())
            # The same values, from now on under the key of the file.
            row.case = _open(entry, owner, regions.get(entry.region, batch.region), at)
            row.values = values
            row.status, row.decider = known.status(entry)
            if answers := known.answers(entry):
                screening.keep_screening(
                    row.case, None, by=owner, at=at, answers=answers, non_punishment=None
                )
        counted = changes_of(row.case_id for row in rows if row.case_id)
        for row in rows:
            row.events = counted[row.case_id] if row.case_id else 0
            row.save(update_fields=["case", "values", "status", "decider", "events"])
        if len(rows) < HANDFUL:
            batch.finished_at = at
            write(batch, fields=["finished_at"])
            keyring.current().destroy_scope(batch.key_scope())
    return batch.finished_at is None


class _Codes:
    """Codes of ours for those of the standard; one for which the ministry has no word stays as it is."""

    def __init__(self) -> None:
        lists = (*LISTS.values(), CodeList.STATUS, CodeList.DECIDER)
        self._known = {name: codes_by_htcds(name) for name in lists}

    def _ours(self, name: CodeList, code: str) -> str:
        found = self._known[name].get(code)
        return found.code if found else code

    def answers(self, entry: Entry) -> dict[str, list[str]]:
        return {
            name: [self._ours(LISTS[name], code) for code in codes] for name, codes in entry.elements.items()
        }

    def status(self, entry: Entry) -> tuple[str, str]:
        return self._ours(CodeList.STATUS, entry.status), self._ours(CodeList.DECIDER, entry.decider)


def _open(entry: Entry, owner: Actor, region: Region, at: datetime) -> Case:
    opened_at = datetime.combine(entry.opened_on, time(), UTC) if entry.opened_on else None
    case = cases.open_case(
        by=owner,
        at=at,
        region=region,
        person=entry.person,
        case={"risk": RiskLevel.UNKNOWN, "urgency": Urgency.STANDARD},
        occurred_at=opened_at,
    )
    if entry.closed:
        _close(case, at, reason_code=CLOSED_BEFORE, reason=entry.closure or None)
    return case


def _close(case: Case, at: datetime, *, reason_code: str, reason: str | None = None) -> None:
    """It was closed before it came to us, or ought never to have come: no second person decides that now."""
    source = case.state
    case.close(at=at)
    case.closed_at = at
    write(case, f"transition.{CaseAction.CLOSE}", case_id=case.pk, reason_code=reason_code)
    for task in Task.objects.select_for_update(of=("self",)).filter(case=case, done_at=None):
        end_task(task, by=None, at=at, result="closed")
    steps.log(
        Machine.CASE,
        case.pk,
        action=CaseAction.CLOSE,
        source=source,
        target=case.state,
        by=None,
        side=Side.SYSTEM,
        at=at,
        reason_code=reason_code,
        reason=reason,
    )


# --- Taken back -----------------------------------------------------------------------------------------------
def may_end(batch: ImportBatch, at: datetime) -> bool:
    """Also while it is being written; when its day is over, a file ends by its own erasure."""
    return batch.ended_at is None and (batch.finished_at is None or at < batch.finished_at + ALONE)


def end_import(pk: UUID, *, by: Actor, at: datetime, version: int) -> ImportBatch:
    """Throws away what was only read; of what was written, the worker takes back what nobody has needed since.

    Raises:
        NotAllowed, NotVisible, StaleForm, Refusal.
    """
    with transaction.atomic():
        batch = _locked(pk, by, version)
        if batch.ended_at is not None:
            raise steps.StaleForm
        if not may_end(batch, at):
            raise Refusal(
                _(
                    "This import was written more than 24 hours ago: its files stay. "
                    "A file that must go is closed, and its erasure asked for."
                )
            )
        batch.ended_at, batch.ended_by_id = at, by.id
        write(batch, fields=["ended_at", "ended_by"])
        if batch.ordered_at is None:
            _clear(batch, at)
        else:
            defer(UNDO, importbatch=batch.pk)
    return batch


def undo_register(pk: UUID, *, at: datetime) -> None:
    """Closes the files of an import that nobody has worked on and nobody else has opened, and destroys their keys.

    What they held cannot be read in any copy; a file under a legal hold stays whatever happened.

    The rows themselves stay, as the log and the history want it; no list shows them, and nothing in them opens.
    """
    ended_by = ImportBatch.objects.select_related("ended_by").get(pk=pk).ended_by
    if ended_by is None:
        return
    with _in_the_name_of(ended_by, at), transaction.atomic():
        batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=pk)
        if batch.cleared_at is not None:
            return
        rows = list(batch.rows.filter(case__isnull=False, undone_at=None).order_by("case_id"))
        found = (
            Case.objects.select_for_update(of=("self",), no_key=True)
            .select_related("owner", "person")
            .in_bulk([r.case_id for r in rows])
        )
        counted = changes_of(found)
        needed = opened_by_others(found, batch.ordered_by_id) | held_among(found)
        for row in rows:
            if row.case_id is None or row.case_id in needed:
                continue
            if counted.get(row.case_id) == row.events:
                _undo(row, found[row.case_id], at)
        _clear(batch, at)


def _undo(row: ImportedRow, case: Case, at: datetime) -> None:
    if case.state != CaseState.CLOSED:
        _close(case, at, reason_code=IMPORT_UNDONE)
    if case.owner is not None:
        grants.close_case(case, case.owner)
    row.undone_at = at
    row.save(update_fields=["undone_at"])
    for draft in drafts_about(case):
        discard(draft)
    duplicates.forget_case(case, at=at)
    keyring.current().destroy_case(case.pk)
    audit.record("key.shred", case, case_id=case.pk, reason_code=IMPORT_UNDONE)


def _clear(batch: ImportBatch, at: datetime) -> None:
    """What was read and not written goes, with its key."""
    batch.rows.filter(case=None).delete()
    keyring.current().destroy_scope(batch.key_scope())
    batch.cleared_at = at
    write(batch, fields=["cleared_at"])


def forget_unordered(at: datetime) -> int:
    """What was read and never ordered does not wait longer than a half-typed form. Gives their number."""
    batches = ImportBatch.objects.select_for_update(of=("self",)).filter(
        ordered_at=None, ended_at=None, read_at__lte=at - DRAFT
    )
    for batch in batches:
        batch.ended_at = at
        write(batch, fields=["ended_at"])
        _clear(batch, at)
    return len(batches)


def reveal_row(by: Actor, case: Case, row: ImportedRow, *, reason: str) -> dict[str, str]:
    """What the register said of the person of this file, opened; `reason` is kept with the look.

    Raises:
        NotAllowed, TooManyReveals.
    """
    steps.permit_case(by, CaseAct.REVEAL, case)
    pace.count_reveal(by, case, at=sitting.current().at)
    with keyring.current().revealing(row):
        values: dict[str, str] = row.values
    audit.look("reveal", row, case_id=case.pk, fields=["values"], scope=reason)
    return values
