"""Looks at sealed data: permitted, opened and written down in one place. No event, no data shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from audit import services as audit
from audit import sitting
from audit.models import Event
from audit.queries import looks_at_case
from crypto import keyring
from crypto.scopes import SYSTEM, Scope, ScopeKind
from partners.actor import Actor
from partners.enums import Role
from referral import disclosure, policy
from referral.enums import (
    TERMINAL,
    CaseAct,
    GroundCode,
    Group,
    Level,
    PlacementState,
    RevealReason,
    State,
    TitleState,
)
from referral.models import (
    Case,
    CaseConference,
    CustodyTitle,
    JusticeStep,
    LegalGround,
    Notice,
    Person,
    Preview,
    QuestionAnswers,
    Referral,
    ReferralGrant,
    SafetyExtract,
    Snapshot,
    Task,
)
from referral.policy import NotAllowed, Tie
from referral.queries import basis_live, inbox, tie
from referral.queries.conferences import conference_of
from referral.queries.destinations import heard_task
from referral.queries.facts import title_facts
from referral.queries.lists import After
from referral.queries.notices import Subject, subjects
from referral.services import basis, pace, steps

#: The newest ones; a longer story is the auditor's. On the page of the file itself, a few.
LOOKS_SHOWN, LOOKS_BESIDE = 200, 5


def level_of(actor: Actor, referral: Referral, at: datetime, standing: Tie | None = None) -> Level:
    """What the actor may read of this referral now."""
    if referral.case.erased_at is not None:
        return Level.CODES
    standing = standing or tie(actor, referral)
    asked = (
        referral.state in disclosure.SNAPSHOT_STATES
        and actor.organisation_id == referral.receiving_organisation_id
    )
    return disclosure.level(
        actor,
        referral,
        case_granted=standing.case_granted,
        in_hand=policy.holds_in_hand(actor, standing),
        basis_live=basis_live(referral, at) if asked else False,
    )


def open_case_page(actor: Actor, case: Case) -> None:
    """Opening the file is a look. Raises NotAllowed."""
    standing = steps.permit_case(actor, CaseAct.READ, case)
    audit.look("view", case, case_id=case.pk, scope=standing.because())


def read_codes(actor: Actor, case: Case) -> None:
    """A report that waits to be taken in, in codes: a look too. Raises NotAllowed."""
    steps.permit_case(actor, CaseAct.TAKE_IN, case)
    audit.look("view", case, case_id=case.pk)


def reveal(
    actor: Actor, case: Case, names: Sequence[str], *, reason: str = "", alone: bool = True
) -> dict[str, Any]:
    """The fields asked for, opened; `reason` (a RevealReason) is kept with the look.

    Args:
        alone: nothing else is opened by the same press.

    Raises:
        NotAllowed, TooManyReveals.
    """
    standing = steps.permit_case(actor, CaseAct.REVEAL, case)
    reaches = alone and reason == RevealReason.CONTACT and set(names) <= set(disclosure.FIELDS[Group.CONTACT])
    pace.count_reveal(actor, case, at=sitting.current().at, reaches=reaches)
    person = Person.objects.get(case=case)
    with keyring.current().revealing(person):
        values = {name: getattr(person, name) for name in names}
    audit.look("reveal", person, case_id=case.pk, fields=names, scope=standing.because(reason))
    return values


def list_cases(cases: Sequence[Case]) -> None:
    """A list of files was shown, in codes."""
    audit.look("list", Case, detail={"cases": [str(case.pk) for case in cases]})


def read_looks(actor: Actor, case: Case) -> list[Event]:
    """Who has looked at the file, newest first; asking is itself written down. Raises NotAllowed."""
    steps.permit_case(actor, CaseAct.READ_LOOKS, case)
    audit.look("audit.read", case, case_id=case.pk)
    return list(looks_at_case(case.pk).order_by("-seq")[:LOOKS_SHOWN])


def latest_looks(case: Case) -> list[Event]:
    """The newest looks, for the page of a file that `open_case_page` has let somebody open: that event covers them."""
    return list(looks_at_case(case.pk).order_by("-seq")[:LOOKS_BESIDE])


def print_case(actor: Actor, case: Case) -> None:
    """The nameless sheet is about to be shown for printing. Raises NotAllowed."""
    steps.permit_case(actor, CaseAct.PRINT, case)
    audit.look("print", case, case_id=case.pk)


def read_ground(actor: Actor, pk: UUID) -> LegalGround:
    """A ground to countersign, in codes; its reason is shown by `look_at_ground`. Raises NotVisible."""
    found = (
        LegalGround.objects.select_related(
            "case", "case__person", "case__organisation", "recipient", "recorded_by"
        )
        .filter(pk=pk, case__erased_at=None)
        .first()
    )
    if found is None or not basis.may_see_ground(actor, found):
        raise steps.NotVisible
    return found


def look_at_ground(actor: Actor, ground: LegalGround, *, begun: bool) -> bool:
    """Its reason may be shown. For `begun` see `pace.opens`. Raises TooManyReveals."""
    waits = ground.approved_at is None and ground.refused_at is None
    vital = waits and ground.code == GroundCode.VITAL_DANGER
    if not pace.opens(actor, ground.case, at=sitting.current().at, begun=begun, reaches=vital):
        return False
    audit.look("reveal", ground, case_id=ground.case_id, fields=["reason", "best_interest"])
    return True


def open_referral_page(actor: Actor, referral: Referral, level: Level) -> None:
    """A look at the referral, unless the coded preview is all there is to see, which is a look of its own."""
    if level != Level.PREVIEW:
        fields = ["arrival_code"] if arrival_code(referral, level) else []
        audit.look("view", referral, case_id=referral.case_id, referral_id=referral.pk, fields=fields)
    scopes = [Scope(ScopeKind.EXCHANGE, referral.pk, referral.case_id)]
    if level == Level.CASE:
        scopes.append(referral.key_scope())
    keyring.current().prime_scopes(scopes)


def read_preview(actor: Actor, referral: Referral, level: Level) -> Preview | None:
    """The coded preview, for whoever may read at least that."""
    if level in (Level.NONE, Level.CODES):
        return None
    audit.look("preview", referral, case_id=referral.case_id, referral_id=referral.pk)
    return referral.preview


def read_snapshot(actor: Actor, referral: Referral, at: datetime) -> Snapshot:
    """What was shared, newest version, opened. Raises NotAllowed when the level does not reach that far."""
    if level_of(actor, referral, at) != Level.SNAPSHOT:
        steps.refuse(referral, "NOT_ALLOWED_SNAPSHOT")
        raise NotAllowed("snapshot")
    snapshot = referral.snapshots.order_by("-number").first()
    if snapshot is None:
        raise steps.NotVisible
    audit.look("reveal", snapshot, case_id=referral.case_id, referral_id=referral.pk, fields=snapshot.groups)
    return snapshot


#: While the person is still awaited, the sender's side holds the code that she or he brings.
AWAITED = frozenset({State.ACCEPTED, State.NO_SHOW})


def arrival_code(referral: Referral, level: Level) -> str:
    """For the sender's side alone; the desk types what it is told. Empty when nobody is awaited."""
    return referral.arrival_code or "" if level == Level.CASE and referral.state in AWAITED else ""


def print_slip(actor: Actor, referral: Referral, at: datetime) -> str:
    """The arrival code for the nameless slip. Raises NotAllowed."""
    level = level_of(actor, referral, at)
    if level != Level.CASE:
        steps.refuse(referral, "NOT_ALLOWED_PRINT")
        raise NotAllowed("print")
    audit.look("print", referral, case_id=referral.case_id, referral_id=referral.pk, fields=["arrival_code"])
    return arrival_code(referral, level)


def open_inbox(actor: Actor, after: After | None = None) -> list[ReferralGrant]:
    """What waits at the desk, with previews that open. Raises NotAllowed."""
    require_seat(actor, Role.FOCAL_POINT, Role.SUPERVISOR, reason_code="NOT_ALLOWED_INBOX")
    grants = inbox(actor, after)
    # With the key of the look that follows: one query for all of them.
    keyring.current().prime_scopes([SYSTEM, *(g.content_object.preview.key_scope() for g in grants)])
    audit.look(
        "list", Referral, scope="inbox", detail={"referrals": [str(g.content_object_id) for g in grants]}
    )
    return grants


def require_seat(actor: Actor, *roles: str, reason_code: str) -> None:
    """For a page that is about no one row. Raises NotAllowed, and leaves an event."""
    if not actor.has(*roles):
        audit.deny("denied", "referral.referral", None, reason_code=reason_code)
        raise NotAllowed(reason_code)


def require_control(actor: Actor, *roles: str, reason_code: str) -> None:
    """As `require_seat`; not who supervises human rights, whose view of her or his own names nobody (domain §5.5)."""
    require_seat(actor, *(() if policy.monitors(actor) else roles), reason_code=reason_code)


def print_extract(actor: Actor, referral: Referral, at: datetime) -> dict[str, Any]:
    """The same on paper while the service runs, without a name, for an outage (design §7.9). Raises NotAllowed."""
    snapshot = read_snapshot(actor, referral, at)
    kept = {
        group: {name: shared[name] for name in names if name in shared}
        for group, names in disclosure.EXTRACT_FIELDS.items()
        if (shared := snapshot.payload.get(group))
    }
    audit.look("print", snapshot, case_id=referral.case_id, referral_id=referral.pk, fields=list(kept))
    return kept | {"title": title_facts(referral.case)}


def read_extract(actor: Actor, referral_pk: UUID, at: datetime) -> SafetyExtract:
    """The safety extract of a referral that has ended while the person is still lodged. Raises NotVisible."""
    extract = (
        SafetyExtract.objects.select_related("referral", "referral__worker")
        .filter(referral_id=referral_pk, referral__receiving_organisation_id=actor.organisation_id)
        .filter(referral__case__erased_at=None)
        .first()
    )
    if extract is None or not disclosure.extract_open(
        actor, extract.referral, until=extract.until, departed=_departed(extract.referral), at=at
    ):
        raise steps.NotVisible
    audit.look("reveal", extract, case_id=extract.case_id, referral_id=referral_pk, fields=["payload"])
    return extract


def lodging(actor: Actor, referral_pk: UUID) -> Referral:
    """A referral that has ended while its person is still in the actor's house. Raises NotVisible, NotAllowed."""
    referral = (
        Referral.objects.filter(pk=referral_pk, receiving_organisation_id=actor.organisation_id)
        .filter(state__in=sorted(TERMINAL), placements__state=PlacementState.OCCUPIED)
        .first()
    )
    if referral is None:
        raise steps.NotVisible
    steps.permit_departure(actor, referral)
    return referral


def lodged(referral: Referral) -> bool:
    return referral.placements.filter(state=PlacementState.OCCUPIED).exists()


def _departed(referral: Referral) -> bool:
    """A service without lodging has no departure to record: its extract ends by its time."""
    return referral.placements.filter(state=PlacementState.LEFT).exists()


def read_title(actor: Actor, pk: UUID) -> CustodyTitle:
    """A title to confirm, with the child's name as it stands on the order: for its own court only (design §5)."""
    title = (
        CustodyTitle.objects.select_related("case", "court")
        .filter(pk=pk, court_id=actor.organisation_id)
        .exclude(state=TitleState.LIFTED)
        .first()
    )
    if title is None or not policy.may_case(actor, CaseAct.CONFIRM_TITLE, Tie()):
        raise steps.NotVisible
    audit.look("reveal", title, case_id=title.case_id, fields=["number", "name_on_order"])
    return title


def read_task(actor: Actor, pk: UUID) -> Task:
    """A task with its note, for whoever may end it. Raises NotVisible."""
    tasks = Task.objects.select_related("case", "referral", "owner")
    task = tasks.filter(pk=pk, case__erased_at=None).first()
    if task is None or not policy.may_finish(actor, task):
        raise steps.NotVisible
    audit.look("view", task, case_id=task.case_id, referral_id=task.referral_id, fields=["note"])
    return task


def read_codes_of_task(actor: Actor, pk: UUID) -> Task:
    """A task without its note, for whoever may end it or say who does. Raises NotVisible."""
    task = Task.objects.select_related("case", "referral", "owner").filter(pk=pk).first()
    if task is None or not (policy.may_finish(actor, task) or policy.may_assign(actor, task)):
        raise steps.NotVisible
    return task


def read_heard_task(actor: Actor, pk: UUID) -> Task:
    """A task that was escalated to coordination, in codes. Raises NotVisible."""
    task = heard_task(actor, pk)
    if task is None:
        raise steps.NotVisible
    audit.look("view", task, case_id=task.case_id, referral_id=task.referral_id, scope="escalated")
    return task


def read_notice(actor: Actor, notice: Notice) -> Subject:
    """What somebody is asked to confirm, in codes: which is a look."""
    subject = subjects(actor, [notice])[notice.pk]
    row = subject.task or subject.referral
    if row is not None:
        case_id, referral = row.case_id, subject.referral
        audit.look(
            "view", row, case_id=case_id, referral_id=referral.pk if referral else None, scope="notice"
        )
    return subject


def paper_of(title: CustodyTitle) -> tuple[str | None, str | None]:
    """Number and name as they stand on the paper, of a title that `read_title` has let somebody read."""
    with keyring.current().revealing(title):
        return title.number, title.name_on_order


def read_step(actor: Actor, pk: UUID) -> tuple[JusticeStep, str]:
    """A justice step to confirm and its number at the court, for that court only (design §2). Raises NotVisible."""
    step = (
        JusticeStep.objects.select_related("case__organisation", "court")
        .filter(pk=pk, court_id=actor.organisation_id, struck_at=None)
        .first()
    )
    if step is None or not policy.may_case(actor, CaseAct.CONFIRM_STEP, Tie()):
        raise steps.NotVisible
    audit.look("reveal", step, case_id=step.case_id, fields=["number"])
    return step, step.number or ""


def read_conference(actor: Actor, pk: UUID) -> tuple[CaseConference, dict[str, str]]:
    """The record of a conference with its locked words: an audited look.

    Raises:
        NotVisible, NotAllowed, TooManyReveals.
    """
    found = _conference(actor, pk)
    pace.count_reveal(actor, found.case, at=sitting.current().at)
    names = ("view", "record")
    with keyring.current().revealing(found):
        opened = {name: getattr(found, name) or "" for name in names}
    audit.look("reveal", found, case_id=found.case_id, fields=["attendance", *names])
    return found, opened


def print_conference(actor: Actor, pk: UUID) -> CaseConference:
    """Date, organisations and what each could hear. Raises NotVisible, NotAllowed."""
    found = _conference(actor, pk)
    audit.look("print", found, case_id=found.case_id)
    return found


def _conference(actor: Actor, pk: UUID) -> CaseConference:
    found = conference_of(actor, pk)
    if found is None:
        raise steps.NotVisible
    steps.permit_case(actor, CaseAct.READ, found.case)
    return found


def read_answers(actor: Actor, referral: Referral) -> dict[str, str]:
    """What the sender answered to the ministry's questions, by question id: an audited look."""
    row = QuestionAnswers.objects.filter(referral=referral).first()
    if row is None:
        return {}
    audit.look("reveal", row, case_id=row.case_id, referral_id=referral.pk, fields=["answers"])
    answers: dict[str, str] = row.answers
    return answers
