"""What lies beside the person in a file, as it is told to whom the file is about: plan, papers, justice, elements."""

from typing import Any

from django.utils.translation import gettext as _

from partners.enums import CodeList
from partners.models import Organisation
from partners.queries import code_label
from partners.templatetags.interface import day
from referral.course import HowItGoes
from referral.models import Case, Person
from referral.queries.attachments import attachments_of
from referral.queries.conferences import conferences_of
from referral.queries.course import follow_ups_of, goals_of, statuses_of
from referral.queries.exchange import row_behind
from referral.queries.justice import standing_steps
from referral.services.rights import Held
from referral.views import screened, words
from referral.views.exchanged import register_rows, status_said
from referral.views.no_go import Names

Row = tuple[str, Any]


def beside(case: Case, person: Person, held: Held) -> list[tuple[str, list[Row]]]:
    """Headings with their rows; a heading without any is left out."""
    parts = [
        (_("Needed first"), _of_the_meeting(held)),
        (_("Elements of trafficking"), screened.told(person, held.screening)),
        (_("Trafficking status"), _statuses(case)),
        (_("What the register said"), register_rows(held.register)),
        (_("Where not to refer the person"), _avoided(held)),
        (_("Neutral card"), [_card(each) for each in case.cards.all()]),
        (_("Support plan"), [_goal(each) for each in goals_of(case)]),
        (_("How it went on"), [_heard(each) for each in follow_ups_of(case)]),
        (_("Papers"), [_paper(each) for each in attachments_of(case) if each.removed_at is None]),
        (_("Justice steps"), [_step(each) for each in standing_steps(case)]),
        (_("Case conferences"), _conferences(case)),
    ]
    return [(heading, rows) for heading, rows in parts if rows]


def _of_the_meeting(held: Held) -> list[Row]:
    names = ("first_needs", "declined")
    return [
        (words.field_label(name), words.worded(name, held.values[name]))
        for name in names
        if held.values[name]
    ]


def _avoided(held: Held) -> list[Row]:
    names = Names() if held.avoided else None
    return [("", names.of(each)) for each in held.avoided] if names else []


def _statuses(case: Case) -> list[Row]:
    said = status_said(row_behind(case))
    decided = [_status(each) for each in statuses_of(case)]
    return [*decided, (_("In the register"), said)] if said else decided


def _status(decision: Any) -> Row:
    who = code_label(CodeList.DECIDER, decision.decider)
    return words.day_of(decision.decided_on), f"{code_label(CodeList.STATUS, decision.status)} ({who})"


def _card(card: Any) -> Row:
    """Nothing of what stands on it: whoever finds the sheet could answer in the person's place."""
    return day(card.offered_at), _("Taken back") if card.withdrawn_at else str(card.get_outcome_display())


def _goal(goal: Any) -> Row:
    said = [code_label(CodeList.SERVICE, goal.service), goal.goal or "", goal.own_words or ""]
    return words.day_of(goal.target_on), "\n".join(part for part in said if part)


def _heard(follow_up: Any) -> Row:
    return day(follow_up.heard_at), str(HowItGoes(follow_up.answer).label)


def _paper(paper: Any) -> Row:
    return day(paper.added_at), str(paper.get_kind_display())


def _step(step: Any) -> Row:
    where = f", {step.court}" if step.court else ""
    return words.day_of(step.on), f"{step.get_kind_display()}{where}"


def _conferences(case: Case) -> list[Row]:
    held = conferences_of(case)
    houses = Organisation.objects.in_bulk({pk for each in held for pk in each.organisations})
    return [
        (day(each.held_at), words.listed([houses[pk].name for pk in each.organisations if pk in houses]))
        for each in held
    ]
