"""What happened in a file that no machine of states logs: who said what, asked whom, held what; in codes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.enums import CodeList
from partners.models import Organisation, User
from partners.queries import code_label
from referral.course import RiskAbout
from referral.enums import TaskKind
from referral.models import Case
from referral.queries.course import TAKEN_BACK

_HOUSE = "recorded_by__organisation"
#: What is said of a task of a second person. A yes is not: it moves the file, and the move is told.
_ANSWERED = {
    "refused": pgettext_lazy("second person", "No"),
    "withdrawn": pgettext_lazy("second person", "Asked no more"),
}


@dataclass(frozen=True)
class Milestone:
    """`text` is a code in words; `user` is empty where only a sealed field would name who it was."""

    title: str | Promise
    at: datetime
    text: str = ""
    user: User | None = None
    house: Organisation | None = None


def milestones_of(case: Case) -> Iterator[Milestone]:
    yield from _said(case)
    yield from _asked(case)
    for hold in case.holds.select_related("organisation", "set_by", "lifted_by__organisation"):
        yield Milestone(_("Legal hold set"), hold.set_at, "", hold.set_by, hold.organisation)
        if hold.lifted_at is not None and hold.lifted_by is not None:
            house = hold.lifted_by.organisation
            yield Milestone(_("Legal hold lifted"), hold.lifted_at, "", hold.lifted_by, house)


def _said(case: Case) -> Iterator[Milestone]:
    for risk in case.riskassessments.select_related(_HOUSE):
        level = str(risk.get_level_display())
        # Of a return or of life here it is no risk of today.
        text = level if risk.about == RiskAbout.PERSON else f"{risk.get_about_display()} · {level}"
        who = risk.recorded_by
        yield Milestone(_("Risk assessed"), risk.assessed_at, text, who, who.organisation)
    for status in case.statusdecisions.select_related(_HOUSE):
        decided = code_label(CodeList.STATUS, status.status)
        text, who = f"{decided} · {code_label(CodeList.DECIDER, status.decider)}", status.recorded_by
        yield Milestone(_("Decision on the status"), status.recorded_at, text, who, who.organisation)
    for guardian in case.guardians.exclude(decided_at=None).select_related("decided_by__organisation"):
        if guardian.decided_at is not None and guardian.decided_by is not None:
            text = f"{guardian.get_relation_display()} · {guardian.get_standing_display()}"
            house = guardian.decided_by.organisation
            yield Milestone(
                _("Decision on a guardian"), guardian.decided_at, text, guardian.decided_by, house
            )


def _asked(case: Case) -> Iterator[Milestone]:
    if case.plan_agreed_at is not None:
        yield Milestone(_("Support plan agreed to by the person"), case.plan_agreed_at)
    tasks = case.tasks.filter(kind__in=sorted({*TAKEN_BACK, TaskKind.APPROVE_TRANSFER}))
    for task in tasks.select_related("done_by__organisation"):
        kind = str(task.get_kind_display())
        yield Milestone(_("Asked of a second person"), task.made_at, kind)
        if task.done_at is not None and task.result in _ANSWERED:
            who, house = task.done_by, task.done_by.organisation if task.done_by else None
            text = f"{kind} · {_ANSWERED[task.result]}"
            yield Milestone(_("Answer of a second person"), task.done_at, text, who, house)
