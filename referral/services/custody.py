"""Custody titles of a child: entered from the paper, confirmed by the registry of the court."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit.rows import write
from partners.actor import Actor
from partners.models import Organisation
from referral import lifecycle, notices, policy
from referral.enums import (
    CaseAct,
    Clock,
    Machine,
    Side,
    TaskKind,
    TitleAction,
    TitleState,
)
from referral.models import CustodyTitle, Task
from referral.policy import NotAllowed
from referral.queries.terms import terms_for
from referral.services import steps
from referral.services.tasks import finish_tasks


def enter_title(
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    action: str,
    court: Organisation | None,
    number: str | None,
    name_on_order: str | None,
    issued_on: Any,
    ends_at: datetime | None,
) -> CustodyTitle:
    """The case owner enters a child's title from the paper: "non confirmé par le greffe" until `justice` confirms."""
    with transaction.atomic():
        case = steps.locked_case(by, pk)
        steps.permit_change(by, CaseAct.ENTER_TITLE, case)
        title = (
            CustodyTitle.objects.select_for_update(of=("self",))
            .filter(case=case)
            .exclude(state=TitleState.LIFTED)
            .first()
        )
        title = title or CustodyTitle(case=case, entered_by_id=by.id, state_since=at)
        source = title.state
        lifecycle.require(title, action, lifecycle.Facts(at=at), Machine.TITLE)
        lifecycle.follow(title, action, at=at)
        title.court, title.number, title.name_on_order = court, number or None, name_on_order or None
        title.ends_at = ends_at or _end_of(title, action, issued_on, at)
        title.issued_on = issued_on
        title.confirmed_at = title.confirmed_by = None
        write(title, f"transition.{action}", case_id=case.pk, scope=f"{source}:{title.state}")
        steps.log(
            Machine.TITLE,
            case.pk,
            action=action,
            source=source,
            target=title.state,
            by=by,
            side=Side.REFERRING,
            at=at,
        )
        finish_tasks(case, TaskKind.TITLE_MISSING, by=by, at=at)
        if action != TitleAction.REQUEST_OGP:  # what is only asked for holds no child
            finish_tasks(case, TaskKind.TITLE_ENDS, by=by, at=at, result=action)
        if court is not None and action in (TitleAction.REQUISITION, TitleAction.ORDER):
            task = Task(
                kind=TaskKind.CONFIRM_TITLE,
                case=case,
                organisation=court,
                made_at=at,
                due_at=terms_for(organisation_id=court.pk).after(Clock.TITLE_MISSING, at, case.urgency),
            )
            write(task, case_id=case.pk)
    return title


def _end_of(title: CustodyTitle, action: str, issued_on: date | None, at: datetime) -> datetime | None:
    """Where the paper names no end: the legal end of a requisition, from its day; one asked for changes none."""
    if action == TitleAction.REQUEST_OGP:
        return title.ends_at
    if action != TitleAction.REQUISITION:
        return None
    begun = timezone.make_aware(datetime.combine(issued_on, time.min)) if issued_on else at
    return terms_for(organisation_id=title.case.organisation_id).after(Clock.REQUISITION, min(begun, at))


def confirm_title(pk: UUID, *, by: Actor, at: datetime, version: int) -> CustodyTitle:
    """The registry of the title's own court confirms it. Raises NotVisible, NotAllowed, StaleForm."""
    with transaction.atomic():
        title = (
            CustodyTitle.objects.select_for_update(of=("self",))
            .select_related("case")
            .filter(pk=pk, court_id=by.organisation_id)
            .exclude(state=TitleState.LIFTED)
            .first()
        )
        if title is None:
            raise steps.NotVisible
        steps.permit_case(by, CaseAct.CONFIRM_TITLE, title.case)
        if not policy.is_second_person(by, title.entered_by_id):
            steps.refuse(title.case, "NOT_ALLOWED_SECOND_PERSON")
            raise NotAllowed(CaseAct.CONFIRM_TITLE)
        if title.version != version or title.confirmed_at is not None:
            raise steps.StaleForm
        title.confirmed_at, title.confirmed_by_id = at, by.id
        write(title, fields=["confirmed_at", "confirmed_by"], case_id=title.case_id)
        finish_tasks(title.case, TaskKind.CONFIRM_TITLE, by=by, at=at)
        notices.tell([title.case.owner], title.case, at=at, due_at=None, action_needed=False)
    return title
