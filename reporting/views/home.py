"""Which reports there are for whoever asks."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from partners.enums import Role
from referral.views.door import ActingRequest
from reporting.enums import Report
from reporting.services.reading import permit_any

#: Who reads what nobody holds any more, and how long answers take.
OVERSEERS = (Role.COORDINATOR, Role.SUPERVISOR)


@require_GET
def reports(request: ActingRequest) -> HttpResponse:
    about = {
        Report.ORGANISATION: _("Persons, nights, services and answers of your organisation, for any period."),
        Report.SUNDAY: _(
            "Arrivals, departures and headcounts not written down this week: confirm them in a few taps."
        ),
        Report.SHELTER_GAP: _("For whom and where shelter was missing, by quarter, without small numbers."),
    }
    rows = [
        {"url": reverse(f"report_{report.value}"), "label": report.label, "about": about[report]}
        for report in permit_any(request.actor)
    ]
    if request.actor.has(*OVERSEERS):
        lost = _("What nobody holds any more, and who can bring it back.")
        answers = _("How long what was sent waits, and how long answers take.")
        rows += [
            {"url": reverse("lost_loops"), "label": _("Lost loops"), "about": lost},
            {"url": reverse("answers"), "label": _("Time to answer"), "about": answers},
        ]
    return render(request, "reporting/reports.html", {"rows": rows})
