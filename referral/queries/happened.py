"""What had just happened to a file when somebody was told of it? In codes, from the rows of the same moment."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.enums import Verb
from audit.models import Event
from referral.enums import CaseAction
from referral.models import BreakGlass, FollowUp, LegalHold, Notice, Task, Transition

Words = tuple[str | Promise, ...]
Moment = tuple[UUID, datetime]

_RESULTS = {
    "approved": pgettext_lazy("second person", "Yes"),
    "refused": pgettext_lazy("second person", "No"),
    "withdrawn": pgettext_lazy("second person", "Asked no more"),
}
_MOVES = {
    CaseAction.CLOSE: _("Case closed"),
    CaseAction.TRANSFER: _("Responsibility handed over"),
    CaseAction.REOPEN: _("Case opened again"),
}
#: The audit takes the time itself, a moment after the act.
_NEARLY = timedelta(seconds=5)


def happened(notices: Sequence[Notice]) -> dict[Moment, Words]:
    """By file and moment of the notice; what no row of that moment explains is left out."""
    asked = {(each.object_id, each.made_at) for each in notices if each.object_type == "case"}
    found: dict[Moment, Words] = {}
    for moment, said in _rows(asked):
        if moment in asked:
            found.setdefault(moment, said)
    for case_id, at in _alerts(asked - found.keys()):
        found[case_id, at] = (_("Many reveals"),)
    return found


def _rows(asked: set[Moment]) -> Iterator[tuple[Moment, Words]]:
    """What says most comes first: an answer also ends tasks, and moves the file."""
    if not asked:
        return
    cases, times = {case_id for case_id, _at in asked}, {at for _case, at in asked}
    for hold in LegalHold.objects.filter(case__in=cases, set_at__in=times):
        yield (hold.case_id, hold.set_at), (_("Legal hold set"),)
    for glass in BreakGlass.objects.filter(case__in=cases, reading__opened_at__in=times).select_related(
        "reading"
    ):
        yield (glass.case_id, glass.reading.opened_at), (_("Emergency access to a file"),)
    for hold in LegalHold.objects.filter(case__in=cases, lifted_at__in=times):
        if hold.lifted_at is not None:
            yield (hold.case_id, hold.lifted_at), (_("Legal hold lifted"),)
    for move in Transition.objects.filter(
        case__in=cases, machine="case", action__in=list(_MOVES), occurred_at__in=times
    ):
        yield (move.case_id, move.occurred_at), (_MOVES[CaseAction(move.action)],)
    for task in Task.objects.filter(case__in=cases, done_at__in=times).order_by("due_at"):
        if task.done_at is not None:
            words: Words = (task.get_kind_display(), _RESULTS.get(task.result, ""))
            yield (task.case_id, task.done_at), tuple(filter(None, words))
    for heard in FollowUp.objects.filter(case__in=cases, recorded_at__in=times):
        yield (heard.case_id, heard.recorded_at), (heard.get_answer_display(),)


def _alerts(unsaid: set[Moment]) -> Iterator[Moment]:
    if not unsaid:
        return
    cases = {case_id for case_id, _at in unsaid}
    for case_id, seen_at in Event.objects.filter(verb=Verb.ALERT, case_id__in=cases).values_list(
        "case_id", "at"
    ):
        for each, at in unsaid:
            if each == case_id and abs(seen_at - at) <= _NEARLY:
                yield each, at
