"""What stands in the way of an end, each with the page on which it is dealt with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from partners.actor import Actor
from partners.enums import CodeList
from partners.queries import code_label
from partners.templatetags.interface import day
from referral.enums import TERMINAL
from referral.models import Case, Task
from referral.queries.course import goals_of, open_transfer_of, overdue_tasks, undecided
from referral.queries.exchange import row_behind
from referral.queries.facts import title_live
from referral.references import spoken
from referral.views.course_shown import request_words, status_words, withdraw_url
from referral.views.plan import line


def of_requests(actor: Actor, case: Case, asked: Iterable[Task]) -> list[dict[str, str]]:
    """What waits for a second person already, for who may take it back."""
    found = [{"url": withdraw_url(actor, case, task), "label": request_words(task)} for task in asked]
    return [way for way in found if way["url"]]


@dataclass(frozen=True)
class StillOpen:
    """What nobody has ended or decided, in codes and without a name; nothing of it holds an end up by itself."""

    #: Address, what it is, and its words.
    lines: list[dict[str, str]]
    #: Is a goal of the plan among it?
    pursued: bool


def still_open(case: Case, at: datetime) -> StillOpen:
    goals = [line(goal) for goal in goals_of(case) if not goal.result]
    here = [case.pk]
    found = [
        (reverse("plan", args=here), _("Goal still pursued"), f"{goal['service']} · {goal['by']}")
        for goal in goals
    ]
    if undecided(case):
        found.append(
            (reverse("case_status", args=here), _("Status not decided"), status_words(case, row_behind(case)))
        )
    found += [
        (
            reverse("case_services", args=here),
            _("Overdue task"),
            f"{task.get_kind_display()} · {day(task.due_at)}",
        )
        for task in overdue_tasks(case, at)
    ]
    lines = [{"url": url, "what": what, "label": label} for url, what, label in found]
    return StillOpen(lines, bool(goals))


def open_referrals(case: Case) -> list[str]:
    """As a second person may know them who does not hold the file."""
    return [
        f"{code_label(CodeList.SERVICE, referral.service)} · {referral.get_state_display()}"
        for referral in case.referrals.exclude(state__in=sorted(TERMINAL)).order_by("seq")
    ]


def of_closing(case: Case, at: datetime) -> list[dict[str, str]]:
    """Words and addresses; empty when nothing stands in the way."""
    found = [
        {
            "url": reverse("referral", args=[referral.pk]),
            "label": _("Referral %(reference)s, %(service)s: %(status)s")
            % {
                "reference": spoken(referral.reference),
                "service": code_label(CodeList.SERVICE, referral.service).lower(),
                "status": referral.get_state_display(),
            },
        }
        for referral in case.referrals.exclude(state__in=sorted(TERMINAL)).order_by("seq")
    ]
    if title_live(case, at):
        found.append(
            {
                "url": reverse("title", args=[case.pk]),
                "label": _("The custody title of the child: record its lifting"),
            }
        )
    if (transfer := open_transfer_of(case)) is not None:
        found.append(
            {
                "url": reverse("transfer", args=[transfer.pk]),
                "label": _("The transfer to %(organisation)s")
                % {"organisation": transfer.receiving_organisation},
            }
        )
    return found
