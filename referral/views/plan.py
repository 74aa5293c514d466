"""The support plan: goals with their words, what is done to each, the person's agreement; and a sheet in codes."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import CodeList
from partners.queries import code_label
from referral import lifecycle, policy
from referral.course import GoalResult
from referral.enums import CaseAct, CaseAction, CaseState, Machine, TaskKind
from referral.forms.acts import ActForm
from referral.forms.course import EndGoalForm, GoalForm, ReopenGoalForm
from referral.models import Case, PlanGoal, Task
from referral.queries import case_tie, visible_cases
from referral.queries.course import goals_of
from referral.queries.facts import case_facts
from referral.references import spoken
from referral.services import looking, planning, steps
from referral.services.steps import NotVisible
from referral.views import words
from referral.views.acting import act_on_case
from referral.views.course_shown import withdraw_url
from referral.views.door import ActingRequest, case_or_404, now


def line(goal: PlanGoal) -> dict[str, Any]:
    """A goal in codes."""
    return {
        "service": code_label(CodeList.SERVICE, goal.service),
        "owner": goal.owner.name,
        "by": words.day_of(goal.target_on),
        "state": goal.result or "accepted",
        "label": GoalResult(goal.result).label if goal.result else _("Pursued"),
        "late": not goal.result and goal.target_on < localdate(now()),
    }


@require_GET
def plan(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    looking.read_plan(request.actor, case)
    may = policy.may_case(request.actor, CaseAct.PLAN, case_tie(request.actor, case))
    against = lifecycle.unmet_on_closed(case) or lifecycle.unmet_on_plan(case)
    asked = Task.objects.filter(case=case, kind=TaskKind.APPROVE_PLAN, done_at=None).first()
    goals = [
        line(goal)
        | {
            "goal": goal.goal,
            "own_words": goal.own_words,
            "reason": goal.reason,
            "change_url": reverse("goal_change", args=[goal.pk]) if may and not goal.result else "",
            "end_url": reverse("goal_end", args=[goal.pk]) if may and not goal.result else "",
            "reopen_url": reverse("goal_reopen", args=[goal.pk])
            if may and goal.result and not against
            else "",
        }
        for goal in goals_of(case)
    ]
    return render(
        request,
        "referral/case/plan.html",
        {
            "case": case,
            "title": _("Support plan"),
            "caption": words.case_title(case),
            "goals": goals,
            "against": against if may else [],
            "begin_url": reverse("plan_begin", args=[pk]) if may and _may_begin(case) else "",
            "add_url": reverse("goal_new", args=[pk]) if may and not against else "",
            "agree_url": reverse("plan_agree", args=[pk]) if may and _may_agree(case, goals) else "",
            "asked": asked,
            "withdraw_url": withdraw_url(request.actor, case, asked) if asked else "",
            "back_url": reverse("case", args=[pk]),
            "at": now(),
        },
    )


def _may_begin(case: Case) -> bool:
    return CaseAction.PLAN in lifecycle.legal_actions(case.state, Machine.CASE)


def _may_agree(case: Case, goals: list[dict[str, Any]]) -> bool:
    return case.state == CaseState.PLANNING and case.plan_agreed_at is None and bool(goals)


@require_GET
def plan_print(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Services, days and results: no name, and no words in which one could stand."""
    case = case_or_404(request, pk)
    looking.print_plan(request.actor, case)
    return render(
        request,
        "referral/case/plan_print.html",
        {
            "reference": spoken(case.reference),
            "goals": [line(goal) for goal in goals_of(case)],
            "at": now(),
            "back_url": reverse("plan", args=[pk]),
        },
    )


@require_http_methods(["GET", "POST"])
def plan_begin(request: ActingRequest, pk: UUID) -> HttpResponse:
    case, at = case_or_404(request, pk), now()
    steps.permit_case(request.actor, CaseAct.PLAN, case)
    form = ActForm(request.POST or None, version=case.version)

    def act(cleaned: dict[str, Any]) -> object:
        return planning.begin_plan(pk, by=request.actor, at=at, version=cleaned["version"])

    facts = case_facts(case, CaseAction.PLAN, at)
    return act_on_case(
        request,
        case,
        form,
        act,
        name="plan_begin",
        done=_("The support plan has begun. Add its first goal."),
        leads_to=reverse("plan", args=[pk]),
        unmet=lifecycle.unmet(case, CaseAction.PLAN, facts, Machine.CASE),
        title=_("Begin the support plan?"),
        text=_("You set goals together with the person; a second person approves the plan."),
        submit=_("Begin the support plan"),
    )


@require_http_methods(["GET", "POST"])
def goal_new(request: ActingRequest, pk: UUID) -> HttpResponse:
    case, at = case_or_404(request, pk), now()
    steps.permit_case(request.actor, CaseAct.PLAN, case)
    form = GoalForm(request.POST or None, case=case, today=localdate(at))

    def act(cleaned: dict[str, Any]) -> object:
        return planning.add_goal(pk, by=request.actor, at=at, values=form.values())

    return act_on_case(
        request,
        case,
        form,
        act,
        name="goal",
        done=_("The goal is added."),
        unmet=lifecycle.unmet_on_closed(case) or lifecycle.unmet_on_plan(case),
        leads_to=reverse("plan", args=[pk]),
        back=reverse("plan", args=[pk]),
        title=_("Add a goal"),
        submit=_("Add this goal"),
    )


@require_http_methods(["GET", "POST"])
def goal_change(request: ActingRequest, pk: UUID) -> HttpResponse:
    goal, case = _goal(request, pk)
    looking.read_plan(request.actor, case)
    at = now()
    form = GoalForm(request.POST or None, case=case, today=localdate(at), goal=goal, version=goal.version)

    def act(cleaned: dict[str, Any]) -> object:
        version = cleaned["version"]
        return planning.change_goal(pk, by=request.actor, at=at, version=version, values=form.values())

    return act_on_case(
        request,
        case,
        form,
        act,
        name="goal_change",
        done=_("The goal is changed."),
        leads_to=reverse("plan", args=[case.pk]),
        back=reverse("plan", args=[case.pk]),
        version=goal.version,
        title=_("Change this goal"),
        submit=_("Change this goal"),
    )


@require_http_methods(["GET", "POST"])
def goal_end(request: ActingRequest, pk: UUID) -> HttpResponse:
    goal, case = _goal(request, pk)
    form = EndGoalForm(request.POST or None, version=goal.version)

    def act(cleaned: dict[str, Any]) -> object:
        values = {name: cleaned[name] for name in ("version", "result", "reason")}
        return planning.end_goal(pk, by=request.actor, at=now(), **values)

    return act_on_case(
        request,
        case,
        form,
        act,
        name="goal_end",
        done=_("It is written down."),
        leads_to=reverse("plan", args=[case.pk]),
        back=reverse("plan", args=[case.pk]),
        version=goal.version,
        title=_("What became of this goal?"),
        rows=_rows(goal),
        undo=_("A goal that was ended by mistake can be pursued again."),
        submit=_("Write it down"),
    )


@require_http_methods(["GET", "POST"])
def goal_reopen(request: ActingRequest, pk: UUID) -> HttpResponse:
    goal, case = _goal(request, pk)
    form = ReopenGoalForm(request.POST or None, version=goal.version)

    def act(cleaned: dict[str, Any]) -> object:
        values = {name: cleaned[name] for name in ("version", "reason")}
        return planning.reopen_goal(pk, by=request.actor, at=now(), **values)

    return act_on_case(
        request,
        case,
        form,
        act,
        name="goal_reopen",
        done=_("The goal is pursued again."),
        unmet=lifecycle.unmet_on_closed(case),
        leads_to=reverse("plan", args=[case.pk]),
        back=reverse("plan", args=[case.pk]),
        version=goal.version,
        title=_("Pursue this goal again?"),
        rows=[*_rows(goal), (_("State"), line(goal)["label"])],
        submit=_("Pursue this goal again"),
    )


def _rows(goal: PlanGoal) -> list[tuple[str, str]]:
    return [
        (_("Service"), code_label(CodeList.SERVICE, goal.service)),
        (_("Who sees to it"), goal.owner.name),
        (pgettext("goal", "By"), words.day_of(goal.target_on)),
    ]


def _goal(request: ActingRequest, pk: UUID) -> tuple[PlanGoal, Case]:
    """A goal, for who may change it. Raises NotVisible, NotAllowed."""
    held = visible_cases(request.actor)
    goal = PlanGoal.objects.select_related("owner").filter(pk=pk, case__in=held).first()
    if goal is None:
        raise NotVisible
    case = case_or_404(request, goal.case_id)
    steps.permit_case(request.actor, CaseAct.PLAN, case)
    return goal, case


@require_http_methods(["GET", "POST"])
def plan_agree(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.PLAN, case)
    form = ActForm(request.POST or None, version=case.version)

    def act(cleaned: dict[str, Any]) -> object:
        return planning.agree_to_plan(pk, by=request.actor, at=now(), version=cleaned["version"])

    goals = [line(goal) for goal in goals_of(case) if not goal.result]
    return act_on_case(
        request,
        case,
        form,
        act,
        name="plan_agree",
        done=_("The agreement is recorded. A second person is asked to approve the plan."),
        leads_to=reverse("plan", args=[pk]),
        back=reverse("plan", args=[pk]),
        title=_("Does the person agree with the plan?"),
        text=_(
            "Go through the goals together, aloud. What she or he does not want is changed or taken out first."
        ),
        rows=[(goal["service"], f"{goal['owner']} · {goal['by']}") for goal in goals],
        undo=_("Once a goal is changed, agreement and approval are asked for anew."),
        submit=_("Yes, the person agrees: ask for the approval"),
    )
