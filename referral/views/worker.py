"""The background worker, for the technical administrator: what failed, and one button to try again."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from audit.tree import tree_state
from partners.enums import Act
from partners.services.guard import Refusal, authorise
from referral.models import ClockRound
from referral.queries import clock_runs, worker
from referral.queries.lost import LOST_DAILY
from referral.services import worker as services
from referral.services.watch import SESSIONS_CLEARED
from referral.views.door import ActingRequest, now

#: The jobs' own names are for the log.
TASKS = {
    "referral.clock": gettext_lazy("Watch the deadlines"),
    "referral.deliver": gettext_lazy("Deliver a notice"),
    "referral.digest": gettext_lazy("Send the mail of the day"),
    "referral.nudge": gettext_lazy("Deliver a notice"),
    "referral.duplicates": gettext_lazy("Look for files of the same person"),
    "referral.lost": gettext_lazy("Count what is lost"),
    "referral.reviews": gettext_lazy("Draw the reviews of the quarter"),
    "referral.proof": gettext_lazy("Look at what the night's verification found"),
    "referral.import_register": gettext_lazy("Write an imported register"),
    "referral.undo_import": gettext_lazy("Take an import back"),
    "referral.count_taken": gettext_lazy("Answer a count by text message"),
    "referral.count_not_read": gettext_lazy("Answer a count by text message"),
    "referral.count_above": gettext_lazy("Answer a count by text message"),
    "referral.make_export": gettext_lazy("Write an export"),
    "audit.verify": gettext_lazy("Verify the audit"),
    "audit.witness": gettext_lazy("Show the audit to its witnesses"),
    "config.rescue": gettext_lazy("Take up what a dead worker held"),
    "config.forget": gettext_lazy("Clear away old jobs"),
}
#: So are those of what one round does; what runs once a day stands among them.
RULES = {
    "questions": gettext_lazy("Questions that the sender left unanswered"),
    "referrals": gettext_lazy("Reminders about referrals"),
    "group_calls": gettext_lazy("Calls for those who are left of a group"),
    "next_candidates": gettext_lazy("Emergencies without an answer"),
    "told_back": gettext_lazy("News for senders, after the arrival"),
    "outcome_calls": gettext_lazy("Calls to ask how it went"),
    "titles": gettext_lazy("Custody titles that end"),
    "missing_titles": gettext_lazy("Placements without a title"),
    "stays": gettext_lazy("Stays that end"),
    "reflections": gettext_lazy("Reflection periods that end"),
    "risks": gettext_lazy("Risks to assess again"),
    "grounds": gettext_lazy("Legal grounds to review"),
    "consents_settled": gettext_lazy("Consents that were renewed"),
    "consents": gettext_lazy("Consents that end"),
    "holds": gettext_lazy("Places held without an arrival"),
    "waiting": gettext_lazy("Places that have become free for somebody who waits"),
    "late_arrivals": gettext_lazy("Trips whose arrival nobody has recorded"),
    "follow_ups": gettext_lazy("News of a person after the end"),
    "half_typed": gettext_lazy("Half-typed forms to throw away"),
    "submissions": gettext_lazy("Forms sent twice, to forget"),
    "wrong_codes": gettext_lazy("Wrong codes by text message, to forget"),
    "reveals": gettext_lazy("Counts of what was opened, to forget"),
    "sessions": gettext_lazy("Sessions that have ended"),
    "offers": gettext_lazy("Offered places that wait no longer"),
    "silences": gettext_lazy("Orders of justice that may be told by now"),
    "secrets": gettext_lazy("Orders of justice that may not be told yet"),
    "hands": gettext_lazy("Cases in the hand of coordination, whose time ends"),
    "glasses": gettext_lazy("Emergency accesses that nobody reviewed in time"),
    "readings": gettext_lazy("Files open for a time, to be shut"),
    "extracts": gettext_lazy("Extracts for justice whose time is over"),
    "complaints": gettext_lazy("Complaints whose independent person has left"),
    "overdue_complaints": gettext_lazy("Complaints whose next step is late"),
    "incidents": gettext_lazy("Incidents of which the authority was not told"),
    "place_calls": gettext_lazy("Place calls without an answer"),
    "unsent_holds": gettext_lazy("Places held for a referral that was not sent"),
    "tasks": gettext_lazy("Reminders about tasks"),
    "expiry": gettext_lazy("Referrals that expire"),
    "drafts": gettext_lazy("Drafts too old to send"),
    "imports": gettext_lazy("Registers read and never imported, to throw away"),
    "exports": gettext_lazy("Exports whose day is over"),
    LOST_DAILY: gettext_lazy("Count what is lost"),
    SESSIONS_CLEARED: gettext_lazy("Sessions cleared, once a day"),
}


@require_GET
def worker_page(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.WATCH_WORKER)
    return render(
        request,
        "referral/worker.html",
        {
            "runs": clock_runs(),
            "jobs": [(job, TASKS.get(job.task, job.task)) for job in worker.failed_jobs()],
            "waiting": worker.waiting_jobs(),
            "deliveries": worker.failed_deliveries(),
            **_rounds(worker.last_rounds()),
            "at": now(),
            "tree": tree_state(),
        },
    )


def _rounds(rounds: list[ClockRound]) -> dict[str, Any]:
    """The last round in one line, what failed in it by name, and every part of it."""
    named = [(RULES.get(each.rule, each.rule), each) for each in rounds]
    return {
        "last_round": max((each.at for each in rounds), default=None),
        "acted": sum(each.acted for each in rounds),
        "failures": [(name, each.failed) for name, each in named if each.failed],
        "rounds": named,
    }


@require_POST
def job_retry(request: ActingRequest, pk: int) -> HttpResponse:
    try:
        services.retry_job(pk, by=request.actor, at=now())
        messages.success(request, _("The job waits to be tried again."))
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    return redirect("worker")


@require_POST
def delivery_retry(request: ActingRequest, pk: int) -> HttpResponse:
    services.send_again(pk, by=request.actor, at=now())
    messages.success(request, _("The notice waits to be sent again."))
    return redirect("worker")
