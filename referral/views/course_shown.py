"""How a file stands in its course, in a few lines on its page. Codes only."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from partners.actor import Actor
from partners.enums import CodeList
from partners.queries import code_label
from partners.templatetags.interface import day
from referral import lifecycle, policy
from referral.course import HowItGoes
from referral.enums import TaskKind
from referral.models import Case, ImportedRow, Task, Transfer
from referral.queries.course import (
    follow_ups_of,
    goals_of,
    refused_requests,
    statuses_of,
    transfers_of,
    waiting_requests,
)
from referral.views import words
from referral.views.exchanged import status_said


def request_words(task: Task) -> str:
    asked = {
        TaskKind.APPROVE_CLOSE: _("Closing of the case"),
        TaskKind.APPROVE_PLAN: _("Approval of the support plan"),
        TaskKind.APPROVE_TRANSFER: _("Transfer of a case"),
    }[TaskKind(task.kind)]
    return _("%(what)s (asked for on %(day)s)") % {"what": asked, "day": day(task.made_at)}


def withdraw_url(actor: Actor, case: Case, task: Task) -> str:
    """Where what waits for a second person is taken back, for who may."""
    may = policy.may_take_back(actor, case.owner_id, UUID((task.proposal or {})["by"]))
    return reverse("task_withdraw", args=[task.pk]) if may else ""


def course_of(actor: Actor, case: Case, imported: ImportedRow | None) -> dict[str, Any]:
    taken = Transfer.objects.filter(new_case=case).select_related("case__organisation").first()
    return {
        "status": status_words(case, imported),
        "register": status_said(imported),
        "plan": _plan(case),
        "heard": _heard(case),
        "waiting": [
            {
                "words": f"{request_words(task)} · {task.organisation}",
                "url": withdraw_url(actor, case, task),
            }
            for task in waiting_requests(case)
        ],
        "refused": []
        if lifecycle.unmet_on_closed(case)
        else [
            {"words": request_words(task), "url": reverse("task_answer", args=[task.pk])}
            for task in refused_requests(case)
        ],
        "withdraw": _("Withdraw the request"),
        "taken_from": str(taken.case.organisation) if taken else "",
        "taken_url": reverse("transfer", args=[taken.pk]) if taken else "",
        "open": pgettext("act", "Open"),
        "transfers": [
            {
                "url": reverse("transfer", args=[each.pk]),
                "words": f"{each.receiving_organisation} · {each.get_state_display()}",
            }
            for each in transfers_of(case)
        ],
    }


def status_words(case: Case, imported: ImportedRow | None) -> str:
    """Every decider's last word: they may differ, and nobody's is left out. Presumed until somebody decides."""
    nobody = (
        _("No decision recorded here")
        if status_said(imported)
        else _("Presumed victim: nobody has decided yet")
    )
    last: dict[str, str] = {}
    for each in statuses_of(case):
        said = _("%(status)s (%(decider)s, %(day)s)") % {
            "status": code_label(CodeList.STATUS, each.status),
            "decider": code_label(CodeList.DECIDER, each.decider),
            "day": words.day_of(each.decided_on),
        }
        last.setdefault(each.decider, said)
    return "\n".join(last.values()) or nobody


def _plan(case: Case) -> str:
    goals = goals_of(case)
    pursued = [goal for goal in goals if not goal.result]
    if not goals:
        return _("Not begun")
    counted = ngettext("%(count)d goal pursued", "%(count)d goals pursued", len(pursued))
    return counted % {"count": len(pursued)}


def _heard(case: Case) -> str:
    heard = follow_ups_of(case)[:1]
    return " · ".join(f"{HowItGoes(each.answer).label}, {day(each.heard_at)}" for each in heard)


def heard(answer: str, done: str) -> str:
    """What is said once it is written down how the person is; of a need, what can be done on the page of the file."""
    if answer != HowItGoes.NEEDS_HELP:
        return done
    next_acts = _(
        "The person needs help: refer her or him, write a goal of the plan, or take up the assistance again."
    )
    return f"{done} {next_acts}"
