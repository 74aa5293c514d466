"""Which reports there are for whoever asks."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from referral.views.door import ActingRequest
from reporting.enums import Report
from reporting.services.reading import permit_any


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
    return render(request, "reporting/reports.html", {"rows": rows})
