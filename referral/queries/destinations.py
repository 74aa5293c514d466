"""Where does a notice lead today? The permission is asked again each time: a link in an old mail opens nothing."""

from datetime import datetime
from uuid import UUID

from partners.actor import Actor
from partners.enums import Role
from referral.disclosure import extract_open
from referral.enums import PlacementState, TaskKind, Watched
from referral.models import Notice, Placement, SafetyExtract, Task
from referral.policy import TRANSFER_TAKERS, may_finish
from referral.queries.arrivals import group_of, visible_arrivals
from referral.queries.file_reviews import review_of
from referral.queries.files import titles_for
from referral.queries.glass import glass_of
from referral.queries.place_calls import call_of, offer_of
from referral.queries.rights import of_court
from referral.queries.visible import visible_cases, visible_to


def destination(actor: Actor, notice: Notice, at: datetime) -> tuple[str, UUID] | None:
    """Name of the page and the id that it takes; None when nothing is there for this person any more."""
    pk = notice.object_id
    if notice.object_type == "task":
        return _task(actor, pk)
    if notice.object_type == "referral":
        if visible_to(actor).filter(pk=pk).exists():
            return "referral", pk
        return ("referral_extract", pk) if _extract_open(actor, pk, at) else None
    if notice.object_type == "arrival":
        return ("arrival", pk) if visible_arrivals(actor).filter(pk=pk).exists() else None
    if notice.object_type == "groupreferral":
        return ("group_referral", pk) if group_of(actor, pk) else None
    if notice.object_type == "placecall":
        return _place_call(actor, pk)
    if notice.object_type == "filereview":
        return ("review", pk) if review_of(actor, pk, at) else None
    if visible_cases(actor).filter(pk=pk).exists():
        return "case", pk
    if of_court(actor).filter(pk=pk).exists():
        return "case_hold", pk
    return _asked_of_us(actor, pk)


def _task(actor: Actor, pk: UUID) -> tuple[str, UUID] | None:
    task = Task.objects.filter(pk=pk).first()
    if task is None:
        return None
    if task.kind == TaskKind.REVIEW_GLASS and glass_of(actor, pk) is not None:
        return "glass_review", pk
    if task.kind == TaskKind.CONFIRM_TITLE and (title := _title_to_confirm(actor, task)):
        return "title_confirm", title
    if (transfer := answered_by(actor, task)) is not None:
        return "transfer", transfer
    if may_finish(actor, task) and task.done_at is None:
        return "task_done", pk
    if task.referral_id and visible_to(actor).filter(pk=task.referral_id).exists():
        return "referral", task.referral_id
    if visible_cases(actor).filter(pk=task.case_id).exists():
        return "case", task.case_id
    return ("task_heard", pk) if heard_task(actor, pk) else None


def _place_call(actor: Actor, pk: UUID) -> tuple[str, UUID] | None:
    """A house that asks itself: whoever holds the file comes to the sender's page."""
    if call_of(actor, pk) is not None:
        return "place_call", pk
    return ("place_call_answer", pk) if offer_of(actor, pk) is not None else None


def answered_by(actor: Actor, task: Task) -> UUID | None:
    """The transfer that the actor's house is asked to answer, as long as it waits."""
    own = task.organisation_id == actor.organisation_id and actor.has(*TRANSFER_TAKERS)
    if task.kind != TaskKind.ANSWER_TRANSFER or task.done_at is not None or not own:
        return None
    return UUID((task.proposal or {})["transfer"])


def _title_to_confirm(actor: Actor, task: Task) -> UUID | None:
    """The registry does the task where it compares with its book."""
    if not actor.has(Role.JUSTICE):
        return None
    return titles_for(actor.organisation_id).filter(case=task.case_id).values_list("pk", flat=True).first()


def heard_task(actor: Actor, pk: UUID) -> Task | None:
    """An open task of any house that its ladder brought to national coordination."""
    if not actor.has(Role.COORDINATOR):
        return None
    told = Notice.objects.filter(rung__watched=Watched.TASK, rung__object_id=pk)
    told = told.filter(user__organisation=actor.organisation_id)
    tasks = Task.objects.select_related("case__organisation", "referral", "organisation")
    return tasks.filter(pk=pk, done_at=None).first() if told.exists() else None


def _extract_open(actor: Actor, pk: UUID, at: datetime) -> bool:
    extract = SafetyExtract.objects.select_related("referral").filter(referral_id=pk).first()
    if extract is None:
        return False
    lodged = Placement.objects.filter(referral_id=pk, state=PlacementState.OCCUPIED).exists()
    return extract_open(actor, extract.referral, until=extract.until, departed=not lodged, at=at)


#: What the national unit is asked to decide because nobody else can, and what of it the task names: itself, if empty.
_ASKED_OF_US = {
    TaskKind.COUNTERSIGN: ("ground_decide", "ground"),
    TaskKind.ASSESS_GUARDIAN: ("guardian_decide", "guardian"),
    TaskKind.APPROVE_PLAN: ("task_decide", ""),
    TaskKind.APPROVE_CLOSE: ("task_decide", ""),
    TaskKind.APPROVE_TRANSFER: ("task_decide", ""),
}


def _asked_of_us(actor: Actor, case_id: UUID) -> tuple[str, UUID] | None:
    if not actor.has(Role.SUPERVISOR):
        return None
    asked = Task.objects.filter(
        case_id=case_id, kind__in=[*_ASKED_OF_US], organisation_id=actor.organisation_id, done_at=None
    ).first()
    if asked is None:
        return None
    page, named = _ASKED_OF_US[TaskKind(asked.kind)]
    return page, UUID((asked.proposal or {})[named]) if named else asked.pk
