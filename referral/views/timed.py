"""A file that may be read for a time: what is there, and no way further."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from partners.templatetags.interface import clock, moment
from partners.views.door import done
from referral import policy
from referral.disclosure import is_child
from referral.enums import CaseAct
from referral.forms.file import RevealForm
from referral.models import Case, TimedReading
from referral.queries import files
from referral.queries.attachments import attachments_of
from referral.queries.visible import readings_of
from referral.readings import ReadingWhy
from referral.services import readings
from referral.views import file, story, words
from referral.views.door import ActingRequest, now


def page(
    request: ActingRequest, case: Case, tie: policy.Tie, form: RevealForm, opened: Mapping[str, Any]
) -> HttpResponse:
    """The look has been noted by whoever calls this."""
    actor, at = request.actor, now()
    grounds, moves = files.grounds_of(case), files.timeline_of(case)
    told = story.entries(actor, case, moves, files.conversations_of(case), grounds, attachments_of(case))
    return render(
        request,
        "referral/case/reading.html",
        {
            "case": case,
            "form": form,
            "at": at,
            "title": words.case_title(case),
            "strip": strip(readings_of(actor).filter(case=case).latest("until")),
            "codes": file.codes(case),
            "masked": file.masked(case.person, opened),
            "opened": bool(opened),
            "may_reveal": policy.may_case(actor, CaseAct.REVEAL, tie),
            "opening": file.opening(case, moves),
            "child": is_child(case.person.age_status),
            "consents": [file.consent(line) for line in files.consent_lines(case, at)],
            "grounds": [file.ground_row(actor, ground, at) | {"url": ""} for ground in grounds],
            "referrals": [file.referral_row(referral) | {"url": ""} for referral in files.referrals_of(case)],
            "tasks": [
                {"what": task.get_kind_display(), "due": task.due_at} for task in files.open_tasks_of(case)
            ],
            "timeline": told,
        },
    )


def strip(reading: TimedReading) -> str:
    """Until when, and why."""
    why = str(reading.get_why_display()).lower()
    if reading.why == ReadingWhy.BREAK_GLASS:
        return _("Read only until %(until)s. Reason: %(why)s") % {"until": clock(reading.until), "why": why}
    said = pgettext("a day", "Read only until %(until)s. Reason: %(why)s")
    return said % {"until": moment(reading.until), "why": why}


@require_POST
def reading_end(request: ActingRequest, pk: UUID) -> HttpResponse:
    """At once, by whoever reads."""
    readings.end_own_reading(pk, by=request.actor, at=now())
    return done(request, _("The reading has ended. The file is closed to you."), "home")
