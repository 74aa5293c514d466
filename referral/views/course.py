"""The moves of a file after its plan, its end and its new beginning, each on a page of its own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.enums import OTHER
from partners.templatetags.interface import day
from referral import lifecycle
from referral.course import HowItGoes
from referral.enums import CaseAct, CaseAction, Machine, TaskKind
from referral.forms.course import (
    AskCloseForm,
    FollowForm,
    OutForm,
    ReactivateForm,
    ReopenForm,
    SolutionForm,
    StableForm,
    StatusForm,
)
from referral.models import Case
from referral.queries import course as rows_of
from referral.queries.exchange import row_behind
from referral.queries.facts import case_facts, second_people
from referral.queries.files import closing_unmet
from referral.services import course, following, looking, status, steps
from referral.views import course_shown, ways_out, words
from referral.views.acting import act_on_case
from referral.views.door import ActingRequest, case_or_404, now
from referral.views.exchanged import status_said


def _unmet(case: Case, action: CaseAction, at: datetime, **declared: Any) -> list[Any]:
    return lifecycle.unmet(case, action, case_facts(case, action, at, **declared), Machine.CASE)


@require_http_methods(["GET", "POST"])
def case_status(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Every decision, the newest first, and one more."""
    case, at = case_or_404(request, pk), now()
    looking.read_statuses(request.actor, case)
    form = StatusForm(request.POST or None, today=localdate(at))

    def act(cleaned: dict[str, Any]) -> object:
        values = {name: cleaned[name] for name in ("status", "decider", "decided_on", "basis")}
        return status.record_status(pk, by=request.actor, at=now(), **values)

    return act_on_case(
        request,
        case,
        form,
        act,
        name="status",
        done=_("The decision is recorded."),
        unmet=lifecycle.unmet_on_closed(case),
        template="referral/case/status.html",
        title=_("Decisions on the status"),
        text=_("Who decided what, and when. Nothing is replaced: those who decide may differ."),
        register=status_said(row_behind(case)),
        decisions=[words.decision(request.actor, each) for each in rows_of.statuses_of(case)],
        submit=_("Record this decision"),
    )


@require_http_methods(["GET", "POST"])
def case_solution(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.PLAN, case)
    form = SolutionForm(request.POST or None, version=case.version)

    def act(cleaned: dict[str, Any]) -> object:
        values = {name: cleaned[name] for name in ("version", "solution", "views")}
        return course.prepare_solution(pk, by=request.actor, at=now(), **values)

    declared = {"views_recorded": True, "solution_weighed": True}
    return act_on_case(
        request,
        case,
        form,
        act,
        name="solution",
        done=_("The durable solution is in preparation."),
        unmet=_unmet(case, CaseAction.PREPARE, now(), **declared),
        title=_("Which durable solution is prepared?"),
        text=_(
            "The risk of it is assessed first: of the return to the family, of the country, or of life here."
        ),
        submit=_("Prepare the solution"),
    )


@require_http_methods(["GET", "POST"])
def case_follow_up(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.PLAN, case)
    form = StableForm(request.POST or None, version=case.version)

    def act(cleaned: dict[str, Any]) -> object:
        values = {name: cleaned[name] for name in ("version", "stable")}
        return course.begin_follow_up(pk, by=request.actor, at=now(), **values)

    return act_on_case(
        request,
        case,
        form,
        act,
        name="follow_up",
        done=_("The follow-up has begun."),
        unmet=_unmet(case, CaseAction.FOLLOW_UP, now(), stable=True),
        title=_("Begin the follow-up?"),
        text=_("You are asked after about one, three, six and twelve months how the person is."),
        undo=_("A new need, or exploitation again, takes the assistance up again."),
        submit=_("Begin the follow-up"),
    )


@require_http_methods(["GET", "POST"])
def case_reactivate(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.PLAN, case)
    form = ReactivateForm(request.POST or None, version=case.version)

    def act(cleaned: dict[str, Any]) -> object:
        values = {name: cleaned[name] for name in ("version", "why", "reason")}
        return course.reactivate(pk, by=request.actor, at=now(), **values)

    return act_on_case(
        request,
        case,
        form,
        act,
        name="reactivate",
        done=_("Assistance is taken up again. Assess the risk anew."),
        unmet=_unmet(case, CaseAction.REACTIVATE, now(), need_named=True),
        title=_("Take up assistance again?"),
        submit=_("Take up assistance again"),
    )


@require_http_methods(["GET", "POST"])
def case_follow(request: ActingRequest, pk: UUID) -> HttpResponse:
    """How the person is: what the clock asked ends with its task, all else is written down here."""
    case, at = case_or_404(request, pk), now()
    looking.read_follow_ups(request.actor, case)
    form = FollowForm(request.POST or None, at=at, earliest=case.opened_at)

    def act(cleaned: dict[str, Any]) -> object:
        return following.record_follow_up(
            pk,
            by=request.actor,
            at=now(),
            answer=cleaned["answer"],
            heard_at=cleaned["occurred_at"],
            note=cleaned["note"],
        )

    return act_on_case(
        request,
        case,
        form,
        act,
        name="follow",
        done=course_shown.heard(form.data.get("answer", ""), _("It is written down.")),
        unmet=lifecycle.unmet_on_closed(case),
        template="referral/case/follow.html",
        title=_("How is the person?"),
        text=_(
            "Ask only by the safe contact that she or he gave. A person who is missing is an alert: "
            "the supervisors are told, and the file stays open."
        ),
        heard=[
            {
                "label": HowItGoes(each.answer).label,
                "state": each.answer,
                "when": day(each.heard_at),
                "note": each.note,
            }
            for each in rows_of.follow_ups_of(case)
        ],
        submit=_("Write it down"),
    )


@require_http_methods(["GET", "POST"])
def case_redirect_out(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.REDIRECT_OUT, case)
    steps.require_second(request.actor, case, CaseAct.REDIRECT_OUT)
    form = OutForm(request.POST or None, version=case.version)

    def act(cleaned: dict[str, Any]) -> object:
        values = {name: cleaned[name] for name in ("version", "other_need")}
        return course.redirect_out(pk, by=request.actor, at=now(), **values)

    return act_on_case(
        request,
        case,
        form,
        act,
        name="redirect_out",
        done=_("The case is closed."),
        unmet=_unmet(case, CaseAction.REDIRECT_OUT, now(), other_need=True),
        template="referral/case/close.html",
        title=_("Not a victim: refer to general services?"),
        text=_("Two persons have recorded it. Whoever is in need is helped all the same, elsewhere."),
        undo=_("Nothing can be added to a closed case."),
        danger=True,
        ways_out=ways_out.of_closing(case, now()),
        submit=_("Close the case"),
    )


@require_http_methods(["GET", "POST"])
def case_close_ask(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The owner asks; a second person closes, of the national unit where there is no other here."""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.ASK_CLOSE, case)
    open_still = ways_out.still_open(case, now())
    form = AskCloseForm(request.POST or None, version=case.version, pursued=open_still.pursued)
    asked = [task for task in rows_of.waiting_requests(case) if task.kind == TaskKind.APPROVE_CLOSE]

    def act(cleaned: dict[str, Any]) -> object:
        code = cleaned["reason_code"]
        return course.ask_close(
            pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            reason_code=code,
            reason=form.in_words(cleaned["reason"] if code == OTHER else None),
            informed=cleaned["informed"],
        )

    return act_on_case(
        request,
        case,
        form,
        act,
        name="close_ask",
        done=_("A second person is asked to close the case."),
        unmet=[_("A second person has been asked already.")] if asked else closing_unmet(case, now()),
        template="referral/case/close.html",
        title=_("Ask for the closing of the case"),
        text=_("Nobody closes an own case. This is decided by a supervisor of: %(organisation)s.")
        % {"organisation": second_people(case, request.actor)},
        ways_out=ways_out.of_requests(request.actor, case, asked) or ways_out.of_closing(case, now()),
        still_open=open_still.lines,
        submit=_("Ask for the closing"),
    )


@require_http_methods(["GET", "POST"])
def case_reopen(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.REOPEN, case)
    form = ReopenForm(request.POST or None, version=case.version, case=case)

    def act(cleaned: dict[str, Any]) -> object:
        return course.reopen(
            pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            reason=cleaned["reason"],
            owner_id=cleaned["owner"].pk,
        )

    return act_on_case(
        request,
        case,
        form,
        act,
        name="reopen",
        done=_("The case is open again."),
        unmet=_unmet(case, CaseAction.REOPEN, now()),
        title=_("Open this case again?"),
        text=_("It keeps its reference. Whoever owns it assesses the risk anew."),
        submit=_("Open the case again"),
    )
