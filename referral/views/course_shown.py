"""How a file stands in its course, in a few lines on its page. Codes only."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from partners.enums import CodeList
from partners.queries import code_label
from partners.templatetags.interface import day
from referral.course import HowItGoes
from referral.models import Case, ImportedRow, Transfer
from referral.queries.course import follow_ups_of, goals_of, statuses_of, transfers_of
from referral.views import words
from referral.views.exchanged import status_said


def course_of(case: Case, imported: ImportedRow | None) -> dict[str, Any]:
    taken = Transfer.objects.filter(new_case=case).select_related("case__organisation").first()
    return {
        "status": _status(case, imported),
        "register": status_said(imported),
        "plan": _plan(case),
        "heard": _heard(case),
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


def _status(case: Case, imported: ImportedRow | None) -> str:
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
