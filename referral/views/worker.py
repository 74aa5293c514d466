"""The background worker, for the technical administrator: what failed, and one button to try again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from partners.enums import Act
from partners.services.guard import Refusal, authorise
from referral.queries import clock_runs, worker
from referral.services import worker as services
from referral.views.door import ActingRequest, now

#: The jobs' own names are for the log.
TASKS = {
    "referral.clock": gettext_lazy("Watch the deadlines"),
    "referral.deliver": gettext_lazy("Deliver a notice"),
    "referral.digest": gettext_lazy("Send the mail of the day"),
    "referral.lost": gettext_lazy("Count what is lost"),
    "config.rescue": gettext_lazy("Take up what a dead worker held"),
    "config.forget": gettext_lazy("Clear away old jobs"),
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
            "rounds": worker.last_rounds(),
            "at": now(),
        },
    )


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
