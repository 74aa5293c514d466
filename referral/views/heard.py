"""What a ladder brought to national coordination: whose task it is, and whom to telephone. Codes only."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from referral.references import spoken
from referral.services.reading import read_heard_task
from referral.views import telephoning
from referral.views.door import ActingRequest


@require_GET
def task_heard(request: ActingRequest, pk: UUID) -> HttpResponse:
    task = read_heard_task(request.actor, pk)
    rows = [(_("Organisation"), task.organisation.name)]
    if task.referral is not None:
        rows.append((_("Referral"), spoken(task.referral.reference)))
    rows += telephoning.numbers([task.organisation, *telephoning.houses_of(task)])
    return render(request, "referral/task_heard.html", {"task": task, "rows": rows})
